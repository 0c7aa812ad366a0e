// SPDX-License-Identifier: MIT
//
// Who speaks first on a port, and what: the settings for TLS are told by that. Connections
// of its own, to which nothing but a ClientHello is ever written.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/stream.h"
#include "ctl/report.h"
#include "net/resolve.h"

namespace sallyport::ctl {

enum class Speaker : unsigned char { tls, smtp, http, imap, pop, ssh, other, mute, closed };

/// By the first octets that came: 0x16 or 0x15 tls, a digit smtp, "HTTP/" or "<" http, "* "
/// imap, "+" or "-ERR" pop, "SSH-" ssh; none: mute.
Speaker speaker_of(std::string_view octets);

struct FirstWords {
    /// mute: nothing, whoever began; closed: a connection ended without a word, or none was
    /// to be had.
    Speaker speaker = Speaker::mute;
    bool after_hello = false; ///< it spoke when it had a ClientHello, not before
    std::string line;         ///< what it said in clear, printable, 200 octets at most
    bool masked = false;      ///< the greeting is made of asterisks: a firewall's
    Milliseconds took{};
};

/// How long is waited: for a greeting (0: not at all, it has been waited for already), and
/// for an answer to a ClientHello. Nothing is waited for after the deadline.
struct FirstWaits {
    std::chrono::milliseconds greeting{3'000};
    std::chrono::milliseconds hello{5'000};
    Deadline deadline = Deadline::max();
};

/// `expected` implicit: a ClientHello at once, and who answers it. Otherwise a greeting is
/// waited for; where none comes, a second connection begins with a ClientHello, while the
/// first goes on listening, since a patient server greets late. `source`: the address of
/// this machine to connect from.
FirstWords who_speaks_first(const Address& address, std::uint16_t port, TlsMode expected,
                            const std::string& host, const FirstWaits& waits = {},
                            const std::optional<Address>& source = std::nullopt);

} // namespace sallyport::ctl
