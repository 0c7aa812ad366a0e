// SPDX-License-Identifier: MIT
//
// A message made ready to be handed over: what must not leave is taken out of its header,
// what RFC 5322 3.6 wants is put in, and nothing else is touched.
#pragma once

#include <string>
#include <vector>

#include "message/envelope.h"
#include "message/message.h"

namespace sallyport {

/// The header as it will be sent: Bcc, Resent-Bcc, Return-Path, Content-Length and
/// [message] remove_headers gone; From, Date and Message-ID added where missing
/// (Resent-From, Resent-Date and Resent-Message-ID where the message has a Resent- field,
/// RFC 5322 3.6.6), as a From without an author is; a Received field in front if asked for;
/// with `force` the From field ours, and what it was in Reply-To; bare names put in a
/// domain; lines over 998 octets folded. Every other field is untouched. A note where
/// `force` cannot tell whom to answer. Failure: 77 (local) for a From that [sender] allow
/// does not name.
void complete_header(Header& header, const Envelope& envelope, const Invocation& invocation,
                     const Settings& settings, const Identity& identity,
                     std::vector<std::string>& notes);

/// The message as it leaves: its header completed, and its body without what no server
/// takes. Failure as complete_header and reencode.
Message finish_message(Draft draft, const Envelope& envelope, const Invocation& invocation,
                       const Settings& settings, const Identity& identity,
                       std::vector<std::string>& notes);

} // namespace sallyport
