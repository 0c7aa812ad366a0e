// SPDX-License-Identifier: MIT
#include "ctl/draft.h"

#include <algorithm>
#include <utility>

#include "base/concat.h"
#include "base/failure.h"
#include "config/builder.h"
#include "config/key_names.h"
#include "config/keys.h"
#include "config/url.h"
#include "ctl/words.h"
#include "system/wipe.h"
#include "text/ascii.h"
#include "text/printable.h"

namespace sallyport::ctl {

namespace {

constexpr std::string_view prefix = "SALLYPORT_";

/// A value and the variable that gives it.
struct Given {
    const Key* key;
    std::string value;
    std::string origin;
};

/// Of services that Kubernetes knows by that name, and what is no key.
bool is_anothers(std::string_view name, std::string_view value) {
    return name == "SALLYPORT_URL" || name == "SALLYPORT_CONFIG" ||
           name.starts_with("SALLYPORT_SERVICE_") || name.starts_with("SALLYPORT_PORT") ||
           value.starts_with("tcp://") || value.starts_with("udp://");
}

void take_url(std::string_view url, std::vector<Given>& given) {
    const std::string origin = "SALLYPORT_URL";
    for (UrlSetting& setting : parse_relay_url(without_line_end(url), origin)) {
        // A password whose ? is not encoded ends there.
        const Key& key = find_key("relay", setting.key, origin, true);
        given.push_back({&key, std::move(setting.value), concat({origin, ": ", key.name})});
    }
}

void take_variable(std::string_view name, std::string_view value, std::vector<Given>& given,
                   std::vector<std::string>& notes) {
    const std::string_view rest = name.substr(prefix.size());
    const std::string shown = printable(name, 80);
    const Key* const known = find_key_of_variable(rest);
    if (known == nullptr)
        return notes.push_back(concat({tr("the variable "), shown,
                                       tr(" is not known: ignored; is it SALLYPORT_"),
                                       nearest_variable(rest), "?"}));
    given.push_back({&find_key(known->section, known->name, shown),
                     std::string(without_line_end(value)), shown});
}

/// The URL first, then where the relay is, then all others: as load_settings() has them.
std::vector<Given> given_by(const std::vector<std::string>& environment,
                            std::vector<std::string>& notes) {
    std::vector<Given> given;
    for (const std::string_view entry : environment) {
        const auto equals = std::min(entry.find('='), entry.size());
        const std::string_view name = entry.substr(0, equals);
        const std::string_view value = entry.substr(std::min(equals + 1, entry.size()));
        if (name == "SALLYPORT_URL" && !value.empty())
            take_url(value, given);
        else if (name.starts_with(prefix) && !value.empty() && !is_anothers(name, value))
            take_variable(name, value, given, notes);
    }
    std::stable_partition(given.begin(), given.end(), [](const Given& g) {
        return g.origin.starts_with("SALLYPORT_URL: ") || g.key->is(Key::way);
    });
    return given;
}

void set(Builder& builder, const Key& key, const std::string& value,
         const std::string& origin, Source source) {
    std::string text = value;
    builder.set(key, {text, origin}, source);
    wipe(text);
}

std::size_t position(const Key& key) {
    return static_cast<std::size_t>(&key - key_table().data());
}

} // namespace

Settings settings_of(std::span<const ConfigEntry> entries) {
    Builder builder;
    std::string_view section;
    for (const ConfigEntry& entry : entries) {
        const std::string origin = concat({"[", entry.section, "]"});
        std::string_view name = entry.section;
        const std::string_view kind = take_until(name, ' ');
        if (std::exchange(section, entry.section) != entry.section && kind == "relay")
            builder.begin_relay(std::string(name), origin);
        set(builder, find_key(kind, entry.key, origin), entry.value,
            concat({origin, " ", entry.key}), Source::file);
    }
    if (builder.relay_count() == 0)
        misconfigured("[relay]", tr("no server is named"));
    return builder.finish();
}

std::vector<ConfigEntry> entries_of_environment(const std::vector<std::string>& environment,
                                                std::vector<std::string>& notes) {
    std::vector<Given> given = given_by(environment, notes);
    const bool has_relay = std::ranges::any_of(
        given, [](const Given& g) { return g.key->section == "relay"; });
    if (!has_relay)
        misconfigured("SALLYPORT_URL", tr("it is not set, and no other variable names a "
                                          "server"));
    // Whatever the mail path would refuse in a variable is refused here, too.
    Builder builder;
    builder.begin_environment();
    builder.begin_relay({}, "SALLYPORT_URL");
    for (const Given& g : given)
        set(builder, *g.key, g.value, g.origin, Source::environment);
    static_cast<void>(builder.finish());
    std::ranges::stable_sort(given, {}, [](const Given& g) { return position(*g.key); });
    std::vector<ConfigEntry> entries;
    entries.reserve(given.size());
    for (const Given& g : given)
        entries.push_back({std::string(g.key->section), std::string(g.key->name), g.value,
                           "", g.key->is_secret(g.value)});
    return entries;
}

} // namespace sallyport::ctl
