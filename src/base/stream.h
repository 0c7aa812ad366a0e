// SPDX-License-Identifier: MIT
//
// The seam where the network begins. Every wait has a deadline, which is a moment and not a
// span: a peer that sends one octet a minute gains nothing.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct x509_st; // OpenSSL's X509

namespace sallyport {

using Clock = std::chrono::steady_clock;
using Deadline = Clock::time_point;

/// Milliseconds for poll(2) until `deadline`, rounded up; 0 if it has passed.
inline int poll_timeout(Deadline deadline) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    return static_cast<int>(std::clamp<std::chrono::milliseconds::rep>(
        left.count(), 0, std::numeric_limits<int>::max()));
}

/// How long is waited for what cannot change the outcome any more, or only to doubt.
constexpr std::chrono::seconds courtesy_wait{10};

/// What became of a read or a write. A reader or writer decides nothing: whoever called
/// knows which step of the dialogue it was and whether the message may already be accepted.
struct Transfer {
    std::size_t octets = 0;
    std::string trouble; ///< empty if all went well, else "timed out", "connection lost", …

    [[nodiscard]] bool failed() const { return !trouble.empty(); }
};

/// A byte stream to a server.
class Stream {
  public:
    virtual ~Stream() = default;

    /// Waits for at least one octet. At the peer's orderly end: trouble "connection
    /// closed".
    virtual Transfer read(std::span<char> buffer, Deadline deadline) = 0;

    /// Reads only what has arrived already; no octets and no trouble if nothing has, or if
    /// the stream cannot tell.
    virtual Transfer read_arrived(std::span<char> /*buffer*/) { return {}; }

    /// Writes all of `octets`, or reports how many were written before trouble came.
    virtual Transfer write(std::string_view octets, Deadline deadline) = 0;
};

/// RFC 5056: octets that are the same at both ends of this very TLS session, and of no
/// other.
struct ChannelBinding {
    std::string type; ///< "tls-exporter", "tls-server-end-point"; empty: there are none
    std::string data;
};

/// A stream whose far end has proved who it is: credentials may be written to it, because
/// Secret::reveal takes one. TlsStream alone derives from it, and the tests' stand-ins.
class VerifiedStream : public Stream {
  public:
    /// For the log: "TLSv1.3".
    [[nodiscard]] virtual std::string protocol() const = 0;
    /// What ties a log-in to this stream.
    [[nodiscard]] virtual ChannelBinding channel_binding() const { return {}; }
    /// What the far end has proved itself with, for who reports on it; the stream's. Null:
    /// a stand-in has none.
    [[nodiscard]] virtual x509_st* peer_certificate() const { return nullptr; }
};

/// Turns a stream into a verified one, or throws (77: certificate refused; 76, 75: no
/// handshake), `peer` beginning the text. The one place that knows about TLS libraries
/// implements it.
class Securer {
  public:
    virtual ~Securer() = default;

    virtual std::unique_ptr<VerifiedStream>
    secure(std::unique_ptr<Stream> plain, const std::string& peer, Deadline deadline) = 0;
};

} // namespace sallyport
