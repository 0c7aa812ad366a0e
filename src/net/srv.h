// SPDX-License-Identifier: MIT
//
// The submission servers of a domain, as its SRV records name them (RFC 2782, 6186, 8314).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/stream.h"
#include "config/settings.h"

namespace sallyport {

struct Service {
    std::string target; ///< a host name, without the dot at its end
    std::uint16_t port = 0;
    TlsMode tls = TlsMode::implicit;
    std::uint16_t priority = 0;
    std::uint16_t weight = 0;
};

/// The SRV records in a DNS message; those are left out that say "not offered" by the
/// target "." or whose target is no host name. Nothing if it is no whole message.
std::optional<std::vector<Service>> parse_services(std::string_view message, TlsMode tls);

/// In the order to try them: by priority, and within one at random by weight, as RFC 2782
/// has it; `random` gives a number below its argument.
std::vector<Service> in_order(std::vector<Service> services,
                              std::uint32_t (*random)(std::uint32_t limit));

/// Those of `domain`, at most eight of each kind, in the order to try them: first all with
/// TLS at once (_submissions), then all with STARTTLS (_submission). `tls`: only those.
/// Failure: 68 (relay) if it offers none, 75 (relay) for trouble with DNS.
std::vector<Service> look_up_services(const std::string& domain, std::optional<TlsMode> tls,
                                      Deadline deadline);

} // namespace sallyport
