// SPDX-License-Identifier: MIT
#include "config/key_names.h"

#include <algorithm>
#include <utility>

#include "base/concat.h"
#include "config/values.h"
#include "text/ascii.h"
#include "text/printable.h"

namespace sallyport {

namespace {

std::string list_keys(std::string_view section) {
    std::string names;
    for (const Key& key : key_table()) {
        if (key.section == section)
            names.append(names.empty() ? "" : ", ").append(key.name);
    }
    return names;
}

/// Of keys that are equally near the one of this section.
const Key& nearest_key(std::string_view section, std::string_view name) {
    return *std::ranges::min_element(key_table(), {}, [&](const Key& key) {
        const std::size_t elsewhere = key.section == section ? 0 : 1;
        return 2 * distance(name, key.name) + elsewhere;
    });
}

[[noreturn]] void unknown_key(std::string_view section, std::string_view name,
                              const std::string& origin, bool may_be_secret) {
    const Key& near = nearest_key(section, name);
    if (name == near.name)
        misconfigured(origin, {name, " belongs to [", near.section, "]"});
    if (distance(name, near.name) <= std::min<std::size_t>(near.name.size() / 2, 3))
        misconfigured(origin, {printable(name, 60), " is not known; the nearest key of [",
                               near.section, "] is ", near.name});
    misconfigured(origin,
                  {may_be_secret ? "this key" : printable(name, 60),
                   " is not known; the keys of [", section, "] are ", list_keys(section)});
}

} // namespace

void expect_section(std::string_view section, const std::string& origin) {
    if (std::ranges::find(key_table(), section, &Key::section) == key_table().end())
        misconfigured(origin, {"[", printable(section, 60),
                               "] is not known; the sections are [relay], [sender], "
                               "[recipients], [message], [log], [queue], [limits] and "
                               "[exit]"});
}

const Key& find_key(std::string_view section, std::string_view name,
                    const std::string& origin, bool may_be_secret) {
    const auto found = std::ranges::find_if(key_table(), [&](const Key& key) {
        return key.section == section && key.name == name;
    });
    if (found == key_table().end())
        unknown_key(section, name, origin, may_be_secret);
    return *found;
}

const Key* find_key_of_variable(std::string_view name) {
    constexpr std::pair<std::string_view, std::string_view> short_names[] = {
        {"PASSWORD", "RELAY_PASSWORD"},
        {"PASSWORD_FILE", "RELAY_PASSWORD_FILE"},
        {"FROM", "SENDER_ENVELOPE_FROM"},
        {"DOMAIN", "SENDER_DOMAIN"},
    };
    for (const auto& [abbreviated, full] : short_names) {
        if (name == abbreviated)
            name = full;
    }
    const auto found = std::ranges::find_if(key_table(), [name](const Key& key) {
        return name.size() == key.section.size() + 1 + key.name.size() &&
               equals_ignoring_case(name, concat({key.section, "_", key.name}));
    });
    return found != key_table().end() ? &*found : nullptr;
}

std::string nearest_variable(std::string_view name) {
    constexpr std::size_t longest = 64; // whoever calls may have set it to anything
    name = name.substr(0, longest);
    std::size_t least = longest;
    std::string nearest;
    const auto consider = [&](std::string_view written, const std::string& meant) {
        const std::size_t far = distance(name, written);
        if (far < least) {
            least = far;
            nearest = meant;
        }
    };
    for (const char* const known : {"url", "from", "domain", "password"})
        consider(known, known);
    for (const Key& key : key_table()) {
        const std::string full = concat({key.section, "_", key.name});
        consider(full, full);
        consider(key.name, full);
    }
    return upper_case(nearest);
}

} // namespace sallyport
