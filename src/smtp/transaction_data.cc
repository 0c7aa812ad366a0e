// SPDX-License-Identifier: MIT
//
// The second half of a transaction: the message itself.
#include "smtp/transaction.h"

#include <algorithm>
#include <array>

#include "base/concat.h"
#include "smtp/refusal.h"
#include "text/ascii.h"

namespace sallyport {

namespace {

/// Commands that leave no room worth a chunk go ahead alone.
constexpr std::size_t commands_limit = Transaction::flight_limit / 2;
constexpr std::string_view quit = "QUIT\r\n";
constexpr std::size_t chunk_overhead = sizeof "BDAT 12345 LAST\r\n" + quit.size();
/// RFC 5321 4.5.3.2.6: the server may be long about the end of the data.
constexpr std::chrono::minutes verdict_timeout{10};

/// RFC 5321 4.5.2: a line that begins with a dot gets another. `at_line_start` is carried
/// from block to block; `text` has no line end but CRLF.
void append_dot_stuffed(std::string_view text, bool& at_line_start, std::string& to) {
    while (!text.empty()) {
        if (at_line_start && text.front() == '.')
            to += '.';
        const auto end = text.find('\n');
        at_line_start = end != std::string_view::npos;
        const auto line = text.substr(0, at_line_start ? end + 1 : end);
        to += line;
        text.remove_prefix(line.size());
    }
}

bool is_space_or_control(char c) {
    return is_control(c) || c == ' ';
}

/// Whether a server that refuses BDAT, and takes the text for commands, could be led by it
/// to send a message: for that it needs RCPT, DATA or BDAT at the start of what may be a
/// line to it.
bool could_be_run(std::string_view text) {
    constexpr std::array<std::string_view, 3> verbs{"RCPT", "DATA", "BDAT"};
    while (!text.empty()) {
        const auto begin = std::ranges::find_if_not(text, is_space_or_control);
        text.remove_prefix(static_cast<std::size_t>(begin - text.begin()));
        for (const std::string_view verb : verbs) {
            if (starts_with_ignoring_case(text, verb))
                return true;
        }
        text.remove_prefix(std::min(text.find_first_of("\r\n"), text.size()));
    }
    return false;
}

std::string octets_shown(std::size_t count) {
    return concat({"(", std::to_string(count), " octets of the message)\r\n"});
}

} // namespace

/// RFC 3030. With PIPELINING a first chunk rides with the commands; all the rest is one
/// chunk more. It waits for the replies to everything before it, so that a reply too many
/// is seen, and not taken for the verdict. With LMTP nothing rides along: how many verdicts
/// are due is known when the recipients are.
void Transaction::send_by_chunks() {
    std::string text;
    if (!extensions_.lmtp && !flight_.empty() && flight_.size() <= commands_limit)
        text = first_chunk();
    if (!flight_.empty() && (text.empty() || could_be_run(text))) {
        flush();
        if (accepted_.empty())
            return nothing_accepted();
    }
    std::uint64_t offset = 0;
    if (!flight_.empty()) {
        offset = text.size();
        uncounted_ = offset == message_->size();
        append_first_chunk(text);
        send_flight(uncounted_ ? Step::end_of_data : Step::bdat, uncounted_);
        read_replies();
        if (accepted_.empty())
            return nothing_accepted();
        if (!uncounted_)
            take_first_chunk_reply();
    }
    if (offset < message_->size()) {
        append_chunk_command(message_->size() - offset, true);
        send_text(offset);
    }
    take_verdict();
}

/// As much of the message as there is room for after the commands.
std::string Transaction::first_chunk() const {
    const std::size_t room = flight_limit - flight_.size() - chunk_overhead;
    std::string text(
        static_cast<std::size_t>(std::min<std::uint64_t>(room, message_->size())), '\0');
    message_->read(0, text);
    return text;
}

void Transaction::append_first_chunk(const std::string& text) {
    append_chunk_command(text.size(), uncounted_);
    shown_ += octets_shown(text.size());
    flight_ += text;
    ++unsent_;
    chunk_rides_along_ = true;
    if (uncounted_)
        append_quit();
}

void Transaction::append_chunk_command(std::uint64_t size, bool final) {
    append(concat({"BDAT ", std::to_string(size), final ? " LAST\r\n" : "\r\n"}));
}

void Transaction::take_first_chunk_reply() {
    const Reply reply = wire_.receive(Step::bdat);
    if (!reply.positive())
        refuse(wire_, Step::bdat, reply);
}

void Transaction::send_by_data() {
    queue("DATA\r\n");
    send_flight(Step::data, false);
    read_replies();
    const Reply reply = wire_.receive(Step::data);
    if (accepted_.empty() && reply.intermediate()) {
        // RFC 2920 3.1: a server that wants the text all the same gets none.
        in_step_ = wire_.try_send(".\r\n", 1, Step::end_of_data) &&
                   wire_.receive_if_any(verdict_timeout, Step::end_of_data);
    } else if (accepted_.empty()) {
        nothing_accepted();
    } else if (!reply.intermediate()) {
        refuse(wire_, Step::data, reply);
    } else {
        send_text(0);
        take_verdict();
    }
}

/// The message from `offset` to its end, for BDAT or DATA, after what flight_ holds. No
/// reply is due before its last octet.
void Transaction::send_text(std::uint64_t offset) {
    std::string block;
    bool at_line_start = true;
    wire_.set_in_text(true);
    while (offset < message_->size()) {
        block.resize(static_cast<std::size_t>(
            std::min<std::uint64_t>(block_size, message_->size() - offset)));
        message_->read(offset, block);
        offset += block.size();
        shown_ += octets_shown(block.size());
        if (extensions_.chunking)
            flight_ += block;
        else
            append_dot_stuffed(block, at_line_start, flight_);
        const bool final = offset == message_->size();
        if (final)
            append_end_of_text();
        send_flight(final ? Step::end_of_data : Step::text, final);
        if (!final && wire_.broken())
            take_last_words();
    }
    wire_.set_in_text(false);
}

/// The server hung up in the middle of the text, and may have said why.
void Transaction::take_last_words() {
    const Reply reply = wire_.receive(Step::text);
    if (reply.transient() || reply.permanent())
        refuse(wire_, Step::text, reply);
    wire_.expect_written(0);
}

void Transaction::append_end_of_text() {
    if (!extensions_.chunking)
        append(".\r\n");
    unsent_ += extensions_.lmtp ? accepted_.size() : 1;
    append_quit();
}

/// QUIT shares a write, and under TLS a record, with the end of the message, or does not
/// ride: a server that hangs up between the two would leave us without its verdict.
void Transaction::append_quit() {
    const std::size_t begun = flight_.size() % flight_limit;
    if (!may_quit_ || begun == 0 || begun + quit.size() > flight_limit)
        return;
    append(quit);
    ++unsent_;
    wire_.set_leaving();
}

/// By LMTP (RFC 2033 4.2) a reply for each recipient that was accepted, in their order.
/// Those whose reply does not come stay in doubt, whatever the others' say.
void Transaction::take_verdict() {
    const std::size_t share = extensions_.lmtp ? 1 : accepted_.size();
    for (std::size_t at = 0; at < accepted_.size(); at += share) {
        Recipient& first = *accepted_[at];
        Where where = Step::end_of_data;
        if (extensions_.lmtp)
            where.argument = first.address;
        const Reply verdict = wire_.receive(where, verdict_timeout);
        check_count(verdict);
        if (verdict.positive())
            accept(std::span(accepted_).subspan(at, share), verdict);
        else if (verdict.intermediate() || !extensions_.lmtp)
            refuse(wire_, where, verdict);
        else
            refuse_recipient(first, where, verdict);
    }
    wire_.set_in_doubt(false);
    in_step_ = true;
}

/// Where the commands and the whole message went in one flight, a reply too many to one of
/// the commands would pass for the verdict, and leave one too many after it. What may come
/// after it by right is the reply to QUIT (some servers do not know it there), or a
/// server's 421 of its own.
void Transaction::check_count(const Reply& verdict) {
    if (!uncounted_ || !wire_.has_arrived())
        return;
    const auto next = wire_.receive_if_any(courtesy_wait);
    const bool answers_quit =
        next && wire_.leaving() &&
        (next->code == 221 || (next->code >= 500 && next->code <= 504));
    if (!next || !(answers_quit || next->code == 421) || wire_.has_arrived())
        wire_.fail(ExitStatus::protocol, Fault::relay, Step::end_of_data,
                   {verdict.text(), ", and then more than was asked for", next ? ": " : "",
                    next ? next->text() : ""},
                   "5.5.0");
}

/// A server that refuses the sender, and then says yes to a recipient and to the message.
void Transaction::contradicted(const Reply& verdict) {
    wire_.set_in_doubt(true);
    wire_.fail(ExitStatus::protocol, Fault::relay, Step::end_of_data,
               {"the server takes what it has refused: ", verdict.text()});
}

/// What the server took is taken, whatever memory there is for its words.
void Transaction::accept(std::span<Recipient* const> recipients, const Reply& verdict) {
    wire_.expect_written(wire_.leaving() ? quit.size() : 0);
    for (Recipient* recipient : recipients)
        recipient->accept(verdict.code);
    const std::string enhanced = verdict.enhanced();
    const std::string text = verdict.text();
    for (Recipient* recipient : recipients)
        recipient->say(enhanced, text);
}

} // namespace sallyport
