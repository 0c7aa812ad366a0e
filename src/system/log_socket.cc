// SPDX-License-Identifier: MIT
#include "system/log_socket.h"

#include <cerrno>
#include <cstdarg>
#include <utility>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace sallyport {

namespace {

constexpr std::chrono::milliseconds step{10}; // of waiting; so no clock is needed

bool is_deaf(int error) {
    return error == EAGAIN || error == ENOBUFS;
}

} // namespace

LogSocket::LogSocket(std::string path, std::chrono::milliseconds patience)
    : path_(std::move(path)), patience_(patience) {}

bool LogSocket::is_there() {
    const int error = fd_ ? 0 : connect();
    return error == 0 || is_deaf(error);
}

bool LogSocket::send(const std::string& record) {
    const bool was_open = static_cast<bool>(fd_);
    // A daemon that was restarted has a new socket.
    return write(record) || (was_open && !fd_ && write(record));
}

/// 0, or the errno value. Most daemons have a socket for datagrams, some a stream.
int LogSocket::connect() {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    path_.copy(name.sun_path, sizeof name.sun_path - 1);
    int error = EPROTOTYPE;
    for (const int type : {SOCK_DGRAM, SOCK_STREAM}) {
        if (error != EPROTOTYPE)
            break;
        fd_ = UniqueFd(::socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        is_stream_ = type == SOCK_STREAM;
        if (::connect(fd_.get(), reinterpret_cast<sockaddr*>(&name), sizeof name) == 0)
            return 0;
        error = errno;
    }
    fd_ = UniqueFd();
    return error;
}

/// Afterwards there is no socket if the daemon is gone, or was never there.
bool LogSocket::write(const std::string& record) {
    do {
        const int error = try_write(record);
        if (error == 0)
            return true;
        if (!is_deaf(error)) {
            fd_ = UniqueFd();
            return false;
        }
    } while (pause());
    return false;
}

/// 0, or the errno value.
int LogSocket::try_write(const std::string& record) {
    const int error = fd_ ? 0 : connect();
    if (error != 0)
        return error;
    const std::size_t size = record.size() + (is_stream_ ? 1 : 0);
    const ssize_t sent =
        ::send(fd_.get(), record.c_str(), size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0)
        return errno;
    return sent == static_cast<ssize_t>(size) ? 0 : EPIPE; // after a part nothing follows
}

/// Until the daemon may be reading again; false when nobody is to be waited for any more.
bool LogSocket::pause() {
    if (!may_wait_ || patience_ < step)
        return false;
    patience_ -= step;
    pollfd watched{fd_.get(), POLLOUT, 0}; // without a socket this is a sleep
    ::poll(&watched, 1, static_cast<int>(step.count()));
    return true;
}

} // namespace sallyport

// Libraries call these, and would wait: libsasl2 has a word for every directory that holds
// no plug-ins, whatever it is told to log. What is defined here is found before libc's.
extern "C" {
// NOLINTBEGIN(cert-dcl50-cpp)
void syslog(int priority, const char* format, ...);
void syslog_checked(int priority, int flag, const char* format, ...) asm("__syslog_chk");
void vsyslog(int priority, const char* format, va_list arguments);
void vsyslog_checked(int priority, int flag, const char* format,
                     va_list arguments) asm("__vsyslog_chk");

void syslog(int /*priority*/, const char* /*format*/, ...) {}
void syslog_checked(int /*priority*/, int /*flag*/, const char* /*format*/, ...) {}
void vsyslog(int /*priority*/, const char* /*format*/, va_list /*arguments*/) {}
void vsyslog_checked(int /*priority*/, int /*flag*/, const char* /*format*/,
                     va_list /*arguments*/) {}
// NOLINTEND(cert-dcl50-cpp)
}
