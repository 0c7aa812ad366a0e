// SPDX-License-Identifier: MIT
//
// POP before SMTP: some servers take mail from an address that has just logged in to their
// POP server (RFC 1939), and know no AUTH.
#pragma once

#include <string>

#include "config/settings.h"
#include "net/route.h"
#include "net/transcript.h"
#include "system/secret.h"

namespace sallyport {

struct PopDeadlines {
    Deadline greeting; ///< the handshake comes before it where TLS begins at once
    Deadline end;
};

/// Logs in to the POP server at the far end of `connection`, and leaves; never before it
/// has proved who it is: TLS begins at once, or by STLS. Failure: 77 (relay) if it refuses
/// the log-in or the certificate, 75 (relay) if it says that this is temporary, 76 (relay)
/// if it is no such server, 75 (address) for trouble on the line.
void log_in_by_pop(Connection connection, Securer& securer, TlsMode mode,
                   const std::string& user, const Secret& password,
                   const PopDeadlines& until, const Transcript& transcript);

} // namespace sallyport
