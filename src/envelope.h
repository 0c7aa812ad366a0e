// SPDX-License-Identifier: MIT
//
// Who the message is from and to, and the header fields that say so.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <sys/types.h>

#include "header.h"
#include "invocation.h"
#include "settings.h"

namespace sallyport {

/// What the rules need to know of the machine and the caller. Looked up once, in main;
/// fixed in tests. None of it costs a DNS query.
struct Identity {
    uid_t uid = 0;
    std::string login;     ///< from the passwd file, or "uid1234" where there is no entry
    std::string full_name; ///< of the passwd entry, up to the first comma; may be empty
    std::string host_name; ///< gethostname()
    std::string mail_name; ///< first line of /etc/mailname; may be empty
    std::chrono::system_clock::time_point now;
    long utc_offset = 0; ///< seconds east
    std::string id;      ///< unique: the log's id, and the left side of Message-ID

    /// Qualifies bare addresses: [sender] domain, else mail_name, else host_name.
    [[nodiscard]] std::string domain(const SenderSettings& sender) const;
};

/// Only make_envelope makes one, so: at least one recipient, every address parsed,
/// qualified, within limits and without control characters, no recipient twice.
struct Envelope {
    std::string reverse_path; ///< empty: <>
    std::vector<std::string> recipients;
    bool needs_smtputf8 = false; ///< an address is not ASCII
    BodyType body = BodyType::unspecified;
    std::string notify; ///< DSN parameters (RFC 3461), empty: none
    std::string ret;
    std::string envelope_id;
};

/// Recipients: argv's, and with -t the header's To, Cc and Bcc, or where a Resent-To, -Cc
/// or -Bcc exists, those of that kind instead. Reverse-path: -f, else [sender]
/// envelope_from, else login@domain. Failure: 64 (local) without a recipient, 65 (local)
/// for a bad address.
Envelope make_envelope(const Invocation& invocation, const Settings& settings,
                       const Header& header, const Identity& identity);

/// The header as it will be sent: Bcc, Resent-Bcc, Return-Path, Content-Length and
/// [message] remove_headers gone; From, Date and Message-ID added where missing
/// (Resent-From, Resent-Date and Resent-Message-ID where the message has a Resent- field,
/// RFC 5322 3.6.6); a Received field in front if asked for. Every other field is untouched.
void complete_header(Header& header, const Envelope& envelope, const Invocation& invocation,
                     const Settings& settings, const Identity& identity);

} // namespace sallyport
