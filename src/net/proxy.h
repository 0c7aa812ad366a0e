// SPDX-License-Identifier: MIT
//
// Asking a proxy for the connection: SOCKS 5 (RFC 1928, 1929), and CONNECT of HTTP (RFC
// 9110 9.3.6). It resolves the server's name. It is no more trusted than any network
// between us and the server: TLS and log-in begin after it.
#pragma once

#include <cstdint>
#include <string>

#include "base/stream.h"
#include "config/settings.h"
#include "net/transcript.h"

namespace sallyport {

/// Asks the proxy at the far end of `stream` for host:port. Afterwards the stream is the
/// server's from its first octet on. `peer` begins every error text. Failure: 75 (address)
/// if the proxy cannot reach that port, or for trouble on the line, 77 (address) if it may
/// not, 77 (relay) if it wants another log-in, 69 (address) for other refusals, 76 (relay)
/// if it is no such proxy.
void ask_proxy(Stream& stream, const Proxy& proxy, const std::string& peer,
               const std::string& host, std::uint16_t port, Deadline deadline,
               const Transcript& transcript);

} // namespace sallyport
