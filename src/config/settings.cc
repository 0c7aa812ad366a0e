// SPDX-License-Identifier: MIT
#include "config/settings.h"

#include <algorithm>

#include "text/ascii.h"
#include "text/glob.h"

namespace sallyport {

TlsMode usual_tls(std::uint16_t port) {
    const bool at_once =
        port == submissions_port || port == 2465 || port == 8465 || port == 443;
    return at_once ? TlsMode::implicit : TlsMode::starttls;
}

TlsMode Relay::tls_mode(std::uint16_t on_port) const {
    return tls ? *tls : usual_tls(on_port);
}

bool RecipientSettings::is_local(std::string_view domain) const {
    const auto is_named = [domain](std::string_view name) {
        return equals_ignoring_case(domain, name);
    };
    return is_named("localhost") || is_named("localhost.localdomain") ||
           std::ranges::any_of(local, is_named);
}

const Setting* find_setting(const SetKeys& keys, std::string_view section,
                            std::string_view slot) {
    const auto found = std::ranges::find_if(keys, [&](const Setting& setting) {
        return setting.section == section && setting.slot == slot;
    });
    return found != keys.end() ? &*found : nullptr;
}

std::string Relay::origin_of(std::string_view key) const {
    const Setting* setting = find_setting(keys, "relay", key);
    if (setting != nullptr && setting->by_provider)
        setting = find_setting(keys, "relay", "provider");
    return setting != nullptr ? setting->origin : origin;
}

bool Relay::serves(std::string_view reverse_path) const {
    return match.empty() || matches_any(reverse_path, match);
}

} // namespace sallyport
