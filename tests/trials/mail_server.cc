// SPDX-License-Identifier: MIT
#include "trials/mail_server.h"

#include <stdexcept>
#include <utility>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "support/channel.h"

namespace sallyport::trials {

namespace {

constexpr int backlog = 64;

/// On the loopback interface; port 0: any.
UniqueFd bind_to(unsigned port) {
    UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int on = 1;
    ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    if (::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        throw std::runtime_error("no port can be had on 127.0.0.1");
    return fd;
}

unsigned port_of(int fd) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(address.sin_port);
}

} // namespace

MailServer::MailServer(const ServerOptions& options, SSL_CTX* context, Moods& moods)
    : options_(options), context_(context), moods_(moods), keeper_(bind_to(0)) {
    port_ = port_of(keeper_.get());
    listen();
}

MailServer::~MailServer() {
    cut();
    for (Served& served : served_)
        served.thread.join();
}

void MailServer::listen() {
    if (listener_)
        return;
    listener_ = bind_to(port_);
    if (::listen(listener_.get(), backlog) != 0)
        throw std::runtime_error("no server can be had on 127.0.0.1");
    acceptor_ = std::thread([this] { accept(); });
}

void MailServer::cut() {
    if (!listener_)
        return;
    ::shutdown(listener_.get(), SHUT_RDWR); // it wakes who accepts
    acceptor_.join();
    listener_ = UniqueFd();
    const std::scoped_lock lock(mutex_);
    for (const Served& served : served_)
        ::shutdown(served.fd.get(), SHUT_RDWR);
}

void MailServer::accept() {
    for (;;) {
        UniqueFd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (!fd)
            return;
        const std::scoped_lock lock(mutex_);
        Served& served =
            served_.emplace_back(Served{UniqueFd(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 0))});
        served.thread = std::thread([this, &served, fd = std::move(fd)]() mutable {
            serve(std::move(fd), served);
        });
    }
}

void MailServer::serve(UniqueFd fd, Served& served) {
    {
        Moody moody(moods_);
        Channel channel(std::move(fd));
        ServerSession session(channel, options_, context_, context_ != nullptr, &moody);
        session.run();
    }
    const std::scoped_lock lock(mutex_);
    served.fd = UniqueFd(); // the last of it
}

} // namespace sallyport::trials
