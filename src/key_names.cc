// SPDX-License-Identifier: MIT
#include "key_names.h"

#include <algorithm>
#include <array>
#include <vector>

#include "ascii.h"
#include "concat.h"
#include "printable.h"
#include "values.h"

namespace sallyport {

namespace {

constexpr std::array<std::string_view, 2> reserved_sections{"queue", "limits"};

bool is_known_section(std::string_view name) {
    return std::ranges::find(key_table(), name, &Key::section) != key_table().end();
}

std::string_view nearest_section(std::string_view name) {
    std::vector<std::string_view> known;
    known.reserve(key_table().size());
    for (const Key& key : key_table())
        known.push_back(key.section);
    return nearest(name, known);
}

std::string_view nearest_key(std::string_view section, std::string_view name) {
    std::vector<std::string_view> known;
    for (const Key& key : key_table()) {
        if (key.section == section && !key.is_reserved())
            known.push_back(key.name);
    }
    return nearest(name, known);
}

[[noreturn]] void unknown_key(std::string_view section, std::string_view name,
                              const std::string& origin, bool may_be_secret) {
    const std::string_view near = nearest_key(section, name);
    const bool is_shown = !may_be_secret || distance(name, near) <= near.size() / 2;
    misconfigured(origin, {is_shown ? printable(name, 60) : "this key",
                           " is not known; the nearest key of [", printable(section, 60),
                           "] is ", near});
}

} // namespace

const Key& find_key(std::string_view section, std::string_view name,
                    const std::string& origin, bool may_be_secret) {
    if (std::ranges::find(reserved_sections, section) != reserved_sections.end())
        misconfigured(origin, {"[", section, "] is not in this version"});
    if (!is_known_section(section))
        misconfigured(origin, {"[", printable(section, 60),
                               "] is not known; the nearest section is [",
                               nearest_section(section), "]"});
    const auto found = std::ranges::find_if(key_table(), [&](const Key& key) {
        return key.section == section && key.name == name;
    });
    if (found == key_table().end())
        unknown_key(section, name, origin, may_be_secret);
    if (found->is_reserved())
        misconfigured(origin, {name, " is not in this version"});
    return *found;
}

const Key* find_key_of_variable(std::string_view variable) {
    const auto found = std::ranges::find_if(key_table(), [variable](const Key& key) {
        return equals_ignoring_case(variable,
                                    concat({"SALLYPORT_", key.section, "_", key.name}));
    });
    return found != key_table().end() ? &*found : nullptr;
}

} // namespace sallyport
