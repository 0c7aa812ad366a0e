// SPDX-License-Identifier: MIT
//
// The second half of the dialogue: the message, by DATA or BDAT.
#include <algorithm>
#include <utility>

#include "failure.h"
#include "reencode.h"
#include "reporting.h"
#include "server.h"

namespace sallyport {

/// What became of the messages before it the client hears all the same.
void Server::end_within_message() {
    flush();
    throw Failure(ExitStatus::io_error, Fault::local,
                  "standard input: it ended within a message; nothing of it was sent");
}

/// RFC 2920 3.1: after DATA a client waits for its reply. One that does not has sent text,
/// and where that ends nobody can tell who did not agree to read it. RFC 5321 3.8: the last
/// words are 421.
void Server::hang_up(const std::string& why) {
    end_transaction();
    reply(421, "4.5.0", why);
    flush();
    throw Failure(ExitStatus::data_error, Fault::local, "standard input: " + why);
}

void Server::take_data() {
    want(State::rcpt);
    unread_ = false;
    replies_ += "354 end with a dot alone in a line\r\n";
    flush();
    if (!input_.read_text([this](std::string_view octets) { receive(octets); }))
        end_within_message();
    send_draft();
}

/// RFC 3030. A chunk is read whatever its command is worth: its octets are no commands.
void Server::take_bdat(const std::string& argument) {
    const auto bdat = parse_bdat(argument);
    if (!bdat)
        throw refusal(501, "5.5.4", "BDAT: a number is expected");
    const bool expected = state_ == State::rcpt || state_ == State::chunks;
    const auto sink = [this, expected](std::string_view octets) {
        if (expected)
            receive(octets);
    };
    if (!input_.read_chunk(bdat->size, sink))
        end_within_message();
    unread_ = false;
    if (!expected)
        want(State::rcpt);
    state_ = State::chunks;
    if (bdat->last)
        send_draft();
    else
        reply(250, "2.0.0", std::to_string(bdat->size) + " octets");
}

/// A message that cannot be taken is read to its end all the same.
void Server::receive(std::string_view octets) {
    if (trouble_)
        return;
    try {
        if (!intake_)
            intake_.emplace(false, context_.settings.message.size_limit);
        intake_->add(octets);
    } catch (const Failure& failure) {
        trouble_ = failure;
    }
}

void Server::send_draft() {
    state_ = State::sending;
    receive({}); // an empty message is one, too
    if (trouble_)
        throw Failure{*trouble_};
    const Message message = make_message();
    upstream_.send(message);
    const auto accepted = std::ranges::find_if(
        outcomes_, [](const auto& outcome) { return outcome->status == ExitStatus::ok; });
    const std::string verdict = (*accepted)->text;
    report(message.size());
    end_transaction();
    reply(250, "2.0.0", "accepted: " + verdict);
}

/// The message as the submission server can take it.
Message Server::make_message() {
    Draft draft = intake_->finish();
    complete_header(draft.header, envelope_, context_.invocation, context_.settings,
                    context_.identity);
    Message message(draft.header, std::move(draft.body), draft.facts);
    auto encoded = reencode(message, !upstream_.takes_eight_bit(), notes_);
    return encoded ? std::move(*encoded) : std::move(message);
}

/// To the log; the client has had its replies.
void Server::report(std::uint64_t size) {
    Report report;
    for (const auto& outcome : std::exchange(outcomes_, {})) {
        // Accepted by the server, but the client has given up the message.
        if (outcome->decided || outcome->refused_here)
            report.outcomes.push_back(*outcome);
    }
    report.notes = std::exchange(notes_, {});
    log_report(context_.log, report, envelope_, size, context_.identity);
}

} // namespace sallyport
