// SPDX-License-Identifier: MIT
#include "smtp/wire.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/concat.h"
#include "net/hint.h"
#include "text/ascii.h"
#include "text/base64.h"
#include "text/printable.h"

namespace sallyport {

namespace {

constexpr std::size_t write_block = 65536;
constexpr std::size_t read_block = 16384;
constexpr std::chrono::seconds last_words_wait{2};

/// "x.y.z" at the front of `text`, RFC 3463 2: one digit, then up to three, then up to
/// three.
std::string leading_status_code(std::string_view text) {
    std::size_t at = 0;
    for (const std::size_t digits : {1U, 3U, 3U}) {
        const std::size_t begin = at;
        while (at < text.size() && is_digit(text[at]) && at - begin < digits)
            ++at;
        if (at == begin)
            return {};
        if (digits == 3 && begin > 2)
            break;
        if (at == text.size() || text[at] != '.')
            return {};
        ++at;
    }
    if (at < text.size() && !is_blank(text[at]))
        return {};
    return std::string(text.substr(0, at));
}

/// As they came, but that a line without text has its blank.
std::vector<std::string> lines_of(const Reply& reply, bool complete) {
    std::vector<std::string> lines;
    for (const auto& text : reply.lines)
        lines.push_back(concat({std::to_string(reply.code), "-", text}));
    if (complete)
        lines.back()[3] = ' ';
    return lines;
}

} // namespace

std::string Reply::enhanced() const {
    if (lines.empty())
        return {};
    std::string status_code = leading_status_code(lines.front());
    if (!status_code.empty() && status_code.front() - '0' != code / 100)
        status_code.clear(); // RFC 2034 4: the classes agree, or it is no status code
    return status_code;
}

std::string Reply::text() const {
    std::string all = std::to_string(code);
    if (withheld)
        return concat({all, " ", Withheld::mark});
    const std::string status_code = enhanced();
    for (const auto& line : lines) {
        std::string_view words = line;
        const auto size = status_code.size();
        // RFC 2034 4: each line begins with it; for people once is enough.
        if (size > 0 && &line != &lines.front() && words.starts_with(status_code) &&
            (words.size() == size || is_blank(words[size])))
            words = trim(words.substr(size));
        if (!words.empty())
            all.append(" ").append(words);
    }
    return printable(all);
}

std::optional<ReplyLine> parse_reply_line(std::string_view line) {
    if (line.size() < 3 || line[0] < '2' || line[0] > '5' || line[1] < '0' ||
        line[1] > '5' || !is_digit(line[2]))
        return std::nullopt;
    if (line.size() > 3 && line[3] != ' ' && line[3] != '-')
        return std::nullopt;
    ReplyLine parsed;
    parsed.code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
    parsed.last = line.size() == 3 || line[3] == ' ';
    if (line.size() > 4)
        parsed.text = line.substr(4);
    return parsed;
}

Wire::Wire(std::unique_ptr<Stream> stream, std::string peer, const Transcript& transcript,
           std::chrono::milliseconds timeout, Deadline run_deadline)
    : stream_(std::move(stream)), peer_(std::move(peer)), transcript_(transcript),
      timeout_(timeout), run_deadline_(run_deadline) {}

void Wire::expect_silence(const Where& where) {
    expect_written(0);
    if (outstanding_ > 0)
        return;
    if (!input_waiting()) {
        const Transfer got = fill(std::nullopt);
        if (got.failed())
            lost(where, got.trouble);
    }
    refuse_early_reply(where);
}

Transfer Wire::fill(std::optional<Deadline> deadline) {
    std::array<char, read_block> block;
    Transfer got =
        deadline ? stream_->read(block, *deadline) : stream_->read_arrived(block);
    sound_ = sound_ && !got.failed();
    buffer_.append(block.data(), got.octets);
    return got;
}

bool Wire::has_arrived() {
    return input_waiting() || fill(std::nullopt).octets > 0;
}

bool Wire::says_more(std::chrono::milliseconds at_most) {
    return input_waiting() || !fill(within(at_most)).failed();
}

/// RFC 5321 3.8: 421 may come at any time, and ends the session.
void Wire::refuse_early_reply(const Where& where) const {
    if (outstanding_ > 0 || !input_waiting())
        return;
    const auto waiting = std::string_view(buffer_).substr(begin_);
    const auto end = waiting.find_first_of("\r\n");
    const auto line = parse_reply_line(waiting.substr(0, end));
    const bool secret = withheld_ != nullptr && withheld_->is_in(waiting.substr(0, end));
    if (end != std::string_view::npos && line && line->code == 421)
        fail(
            ExitStatus::temp_fail, Fault::address, where,
            {secret ? Reply{421, {}, true}.text() : printable(waiting.substr(0, end), 200)},
            "4.3.2");
    fail(ExitStatus::protocol, Fault::relay, where,
         {"the server replied before it was asked"});
}

void Wire::send(std::string_view octets, std::size_t replies, const Where& where,
                std::optional<std::string_view> shown) {
    refuse_early_reply(where);
    if (transcript_.wanted())
        transcript_.sent(where.step, shown.value_or(octets));
    outstanding_ += replies;
    while (!octets.empty()) {
        const auto block = octets.substr(0, write_block);
        const Transfer written = stream_->write(block, within(timeout_));
        if (written.failed()) {
            sound_ = false;
            broken_ = {where.step, std::optional<std::string>(where.argument),
                       written.trouble, octets.size() - written.octets};
            return;
        }
        octets.remove_prefix(block.size());
    }
}

void Wire::expect_written(std::size_t spare) const {
    if (broken_ && broken_->unwritten > spare)
        lost(Step::none, {});
}

bool Wire::try_send(std::string_view octets, std::size_t replies, Step step) {
    if (transcript_.wanted())
        transcript_.sent(step, octets);
    outstanding_ += replies;
    sound_ = sound_ && !stream_->write(octets, within(timeout_)).failed();
    return sound_;
}

Reply Wire::receive(const Where& where, std::chrono::milliseconds at_least) {
    Reading reading = read_reply(
        where.step,
        within(broken_ ? std::min<std::chrono::milliseconds>(timeout_, last_words_wait)
                       : std::max(timeout_, at_least)));
    if (reading.lost)
        lost(where, reading.trouble);
    if (!reading.trouble.empty())
        fail(ExitStatus::protocol, Fault::relay, where, {reading.trouble});
    return std::move(reading.reply);
}

std::optional<Reply> Wire::receive_if_any(std::chrono::milliseconds at_most, Step step) {
    Reading reading = read_reply(step, within(std::min(timeout_, at_most)));
    if (!reading.trouble.empty())
        return std::nullopt;
    return std::move(reading.reply);
}

Wire::Reading Wire::read_reply(Step step, Deadline deadline) {
    const bool sound = std::exchange(sound_, false);
    Reading reading = read_lines(deadline);
    show(step, reading);
    if (!reading.trouble.empty())
        return reading;
    if (outstanding_ > 0)
        --outstanding_;
    sound_ = sound;
    return reading;
}

Wire::Reading Wire::read_lines(Deadline deadline) {
    Reading reading;
    Reply& reply = reading.reply;
    std::size_t octets = 0;
    for (bool last = false; !last && reading.trouble.empty();) {
        const Line line = read_line(deadline);
        const auto parsed = parse_reply_line(line.text);
        if (!line.trouble.empty()) {
            reading.trouble = line.trouble;
            reading.lost = line.lost;
        } else if (!parsed || (reply.code != 0 && reply.code != parsed->code)) {
            reading.trouble =
                parsed ? "the code changes within one reply: " : "not an SMTP reply: ";
            reading.odd = line.text;
        } else {
            reply.code = parsed->code;
            reply.lines.emplace_back(parsed->text);
            last = parsed->last;
            octets += line.text.size();
            if (octets > ReplyLimits::octets || reply.lines.size() > ReplyLimits::lines)
                reading.trouble = "the reply is too long";
        }
    }
    return reading;
}

/// Leaves its code, and its status code where that is none of what is withheld.
void Wire::withhold(Reply& reply, std::vector<std::string>& lines) const {
    reply.withheld = true;
    if (withheld_->is_in(reply.enhanced()))
        reply.lines.clear();
    lines.clear();
    lines.push_back(reply.code == 0 ? std::string(Withheld::mark) : reply.text());
}

/// The one place that decides what of a reply is shown, by the transcript and in errors:
/// therefore not before all of it has been read.
void Wire::show(Step step, Reading& reading) const {
    if (!transcript_.wanted() && withheld_ == nullptr && !reading.odd)
        return;
    Reply& reply = reading.reply;
    std::vector<std::string> lines = lines_of(reply, reading.trouble.empty());
    if (reading.odd)
        lines.push_back(*reading.odd);
    if (withheld_ != nullptr && gives_away(reply, lines))
        withhold(reply, lines);
    for (std::string& line : lines) {
        if (withhold_challenges_ && !reply.withheld && line.size() > 4 && line[0] == '3')
            line.replace(3, line.npos, " (challenge)");
        transcript_.received(step, line);
    }
    if (!reading.odd)
        return;
    if (reply.code != 0 && lines.size() > 1 && parse_reply_line(*reading.odd))
        reading.trouble.append(printable(lines[lines.size() - 2], 80)).append(" / ");
    reading.trouble += printable(lines.back(), 200);
}

/// Lines and code, lines alone, as they came, as people are shown them, and what a
/// challenge says: the library may quote that.
bool Wire::gives_away(const Reply& reply, const std::vector<std::string>& lines) const {
    std::vector<std::string> texts;
    texts.push_back(std::to_string(reply.code));
    for (const std::string& line : lines) {
        const auto parsed = parse_reply_line(line);
        texts.emplace_back(parsed ? parsed->text : line);
    }
    if (withheld_->is_in(texts) || withheld_->is_in(lines) ||
        withheld_->is_in(reply.text()))
        return true;
    const auto challenge = reply.intermediate() && reply.lines.size() == 1
                               ? decode_base64(reply.lines.front())
                               : std::nullopt;
    return challenge && withheld_->is_in(*challenge);
}

VerifiedStream& Wire::secure(Securer& securer) {
    buffer_.clear();
    begin_ = 0;
    sound_ = false; // until there is a stream again
    auto verified = sallyport::secure(securer, std::move(stream_), peer_, within(timeout_),
                                      transcript_);
    VerifiedStream& stream = *verified;
    stream_ = std::move(verified);
    sound_ = true;
    return stream;
}

void Wire::fail(ExitStatus status, Fault fault, const Where& where,
                std::initializer_list<std::string_view> what, std::string_view enhanced,
                int reply_code) const {
    const std::string text = concat(what);
    if (in_doubt_)
        stop(ExitStatus::temp_fail, Fault::in_doubt, peer_, where,
             {text, "; the message may have been accepted"}, "4.4.2");
    stop(status, fault, peer_, where, {text, hint(where.step, text)}, enhanced, reply_code);
}

std::string Wire::hint(Step step, const std::string& what) const {
    return relay_ != nullptr ? sallyport::hint(*relay_, tls_mode_, step, what)
                             : std::string();
}

Wire::Line Wire::read_line(Deadline deadline) {
    std::size_t searched = begin_;
    for (;;) {
        const auto end = buffer_.find('\n', searched);
        if (end != std::string::npos) {
            auto line = std::string_view(buffer_).substr(begin_, end - begin_);
            if (line.size() > ReplyLimits::line)
                return {{}, "a line of the reply is too long"};
            begin_ = end + 1;
            if (!line.empty() && line.back() == '\r')
                line.remove_suffix(1);
            return {line};
        }
        if (buffer_.size() - begin_ > ReplyLimits::line)
            return {{}, "a line of the reply is too long"};
        buffer_.erase(0, begin_);
        begin_ = 0;
        searched = buffer_.size();
        const Transfer got = fill(deadline);
        if (got.failed())
            return {{}, got.trouble, true};
    }
}

void Wire::lost(const Where& where, std::string_view trouble) const {
    fail(ExitStatus::temp_fail, Fault::address,
         broken_ ? Where(broken_->step, broken_->argument) : where,
         {broken_ ? broken_->trouble : trouble}, "4.4.2");
}

Deadline Wire::within(std::chrono::milliseconds timeout) const {
    const Deadline end = Clock::now() + timeout;
    return in_doubt_ && awaits_verdict_ ? end : std::min(end, run_deadline_);
}

} // namespace sallyport
