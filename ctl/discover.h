// SPDX-License-Identifier: MIT
//
// The submission server of somebody's address: by the table, SRV, MX, the usual names.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/stream.h"
#include "net/srv.h"

namespace sallyport::ctl {

struct Discovered {
    std::string provider; ///< a preset; or
    std::string srv;      ///< a domain; or
    std::string host;
    std::vector<std::uint16_t> ports; ///< of `host`, where DNS names others than the usual
    bool to_be_confirmed = false;     ///< DNS alone says so, and anybody may have forged it
    std::string why;                  ///< for people: "its mail exchanger is Google's"
};

/// Whom discover() asks. Passed in, so that tests need no network.
struct Directory {
    /// Empty: none, or nobody answers.
    std::function<std::vector<Service>(const std::string& domain)> services;
    /// Likewise.
    std::function<std::vector<std::string>(const std::string& domain)> exchangers;
    /// Whether a server there has a certificate for this name.
    std::function<bool(const std::string& host)> has_certificate;
};

/// All empty: nobody knows. Failure (78, local) where `domain` is none.
Discovered discover(std::string_view domain, const Directory& directory);
/// By the network. Without `connects` DNS alone is asked, and no server.
Discovered discover(std::string_view domain, Deadline deadline, bool connects = true);

} // namespace sallyport::ctl
