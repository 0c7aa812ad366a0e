// SPDX-License-Identifier: MIT
#include "smtp/transaction.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/concat.h"
#include "smtp/refusal.h"
#include "text/ascii.h"
#include "text/xtext.h"

namespace sallyport {

namespace {

/// RFC 5321 4.5.3.1.10: too many recipients, to be sent the rest in another transaction.
/// With a status code that says something else (mailbox full), it is about this one.
bool says_too_many(const Reply& reply) {
    if (reply.code != 452 && reply.code != 552)
        return false;
    const std::string enhanced = reply.enhanced();
    return enhanced.empty() || enhanced.ends_with(".5.3");
}

/// Said of somebody on a list of addresses that get nothing more: "254 4.4.7 ...". The
/// message would be dropped. By LMTP every 2xx has its verdict, which is waited for.
bool says_suppressed(const Reply& reply, const Extensions& extensions) {
    return reply.code == 254 && !extensions.lmtp && reply.lines.front().starts_with("4.");
}

} // namespace

bool wants_smtputf8(const Envelope& envelope, std::span<Recipient* const> recipients) {
    return envelope.smtputf8 || envelope.smtputf8_allowed ||
           has_eight_bit(envelope.reverse_path) ||
           std::ranges::any_of(recipients, has_eight_bit, &Recipient::address) ||
           (recipients.empty() && std::ranges::any_of(envelope.recipients, has_eight_bit));
}

Transaction::Transaction(Wire& wire, const Extensions& extensions, const Envelope& envelope,
                         std::vector<std::string>& notes)
    : wire_(wire), extensions_(extensions), envelope_(envelope), notes_(notes) {}

void Transaction::run(std::span<Recipient* const> recipients, const Message& message,
                      bool last, Witness* witness) {
    message_ = &message;
    witness_ = witness;
    recipients_ = recipients;
    last_ = last;
    may_quit_ = last && recipients.size() == 1 && extensions_.pipelining;
    check_size(message.size());
    queue(mail_command(message.size(), body_parameter(message)));
    for (Recipient* const recipient : recipients) {
        queue_rcpt(*recipient);
        if (!extensions_.pipelining)
            flush();
    }
    if (asked_.empty())
        return forget();
    if (mail_answered_ && answered_ == asked_.size() && accepted_.empty())
        nothing_accepted();
    else
        send_message();
}

/// No recipient has an address that can be written for this server: nothing is left to ask.
void Transaction::forget() {
    if (mail_answered_)
        return nothing_accepted();
    drop_flight();
    in_step_ = true;
}

void Transaction::mail(std::optional<std::uint64_t> size) {
    check_size(size.value_or(0));
    queue(mail_command(size, extensions_.eight_bit_mime ? " BODY=8BITMIME" : ""));
    flush();
}

void Transaction::rcpt(Recipient& recipient) {
    queue_rcpt(recipient);
    flush();
}

void Transaction::send(const Message& message) {
    message_ = &message;
    check_size(message.size());
    if (message.binary())
        check_text(message.body_facts());
    send_message();
}

void Transaction::send_message() {
    if (message_->eight_bit() && !extensions_.eight_bit_mime)
        note("8-bit text sent in the header, though the server does not offer 8BITMIME");
    if (message_->longest_header_line() > text_line_limit)
        note("a header line of more than 998 octets has no place to fold it at");
    if (extensions_.chunking)
        send_by_chunks();
    else
        send_by_data();
}

void Transaction::check_size(std::uint64_t size) {
    const auto limit = extensions_.size.value_or(0);
    if (limit > 0 && size > limit)
        wire_.fail(ExitStatus::data_error, Fault::message, Step::mail,
                   {"the message has ", std::to_string(size), " octets, the server takes ",
                    std::to_string(limit)},
                   "5.3.4", 552);
}

/// RFC 3030 3, where the input needs it; RFC 6152 2.
std::string_view Transaction::body_parameter(const Message& message) {
    if (message.binary()) {
        if (extensions_.binary_mime && extensions_.chunking)
            return " BODY=BINARYMIME";
        check_text(message.body_facts());
    }
    const bool eight_bit =
        message.eight_bit() || envelope_.body == BodyType::eight_bit_mime;
    return eight_bit && extensions_.eight_bit_mime ? " BODY=8BITMIME" : "";
}

/// What is left of it after all encoding that MIME and signatures allow.
void Transaction::check_text(const BodyFacts& facts) {
    if (facts.nul)
        wire_.fail(
            ExitStatus::data_error, Fault::relay, Step::mail,
            {"the message has NUL octets in a part that may not be encoded, and the server "
             "does not offer BINARYMIME"},
            "5.6.3");
    note(concat({"a line of ", std::to_string(facts.longest_line),
                 " octets goes out as it is, though SMTP has room for 998: a signature "
                 "covers it, or MIME lets nobody encode it"}));
}

std::string Transaction::mail_command(std::optional<std::uint64_t> size,
                                      std::string_view body) {
    const AsciiAddress path = write_path(envelope_.reverse_path);
    if (!path.trouble.empty())
        wire_.fail(ExitStatus::data_error, Fault::message, at_mail(), {path.trouble},
                   "5.6.7");
    if (envelope_.smtputf8 && !extensions_.smtputf8)
        wire_.fail(ExitStatus::data_error, Fault::message, at_mail(),
                   {"the server does not offer SMTPUTF8"}, "5.6.7");
    if (envelope_.require_tls && !extensions_.requiretls)
        wire_.fail(ExitStatus::unavailable, Fault::relay, at_mail(),
                   {"the server does not offer REQUIRETLS"}, "5.7.30");
    std::string command =
        concat({"MAIL FROM:<", path.address, ">", mail_parameters(size, body)});
    append_wish(command, " ENVID=", encode_xtext(envelope_.envelope_id));
    return command += "\r\n";
}

std::string Transaction::mail_parameters(std::optional<std::uint64_t> size,
                                         std::string_view body) {
    std::string parameters;
    if (extensions_.size && size)
        parameters.append(" SIZE=").append(std::to_string(*size));
    parameters += body;
    if (extensions_.smtputf8 && wants_smtputf8(envelope_, recipients_))
        parameters += " SMTPUTF8";
    if (envelope_.require_tls)
        parameters += " REQUIRETLS";
    if (!extensions_.dsn && envelope_.wants_notification())
        note("notifications were asked for, and the server does not offer DSN");
    if (extensions_.dsn && !envelope_.ret.empty())
        parameters.append(" RET=").append(envelope_.ret);
    return parameters;
}

/// For what only a report shows: in a line that is too long it is left out. A server that
/// cuts lines would take the rest for a command. What offers DSN takes 1012 octets (RFC
/// 3461 4.2).
void Transaction::append_wish(std::string& command, std::string_view keyword,
                              std::string_view value) const {
    if (extensions_.dsn && !value.empty() &&
        command.size() + keyword.size() + value.size() <= text_line_limit)
        command.append(keyword).append(value);
}

/// A recipient whose address cannot be written for this server is refused here.
void Transaction::queue_rcpt(Recipient& recipient) {
    const AsciiAddress path = write_path(recipient.address);
    if (!path.trouble.empty()) {
        recipient.refuse(ExitStatus::data_error, 0);
        recipient.say(
            "5.6.7",
            Where(Step::rcpt, recipient.address).told(wire_.peer(), {path.trouble}), true);
        return;
    }
    std::string command = concat({"RCPT TO:<", path.address, ">"});
    if (extensions_.dsn && !recipient.notify.empty())
        command.append(" NOTIFY=").append(recipient.notify);
    append_wish(command, " ORCPT=", recipient.original_recipient);
    command += "\r\n";
    queue(command);
    asked_.push_back(&recipient);
}

AsciiAddress Transaction::write_path(const std::string& address) const {
    if (extensions_.smtputf8 || !has_eight_bit(address))
        return {address, {}};
    AsciiAddress ascii = to_ascii(address);
    if (ascii.address.empty())
        ascii.trouble += "; the server does not offer SMTPUTF8";
    return ascii;
}

void Transaction::queue(const std::string& command) {
    const bool full = flight_.size() + command.size() > flight_limit;
    if (!flight_.empty() && (full || !extensions_.pipelining))
        flush();
    append(command);
    ++unsent_;
}

void Transaction::append(std::string_view command) {
    flight_ += command;
    shown_ += command;
}

void Transaction::flush() {
    send_flight(mail_answered_ ? Step::rcpt : Step::mail, false);
    read_replies();
}

void Transaction::send_flight(Step step, bool holds_last_octet) {
    wire_.expect_silence(step);
    if (holds_last_octet && witness_ != nullptr)
        witness_->doubt_begins(asked_);
    if (holds_last_octet)
        wire_.set_in_doubt(true);
    wire_.send(flight_, unsent_, step, shown_);
    drop_flight();
}

void Transaction::drop_flight() {
    flight_.clear();
    shown_.clear();
    unsent_ = 0;
}

/// Replies to all commands written so far, in order.
void Transaction::read_replies() {
    if (!mail_answered_) {
        const Reply reply = wire_.receive(at_mail());
        mail_answered_ = true;
        if (reply.permanent() || reply.transient())
            nothing_accepted();
        if (!reply.positive())
            refuse(wire_, at_mail(), reply);
    }
    for (; answered_ < asked_.size(); ++answered_) {
        Recipient& recipient = *asked_[answered_];
        const Where where(Step::rcpt, recipient.address);
        take_rcpt_reply(recipient, where, wire_.receive(where));
    }
}

void Transaction::take_rcpt_reply(Recipient& recipient, const Where& where,
                                  const Reply& reply) {
    if (reply.positive() && !says_suppressed(reply, extensions_)) {
        accepted_.push_back(&recipient);
        return;
    }
    if (wire_.broken() && reply.code != 421) // it is about the session, not about him
        wire_.fail(ExitStatus::temp_fail, Fault::address, where,
                   {"connection lost; the server had said: ", reply.text()}, "4.4.2");
    if (reply.intermediate())
        refuse(wire_, where, reply);
    if (reply.code == 421 && !may_go_on())
        refuse(wire_, where, reply);
    if (!accepted_.empty() && says_too_many(reply)) {
        too_many_ = true;
        recipient.have_no_room();
        return;
    }
    refuse_recipient(recipient, where, reply);
}

/// RFC 5321 3.8: 421 ends the session. A server that has the whole message, and somebody to
/// give it to, may take it all the same: what follows is read.
bool Transaction::may_go_on() {
    return wire_.in_doubt() && (!accepted_.empty() || wire_.says_more(courtesy_wait));
}

void Transaction::refuse_recipient(Recipient& recipient, const Where& where,
                                   const Reply& reply) {
    const std::string text = reply.text();
    ExitStatus status = status_of(where.step, reply);
    if (status == ExitStatus::unavailable || status == ExitStatus::data_error)
        status = ExitStatus::no_user;
    recipient.refuse(status, reply.positive() ? 550 : reply.code);
    recipient.say(reply.enhanced(),
                  where.told(wire_.peer(), {text, wire_.hint(where.step, text)}), true);
}

/// Once, however many transactions it is true of.
void Transaction::note(std::string_view text) {
    std::string remark = concat({wire_.peer(), ": ", text});
    if (std::ranges::find(notes_, remark) == notes_.end())
        notes_.push_back(std::move(remark));
}

/// Reads the replies still due when nobody is to get the message, but QUIT's; false if they
/// do not come, or if no command may follow them.
bool Transaction::read_in_vain() {
    const bool has_all = wire_.in_doubt() && answered_ < asked_.size();
    bool has_recipient = false;
    wire_.set_in_doubt(false);
    const std::size_t quit_reply = wire_.leaving() ? 1 : 0;
    while (wire_.outstanding() > quit_reply) {
        const auto reply = wire_.receive_if_any(courtesy_wait);
        // After a 3xx it waits for text, and would take QUIT for some.
        wire_.set_in_text(reply && reply->intermediate());
        if (!reply || reply->intermediate())
            return false;
        const bool verdict = wire_.outstanding() == quit_reply;
        if (has_all && has_recipient && verdict && reply->positive())
            contradicted(*reply);
        has_recipient = has_recipient || reply->positive();
    }
    return true;
}

/// Nobody is to get the message. Where its text rode along, a server with a wrong idea of
/// CHUNKING may take it for commands: then replies come that belong to none of ours.
void Transaction::nothing_accepted() {
    if (!read_in_vain())
        return;
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
