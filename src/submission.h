// SPDX-License-Identifier: MIT
//
// A message that was read to its end and looked at, ready to be handed over.
#pragma once

#include <string>
#include <vector>

#include "envelope.h"
#include "message.h"

namespace sallyport {

struct Submission {
    Envelope envelope;
    Message message;
    std::vector<std::string> notes; ///< remarks for the log
};

/// Reads `input` to its end. Failure as make_envelope, read_draft and finish_message; where
/// the arguments alone name the recipients, before anything is read.
Submission read_submission(const Invocation& invocation, const Settings& settings,
                           const Identity& identity, int input);

/// The message as it leaves: its header completed, and its body without what no server
/// takes. Failure as complete_header and reencode.
Message finish_message(Draft draft, const Envelope& envelope, const Invocation& invocation,
                       const Settings& settings, const Identity& identity,
                       std::vector<std::string>& notes);

} // namespace sallyport
