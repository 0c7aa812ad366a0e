// SPDX-License-Identifier: MIT
#include "net/connect.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/concat.h"
#include "base/failure.h"
#include "text/printable.h"

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
        candidates_.push_back({address, port, targets_});
    ++targets_;
}

void Connector::start() {
    trouble_.clear();
    if (running_ < candidates_.size())
        begin_next();
}

std::optional<Candidate> Connector::connect(Deadline deadline) {
    std::optional<Candidate> winner;
    while (!winner && Clock::now() < deadline) {
        const bool more = running_ < candidates_.size();
        if (more && (running_ == 0 || Clock::now() >= begin_next_at_))
            begin_next();
        else if (running_ == 0)
            break;
        else if (await(more ? std::min(begin_next_at_, deadline) : deadline, winner))
            begin_next_at_ = Clock::now();
    }
    if (!winner)
        give_up();
    while (running_ > 0)
        candidates_[--running_].fd = UniqueFd();
    return winner;
}

void Connector::begin_next() {
    Candidate& candidate = candidates_[running_++];
    const bool port_done =
        running_ < candidates_.size() && candidates_[running_].target != candidate.target;
    begin_next_at_ = Clock::now() + (port_done ? next_port_after : next_address_after);
    const std::string trouble = begin(candidate);
    if (trouble.empty())
        return;
    note(candidate, trouble);
    remove(running_ - 1);
}

/// Empty, or why the attempt failed at once.
std::string Connector::begin(Candidate& candidate) const {
    candidate.fd =
        UniqueFd(::socket(candidate.address.family(),
                          SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
    const int fd = candidate.fd.get();
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
bool Connector::await(Deadline until, std::optional<Candidate>& winner) {
    std::vector<pollfd> watched(running_);
    for (std::size_t i = 0; i < watched.size(); ++i)
        watched[i] = {candidates_[i].fd.get(), POLLOUT, 0};
    if (::poll(watched.data(), watched.size(), poll_timeout(until)) <= 0)
        return false;
    bool failed = false;
    for (std::size_t i = watched.size(); i-- > 0 && !winner;) {
        if (watched[i].revents == 0)
            continue;
        int error = 0;
        socklen_t size = sizeof error;
        ::getsockopt(watched[i].fd, SOL_SOCKET, SO_ERROR, &error, &size);
        failed = failed || error != 0;
        if (error == 0)
            winner.emplace(std::move(candidates_[i]));
        else
            note(candidates_[i], std::strerror(error));
        remove(i);
    }
    return failed;
}

void Connector::give_up() {
    for (std::size_t i = 0; i < running_; ++i)
        note(candidates_[i], "timed out");
    if (trouble_.empty())
        trouble_ = "timed out";
    candidates_.clear();
    running_ = 0;
}

void Connector::note(const Candidate& candidate, const std::string& why) {
    trouble_ += concat(
        {trouble_.empty() ? "" : ", ", candidate.address.text(candidate.port), ": ", why});
}

/// One that was tried.
void Connector::remove(std::size_t index) {
    candidates_.erase(candidates_.begin() + static_cast<std::ptrdiff_t>(index));
    --running_;
}

} // namespace sallyport
