// SPDX-License-Identifier: MIT
#include "net/socket.h"

#include <cerrno>
#include <cstring>

#include <poll.h>
#include <sys/socket.h>

namespace sallyport {

namespace {

/// Null, or why waiting was in vain.
const char* wait_until(int fd, short events, Deadline deadline) {
    pollfd watched{fd, events, 0};
    for (;;) {
        const int ready = ::poll(&watched, 1, poll_timeout(deadline));
        if (ready > 0)
            return nullptr;
        if (ready == 0)
            return "timed out";
        if (errno != EINTR)
            return std::strerror(errno);
    }
}

bool would_block(int error) {
    return error == EAGAIN || error == EINTR;
}

} // namespace

Transfer SocketStream::read(std::span<char> buffer, Deadline deadline) {
    for (;;) {
        // Looked at even if there is something to read: who sends without end gains
        // nothing.
        if (Clock::now() >= deadline)
            return {0, "timed out"};
        Transfer got = SocketStream::read_arrived(buffer);
        if (got.octets > 0 || got.failed())
            return got;
        if (const char* const trouble = wait_until(fd_.get(), POLLIN, deadline))
            return {0, trouble};
    }
}

Transfer SocketStream::read_arrived(std::span<char> buffer) {
    const ssize_t got = ::recv(fd_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got > 0)
        return {static_cast<std::size_t>(got), {}};
    if (got == 0)
        return {0, "connection closed by the server"};
    return {0, would_block(errno) ? "" : std::strerror(errno)};
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
            return {done, std::strerror(errno)};
        if (const char* const trouble = wait_until(fd_.get(), POLLOUT, deadline))
            return {done, trouble};
    }
    return {done, {}};
}

} // namespace sallyport
