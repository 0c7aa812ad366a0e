// SPDX-License-Identifier: MIT
//
// Names to addresses, waited for no longer than a deadline allows.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <netinet/in.h>

#include "failure.h"
#include "settings.h"
#include "stream.h"

namespace sallyport {

/// An IPv4 or IPv6 address, without a port.
struct Address {
    int family = 0;
    in_addr v4{};
    in6_addr v6{};
    std::uint32_t scope = 0; ///< of a link-local IPv6 address

    [[nodiscard]] std::string text() const;
};

/// That of a socket, which is of one of these families.
Address to_address(const sockaddr* name);

struct Resolution {
    std::vector<Address> addresses;
    std::optional<Failure> failure; ///< where there are none

    [[nodiscard]] Failure reason() const { return failure.value(); }
};

/// Addresses of `host`: numeric at once, names by getaddrinfo in a helper thread that is
/// left behind if it is not done by `deadline`. Failure: 68 (relay) if the name does not
/// exist, 75 (relay) otherwise, also where it has only addresses of a family, IPv4 or IPv6,
/// that this machine has not.
std::vector<Address> resolve(const std::string& host, IpFamily family, Deadline deadline);

/// The same for one host of several: only that time is over is thrown. `where` goes before
/// its name in errors.
Resolution try_resolve(const std::string& host, IpFamily family, Deadline deadline,
                       std::string_view where = {});

/// IPv6 and IPv4 in turn, beginning with the family of the first (RFC 8305 4); the first
/// four of each, since every one may cost a wait.
std::vector<Address> interleave(const std::vector<Address>& addresses);

/// Runs `work`, which cannot be cancelled, in a helper thread that is left behind if it is
/// not done by `deadline`: whatever `work` uses must be its own. Failure: 75 (relay), for
/// `host` at this step.
void run_aside(Deadline deadline, const std::string& host, Step step,
               std::function<void()> work);

} // namespace sallyport
