// SPDX-License-Identifier: MIT
#include "serve/server.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <new>
#include <utility>

#include <poll.h>
#include <unistd.h>

#include "base/concat.h"
#include "base/failure.h"
#include "text/ascii.h"
#include "text/printable.h"

namespace sallyport {

namespace {

constexpr std::size_t reply_text_limit = 480; // RFC 5321 4.5.3.1.5: 512 for the line
constexpr int client_patience = 300'000;      // milliseconds, for it to read its replies

/// What one says who has heard that DATA is refused.
constexpr std::string_view after_data = "RSET:QUIT:NOOP:MAIL:EHLO:HELO";

Refusal not_known(const std::string& verb) {
    const bool elsewhere = verb == "STARTTLS" || verb == "AUTH" || verb == "EXPN";
    return {elsewhere ? 502 : 500, elsewhere ? "5.5.1" : "5.5.2",
            concat({printable(verb, 40),
                    elsewhere ? ": not on standard input" : ": not known"})};
}

} // namespace

Server::Server(const World& world)
    : world_{world.invocation, world.settings, identity_,   world.log,    world.network,
             world.transcript, world.started,  world.input, world.output, world.error},
      identity_(world.identity), input_(world.input),
      upstream_(world.settings, world.network,
                {world.identity.host_name, world.started, world.transcript, false}) {}

void Server::run() {
    try {
        talk();
    } catch (const std::bad_alloc&) {
        settle_without_memory();
        tell_without_memory();
        log_without_memory();
        throw;
    }
}

void Server::talk() {
    replies_ = concat({"220 ", identity_.host_name, " ESMTP sallyport\r\n"});
    while (state_ != State::over) {
        if (!input_.has_line())
            flush();
        const auto line = input_.read_line();
        if (!line && state_ == State::chunks)
            end_within_message();
        if (!line)
            break;
        take(*line);
    }
    end_transaction();
    flush();
}

/// The replies that are due, and one made beforehand: a client that is told nothing of an
/// accepted message sends it again.
void Server::tell_without_memory() {
    const auto is_any = [&](auto predicate) {
        return std::ranges::any_of(recipients_, [&](const auto& recipient) {
            return ((*recipient).*predicate)();
        });
    };
    const bool sending = state_ == State::sending;
    const bool accepted = sending && is_any(&Recipient::accepted);
    if (accepted && !published_)
        publish_without_memory();
    flush();
    if (sending && (promised_ || (accepted && files_.empty())))
        return name_those_without_it();
    // Who was accepted is not all to whom it was promised; who is held a person looks at.
    const bool in_doubt = sending && (accepted || published_ || upstream_.in_doubt() ||
                                      is_any(&Recipient::in_doubt));
    write_out(in_doubt ? "451 4.3.0 out of memory; the message may have been accepted\r\n"
                       : "421 4.3.0 out of memory\r\n");
}

void Server::name_those_without_it() {
    write_out("250 2.0.0 accepted");
    for (const auto& recipient : recipients_) {
        if (recipient->accepted() || (published_ && may_wait(*recipient)))
            continue;
        write_out(", but not <");
        write_out(recipient->address);
        write_out(">");
    }
    write_out("\r\n");
}

void Server::log_without_memory() {
    try {
        if (published_ && !recipients_.empty())
            note_queued(files_, filed_, world_.settings.queue.hold_in_doubt);
        report(0);
    } catch (const std::bad_alloc&) { // the client knows
    }
}

/// Who is not decided gets nothing any more. It wants no memory.
void Server::settle_without_memory() {
    const bool in_doubt = state_ == State::sending && upstream_.in_doubt();
    for (const auto& recipient : recipients_) {
        if (!recipient->open())
            continue;
        if (in_doubt && recipient->state() == Recipient::State::pending)
            recipient->doubt(451);
        else
            recipient->refuse(ExitStatus::temp_fail, 451);
        recipient->say("4.3.0", "out of memory"); // so short that it is held in place
    }
}

/// The loop over messages: here a Failure becomes a reply, and the dialogue goes on.
void Server::take(const DialogueInput::Line& line) {
    // RFC 2920 3.2: the replies to these may go out together with later ones. A verdict
    // that the client does not get makes him send the message again.
    bool may_wait = false;
    const ServerCommand command = parse_command(line.text);
    if (std::exchange(unread_, false) && !is_one_of(command.verb, after_data))
        hang_up("commands after DATA");
    // However it goes on: one that is not understood may be followed by a message, too.
    unread_ = command.verb.starts_with("DATA") || command.verb.starts_with("BDAT");
    try {
        if (line.too_long)
            throw Refusal(500, "5.5.2", "the line is too long");
        if (has_control(line.text))
            throw Refusal(500, "5.5.2", "a control character in the command");
        may_wait =
            command.verb == "MAIL" || command.verb == "RCPT" || command.verb == "RSET";
        dispatch(command);
    } catch (const Refusal& refusal) {
        answer(refusal, command.verb);
    } catch (const Failure& failure) {
        if (failure.status() == ExitStatus::io_error)
            throw;
        answer(Refusal(failure), command.verb); // while it is known what is in doubt
        settle(failure);
    }
    if (!may_wait)
        flush();
}

void Server::answer(const Refusal& refusal, const std::string& verb) {
    reply(refusal.code, refusal.enhanced, refusal.text);
    if (unread_ && verb.starts_with("BDAT"))
        hang_up("where the next command begins is not known");
    // Before the client has the reply, so that this is no answer to it.
    if (unread_ && input_.waiting())
        hang_up("commands after DATA");
}

void Server::dispatch(const ServerCommand& command) {
    const std::string& verb = command.verb;
    if (verb == "EHLO" || verb == "HELO")
        return greet(command);
    if (verb == "MAIL")
        return take_mail(command.argument);
    if (verb == "RCPT")
        return take_rcpt(command.argument);
    if (verb == "DATA")
        return take_data();
    if (verb == "BDAT")
        return take_bdat(command.argument);
    if (verb == "NOOP")
        return reply(250, "2.0.0", "ok");
    if (verb == "VRFY")
        return reply(252, "2.5.2", "send a message, and see");
    if (verb == "HELP")
        return reply(214, "2.0.0", "see RFC 5321 and sallyport(8)");
    if (verb == "RSET" || verb == "QUIT")
        return take_end(verb == "QUIT");
    throw not_known(verb);
}

void Server::take_end(bool quits) {
    end_transaction();
    if (!quits)
        return reply(250, "2.0.0", "ok");
    state_ = State::over;
    reply(221, "2.0.0", "bye");
}

void Server::greet(const ServerCommand& command) {
    end_transaction();
    state_ = State::ready;
    extended_ = command.verb == "EHLO";
    const std::string& name = identity_.host_name;
    if (!extended_) {
        replies_ += concat({"250 ", name, "\r\n"});
        return;
    }
    const auto limit = world_.settings.message.size_limit;
    replies_ += concat({"250-", name,
                        "\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-SIZE",
                        limit > 0 ? " " : "", limit > 0 ? std::to_string(limit) : "",
                        "\r\n250-DSN\r\n250-CHUNKING\r\n250 ENHANCEDSTATUSCODES\r\n"});
}

/// RFC 5321 4.1.4. What a client sent ahead of the reply that told it of a lost server is
/// no bad sequence, for which it might give up a recipient.
void Server::want(State state) const {
    if (lost_ && state != State::ready)
        throw Refusal{*lost_};
    if (state_ != state)
        throw Refusal(503, "5.5.1",
                      state == State::ready
                          ? "EHLO is expected first, and one MAIL at a time"
                      : state == State::mail ? "MAIL is expected first"
                                             : "an accepted RCPT is expected first");
}

void Server::take_mail(const std::string& argument) {
    want(State::ready);
    lost_.reset();
    const MailArguments mail = parse_mail(argument);
    const auto limit = world_.settings.message.size_limit;
    if (limit > 0 && mail.size.value_or(0) > limit)
        throw Refusal(552, "5.3.4",
                      concat({"more than ", std::to_string(limit), " octets"}));
    if (has_eight_bit(mail.sender.address()) && !mail.smtputf8)
        throw Refusal(553, "5.6.7", "an address that is not ASCII needs SMTPUTF8");
    envelope_ = {};
    envelope_.reverse_path =
        make_reverse_path(mail.sender, world_.settings.sender, identity_);
    envelope_.smtputf8_allowed = mail.smtputf8;
    envelope_.require_tls = world_.invocation.require_tls;
    envelope_.body = mail.body;
    envelope_.ret = mail.ret;
    envelope_.envelope_id = mail.envelope_id;
    identity_.renew();
    begin_message(mail.size);
    state_ = State::mail;
    reply(250, "2.1.0", "sender ok");
}

void Server::end_transaction() {
    upstream_.end();
    if (!recipients_.empty())
        report(0);
    known_.clear();
    if (state_ != State::unknown && state_ != State::over)
        state_ = State::ready;
    intake_.reset();
    trouble_.reset();
    lost_.reset();
    files_.clear();
    filed_.clear();
    published_ = false;
    promised_ = false;
    why_wait_.reset();
    queue_.reset();
}

/// What a Failure does to the transaction under way: without a server, or where a message
/// was being sent, it is over for all who are not decided yet.
void Server::settle(const Failure& failure) {
    const bool server_lost = !Failover::ends_all(failure);
    const State before = state_;
    if (!server_lost && before != State::sending)
        return;
    if (recipients_.empty())
        world_.log.note(identity_.id, failure.what(), Priority::error);
    fail_undecided(failure);
    end_transaction();
    if (server_lost && before != State::ready && before != State::sending)
        lost_ = Refusal(failure);
}

void Server::fail_undecided(const Failure& failure) {
    for (Recipient* const recipient : undecided())
        fail(*recipient, failure);
}

/// Who was not asked about has nothing to do with the doubt about a transaction.
void Server::fail(Recipient& recipient, const Failure& failure) {
    const bool in_doubt = failure.fault() == Fault::in_doubt;
    const bool spared = in_doubt && recipient.state() != Recipient::State::pending;
    const Refusal refusal(failure);
    fail(recipient, refusal);
    recipient.named = failure.names(recipient.address);
    if (spared)
        recipient.text = "not sent, since the session was lost";
    else if (in_doubt)
        recipient.doubt(refusal.code);
}

/// The log says what the client hears.
void Server::fail(Recipient& recipient, const Refusal& refusal) {
    recipient.refuse(refusal.code / 100 == 4 ? ExitStatus::temp_fail
                                             : ExitStatus::unavailable,
                     refusal.code);
    recipient.say(refusal.enhanced, refusal.text);
}

void Server::reply(int code, std::string_view enhanced, std::string_view text) {
    replies_ += concat({std::to_string(code), " ", extended_ ? enhanced : "",
                        extended_ ? " " : "", printable(text, reply_text_limit), "\r\n"});
}

void Server::flush() {
    write_out(replies_);
    replies_.clear();
}

void Server::write_out(std::string_view left) const {
    while (!left.empty()) {
        pollfd output{world_.output, POLLOUT, 0};
        const int ready = ::poll(&output, 1, client_patience);
        if (ready < 0 && errno == EINTR)
            continue;
        // After poll a pipe takes this much without blocking.
        const ssize_t written = ready > 0
                                    ? ::write(world_.output, left.data(),
                                              std::min<std::size_t>(left.size(), PIPE_BUF))
                                    : -1;
        if (written < 0 && ready > 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (written <= 0)
            stop(ExitStatus::io_error, Fault::local,
                 {"standard output: the client does not read its replies"});
        left.remove_prefix(static_cast<std::size_t>(written));
    }
}

} // namespace sallyport
