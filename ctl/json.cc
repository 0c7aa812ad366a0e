// SPDX-License-Identifier: MIT
#include "ctl/json.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <span>

#include <nlohmann/json.hpp>

#include "config.h"
#include "ctl/exit.h"

namespace sallyport::ctl {

namespace {

using Json = nlohmann::ordered_json;

/// What every object begins with.
Json begun(std::string_view verb, int status) {
    return {{"schema", 1},
            {"verb", verb.empty() ? Json() : Json(verb)},
            {"version", PACKAGE_VERSION},
            {"status", status}};
}

/// Octets that are not UTF-8 are replaced, so that nothing is thrown.
std::string line_of(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

/// Null for what is not known.
Json known(std::string_view text) {
    return text.empty() ? Json() : Json(text);
}

/// Leaves out what is not known.
void put(Json& object, const char* key, std::string_view text) {
    if (!text.empty())
        object[key] = text;
}

/// A list of what `convert` makes of the elements.
template<class Elements, class Convert>
Json list_of(const Elements& elements, Convert convert) {
    Json list = Json::array();
    for (const auto& element : elements)
        list.push_back(convert(element));
    return list;
}

/// The words of a text, which blanks part.
Json words_of(std::string_view text) {
    Json list = Json::array();
    while (!text.empty()) {
        const auto end = std::min(text.find(' '), text.size());
        if (end != 0)
            list.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return list;
}

// ---- check ----

Json json_of(const Remedy& remedy) {
    return {
        {"section", remedy.section}, {"key", remedy.key}, {"value", known(remedy.value)}};
}

/// `set` only where there are several keys; `key` and `value` are the first.
Json json_of(const Advice& advice) {
    Json json{
        {"id", advice.id}, {"text", advice.text}, {"key", nullptr}, {"value", nullptr}};
    if (advice.set.empty())
        return json;
    json.update(json_of(advice.set.front()));
    if (advice.set.size() > 1)
        json["set"] =
            list_of(advice.set, [](const Remedy& remedy) { return json_of(remedy); });
    return json;
}

Json json_of(const StepReport& step) {
    Json json{{"step", word_for(step.rung)},
              {"result", word_for(step.result)},
              {"text", step.text},
              {"start_ms", step.start.count()},
              {"ms", step.took.count()}};
    put(json, "peer", step.peer);
    if (step.code != 0)
        json["code"] = step.code;
    put(json, "enhanced", step.enhanced);
    put(json, "reply", step.reply);
    if (step.advice.empty())
        return json;
    json["advice"] = json_of(step.advice.front());
    const std::span others = std::span(step.advice).subspan(1);
    if (!others.empty())
        json["other_advice"] =
            list_of(others, [](const Advice& advice) { return json_of(advice); });
    return json;
}

Json json_of(const PortReport& port) {
    return {{"port", port.port},
            {"state", word_for(port.state)},
            {"configured", port.configured},
            {"ms", port.took.count()}};
}

/// As RFC 3339 has it.
Json date_of(std::time_t time) {
    std::tm parts{};
    char text[32];
    if (time == 0 || ::gmtime_r(&time, &parts) == nullptr)
        return {};
    return std::string_view(text,
                            std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts));
}

const char* mode_word(TlsMode mode) {
    constexpr const char* words[] = {"implicit", "starttls", "none"};
    return words[static_cast<std::size_t>(mode)];
}

/// Null where nothing is known.
Json json_of(const TlsReport& tls) {
    if (tls.version.empty() && tls.pin.empty())
        return {};
    return {{"version", known(tls.version)},
            {"mode", mode_word(tls.mode)},
            {"subject", tls.subject},
            {"issuer", tls.issuer},
            {"not_before", date_of(tls.not_before)},
            {"not_after", date_of(tls.not_after)},
            {"days", tls.days},
            {"pin", known(tls.pin)},
            {"chain_length", tls.chain_length},
            {"self_signed", tls.self_signed}};
}

Json steps_of(const std::vector<StepReport>& steps) {
    return list_of(steps, [](const StepReport& step) { return json_of(step); });
}

Json json_of(const RelayReport& relay) {
    return {{"name", known(relay.name)},
            {"provider", known(relay.provider)},
            {"host", relay.host},
            {"user", known(relay.user)},
            {"status", relay.status},
            {"steps", steps_of(relay.steps)},
            {"ports",
             list_of(relay.ports, [](const PortReport& port) { return json_of(port); })},
            {"tls", json_of(relay.tls)},
            {"capabilities", relay.capabilities},
            {"round_trips", relay.round_trips},
            {"round_trip_ms", relay.round_trip.count()}};
}

void add_warnings(Json& list, const std::vector<StepReport>& steps) {
    for (const StepReport& step : steps) {
        for (const Advice& advice : step.advice) {
            if (step.result != Result::fail)
                list.push_back(json_of(advice));
        }
    }
}

Json warnings_of(const CheckReport& report) {
    Json list = Json::array();
    add_warnings(list, report.steps);
    for (const RelayReport& relay : report.relays)
        add_warnings(list, relay.steps);
    return list;
}

// ---- config ----

Json json_of(const EffectiveSection& section) {
    constexpr const char* kinds[] = {"plain", "secret", "not_used"};
    Json json = Json::object();
    for (const EffectiveValue& value : section.values)
        json[value.key] = {{"value", value.value},
                           {"origin", value.origin},
                           {"kind", kinds[static_cast<std::size_t>(value.kind)]}};
    return json;
}

/// Every relay is an element of one list; its name, where it has one, is told as a key is.
void add_section(Json& json, const EffectiveSection& section) {
    constexpr std::string_view relay = "relay";
    if (section.name != relay && !section.name.starts_with("relay ")) {
        json[section.name] = json_of(section);
        return;
    }
    Json element = Json::object();
    if (section.name.size() > relay.size())
        element["name"] = {{"value", section.name.substr(relay.size() + 1)},
                           {"origin", "[" + section.name + "]"}};
    element.update(json_of(section));
    json[std::string(relay)].push_back(element);
}

// ---- providers ----

Json ports_of(const Provider& row) {
    Json list = Json::array();
    for (const std::uint16_t port : row.ports) {
        if (port != 0)
            list.push_back(port);
    }
    return list;
}

Json traits_of(const Provider& row) {
    struct Named {
        Provider::Trait trait;
        const char* name;
    };
    constexpr Named traits[] = {{Provider::judges_at_data, "judges_at_data"},
                                {Provider::four_xx_is_final, "four_xx_is_final"},
                                {Provider::sandbox, "sandbox"},
                                {Provider::no_pipelining, "no_pipelining"}};
    Json list = Json::array();
    for (const Named& named : traits) {
        if ((row.traits & static_cast<unsigned>(named.trait)) != 0)
            list.push_back(named.name);
    }
    return list;
}

Json json_of(const Provider& row) {
    constexpr const char* forms[] = {"any", "address", "local_part", "local_and_domain",
                                     "fixed"};
    const Json hosts = words_of(row.host);
    constexpr const char* senders[] = {"any", "own", "domain"};
    return {{"key", row.key},
            {"title", row.title},
            {"variants", words_of(row.variants)},
            {"host", hosts.empty() ? Json() : hosts.front()},
            {"hosts", hosts},
            {"ports", ports_of(row)},
            {"user", known(row.user)},
            {"user_form", forms[static_cast<std::size_t>(row.user_form)]},
            {"secret", row.secret},
            {"mechanisms", words_of(row.mechanisms)},
            {"sender", senders[static_cast<std::size_t>(row.sender)]},
            {"limits", row.limits},
            {"domains", words_of(row.domains)},
            {"mx", words_of(row.mx)},
            {"traps", words_of(row.traps)},
            {"traits", traits_of(row)},
            {"source", row.source},
            {"confidence", std::string(1, row.confidence)}};
}

// ---- queue ----

Json json_of(const QueuedFate& fate) {
    Json json{{"address", fate.address}};
    put(json, "delay_reason", fate.reason);
    json["state"] = word_for(fate.state);
    return json;
}

Json json_of(const QueueEvent& event) {
    Json json{{"time", event.time}, {"event", event.event}};
    if (!event.recipients.empty())
        json["recipients"] = event.recipients;
    if (event.code != 0)
        json["code"] = event.code;
    put(json, "enhanced", event.enhanced);
    put(json, "text", event.text);
    if (event.next != 0)
        json["next_try"] = event.next;
    return json;
}

/// What is known of a message that was read. Postfix's fields first; who has got it is not
/// among its recipients.
void put_facts(Json& json, const QueueEntry& entry) {
    json.update({{"queue_name", word_for(entry.state)},
                 {"arrival_time", entry.arrived},
                 {"message_size", entry.size},
                 {"forced_expire", false},
                 {"sender", entry.sender},
                 {"recipients", Json::array()}});
    Json sent = Json::array();
    for (const QueuedFate& fate : entry.recipients) {
        if (fate.state == QueuedFate::State::sent)
            sent.push_back(fate.address);
        else
            json["recipients"].push_back(json_of(fate));
    }
    json["sent_to"] = std::move(sent);
    json["uid"] = entry.user;
    json["next_try"] = entry.next != 0 ? Json(entry.next) : Json();
    json["attempts"] = entry.attempts;
    json["in_doubt"] = entry.in_doubt;
    put(json, "held_because", entry.why_held);
}

Json json_of(const QueueEntry& entry) {
    Json json{{"queue_id", entry.id}};
    if (!entry.sender.empty())
        put_facts(json, entry);
    put(json, "outcome", entry.outcome);
    put(json, "error", entry.trouble);
    if (!entry.history.empty())
        json["history"] =
            list_of(entry.history, [](const QueueEvent& event) { return json_of(event); });
    if (!entry.header.empty())
        json["header"] = entry.header;
    return json;
}

Json json_of(const QueueRunFacts& run) {
    const Tally& tally = run.tally;
    return {{"sent", tally.sent},       {"deferred", tally.deferred},
            {"failed", tally.failed},   {"held", tally.held},
            {"damaged", tally.damaged}, {"waiting", tally.waiting},
            {"seconds", run.seconds}};
}

} // namespace

std::string check_json(const CheckReport& report) {
    Json json = begun("check", report.status);
    json["file"] = known(report.file);
    json["sent"] = report.sent;
    json["steps"] = steps_of(report.steps);
    json["relays"] =
        list_of(report.relays, [](const RelayReport& relay) { return json_of(relay); });
    json["warnings"] = warnings_of(report);
    return line_of(json);
}

std::string config_json(const EffectiveConfig& config, int status) {
    Json json = begun("config", status);
    json["file"] = known(config.file);
    json["relay"] = Json::array();
    for (const EffectiveSection& section : config.sections)
        add_section(json, section);
    json["errors"] = config.errors;
    json["notes"] = config.notes;
    json["set_gid"] = config.set_gid;
    return line_of(json);
}

std::string providers_json(const std::vector<const Provider*>& rows) {
    Json json = begun("providers", done);
    json["providers"] = list_of(rows, [](const Provider* row) { return json_of(*row); });
    return line_of(json);
}

std::string queue_json(const QueueFacts& facts) {
    Json json = begun("queue", facts.status);
    json["action"] = facts.action;
    json["directory"] = facts.directory;
    if (facts.run)
        json["run"] = json_of(*facts.run);
    json["messages"] =
        list_of(facts.messages, [](const QueueEntry& entry) { return json_of(entry); });
    return line_of(json);
}

/// It has the lists of the verb's object, so that who reads them need not ask first.
std::string failure_json(std::string_view verb, int status, std::string_view text) {
    struct List {
        std::string_view verb;
        const char* name;
    };
    constexpr List lists[] = {{"check", "steps"},         {"check", "relays"},
                              {"check", "warnings"},      {"config", "relay"},
                              {"config", "errors"},       {"config", "notes"},
                              {"providers", "providers"}, {"queue", "messages"}};
    Json json = begun(verb, status);
    json["error"] = text;
    for (const List& list : lists) {
        if (list.verb == verb)
            json[list.name] = Json::array();
    }
    return line_of(json);
}

} // namespace sallyport::ctl
