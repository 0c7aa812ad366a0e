// SPDX-License-Identifier: MIT
#include "ctl/effective.h"

#include <algorithm>
#include <limits>
#include <string_view>
#include <utility>

#include "base/concat.h"
#include "config/findings.h"
#include "config/keys.h"
#include "ctl/set_gid_run.h"
#include "text/ascii.h"
#include "text/printable.h"

namespace sallyport::ctl {

namespace {

/// In the order of sallyport.conf(5).
auto place_of(const Setting& setting) {
    return std::ranges::find_if(key_table(), [&](const Key& key) {
        return key.section == setting.section && key.name == setting.key;
    });
}

/// Without the key that an origin in a file or URL ends with.
std::string place_of_origin(const Setting& setting) {
    const std::string key = concat({": ", setting.key});
    std::string_view origin = setting.origin;
    if (origin.ends_with(key))
        origin.remove_suffix(key.size());
    return printable(origin, origin.size());
}

EffectiveValue effective(const Setting& setting) {
    using enum EffectiveValue::Kind;
    const auto key = place_of(setting);
    const bool may_be_secret =
        key == key_table().end() || key->is(Key::secret) || key->is(Key::url);
    EffectiveValue value{std::string(setting.key),
                         printable(setting.text, setting.text.size()),
                         place_of_origin(setting)};
    if (value.value == "(set)" && may_be_secret)
        value.kind = secret;
    else if (value.value == "(not used)")
        value.kind = not_used;
    return value;
}

void add_section(std::vector<EffectiveSection>& sections, std::string name, SetKeys keys) {
    if (keys.empty())
        return;
    std::ranges::stable_sort(keys, {}, place_of);
    EffectiveSection& section = sections.emplace_back();
    section.name = std::move(name);
    std::ranges::transform(keys, std::back_inserter(section.values), effective);
}

/// Those of [sender NAME] that are not everybody's.
SetKeys own_keys(const SenderSettings& own, const SenderSettings& general) {
    SetKeys keys;
    std::ranges::copy_if(own.keys, std::back_inserter(keys), [&](const Setting& setting) {
        const Setting* const same = find_setting(general.keys, "sender", setting.slot);
        return same == nullptr || same->origin != setting.origin;
    });
    return keys;
}

void add_senders(std::vector<EffectiveSection>& sections, const Settings& settings,
                 const std::optional<std::string>& user) {
    const auto own = settings.user_senders.find(user.value_or(""));
    const bool is_own = user && own != settings.user_senders.end();
    add_section(sections, "sender", is_own ? own->second.keys : settings.sender.keys);
    if (user)
        return;
    for (const auto& [name, sender] : settings.user_senders)
        add_section(sections, printable(concat({"sender ", name})),
                    own_keys(sender, settings.sender));
}

/// The sections that there are once, but [sender].
void add_others(std::vector<EffectiveSection>& sections, const Settings& settings) {
    for (const char* const section :
         {"recipients", "message", "log", "queue", "limits", "exit"}) {
        SetKeys keys;
        std::ranges::copy_if(
            settings.keys, std::back_inserter(keys),
            [&](const Setting& setting) { return setting.section == section; });
        add_section(sections, section, std::move(keys));
    }
}

/// The number in "FILE:LINE: …"; 0 of a file as a whole; of what is not about `file`, which
/// is shown, more than all of them.
unsigned long line_of(std::string_view error, std::string_view file) {
    if (file.empty() || !error.starts_with(file) || error.size() == file.size() ||
        error[file.size()] != ':')
        return std::numeric_limits<unsigned long>::max();
    error.remove_prefix(file.size() + 1);
    unsigned long line = 0;
    for (; !error.empty() && is_digit(error.front()); error.remove_prefix(1))
        line = 10 * line + static_cast<unsigned long>(error.front() - '0');
    return line;
}

/// Each once: who can read a file with two passwords is told of twice.
std::vector<std::string> in_order(std::vector<std::string> found, const std::string& file) {
    std::ranges::stable_sort(
        found, {}, [&](const std::string& error) { return line_of(error, file); });
    std::vector<std::string> errors;
    for (std::string& error : found) {
        if (std::ranges::find(errors, error) == errors.end())
            errors.push_back(std::move(error));
    }
    return errors;
}

/// An error that is about one key begins with its origin.
void leave_out_what_is_wrong(SetKeys& keys, const std::vector<std::string>& errors) {
    std::erase_if(keys, [&](const Setting& setting) {
        const std::string begin = concat({setting.origin, ": "});
        return std::ranges::any_of(
            errors, [&](const std::string& error) { return error.starts_with(begin); });
    });
}

void leave_out_what_is_wrong(Settings& settings, const std::vector<std::string>& errors) {
    leave_out_what_is_wrong(settings.keys, errors);
    leave_out_what_is_wrong(settings.sender.keys, errors);
    for (auto& [user, sender] : settings.user_senders)
        leave_out_what_is_wrong(sender.keys, errors);
    for (Relay& relay : settings.relays)
        leave_out_what_is_wrong(relay.keys, errors);
}

} // namespace

EffectiveConfig effective_config(const ConfigurationSources& sources,
                                 const std::optional<std::string>& user) {
    EffectiveConfig config;
    Findings findings;
    Settings settings;
    try {
        settings = load_settings(sources, config.notes, findings);
    } catch (const Failure& failure) {
        findings.errors.push_back(failure.what());
    }
    config.file = printable(findings.file);
    config.errors = in_order(std::move(findings.errors), config.file);
    std::ranges::move(settings.notes, std::back_inserter(config.notes));
    leave_out_what_is_wrong(settings, config.errors);
    for (const Relay& relay : settings.relays)
        add_section(config.sections,
                    printable(concat({"relay", relay.name.empty() ? "" : " ", relay.name})),
                    relay.keys);
    add_senders(config.sections, settings, user);
    add_others(config.sections, settings);
    config.has_users_section = user && settings.user_senders.contains(*user);
    if (user)
        config.set_gid = set_gid_run(sources, settings, findings.file, *user);
    return config;
}

} // namespace sallyport::ctl
