// SPDX-License-Identifier: MIT
//
// The ways to a relay: the host and ports that a delivery would use, and what is to be said
// where none of them leads there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ctl/advice.h"
#include "ctl/names.h"
#include "ctl/ports.h"
#include "ctl/report.h"

namespace sallyport::ctl {

/// A rung that fails, or may: why, and what a delivery would exit with.
struct Trouble {
    Symptom symptom;
    std::string text; ///< in a few words
    int status = 0;
};

/// The host to look up, and its ports in the order of a delivery.
struct Target {
    std::string host;
    std::vector<std::uint16_t> ports;
    TlsMode tls = TlsMode::starttls; ///< of an SRV record's server
};

/// The relay's own, or the first that SRV names. Failure as look_up_services().
Target target_of(const Relay& relay, Deadline deadline);

/// Where SRV names nobody, or is not answered.
Trouble no_services(const Relay& relay, const Failure& failure);
/// Where `names` has no address, or none of the family of source_address.
Trouble no_names(const Relay& relay, const std::string& host, const NameFacts& names);

/// source_address, as sockets take it. Failure as resolve().
std::optional<Address> source_of(const Relay& relay, Deadline deadline);
/// Leaves out of `names` what cannot be reached from there.
NameFacts reachable_from(const std::optional<Address>& source, NameFacts names);

/// Where no configured port is open.
Trouble no_port(const Relay& relay, const std::string& host, const PortProbes& probes);
/// Where one is, and a delivery waits for something all the same: configured ports before
/// it that are silent, IPv6 that leads nowhere.
std::vector<Symptom> detours(const Relay& relay, const PortProbes& probes);

/// "465 open, 587 open; 25 shut (usual, not needed)".
std::string port_text(const std::vector<PortReport>& ports);
/// "2 IPv6, 3 IPv4".
std::string name_text(const NameFacts& names);

/// "KEY" of the table of providers, by the host; or empty.
std::string provider_key(const Relay& relay);

} // namespace sallyport::ctl
