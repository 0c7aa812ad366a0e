// SPDX-License-Identifier: MIT
//
// The seam between delivery and the network: how a relay is reached. The program has
// sockets and OpenSSL behind it (network.cc), the tests a script.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/stream.h"
#include "config/settings.h"

namespace sallyport {

/// A connected stream and the names of its ends.
struct Connection {
    std::unique_ptr<Stream> stream;
    std::string peer; ///< host[address]:port, as in the log
    std::uint16_t port = 0;
    std::string local_literal;    ///< RFC 5321 4.1.3, with brackets: for EHLO
    std::optional<TlsMode> tls{}; ///< how it begins there, if the port does not say
};

/// All ways to one relay, each tried at most once.
class Route {
  public:
    virtual ~Route() = default;

    /// The next address and port that accepts a connection; nothing when all were used
    /// before this call. Failure when those left all failed: 68 (relay) no such host, 75
    /// (relay).
    virtual std::optional<Connection> connect() = 0;

    /// What makes this relay's connections verified ones. Failure (78, local) if the
    /// configured certificates cannot be used.
    virtual Securer& securer() = 0;
};

class Network {
  public:
    virtual ~Network() = default;

    virtual std::unique_ptr<Route> route(const Relay& relay, Deadline run_deadline) = 0;
};

} // namespace sallyport
