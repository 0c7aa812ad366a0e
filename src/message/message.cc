// SPDX-License-Identifier: MIT
#include "message/message.h"

#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include <poll.h>
#include <unistd.h>

#include "base/concat.h"
#include "base/failure.h"
#include "text/ascii.h"

namespace sallyport {

std::size_t read_some(int fd, std::span<char> buffer) {
    for (;;) {
        const ssize_t got = ::read(fd, buffer.data(), buffer.size());
        if (got >= 0)
            return static_cast<std::size_t>(got);
        pollfd watched{fd, POLLIN, 0};
        if (errno == EINTR || (errno == EAGAIN && ::poll(&watched, 1, -1) >= 0))
            continue;
        stop(ExitStatus::io_error, Fault::local,
             {"standard input: reading: ", std::strerror(errno)}, "4.3.0");
    }
}

Draft read_draft(int fd, bool dot_ends_message, std::uint64_t size_limit) {
    Intake intake(dot_ends_message, size_limit);
    std::string buffer(block_size, '\0');
    while (!intake.ended()) {
        const std::size_t got = read_some(fd, buffer);
        if (got == 0)
            break;
        intake.add(std::string_view(buffer).substr(0, got));
    }
    return intake.finish();
}

Message::Message(const Header& header, Store body, const BodyFacts& facts)
    : head_(concat({header.octets(), "\r\n"})), body_(std::move(body)), facts_(facts),
      eight_bit_header_(has_eight_bit(head_)), longest_header_line_(header.longest_line()) {
}

Message::Message(const Header& header, const Message& other)
    : Message(header, Store(), other.facts_) {
    others_body_ = &other.body();
}

std::string_view Message::header() const {
    return std::string_view(head_).substr(0, head_.size() - 2);
}

std::size_t Message::read(std::uint64_t offset, std::span<char> buffer) const {
    if (offset >= head_.size())
        return body().read(offset - head_.size(), buffer);
    const std::size_t done = head_.copy(buffer.data(), buffer.size(), offset);
    return done + body().read(offset + done - head_.size(), buffer.subspan(done));
}

} // namespace sallyport
