// SPDX-License-Identifier: MIT
#include "serve/dialogue_input.h"

#include <algorithm>
#include <utility>

#include <poll.h>

#include "message/message.h"

namespace sallyport {

namespace {

/// Where the text of a message stands.
enum class State { line_start, dot, dot_cr, text, cr, over };

/// RFC 5321 4.5.2, octet by octet: appends to `to` what `c` adds to the text.
State decode(State state, char c, bool crlf_only, std::string& to) {
    const bool dot_line = state == State::dot || state == State::dot_cr;
    const bool line_end =
        c == '\n' && (state == State::cr || state == State::dot_cr || !crlf_only);
    if (dot_line && line_end)
        return State::over;
    if (state == State::line_start && c == '.')
        return State::dot;
    if (state == State::dot && c == '\r')
        return State::dot_cr;
    if (state == State::dot_cr)
        to += '\r'; // no end of line after all
    to += c;
    return line_end ? State::line_start : c == '\r' ? State::cr : State::text;
}

} // namespace

std::optional<DialogueInput::Line> DialogueInput::read_line() {
    Line line;
    for (;;) {
        const auto end = buffer_.find('\n', at_);
        const std::size_t stop = std::min(end, buffer_.size());
        line.text.append(buffer_, at_, stop - at_);
        at_ = stop;
        line.too_long = line.too_long || line.text.size() > line_limit;
        if (line.too_long)
            line.text.resize(line_limit);
        if (end != std::string::npos)
            break;
        if (!fill())
            return std::nullopt; // half a command is none
    }
    ++at_;
    crlf_ = line.text.ends_with('\r');
    if (crlf_)
        line.text.pop_back();
    return line;
}

/// A file at its end can be read, too, and gives nothing.
bool DialogueInput::waiting() {
    pollfd input{fd_, POLLIN, 0};
    return at_ < buffer_.size() || (::poll(&input, 1, 0) > 0 && fill());
}

bool DialogueInput::read_text(const Sink& sink) {
    auto state = State::line_start;
    while (state != State::over) {
        if (at_ == buffer_.size() && !fill())
            return false;
        std::string decoded;
        const auto block = std::string_view(buffer_).substr(at_);
        std::size_t used = 0;
        while (used < block.size() && state != State::over)
            state = decode(state, block[used++], crlf_, decoded);
        at_ += used;
        sink(decoded);
    }
    return true;
}

bool DialogueInput::read_chunk(std::uint64_t size, const Sink& sink) {
    while (size > 0) {
        if (at_ == buffer_.size() && !fill())
            return false;
        const auto piece =
            static_cast<std::size_t>(std::min<std::uint64_t>(size, buffer_.size() - at_));
        sink(std::string_view(buffer_).substr(at_, piece));
        at_ += piece;
        size -= piece;
    }
    return true;
}

/// What was used is dropped, more is read; false at the end.
bool DialogueInput::fill() {
    buffer_.resize(block_size);
    at_ = 0;
    buffer_.resize(read_some(fd_, buffer_));
    return !buffer_.empty();
}

} // namespace sallyport
