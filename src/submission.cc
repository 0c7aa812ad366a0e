// SPDX-License-Identifier: MIT
#include "submission.h"

#include <utility>

#include "reencode.h"

namespace sallyport {

/// Without -t the command line says all about the envelope: it is looked at before a person
/// at a terminal has typed the message.
Submission read_submission(const Invocation& invocation, const Settings& settings,
                           const Identity& identity, int input) {
    Envelope envelope;
    std::vector<std::string> notes;
    if (!invocation.recipients_from_header)
        envelope = make_envelope(invocation, settings, Header(), identity);
    Draft draft =
        read_draft(input, invocation.dot_ends_message, settings.message.size_limit);
    if (invocation.recipients_from_header)
        envelope = make_envelope(invocation, settings, draft.header, identity);
    Message message =
        finish_message(std::move(draft), envelope, invocation, settings, identity, notes);
    return {std::move(envelope), std::move(message), std::move(notes)};
}

Message finish_message(Draft draft, const Envelope& envelope, const Invocation& invocation,
                       const Settings& settings, const Identity& identity,
                       std::vector<std::string>& notes) {
    complete_header(draft.header, envelope, invocation, settings, identity, notes);
    Message message(draft.header, std::move(draft.body), draft.facts);
    auto encoded = reencode(message, false, notes);
    return encoded ? std::move(*encoded) : std::move(message);
}

} // namespace sallyport
