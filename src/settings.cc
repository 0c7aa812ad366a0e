// SPDX-License-Identifier: MIT
#include "settings.h"

#include "glob.h"

namespace sallyport {

TlsMode Relay::tls_mode(std::uint16_t on_port) const {
    if (tls)
        return *tls;
    const bool at_once =
        on_port == 465 || on_port == 2465 || on_port == 8465 || on_port == 443;
    return at_once ? TlsMode::implicit : TlsMode::starttls;
}

bool Relay::serves(std::string_view reverse_path) const {
    return match.empty() || matches_any(reverse_path, match);
}

} // namespace sallyport
