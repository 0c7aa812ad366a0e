// SPDX-License-Identifier: MIT
//
// The second half of the dialogue: the message, by DATA or BDAT.
#include <algorithm>
#include <new>
#include <utility>

#include "base/concat.h"
#include "base/failure.h"
#include "deliver/reporting.h"
#include "message/submission.h"
#include "serve/server.h"
#include "text/printable.h"

namespace sallyport {

namespace {

constexpr std::size_t verdict_limit = 160; // octets of it, where names follow

} // namespace

/// The replies to what came before are written all the same.
void Server::end_within_message() {
    flush();
    stop(ExitStatus::io_error, Fault::local,
         {"standard input: it ended within a message; nothing of it was sent"});
}

/// RFC 2920 3.1: after DATA a client waits for its reply. One that does not has sent text,
/// and where that ends nobody can tell who did not agree to read it. RFC 5321 3.8: the last
/// words are 421.
void Server::hang_up(std::string_view why) {
    end_transaction();
    reply(421, "4.5.0", why);
    flush();
    stop(ExitStatus::data_error, Fault::local, {"standard input: ", why});
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
        throw Refusal(501, "5.5.4", "BDAT: a number is expected");
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
        reply(250, "2.0.0", concat({std::to_string(bdat->size), " octets"}));
}

/// A message that cannot be taken is read to its end all the same.
void Server::receive(std::string_view octets) {
    if (trouble_)
        return;
    try {
        if (!intake_)
            intake_.emplace(false, world_.settings.message.size_limit);
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
    // As it came, but for what no server takes.
    const Message message = finish_message(intake_->finish(), envelope_, world_.invocation,
                                           world_.settings, identity_, upstream_.notes());
    const Recipients recipients = undecided();
    conclude(recipients,
             queue_ ? send_or_queue(recipients, message) : send(recipients, message));
}

/// Returns its size in the form that was sent.
std::uint64_t Server::send(const Recipients& recipients, const Message& message) {
    MessageForms forms(message, world_.settings.message.encode_header, upstream_.notes());
    const std::uint64_t size = upstream_.send(envelope_, forms);
    send_to_rest(recipients, forms, size);
    return size;
}

Server::Recipients Server::undecided() const {
    Recipients left;
    for (const auto& recipient : recipients_) {
        if (recipient->open())
            left.push_back(recipient.get());
    }
    return left;
}

/// Members of an alias for whom the transaction had no room, by LMTP all but one, get the
/// message by further ones; in the form that was sent it has `size` octets. Where one of
/// these fails as a whole no other is tried: the client waits.
void Server::send_to_rest(std::span<Recipient* const> left, MessageForms& forms,
                          std::uint64_t size) {
    try {
        while (!left.empty())
            left =
                left.subspan(left.front()->put_off() ? send_further(left, forms, size) : 1);
    } catch (const Failure& failure) {
        if (queue_)
            keep_asked(failure);
        else
            fail_undecided(failure);
    } catch (const std::bad_alloc&) {
        settle_without_memory();
    }
}

/// One transaction, for as many of the first as it has room for; returns their number.
std::size_t Server::send_further(std::span<Recipient* const> left, MessageForms& forms,
                                 std::uint64_t size) {
    upstream_.further(envelope_, size);
    bool accepted = false;
    std::size_t asked = 0;
    for (; asked < left.size() && left[asked]->put_off() && upstream_.room() > 0; ++asked) {
        Recipient& recipient = *left[asked];
        recipient.ask_again();
        upstream_.rcpt(recipient);
        if (recipient.put_off())
            break;
        accepted = accepted || !is_refused(recipient);
    }
    if (accepted)
        upstream_.send(envelope_, forms); // it may have taken another server
    return asked;
}

/// The client has one reply for all: once somebody has the message a refusal would have it
/// sent again.
void Server::conclude(const Recipients& recipients, std::uint64_t size) {
    const Refused refused = refused_of(recipients);
    const auto accepted = std::ranges::find(recipients, ExitStatus::ok, &Recipient::status);
    const bool is_accepted = accepted != recipients.end();
    if (!is_accepted && !refused.empty()) {
        const Refusal refusal = refusal_of(refused);
        for (Recipient* const recipient : undecided()) // set aside, for nothing
            fail(*recipient, refusal);
        reply(refusal.code, refusal.enhanced, refusal.text);
        return end_transaction();
    }
    std::string text = is_accepted ? concat({"accepted: ", (*accepted)->text}) : "";
    if (published_)
        text += concat(
            {is_accepted ? "; for others " : "", "queued as ", files_.front().name()});
    if (!refused.empty())
        text =
            concat({printable(text, verdict_limit), ", but not: ", name_refused(refused)});
    reply(250, "2.0.0", text);
    state_ = State::ready; // what may still go wrong is no matter of the client
    report(size);
    if (published_)
        flush(); // what comes now may take time
    if (published_ && timing_ == Timing::background)
        queue_->send_in_background(files_);
    end_transaction();
}

/// To the log; the client has had its replies.
void Server::report(std::uint64_t size) {
    Report report;
    report.size = size;
    for (const auto& recipient : std::exchange(recipients_, {})) {
        // Accepted by the server, but the client has given up the message.
        if (!recipient->open() || !recipient->queued_as.empty())
            report.recipients.push_back(std::move(*recipient));
    }
    if (published_)
        report.queue_warning = queue_->idle_warning();
    report.notes = std::exchange(upstream_.notes(), {});
    log_report(world_.log, report, envelope_, identity_);
}

} // namespace sallyport
