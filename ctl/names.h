// SPDX-License-Identifier: MIT
//
// Names: A and AAAA apart, so that a family that leads nowhere shows, and mail exchangers.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/failure.h"
#include "base/stream.h"
#include "ctl/report.h"
#include "net/resolve.h"

namespace sallyport::ctl {

struct NameFacts {
    std::vector<Address> v6;
    std::vector<Address> v4;
    bool missing = false; ///< no such name
    std::string trouble;  ///< why there are no addresses; empty if there are some
    /// What a delivery exits with where there are none: 68 where it is known that the name
    /// does not exist or has none, else 75.
    ExitStatus status = ExitStatus::ok;
    Milliseconds took{};

    [[nodiscard]] bool empty() const { return v6.empty() && v4.empty(); }
};

/// Of `host`, a name or an address, in the families that `ip` allows, by `deadline`.
NameFacts look_up_names(const std::string& host, IpFamily ip, Deadline deadline);

/// The targets of the MX records in a DNS message, in lower case, by preference, ten at
/// most; what is no host name is left out, the "." of a domain without mail too. Nothing if
/// it is no whole message.
std::optional<std::vector<std::string>> parse_exchangers(std::string_view message);

/// The hosts that take mail for `domain`, in lower case, by preference; empty: none, or
/// nobody answers by `deadline`.
std::vector<std::string> look_up_exchangers(const std::string& domain, Deadline deadline);

/// The name servers that `path` names, at most the three that are asked.
std::vector<std::string> name_servers(const std::string& path = "/etc/resolv.conf");

} // namespace sallyport::ctl
