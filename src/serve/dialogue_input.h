// SPDX-License-Identifier: MIT
//
// What a client on standard input sends in an SMTP dialogue: command lines, the text of a
// message up to its end, chunks of a known size.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace sallyport {

class DialogueInput {
  public:
    /// `fd` stays the caller's.
    explicit DialogueInput(int fd) : fd_(fd) {}

    static constexpr std::size_t line_limit = 4096;

    struct Line {
        std::string text; ///< without its end; cut at line_limit
        bool too_long = false;
    };
    /// The next command line, ended by LF or CRLF; nothing at the end of the input. Failure
    /// (74, local) if reading fails.
    std::optional<Line> read_line();

    /// More is there already: replies can wait, to go out together (RFC 2920 3.2).
    [[nodiscard]] bool has_line() const {
        return buffer_.find('\n', at_) != std::string::npos;
    }

    /// Octets are there that nobody has read, here or on their way in. Failure (74, local)
    /// if reading fails.
    bool waiting();

    using Sink = std::function<void(std::string_view octets)>;

    /// The text that follows DATA, its transparency (RFC 5321 4.5.2) undone, in pieces.
    /// Where the command line ended in CRLF only CRLF ends lines: a bare LF next to a dot
    /// is no end of data and begins no line. False if the input ends first.
    bool read_text(const Sink& sink);

    /// The `size` octets that follow BDAT, in pieces. False if the input ends first.
    bool read_chunk(std::uint64_t size, const Sink& sink);

  private:
    bool fill();

    int fd_;
    std::string buffer_;
    std::size_t at_ = 0;
    bool crlf_ = true; ///< the last command line ended so
};

} // namespace sallyport
