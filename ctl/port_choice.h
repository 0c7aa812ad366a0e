// SPDX-License-Identifier: MIT
//
// Which ports of a server lead to it from here.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "config/settings.h"
#include "ctl/report.h"

namespace sallyport::ctl {

struct PortChoice {
    std::vector<std::uint16_t>
        ports;           ///< to be written; empty: those that are usual will do
    std::string trouble; ///< what stands in the way of them all, or empty
};

/// `probe` climbs from names to TLS, as probe_server() does, on the relay's ports. Of those
/// the first that works decides; where none does, others that are open.
PortChoice choose_ports(Relay relay, const std::function<RelayReport(const Relay&)>& probe);

/// Whether `port` says nothing of how TLS begins there, which is the server's to tell.
bool is_unusual(std::uint16_t port);

/// How TLS begins there, by a probe whose relay took it to begin as `tried`; nothing where
/// that was not to be learnt.
std::optional<TlsMode> tls_of(const RelayReport& report, TlsMode tried);

} // namespace sallyport::ctl
