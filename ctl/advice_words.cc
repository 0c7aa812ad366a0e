// SPDX-License-Identifier: MIT
#include "ctl/advice_words.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <utility>

#include "base/concat.h"
#include "ctl/advice_rows.h"
#include "ctl/provider_facts.h"
#include "ctl/words.h"
#include "text/ascii.h"
#include "text/printable.h"

namespace sallyport::ctl {

namespace {

constexpr std::size_t cut_limit = 200;
constexpr std::size_t quoted_limit = 60;

constexpr Word all_words[] = {
    {"account", "that sends"},
    {"ago", "some"},
    {"aud", "another"},
    {"by_command", ""},
    {"by_file", ""},
    {"by_value", ""},
    {"date", "another time"},
    {"domain", "of this name"},
    {"file", "the configuration"},
    {"form", "another form"},
    {"from", "your sender"},
    {"given", "a name"},
    {"helo", "that it greets with"},
    {"host", "the server"},
    {"identities", "an address"},
    {"issuer", "an authority"},
    {"left", "some"},
    {"limit", "a limit"},
    {"list", "something"},
    {"names", "other names"},
    {"nearest", "another"},
    {"offered", "an older one"},
    {"own", "the server"},
    {"p", "in question"},
    {"package", "another program"},
    {"part", "mailbox"},
    {"path", "sendmail"},
    {"peer", "the server"},
    {"pin", "its new key"},
    {"preset", "another"},
    {"program", "another program"},
    {"protocol", "another protocol"},
    {"provider", "the provider"},
    {"q", "another port"},
    {"reason", "see below"},
    {"region", "this region"},
    {"scope", "unknown"},
    {"scp", "others"},
    {"seconds", "many"},
    {"shape", "does not look like one"},
    {"since", "another time"},
    {"size", "too many"},
    {"status", "unknown"},
    {"title", "the provider"},
    {"tls", "another"},
    {"tls_port", "another port"},
    {"to", "recipient of this name"},
    {"user", "given"},
    {"what", "this"},
};

const Provider* row_of(const Symptom& symptom) {
    const auto key =
        std::string_view(symptom.provider)
            .substr(0, std::min(symptom.provider.find(':'), symptom.provider.size()));
    for (const Provider& row : provider_table()) {
        if (key == row.key)
            return &row;
    }
    return nullptr;
}

/// Of `text` what stands after `before`, up to one of `ends`: whoever wrote it, it is fit
/// to be shown, and short.
std::string cut(std::string_view text, std::string_view before, std::string_view ends) {
    const auto begin = text.find(before);
    if (begin == text.npos)
        return {};
    text.remove_prefix(begin + before.size());
    text = trim(text.substr(0, text.find(ends)));
    while (text.ends_with('.'))
        text.remove_suffix(1);
    return printable(text, cut_limit);
}

/// What follows the region in "… the check in region EU-WEST-1: a@example.com, b@…".
std::string identities_of(std::string_view reply) {
    const auto region = reply.find("in region ");
    if (region == reply.npos)
        return {};
    return cut(reply.substr(region), ": ", "\n");
}

/// Of what came back in place of a reply of SMTP.
const char* protocol_of(std::string_view text) {
    for (const auto& [begin, protocol] : {std::pair{"reply: * OK", "IMAP"},
                                          {"reply: +OK", "POP"},
                                          {"reply: SSH-", "SSH"}}) {
        if (text.find(begin) != text.npos)
            return protocol;
    }
    return "";
}

/// The label of its host's name that says where it is.
std::string region_of(std::string_view host) {
    for (const std::string_view before :
         {"email-smtp.", "email-smtp-fips.", "smtp.email."}) {
        if (host.starts_with(before))
            return cut(host, before, ".");
    }
    return {};
}

/// "/etc/sallyport.conf" of "/etc/sallyport.conf:7".
std::string file_of(const std::string& origin) {
    return origin.starts_with('/') ? printable(origin.substr(0, origin.rfind(':'))) : "";
}

const char* what_is_judged(Rung rung) {
    return rung == Rung::mail   ? tr("the sender")
           : rung == Rung::rcpt ? tr("the recipient")
           : rung == Rung::data ? tr("the message")
                                : "";
}

std::string form_wanted(const Provider& row) {
    switch (row.user_form) {
    case Provider::UserForm::any:
        return {};
    case Provider::UserForm::address:
        return tr("the whole address");
    case Provider::UserForm::local_part:
        return tr("the part of the address before the @");
    case Provider::UserForm::local_and_domain:
        return tr("two names with a dot between them and no @");
    case Provider::UserForm::fixed:
        return concat({tr("the word "), row.user});
    }
    return {};
}

const char* form_given(const std::string& user) {
    return user.find('@') != user.npos   ? tr("a whole address")
           : user.find('.') != user.npos ? tr("a name with a dot")
                                         : tr("a name alone");
}

bool has_form(const Provider& row, const std::string& user) {
    const bool whole = user.find('@') != user.npos;
    switch (row.user_form) {
    case Provider::UserForm::any:
        return true;
    case Provider::UserForm::address:
        return whole;
    case Provider::UserForm::local_part:
        return !whole;
    case Provider::UserForm::local_and_domain:
        return !whole && user.find('.') != user.npos;
    case Provider::UserForm::fixed:
        return user == row.user;
    }
    return true;
}

/// Keeps what is there already.
void add(Words& words, const char* name, std::string value) {
    if (!value.empty())
        words.emplace(name, std::move(value));
}

void add_provider(Words& words, const Symptom& symptom) {
    const Provider* const row = row_of(symptom);
    if (row == nullptr)
        return;
    add(words, "provider", row->title);
    add(words, "limit", row->limits);
    add(words, "form", form_wanted(*row));
}

/// By which key its password comes.
const char* way_of(const SecretSource& secret) {
    return std::holds_alternative<SecretFile>(secret)      ? "by_file"
           : std::holds_alternative<SecretCommand>(secret) ? "by_command"
                                                           : "by_value";
}

void add_relay(Words& words, const Relay& relay) {
    add(words, way_of(relay.secret), "so");
    const std::string host = printable(relay.host);
    add(words, "host", host);
    add(words, "peer", host);
    add(words, "domain", host);
    add(words, "provider", host);
    add(words, "region", region_of(relay.host));
    add(words, "user", printable(relay.user));
    add(words, "given", form_given(relay.user));
    add(words, "helo", printable(relay.helo));
    add(words, "file", file_of(relay.origin));
    add(words, "tls", relay.tls ? "set" : "");
    if (relay.port.size() == 1)
        add(words, "p", std::to_string(relay.port.front()));
}

void add_reply(Words& words, std::string_view reply) {
    add(words, "identities", identities_of(reply));
    add(words, "reason", cut(reply, "is not allowed to send: ", "\n"));
    add(words, "part", reply.find("for the Tenant") != reply.npos ? tr("tenant") : "");
    add(words, "status", cut(reply, "\"status\":\"", "\""));
    add(words, "scope", cut(reply, "\"scope\":\"", "\""));
    add(words, "list", cut(reply, "in common: the server offers ", ","));
    add(words, "names", cut(reply, "; it is for ", " and not for"));
    add(words, "issuer", cut(reply, "; its issuer, ", ", is neither"));
    add(words, "pin", cut(reply, "none of tls_pin; it is ", ";"));
    add(words, "since", cut(reply, "it is good from ", ","));
    add(words, "date", cut(reply, "this machine's clock says ", ": "));
    add(words, "protocol", protocol_of(reply));
    add(words, "size", cut(reply, "the message has ", " octets"));
}

/// Whether its host is the row's, and not another that the settings name.
bool has_host_of(const Provider& row, const Relay& relay) {
    const bool by_provider = std::ranges::any_of(relay.keys, [](const Setting& setting) {
        return setting.by_provider && setting.key == "host";
    });
    return by_provider || provider_of_host(relay.host) == &row;
}

/// Whose server it is: a provider's, with a title and a public certificate, or `own`. Of a
/// provider's nobody is to write down the key that somebody shows, or another name.
void add_owner(Words& words, const Symptom& symptom) {
    if (symptom.relay == nullptr)
        return;
    const Provider* const row = row_of(symptom);
    if (row != nullptr && has_host_of(*row, *symptom.relay)) {
        add(words, "title", row->title);
        words.erase("pin");
        words.erase("nearest");
    } else {
        add(words, "own", printable(symptom.relay->host));
    }
}

/// Somebody else's text, such that it is not read as ours.
void quote(Words& words, std::string_view name) {
    const auto word = words.find(name);
    if (word == words.end())
        return;
    std::string text = printable(word->second, quoted_limit);
    std::ranges::replace(text, '"', '\'');
    word->second = concat({"\"", text, "\""});
}

const char* otherwise(std::string_view name) {
    const auto* const found = std::ranges::find(all_words, name, &Word::name);
    return found != std::end(all_words) ? tr(found->otherwise) : "";
}

/// Nothing where a word is missing, unless one may be.
std::optional<std::string> filled(std::string_view text, const Words& words,
                                  bool may_be_missing) {
    std::string result;
    while (!text.empty()) {
        result += take_until(text, '{');
        if (text.empty())
            break;
        const auto name = take_until(text, '}');
        const auto word = words.find(name);
        if (word == words.end() && !may_be_missing)
            return std::nullopt;
        result += word != words.end() ? std::string_view(word->second) : otherwise(name);
    }
    return result;
}

} // namespace

std::string date_text(std::time_t date) {
    std::tm parts{};
    ::gmtime_r(&date, &parts);
    std::array<char, 32> text{};
    const auto size = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M UTC", &parts);
    return {text.data(), size};
}

std::span<const Word> advice_words() {
    return all_words;
}

bool is_misshapen_user(const Symptom& symptom) {
    const Provider* const row = row_of(symptom);
    return row != nullptr && symptom.relay != nullptr &&
           !has_form(*row, symptom.relay->user);
}

Words words_of(const Symptom& symptom) {
    Words words;
    for (const auto& [name, value] : symptom.words)
        add(words, name.c_str(), value);
    add_provider(words, symptom);
    if (symptom.relay != nullptr)
        add_relay(words, *symptom.relay);
    add_reply(words, symptom.reply);
    add(words, "what", what_is_judged(symptom.rung));
    add_owner(words, symptom);
    quote(words, "issuer");
    quote(words, "names");
    return words;
}

std::string filled_in(std::string_view text, const Words& words) {
    std::string result;
    while (!text.empty()) {
        result += *filled(take_until(text, '['), words, true);
        result += filled(take_until(text, ']'), words, false).value_or("");
    }
    return result;
}

std::string filled_in_wholly(std::string_view text, const Words& words) {
    return filled(text, words, false).value_or("");
}

} // namespace sallyport::ctl
