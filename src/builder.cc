// SPDX-License-Identifier: MIT
#include "builder.h"

#include <string_view>
#include <utility>

#include "concat.h"
#include "values.h"
#include "ways.h"

namespace sallyport {

namespace {

void check_sender(const SenderSettings& sender) {
    const bool has_envelope = !sender.envelope_from.local.empty();
    const bool has_header = !sender.header_from.local.empty();
    if (sender.force_envelope && !has_envelope)
        misconfigured(sender.force_origin, "there is no envelope_from");
    if (sender.force_header && !has_envelope && !has_header)
        misconfigured(sender.force_origin, "there is no header_from or envelope_from");
}

} // namespace

void Builder::begin_relay(std::string name, std::string origin) {
    Relay& relay = settings_.relays.emplace_back();
    relay.name = std::move(name);
    relay.origin = std::move(origin);
    relay.auth_wanted = true; // unless auth = none; see finish
}

void Builder::begin_user(std::string user) {
    user_ = std::move(user);
    settings_.user_senders.insert({user_, settings_.sender});
}

void Builder::begin_environment() {
    set_by_.clear();
    user_.clear();
    in_environment_ = true;
}

void Builder::redirect_relay(bool to_another_host) {
    Relay& relay = settings_.relays.back();
    relay.allow_plaintext_auth.reset();
    if (!to_another_host)
        return;
    relay.secret = {};
    if (!set_by_.contains(
            concat({"relay.pop_before.", std::to_string(relay_count()), "."})))
        relay.pop_before.reset();
}

void Builder::set(const Key& key, Value& value) {
    const bool is_harmless = key.harmless != nullptr && key.harmless(value.text);
    if (value.trust == Trust::stranger && !is_harmless)
        misconfigured(
            value.origin,
            "not taken from a file that -C names and root does not own, nor from a "
            "stranger's: put it into ~/.config/sallyport.conf");
    // One password or token, and one place, however they are given.
    const auto name = place_of(key.name);
    const auto [place, is_first] = set_by_.insert(
        {concat({key.section, ".", name, ".", std::to_string(relay_count()), ".", user_}),
         value.origin});
    if (!is_first)
        misconfigured(value.origin, {"it is set already by ", place->second});
    if (key.section == "relay")
        settings_.relays.back().origins += concat({"\n", name, "=", value.origin});
    if (user_.empty())
        apply(key, value);
    for (auto& [user, sender] : settings_.user_senders) {
        if (key.section != "sender" || (!in_environment_ && user != user_))
            continue;
        std::swap(settings_.sender, sender);
        apply(key, value);
        std::swap(settings_.sender, sender);
    }
}

Settings Builder::finish() {
    for (Relay& relay : settings_.relays)
        finish_relay(relay, settings_.notes);
    check_sender(settings_.sender);
    for (const auto& [user, sender] : settings_.user_senders)
        check_sender(sender);
    return std::move(settings_);
}

void Builder::apply(const Key& key, Value& value) {
    const bool none = settings_.relays.empty();
    if (none) // for keys of other sections, which leave it alone
        settings_.relays.emplace_back();
    key.set(settings_, settings_.relays.back(), value);
    if (none)
        settings_.relays.pop_back();
}

} // namespace sallyport
