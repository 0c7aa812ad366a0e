// SPDX-License-Identifier: MIT
#include "ctl/provider_facts.h"

#include <algorithm>
#include <optional>

#include "base/concat.h"
#include "text/ascii.h"
#include "text/host_name.h"

namespace sallyport::ctl {

namespace {

/// A variant in capitals stands for any.
bool is_open(const Provider& provider) {
    return provider.variants[0] >= 'A' && provider.variants[0] <= 'Z';
}

/// `name` is `suffix`, or a name in it.
bool is_within(std::string_view name, std::string_view suffix) {
    if (name.size() <= suffix.size())
        return equals_ignoring_case(name, suffix);
    const std::string_view end = name.substr(name.size() - suffix.size());
    return equals_ignoring_case(end, suffix) &&
           name[name.size() - suffix.size() - 1] == '.';
}

/// The variant with which an open row has this host; nothing if it has not.
std::optional<std::string> variant_of(const Provider& provider, std::string_view host) {
    const std::string_view pattern = provider.host;
    const std::string_view word = provider.variants;
    const auto at = pattern.find(word);
    const std::string_view before = pattern.substr(0, at);
    const std::string_view after = pattern.substr(at + word.size());
    if (word == "DOMAIN" || host.size() <= before.size() + after.size() ||
        !starts_with_ignoring_case(host, before) ||
        !equals_ignoring_case(host.substr(host.size() - after.size()), after))
        return std::nullopt;
    const std::string_view variant =
        host.substr(before.size(), host.size() - before.size() - after.size());
    const bool is_label =
        is_host_name(variant, Naming::strict) && variant.find('.') == variant.npos;
    return is_label ? std::optional(lower_case(variant)) : std::nullopt;
}

/// Whether any of the `words`, with blanks between them, is it.
template<class Is>
bool any_word(std::string_view words, Is is) {
    while (!words.empty()) {
        if (is(take_until(words, ' ')))
            return true;
    }
    return false;
}

/// How the row is written for this host, or nothing.
std::string name_for_host(const Provider& provider, std::string_view host) {
    if (is_open(provider)) {
        const auto variant = variant_of(provider, host);
        return variant ? concat({provider.key, ":", *variant}) : std::string();
    }
    for (PresetName& preset : preset_names(provider)) {
        if (equals_ignoring_case(preset.host, host))
            return std::move(preset.name);
    }
    return {};
}

bool contains(std::string_view text, std::string_view part) {
    return lower_case(text).find(lower_case(part)) != std::string::npos;
}

template<class Fits>
const Provider* first_that(Fits fits) {
    const auto table = provider_table();
    const auto found = std::ranges::find_if(table, fits);
    return found != table.end() ? &*found : nullptr;
}

} // namespace

std::vector<PresetName> preset_names(const Provider& provider) {
    if (is_open(provider))
        return {{concat({provider.key, ":", provider.variants}), provider.host}};
    std::string_view hosts = provider.host;
    std::string_view variants = provider.variants;
    std::vector<PresetName> names{{provider.key, std::string(take_until(hosts, ' '))}};
    while (!variants.empty())
        names.push_back({concat({provider.key, ":", take_until(variants, ' ')}),
                         std::string(take_until(hosts, ' '))});
    return names;
}

std::vector<const Provider*> providers_like(std::string_view pattern) {
    std::vector<const Provider*> rows;
    const std::string_view key = pattern.substr(0, pattern.find(':'));
    for (const Provider& row : provider_table()) {
        if (equals_ignoring_case(row.key, key))
            return {&row};
        if (contains(row.key, pattern) || contains(row.title, pattern) ||
            contains(row.host, pattern) || contains(row.domains, pattern))
            rows.push_back(&row);
    }
    return rows;
}

const Provider* provider_of_host(std::string_view host) {
    return first_that([name = without_final_dot(host)](const Provider& provider) {
        return !name_for_host(provider, name).empty();
    });
}

const Provider* provider_of_domain(std::string_view domain) {
    return first_that([name = without_final_dot(domain)](const Provider& provider) {
        return any_word(provider.domains, [name](std::string_view word) {
            return equals_ignoring_case(word, name);
        });
    });
}

const Provider* provider_of_exchanger(std::string_view exchanger) {
    return first_that([name = without_final_dot(exchanger)](const Provider& provider) {
        return any_word(provider.mx,
                        [name](std::string_view word) { return is_within(name, word); });
    });
}

std::string preset_of_host(std::string_view host) {
    const Provider* const provider = provider_of_host(host);
    return provider != nullptr ? name_for_host(*provider, without_final_dot(host))
                               : std::string();
}

std::string preset_of_domain(std::string_view domain) {
    const Provider* const provider = provider_of_domain(domain);
    if (provider == nullptr)
        return {};
    const std::vector<PresetName> names = preset_names(*provider);
    const auto own = std::ranges::find_if(names, [&](const PresetName& preset) {
        return is_within(preset.host, without_final_dot(domain));
    });
    return own != names.end() ? own->name : names.front().name;
}

} // namespace sallyport::ctl
