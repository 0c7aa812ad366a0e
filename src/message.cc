// SPDX-License-Identifier: MIT
#include "message.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include <poll.h>
#include <unistd.h>

#include "ascii.h"
#include "failure.h"

namespace sallyport {

namespace {

constexpr std::size_t block_size = 65536;
constexpr std::size_t header_limit = 4 * 1024 * 1024;
/// A first line this long without a field name is text, whatever may follow in it.
constexpr std::size_t undecided_line_limit = 65536;

[[noreturn]] void refuse(const std::string& why, std::string enhanced) {
    throw Failure(ExitStatus::data_error, Fault::local, "standard input: " + why,
                  std::move(enhanced));
}

/// Some octets, or none at the end. A non-blocking descriptor is waited for.
std::size_t read_some(int fd, std::span<char> buffer) {
    for (;;) {
        const ssize_t got = ::read(fd, buffer.data(), buffer.size());
        if (got >= 0)
            return static_cast<std::size_t>(got);
        pollfd watched{fd, POLLIN, 0};
        if (errno == EINTR || (errno == EAGAIN && ::poll(&watched, 1, -1) >= 0))
            continue;
        throw Failure(ExitStatus::io_error, Fault::local,
                      std::string("standard input: reading: ") + std::strerror(errno),
                      "4.3.0");
    }
}

/// Makes wire form of raw blocks and sorts it into header and body. A body line is never
/// held whole.
class Intake {
  public:
    Intake(bool dot_ends_message, std::uint64_t size_limit)
        : dot_ends_message_(dot_ends_message), size_limit_(size_limit) {}

    /// How many octets at the end of `block` cannot be judged yet: they are to come again,
    /// in front of the next block.
    std::size_t take(std::string_view block);
    /// What was left over, and the end of the input.
    void take_last(std::string_view rest);
    [[nodiscard]] bool ended_by_dot() const { return ended_by_dot_; }

    Draft finish() { return std::move(draft_); }

  private:
    [[nodiscard]] std::size_t undecided(std::string_view tail) const;
    void take_line(std::string_view line);
    void take_part(std::string_view part);
    void end_line();
    void take_header_line();
    void leave_header();
    void finish_field();
    void count(std::string_view octets);
    void store();

    bool dot_ends_message_;
    std::uint64_t size_limit_;
    Draft draft_;
    std::uint64_t size_ = 0;
    bool ended_by_dot_ = false;
    bool in_header_ = true;
    bool first_line_ = true;
    bool at_line_start_ = true;
    std::size_t line_size_ = 0;
    std::string line_;  ///< of the header, as far as it has come
    std::string field_; ///< likewise
    std::string body_;  ///< not yet stored
};

std::size_t Intake::take(std::string_view block) {
    std::size_t left = 0;
    while (!block.empty() && !ended_by_dot_) {
        const auto end = block.find('\n');
        if (end == std::string_view::npos) {
            left = undecided(block);
            take_part(block.substr(0, block.size() - left));
            break;
        }
        auto line = block.substr(0, end);
        if (!line.empty() && line.back() == '\r')
            line.remove_suffix(1);
        take_line(line);
        block.remove_prefix(end + 1);
    }
    store();
    return left;
}

void Intake::take_last(std::string_view rest) {
    if (!rest.empty())
        take_line(rest);
    else if (!at_line_start_)
        end_line();
    if (in_header_)
        leave_header();
    store();
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
    line_size_ += part.size();
    count(part);
    std::string& to = in_header_ ? line_ : body_;
    const std::size_t begin = to.size();
    to += part;
    // RFC 5321 2.3.8: a CR stands before an LF or nowhere. A line end in its place would
    // let it begin a field.
    if (part.find('\r') != std::string_view::npos)
        std::replace(to.begin() + static_cast<std::ptrdiff_t>(begin), to.end(), '\r', ' ');
    const bool text = in_header_ && line_.size() > undecided_line_limit &&
                      !begins_field(line_) && (field_.empty() || !is_blank(line_.front()));
    if (text)
        leave_header();
}

void Intake::end_line() {
    count("\r\n");
    draft_.longest_line = std::max(draft_.longest_line, std::exchange(line_size_, 0));
    at_line_start_ = true;
    if (in_header_)
        take_header_line();
    else
        body_ += "\r\n";
}

void Intake::take_header_line() {
    const bool first = std::exchange(first_line_, false);
    if (first && (line_.starts_with("From ") || line_.starts_with(">From "))) {
        size_ = 0; // of a mailbox file, not of the message
        draft_.longest_line = 0;
        draft_.eight_bit = false;
        line_.clear();
    } else if (line_.empty()) {
        leave_header();
    } else if (is_blank(line_.front()) && !field_.empty()) {
        field_ += std::exchange(line_, {}) + "\r\n";
    } else if (begins_field(line_)) {
        finish_field();
        field_ = std::exchange(line_, {}) + "\r\n";
    } else {
        line_ += "\r\n";
        leave_header();
    }
}

/// What stands in line_ belongs to the body.
void Intake::leave_header() {
    finish_field();
    in_header_ = false;
    body_ += std::exchange(line_, {});
}

void Intake::finish_field() {
    if (!field_.empty())
        draft_.header.append(Field(std::exchange(field_, {})));
}

void Intake::count(std::string_view octets) {
    size_ += octets.size();
    if (size_limit_ > 0 && size_ > size_limit_)
        refuse("the message has more than " + std::to_string(size_limit_) +
                   " octets ([message] size_limit)",
               "5.3.4");
    if (in_header_ && size_ > header_limit)
        refuse("the header has more than 4 MiB", "5.3.4");
    if (octets.find('\0') != std::string_view::npos)
        refuse("the message holds a NUL octet, which SMTP cannot carry", "5.6.0");
    draft_.eight_bit = draft_.eight_bit || has_eight_bit(octets);
}

void Intake::store() {
    if (!body_.empty())
        draft_.body.append(body_);
    body_.clear();
}

} // namespace

Draft read_draft(int fd, bool dot_ends_message, std::uint64_t size_limit) {
    Intake intake(dot_ends_message, size_limit);
    std::string buffer(block_size, '\0');
    std::size_t left = 0;
    while (!intake.ended_by_dot()) {
        const std::size_t got = read_some(fd, std::span(buffer).subspan(left));
        const std::string_view block(buffer.data(), left + got);
        if (got == 0) {
            intake.take_last(block);
            break;
        }
        left = intake.take(block);
        std::memmove(buffer.data(), block.data() + block.size() - left, left);
    }
    if (intake.ended_by_dot())
        intake.take_last({});
    return intake.finish();
}

Message::Message(const Header& header, Store body, bool eight_bit, std::size_t longest_line)
    : head_(header.octets() + "\r\n"), body_(std::move(body)), eight_bit_(eight_bit),
      eight_bit_header_(has_eight_bit(head_)), longest_line_(longest_line) {}

std::size_t Message::read(std::uint64_t offset, std::span<char> buffer) const {
    if (offset >= head_.size())
        return body_.read(offset - head_.size(), buffer);
    const std::size_t done = head_.copy(buffer.data(), buffer.size(), offset);
    return done + body_.read(offset + done - head_.size(), buffer.subspan(done));
}

} // namespace sallyport
