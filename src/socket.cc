// SPDX-License-Identifier: MIT
#include "socket.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <poll.h>
#include <sys/socket.h>

namespace sallyport {

namespace {

/// Empty, or why waiting was in vain.
std::string wait_until(int fd, short events, Deadline deadline) {
    pollfd watched{fd, events, 0};
    for (;;) {
        const int ready = ::poll(&watched, 1, poll_timeout(deadline));
        if (ready > 0)
            return {};
        if (ready == 0)
            return "timed out";
        if (errno != EINTR)
            return describe_errno(errno);
    }
}

bool would_block(int error) {
    return error == EAGAIN || error == EINTR;
}

} // namespace

std::string describe_errno(int error) {
    return std::strerror(error); // in English: nothing here calls setlocale
}

Transfer SocketStream::read(std::span<char> buffer, Deadline deadline) {
    for (;;) {
        // Looked at even if there is something to read: who sends without end gains
        // nothing.
        if (Clock::now() >= deadline)
            return {0, "timed out"};
        const ssize_t got = ::recv(fd_.get(), buffer.data(), buffer.size(), 0);
        if (got > 0)
            return {static_cast<std::size_t>(got), {}};
        if (got == 0)
            return {0, "connection closed by the server"};
        if (!would_block(errno))
            return {0, describe_errno(errno)};
        if (auto trouble = wait_until(fd_.get(), POLLIN, deadline); !trouble.empty())
            return {0, std::move(trouble)};
    }
}

Transfer SocketStream::read_arrived(std::span<char> buffer) {
    const ssize_t got = ::recv(fd_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got > 0)
        return {static_cast<std::size_t>(got), {}};
    if (got == 0)
        return {0, "connection closed by the server"};
    return {0, would_block(errno) ? std::string() : describe_errno(errno)};
}

Transfer SocketStream::write(std::string_view octets, Deadline deadline) {
    std::size_t done = 0;
    while (done < octets.size()) {
        const ssize_t sent =
            ::send(fd_.get(), octets.data() + done, octets.size() - done, MSG_NOSIGNAL);
        if (sent >= 0) {
            done += static_cast<std::size_t>(sent);
            continue;
        }
        if (!would_block(errno))
            return {done, describe_errno(errno)};
        if (auto trouble = wait_until(fd_.get(), POLLOUT, deadline); !trouble.empty())
            return {done, std::move(trouble)};
    }
    return {done, {}};
}

} // namespace sallyport
