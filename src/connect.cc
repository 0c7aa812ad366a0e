// SPDX-License-Identifier: MIT
#include "connect.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "concat.h"
#include "failure.h"
#include "printable.h"

namespace sallyport {

namespace {

constexpr std::chrono::milliseconds next_address_after{250}; // RFC 8305 5
constexpr std::chrono::milliseconds next_port_after{1000};
constexpr std::size_t most_ways = 16; // eight addresses at two ports

} // namespace

UniqueFd connect_local(const std::string& path) {
    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    path.copy(name.sun_path, sizeof name.sun_path - 1);
    // It is done at once or not at all: EAGAIN means that the server's queue is full.
    if (!fd || ::connect(fd.get(), reinterpret_cast<sockaddr*>(&name), sizeof name) != 0)
        stop(ExitStatus::temp_fail, Fault::relay, concat({"unix:", printable(path)}),
             Step::connect, {std::strerror(errno)}, "4.4.1");
    return fd;
}

Connector::Connector(const std::vector<Address>& addresses,
                     const std::vector<std::uint16_t>& ports, std::optional<Address> source)
    : source_(source) {
    for (const std::uint16_t port : ports)
        append(addresses, port);
}

void Connector::add(const std::vector<Address>& addresses, std::uint16_t port) {
    append(addresses, port);
    while (candidates_.size() > most_ways)
        candidates_.pop_back();
}

void Connector::append(const std::vector<Address>& addresses, std::uint16_t port) {
    for (const Address& address : addresses)
        candidates_.push_back({address, port, targets_, false});
    ++targets_;
}

void Connector::start() {
    trouble_.clear();
    if (next_ < candidates_.size())
        begin_next();
}

std::optional<ConnectedSocket> Connector::connect(Deadline deadline) {
    std::optional<ConnectedSocket> winner;
    while (!winner && Clock::now() < deadline) {
        const bool more = next_ < candidates_.size();
        if (more && (running_.empty() || Clock::now() >= begin_next_at_))
            begin_next();
        else if (running_.empty())
            break;
        else if (await(more ? std::min(begin_next_at_, deadline) : deadline, winner))
            begin_next_at_ = Clock::now();
    }
    if (!winner)
        give_up();
    running_.clear();
    next_ = 0;
    std::erase_if(candidates_, [](const Candidate& candidate) { return candidate.used; });
    return winner;
}

void Connector::begin_next() {
    Candidate& candidate = candidates_[next_++];
    const bool port_done =
        next_ < candidates_.size() && candidates_[next_].target != candidate.target;
    begin_next_at_ = Clock::now() + (port_done ? next_port_after : next_address_after);
    UniqueFd fd(::socket(candidate.address.family(),
                         SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
    const std::string trouble = begin(fd.get(), candidate);
    if (trouble.empty())
        running_.push_back({&candidate, std::move(fd)});
    else
        note(candidate, trouble);
}

/// Empty, or why the attempt failed at once.
std::string Connector::begin(int fd, const Candidate& candidate) const {
    if (fd < 0)
        return std::strerror(errno);
    // Without TCP_NODELAY the EHLO after the TLS Finished waits for the peer's delayed ACK.
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (source_ && ::bind(fd, &source_->any, source_->size()) != 0)
        return concat({"source_address ", source_->text(), ": ", std::strerror(errno)});
    Address name = candidate.address;
    name.v6.sin6_port = htons(candidate.port); // an IPv4 address has it in the same place
    if (::connect(fd, &name.any, name.size()) != 0 && errno != EINPROGRESS)
        return std::strerror(errno);
    return {};
}

/// True if an attempt failed meanwhile: the next one need not wait.
bool Connector::await(Deadline until, std::optional<ConnectedSocket>& winner) {
    std::vector<pollfd> watched;
    for (const Attempt& attempt : running_)
        watched.push_back({attempt.fd.get(), POLLOUT, 0});
    if (::poll(watched.data(), watched.size(), poll_timeout(until)) <= 0)
        return false;
    bool failed = false;
    for (std::size_t i = watched.size(); i-- > 0 && !winner;) {
        if (watched[i].revents == 0)
            continue;
        Attempt& attempt = running_[i];
        int error = 0;
        socklen_t size = sizeof error;
        ::getsockopt(attempt.fd.get(), SOL_SOCKET, SO_ERROR, &error, &size);
        if (error == 0) {
            attempt.candidate->used = true;
            winner = ConnectedSocket{std::move(attempt.fd), attempt.candidate->address,
                                     attempt.candidate->port, attempt.candidate->target};
        } else {
            note(*attempt.candidate, std::strerror(error));
            failed = true;
        }
        running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(i));
    }
    return failed;
}

void Connector::give_up() {
    for (const Attempt& attempt : running_)
        note(*attempt.candidate, "timed out");
    if (trouble_.empty())
        trouble_ = "timed out";
    for (Candidate& candidate : candidates_)
        candidate.used = true;
}

void Connector::note(Candidate& candidate, const std::string& why) {
    candidate.used = true;
    trouble_ += concat(
        {trouble_.empty() ? "" : ", ", candidate.address.text(candidate.port), ": ", why});
}

} // namespace sallyport
