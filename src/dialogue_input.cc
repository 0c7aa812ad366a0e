// SPDX-License-Identifier: MIT
#include "dialogue_input.h"

#include <algorithm>
#include <utility>

#include <poll.h>

#include "message.h"

namespace sallyport {

namespace {

/// RFC 5321 4.5.2, octet by octet.
class TextDecoder {
  public:
    explicit TextDecoder(bool crlf_only) : crlf_only_(crlf_only) {}

    /// How many octets of `block` belong to the text and its end; `decoded` is the text.
    std::size_t decode(std::string_view block, std::string& decoded) {
        std::size_t used = 0;
        while (used < block.size() && state_ != State::over)
            take(block[used++], decoded);
        return used;
    }

    [[nodiscard]] bool over() const { return state_ == State::over; }

  private:
    enum class State { line_start, dot, dot_cr, text, cr, over };

    void take(char c, std::string& to) {
        const bool dot_line = state_ == State::dot || state_ == State::dot_cr;
        const bool line_end =
            c == '\n' && (state_ == State::cr || state_ == State::dot_cr || !crlf_only_);
        if (dot_line && line_end) {
            state_ = State::over;
            return;
        }
        if (state_ == State::line_start && c == '.') {
            state_ = State::dot;
            return;
        }
        if (state_ == State::dot && c == '\r') {
            state_ = State::dot_cr;
            return;
        }
        if (state_ == State::dot_cr)
            to += '\r'; // no end of line after all
        to += c;
        state_ = line_end ? State::line_start : c == '\r' ? State::cr : State::text;
    }

    bool crlf_only_;
    State state_ = State::line_start;
};

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
    TextDecoder decoder(crlf_);
    while (!decoder.over()) {
        if (at_ == buffer_.size() && !fill())
            return false;
        std::string decoded;
        at_ += decoder.decode(std::string_view(buffer_).substr(at_), decoded);
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
