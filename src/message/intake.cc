// SPDX-License-Identifier: MIT
#include "message/intake.h"

#include <algorithm>
#include <utility>

#include "base/concat.h"
#include "base/failure.h"
#include "text/ascii.h"

namespace sallyport {

namespace {

/// A first line this long without a field name is text, whatever may follow in it.
constexpr std::size_t undecided_line_limit = 65536;

[[noreturn]] void refuse(std::string_view why, std::string_view enhanced, int reply_code) {
    stop(ExitStatus::data_error, Fault::local, {"standard input: ", why}, enhanced,
         reply_code);
}

/// RFC 5321 2.3.8: a CR stands before an LF or nowhere. A line end in its place would let
/// it begin a field.
void replace_stray_crs(std::string& text, std::size_t from) {
    if (text.find('\r', from) != std::string::npos)
        std::replace(text.begin() + static_cast<std::ptrdiff_t>(from), text.end(), '\r',
                     ' ');
}

/// As RFC 4155 has it, perhaps quoted. One that holds a CR may be a whole message with the
/// line ends of old; "From :" is a field (RFC 5322 4.5).
bool is_mailbox_line(std::string_view line) {
    line = line.substr(0, line.find_last_not_of('\r') + 1);
    const auto quotes = std::min(line.find_first_not_of('>'), line.size());
    return line.substr(quotes).starts_with("From ") &&
           line.find('\r') == std::string_view::npos && !begins_field(line);
}

} // namespace

/// In blocks: line by line it is half of the work on a large message.
void BodyFacts::add(std::string_view octets) {
    nul = nul || octets.find('\0') != std::string_view::npos;
    eight_bit = eight_bit || has_eight_bit(octets);
    while (!octets.empty()) {
        const auto end = std::min(octets.find('\n'), octets.size());
        line += end - (end > 0 && octets[end - 1] == '\r' ? 1 : 0);
        longest_line = std::max(longest_line, line);
        if (end == octets.size())
            return;
        line = 0;
        octets.remove_prefix(end + 1);
    }
}

void Intake::add(std::string_view block) {
    std::string joined = std::exchange(carried_, {});
    if (!joined.empty())
        block = joined.append(block);
    carried_ = take(block);
    store();
}

Draft Intake::finish() {
    if (!carried_.empty())
        take_line(carried_);
    else if (!at_line_start_)
        end_line();
    if (in_header_)
        leave_header();
    store();
    return std::move(draft_);
}

/// Returns the end of `block`, which cannot be judged yet.
std::string_view Intake::take(std::string_view block) {
    bool tried = false; // once a block: what it costs does not depend on how much it takes
    while (!block.empty() && !ended_by_dot_) {
        if (!in_header_ && at_line_start_ && !std::exchange(tried, true))
            block.remove_prefix(take_plain_lines(block));
        const auto end = block.find('\n');
        if (block.empty())
            break;
        if (end == std::string_view::npos) {
            const std::size_t clear = block.size() - undecided(block);
            take_part(block.substr(0, clear));
            return block.substr(clear);
        }
        take_line(without_line_end(block.substr(0, end + 1)));
        block.remove_prefix(end + 1);
    }
    return {};
}

/// Takes whole lines of the body up to one that is not simply stored; returns how many
/// octets that were. As the other functions would, at a fifth of the cost: a large message
/// is nearly all such lines.
std::size_t Intake::take_plain_lines(std::string_view block) {
    const bool has_cr = block.find('\r') != std::string_view::npos;
    const std::size_t begin = body_.size();
    body_.resize(begin + 2 * block.size()); // were all lines empty
    auto to = body_.begin() + static_cast<std::ptrdiff_t>(begin);
    std::size_t at = 0;
    for (auto end = block.find('\n'); end != block.npos; end = block.find('\n', at)) {
        auto line = block.substr(at, end - at);
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        if (line == "." || (has_cr && line.find('\r') != std::string_view::npos))
            break;
        to = std::copy(line.begin(), line.end(), to); // a call, where append is `rep movsb`
        *to++ = '\r';
        *to++ = '\n';
        at = end + 1;
    }
    body_.erase(to, body_.end());
    count(body_.size() - begin);
    return at;
}

/// A CR may belong to the LF to come, a dot at a line's start may be alone in it.
std::size_t Intake::undecided(std::string_view tail) const {
    if (at_line_start_ && (tail == "." || tail == ".\r"))
        return tail.size();
    return tail.back() == '\r' ? 1 : 0;
}

void Intake::take_line(std::string_view line) {
    if (dot_ends_message_ && at_line_start_ && line == ".") {
        ended_by_dot_ = true;
        return;
    }
    take_part(line);
    end_line();
}

void Intake::take_part(std::string_view part) {
    if (part.empty())
        return;
    at_line_start_ = false;
    count(part.size());
    std::string& to = in_header_ ? line_ : body_;
    const std::size_t begin = to.size();
    to += part;
    if (!in_header_)
        return replace_stray_crs(to, begin);
    // Looked at once, and as much of it however the line is cut into blocks.
    constexpr std::size_t enough = undecided_line_limit + 1;
    if (begin < enough && to.size() >= enough &&
        is_text(std::string_view(to).substr(0, enough)))
        leave_header();
}

void Intake::end_line() {
    count(2);
    at_line_start_ = true;
    if (in_header_)
        take_header_line();
    else
        body_ += "\r\n";
}

void Intake::take_header_line() {
    if (first_lines_ && is_mailbox_line(line_)) {
        size_ = 0; // of a mailbox file, not of the message
        line_.clear();
        return;
    }
    first_lines_ = false;
    if (line_.find_first_not_of('\r') == std::string::npos) {
        line_.clear();
        leave_header();
    } else if (is_text(line_)) {
        leave_header();
        body_ += "\r\n";
    } else {
        if (!is_blank(line_.front()))
            finish_field();
        replace_stray_crs(line_, 0);
        field_.append(line_).append("\r\n");
        line_.clear();
    }
}

/// It neither continues nor begins a field.
bool Intake::is_text(std::string_view line) const {
    return is_blank(line.front()) ? field_.empty() : !begins_field(line);
}

/// What stands in line_ belongs to the body.
void Intake::leave_header() {
    finish_field();
    in_header_ = false;
    replace_stray_crs(line_, 0);
    body_ += std::exchange(line_, {});
}

void Intake::finish_field() {
    if (field_.find('\0') != std::string::npos)
        refuse("the header holds a NUL octet", "5.6.0", 554);
    if (!field_.empty())
        draft_.header.append(Field(std::exchange(field_, {})));
}

void Intake::count(std::size_t octets) {
    size_ += octets;
    if (size_limit_ > 0 && size_ > size_limit_)
        refuse(concat({"the message has more than ", std::to_string(size_limit_),
                       " octets ([message] size_limit)"}),
               "5.3.4", 552);
    if (in_header_ && size_ > Header::size_limit)
        refuse("the header has more than 4 MiB", "5.3.4", 552);
}

void Intake::store() {
    draft_.body.append(body_);
    draft_.facts.add(body_);
    body_.clear();
}

} // namespace sallyport
