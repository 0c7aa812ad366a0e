// SPDX-License-Identifier: MIT
//
// Names to addresses, waited for no longer than a deadline allows.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/failure.h"
#include "base/stream.h"
#include "config/settings.h"

namespace sallyport {

/// An IPv4 or IPv6 address as sockets take it. Its port is 0.
union Address {
    sockaddr_in6 v6{};
    sockaddr_in v4;
    sockaddr any;

    [[nodiscard]] int family() const { return any.sa_family; }
    /// Octets in use.
    [[nodiscard]] socklen_t size() const {
        return family() == AF_INET ? sizeof v4 : sizeof v6;
    }
    /// "192.0.2.1", "2001:db8::1".
    [[nodiscard]] std::string text() const;
    /// "[192.0.2.1]:465".
    [[nodiscard]] std::string text(std::uint16_t port) const;
};

struct Resolution {
    std::vector<Address> addresses;
    std::optional<Failure> failure; ///< where there are none

    /// The addresses, or the failure is thrown.
    std::vector<Address> or_throw();
};

/// Addresses of `host`: numeric at once, names by getaddrinfo in a helper thread that is
/// left behind if it is not done by `deadline`, which is thrown. Failure: 68 (relay) if the
/// name does not exist, 75 (relay) otherwise, also where it has only addresses of a family,
/// IPv4 or IPv6, that this machine has not. `where` goes before the name in errors.
Resolution resolve(const std::string& host, IpFamily family, Deadline deadline,
                   std::string_view where = {});

/// IPv6 and IPv4 in turn, beginning with the family of the first (RFC 8305 4); the first
/// four of each, since every one may cost a wait.
std::vector<Address> interleave(const std::vector<Address>& addresses);

/// What a helper thread does because it cannot be cancelled. The thread outlives its waiter
/// if it is not done in time: whatever an errand uses must be its own.
struct Errand {
    virtual ~Errand() = default;
    virtual void run() = 0;

    std::mutex mutex;
    std::condition_variable changed;
    bool over = false;
    bool failed = true; ///< for want of memory
};

/// Waits until `errand` has been run. Failure: 75 (relay), for `host` at this step, if that
/// is not before `deadline`.
void run_aside(const std::shared_ptr<Errand>& errand, Deadline deadline,
               const std::string& host, Step step);

} // namespace sallyport
