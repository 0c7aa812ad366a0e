// SPDX-License-Identifier: MIT
#include "config/builder.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/concat.h"
#include "config/key_names.h"
#include "config/values.h"
#include "config/ways.h"

namespace sallyport {

namespace {

void check_source(const Key& key, const Value& value, Source source) {
    if (source == Source::strangers_file && !key.is_harmless(value.text))
        misconfigured(
            value.origin,
            "not taken from a file that -C names and root does not own, nor from a "
            "stranger's: put it into ~/.config/sallyport.conf");
    if (source == Source::privileged_file && key.is(Key::command))
        misconfigured(value.origin, "no command is run set-user-ID or set-group-ID");
    if (source == Source::environment && key.is(Key::file_only))
        misconfigured(value.origin,
                      "only a configuration file of root or your own may say that");
}

void check_sender(const SenderSettings& sender) {
    if (!sender.envelope_from.local.empty()) // it stands in for header_from, too
        return;
    if (sender.force_envelope || (sender.force_header && sender.header_from.local.empty()))
        misconfigured(find_setting(sender.keys, "sender", "force")->origin,
                      sender.force_envelope ? "there is no envelope_from"
                                            : "there is no header_from or envelope_from");
}

} // namespace

void Builder::begin_relay(std::string name, std::string origin) {
    Relay& relay = settings_.relays.emplace_back();
    relay.name = std::move(name);
    relay.origin = std::move(origin);
}

void Builder::begin_user(std::string user) {
    user_ = std::move(user);
    settings_.user_senders.insert({user_, settings_.sender});
    ++round_;
}

void Builder::begin_environment() {
    user_.clear();
    environment_ = ++round_;
}

/// What waits goes by the relay that a later run will find: a variable that moves it may
/// not be there then. Where the directory comes of a variable, the run gets the same.
void Builder::leave_queue() {
    const auto is_moved = [this](const Setting& setting) {
        const Key& key = find_key(setting.section, setting.key, setting.origin);
        return setting.round >= environment_ &&
               (key.is(Key::way) || setting.key == "user" || setting.key == "match");
    };
    const Setting* const directory = find_setting(settings_.keys, "queue", "directory");
    if (directory == nullptr || directory->round >= environment_)
        return;
    for (const Relay& relay : settings_.relays) {
        const auto moved = std::ranges::find_if(relay.keys, is_moved);
        if (moved == relay.keys.end())
            continue;
        settings_.queue.directory.clear();
        settings_.limits = {};
        for (Setting& setting : settings_.keys) {
            if (setting.section == "queue" || setting.section == "limits")
                setting.text = "(not used)";
        }
        return settings_.notes.push_back(
            concat({directory->origin, ": not used, since ", moved->origin,
                    " is for this call alone, and a run of the queue would not know it"}));
    }
}

/// Nobody is to believe that mail waits where nothing can.
void Builder::check_queue() {
    const auto needs = std::ranges::find_if(settings_.keys, [](const Setting& setting) {
        return setting.section == "queue" || setting.section == "limits";
    });
    if (needs != settings_.keys.end() && settings_.queue.directory.empty())
        misconfigured(needs->origin, "there is no directory in [queue]");
    leave_queue();
    for (Relay& relay : settings_.relays)
        relay.awaits_verdict = !settings_.queue.directory.empty();
}

/// A relay that is to be reached otherwise than the file says: the consent that stands
/// there was not given for that, nor, if it is another host, the password; and the POP
/// server of the file's host is not told the password for another.
void Builder::redirect(Relay& relay, bool to_another_host) const {
    for (Setting& setting : relay.keys) {
        if (setting.round == round_)
            continue;
        if (setting.slot == "allow_plaintext_auth")
            relay.allow_plaintext_auth.reset();
        else if (to_another_host && setting.slot == "password")
            relay.secret = {};
        else if (to_another_host && setting.slot == "pop_before")
            relay.pop_before.reset();
        else
            continue;
        setting.text = "(not used)";
    }
}

/// A provider that a variable names is another server than the file's, and has ports of its
/// own.
void Builder::forget_server(Relay& relay) const {
    for (std::size_t at = relay.keys.size(); at-- > 0;) {
        const Setting& setting = relay.keys[at];
        const bool names_host = setting.slot == "host";
        if (setting.round == round_ || (!names_host && setting.slot != "port"))
            continue;
        if (names_host)
            relay.host.clear();
        else
            relay.port.clear();
        relay.keys.erase(relay.keys.begin() + static_cast<std::ptrdiff_t>(at));
    }
}

void Builder::set(const Key& key, Value value, Source source) {
    check_source(key, value, source);
    if (source == Source::environment && key.is(Key::way))
        redirect(settings_.relays.back(), key.is(Key::server));
    if (source == Source::environment && key.name == "provider")
        forget_server(settings_.relays.back());
    if (key.section == "relay")
        return put(key, value, settings_.relays.back().keys, settings_.sender);
    if (key.section != "sender")
        return put(key, value, settings_.keys, settings_.sender);
    if (user_.empty())
        put(key, value, settings_.sender.keys, settings_.sender);
    for (auto& [user, sender] : settings_.user_senders) {
        if (user_.empty() || user == user_)
            put(key, value, sender.keys, sender);
    }
}

/// `keys` are those of the section that the value goes to.
void Builder::put(const Key& key, Value& value, SetKeys& keys, SenderSettings& sender) {
    const Setting* const earlier = find_setting(keys, key.section, key.slot());
    if (earlier != nullptr && earlier->round == round_)
        misconfigured(value.origin, {"it is set already by ", earlier->origin});
    if (earlier != nullptr)
        keys.erase(keys.begin() + (earlier - keys.data()));
    keys.push_back({key.section, key.name, key.slot(),
                    key.is_secret(value.text) ? "(set)" : value.text, value.origin,
                    round_});
    Relay* const relay = settings_.relays.empty() ? nullptr : &settings_.relays.back();
    key.read({&settings_, relay, &sender, &settings_.recipients, &settings_.message,
              &settings_.log, &settings_.queue, &settings_.limits},
             value);
}

Settings Builder::finish() {
    for (Relay& relay : settings_.relays)
        finish_relay(relay, settings_.notes);
    check_sender(settings_.sender);
    for (const auto& [user, sender] : settings_.user_senders)
        check_sender(sender);
    check_queue();
    return std::move(settings_);
}

Settings Builder::finish(Findings& findings) {
    const auto attempt = [&](std::string_view kind, std::string_view name, auto step) {
        const std::string section = concat({kind, name.empty() ? "" : " ", name});
        if (!findings.spoil(section) && !findings.spoil(kind))
            AllOf{findings}(section, step);
    };
    for (Relay& relay : settings_.relays)
        attempt("relay", relay.name, [&] { finish_relay(relay, settings_.notes); });
    attempt("sender", {}, [&] { check_sender(settings_.sender); });
    for (const auto& entry : settings_.user_senders)
        attempt("sender", entry.first, [&] { check_sender(entry.second); });
    attempt("queue", {}, [&] { check_queue(); });
    return std::move(settings_);
}

} // namespace sallyport
