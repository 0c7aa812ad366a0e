// SPDX-License-Identifier: MIT
#include "transaction.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "ascii.h"
#include "refusal.h"
#include "xtext.h"

namespace sallyport {

namespace {

/// RFC 5321 4.5.3.1.6, without CRLF.
constexpr std::size_t text_line_limit = 998;

/// For what cannot change the outcome any more.
constexpr std::chrono::seconds courtesy_wait{10};

/// RFC 5321 4.5.3.1.10: too many recipients, to be sent the rest in another transaction.
/// With a status code that says something else (mailbox full), it is about this one.
bool says_too_many(const Reply& reply) {
    if (reply.code != 452 && reply.code != 552)
        return false;
    const std::string enhanced = reply.enhanced();
    return enhanced.empty() || enhanced.ends_with(".5.3");
}

} // namespace

Transaction::Transaction(Wire& wire, const Extensions& extensions, const Envelope& envelope,
                         const Message& message, std::span<Outcome* const> recipients,
                         bool last, std::vector<std::string>& notes)
    : wire_(wire), extensions_(extensions), envelope_(envelope), message_(message),
      recipients_(recipients), last_(last),
      may_quit_(last && recipients.size() == 1 && extensions.pipelining), notes_(notes) {}

void Transaction::run() {
    check_message();
    queue(mail_command());
    for (const Outcome* recipient : recipients_) {
        queue(rcpt_command(*recipient));
        ++asked_;
        if (!extensions_.pipelining)
            flush();
    }
    if (mail_answered_ && answered_ == asked_ && accepted_.empty())
        nothing_accepted();
    else if (extensions_.chunking)
        send_by_chunks();
    else
        send_by_data();
}

void Transaction::check_message() {
    const auto limit = extensions_.size.value_or(0);
    if (limit > 0 && message_.size() > limit)
        wire_.fail(ExitStatus::data_error, Fault::message, "MAIL",
                   "the message has " + std::to_string(message_.size()) +
                       " octets, the server takes " + std::to_string(limit),
                   "5.3.4");
    if (envelope_.needs_smtputf8 && !extensions_.smtputf8)
        wire_.fail(ExitStatus::data_error, Fault::message, "MAIL",
                   "an address is not ASCII and the server does not offer SMTPUTF8",
                   "5.6.7");
    if (message_.eight_bit() && !extensions_.eight_bit_mime)
        note("8-bit text sent, though the server does not offer 8BITMIME");
    if (message_.longest_line() > text_line_limit)
        note("a line of " + std::to_string(message_.longest_line()) +
             " octets sent, though SMTP has room for 998");
}

std::string Transaction::mail_command() const {
    std::string command = "MAIL FROM:<" + envelope_.reverse_path + ">";
    if (extensions_.size)
        command += " SIZE=" + std::to_string(message_.size());
    const bool eight_bit =
        message_.eight_bit() || envelope_.body == BodyType::eight_bit_mime;
    if (extensions_.eight_bit_mime && eight_bit)
        command += " BODY=8BITMIME";
    if (envelope_.needs_smtputf8)
        command += " SMTPUTF8";
    if (extensions_.dsn && !envelope_.ret.empty())
        command += " RET=" + envelope_.ret;
    if (extensions_.dsn && !envelope_.envelope_id.empty())
        command += " ENVID=" + encode_xtext(envelope_.envelope_id);
    return command + "\r\n";
}

std::string Transaction::rcpt_command(const Outcome& recipient) const {
    std::string command = "RCPT TO:<" + recipient.address + ">";
    if (extensions_.dsn && !envelope_.notify.empty())
        command += " NOTIFY=" + envelope_.notify;
    return command + "\r\n";
}

void Transaction::queue(const std::string& command) {
    const bool full = flight_.size() + command.size() > flight_limit;
    if (!flight_.empty() && (full || !extensions_.pipelining))
        flush();
    flight_ += command;
    shown_ += command;
    ++unsent_;
}

void Transaction::flush() {
    send_flight(mail_answered_ ? "RCPT" : "MAIL", false);
    read_replies();
}

void Transaction::send_flight(std::string_view step, bool holds_last_octet) {
    wire_.expect_silence(step);
    if (holds_last_octet)
        wire_.set_in_doubt(true);
    const std::string octets = std::exchange(flight_, {});
    const std::string shown = std::exchange(shown_, {});
    const std::size_t due = wire_.outstanding() + unsent_;
    const auto last_words = wire_.send(octets, std::exchange(unsent_, 0), step, shown);
    if (last_words)
        take_last_words(step, *last_words, due - wire_.outstanding());
}

/// The server hung up before all was written; `reply`, the first of the due ones that was
/// negative, may say why: `position` counts from 1. About one recipient it says nothing of
/// the others.
void Transaction::take_last_words(std::string_view step, const Reply& reply,
                                  std::size_t position) {
    const std::size_t mail = mail_answered_ ? 0 : 1;
    const bool about_mail = mail == 1 && position == 1;
    const bool about_recipient = position > mail && position <= mail + asked_ - answered_;
    if (!about_recipient || reply.code == 421)
        refuse(wire_,
               about_mail ? "MAIL FROM:<" + envelope_.reverse_path + ">"
                          : std::string(step),
               reply);
    wire_.fail(ExitStatus::temp_fail, Fault::address, step,
               "connection lost; the server had said: " + reply.text(), "4.4.2");
}

/// Replies to all commands written so far, in order.
void Transaction::read_replies() {
    if (!mail_answered_)
        take_mail_reply(wire_.receive("MAIL FROM:<" + envelope_.reverse_path + ">"));
    for (; answered_ < asked_; ++answered_) {
        Outcome& recipient = *recipients_[answered_];
        take_rcpt_reply(recipient, wire_.receive("RCPT TO:<" + recipient.address + ">"));
    }
}

void Transaction::take_mail_reply(const Reply& reply) {
    mail_answered_ = true;
    if (reply.positive())
        return;
    if (reply.permanent() || reply.transient())
        nothing_accepted();
    refuse(wire_, "MAIL FROM:<" + envelope_.reverse_path + ">", reply);
}

void Transaction::take_rcpt_reply(Outcome& recipient, const Reply& reply) {
    const std::string step = "RCPT TO:<" + recipient.address + ">";
    if (reply.positive()) {
        accepted_.push_back(&recipient);
        return;
    }
    if (reply.intermediate() || reply.code == 421)
        refuse(wire_, step, reply);
    if (!accepted_.empty() && says_too_many(reply)) {
        too_many_ = true;
        recipient.put_off = true;
        return;
    }
    recipient.text = wire_.peer() + ": " + step + ": " + reply.text();
    recipient.enhanced = reply.enhanced();
    recipient.refused_here = true;
    recipient.decided = reply.permanent();
    recipient.status = status_of(step, reply);
    if (recipient.status == ExitStatus::unavailable ||
        recipient.status == ExitStatus::data_error)
        recipient.status = ExitStatus::no_user;
}

/// Once, however many transactions it is true of.
void Transaction::note(const std::string& text) {
    std::string remark = wire_.peer() + ": " + text;
    if (std::ranges::find(notes_, remark) == notes_.end())
        notes_.push_back(std::move(remark));
}

/// Nobody is to get the message. Where its text rode along, a server with a wrong idea of
/// CHUNKING may take it for commands: then replies come that belong to none of ours.
void Transaction::nothing_accepted() {
    wire_.set_in_doubt(false);
    const std::size_t quit_reply = wire_.leaving() ? 1 : 0;
    while (wire_.outstanding() > quit_reply) {
        const auto reply = wire_.receive_if_any(courtesy_wait);
        if (!reply)
            return;
        if (reply->intermediate()) // it waits for text now, and would take QUIT for some
            return wire_.set_in_text(true);
    }
    if (last_ && !chunk_rides_along_)
        return;
    if (!wire_.leaving() && !wire_.try_send("RSET\r\n", 1))
        return;
    const auto reply = wire_.receive_if_any(courtesy_wait);
    if (!reply || reply->code == 421)
        return;
    in_step_ = reply->positive() && !wire_.input_waiting();
    if (!in_step_ && chunk_rides_along_)
        note("the server ran the text of a refused message as commands: set ignore = "
             "chunking");
}

} // namespace sallyport
