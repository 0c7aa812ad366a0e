// SPDX-License-Identifier: MIT
#include "connect.h"

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include <arpa/inet.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "failure.h"
#include "printable.h"
#include "socket.h"

namespace sallyport {

namespace {

constexpr std::chrono::milliseconds next_address_after{250}; // RFC 8305 5
constexpr std::chrono::milliseconds next_port_after{1000};

struct Answer {
    int error = EAI_AGAIN;
    std::vector<Address> addresses;
};

Address to_address(const addrinfo& info) {
    Address address;
    address.family = info.ai_family;
    if (info.ai_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, info.ai_addr, sizeof v4);
        address.v4 = v4.sin_addr;
    } else {
        sockaddr_in6 v6{};
        std::memcpy(&v6, info.ai_addr, sizeof v6);
        address.v6 = v6.sin6_addr;
        address.scope = v6.sin6_scope_id;
    }
    return address;
}

int to_family(IpFamily family) {
    if (family == IpFamily::ipv4)
        return AF_INET;
    return family == IpFamily::ipv6 ? AF_INET6 : AF_UNSPEC;
}

Answer look_up(const std::string& host, int family, int flags) {
    addrinfo hints{};
    hints.ai_family = family;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = flags;
    addrinfo* found = nullptr;
    Answer answer;
    answer.error = ::getaddrinfo(host.c_str(), nullptr, &hints, &found);
    if (answer.error != 0)
        return answer;
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, ::freeaddrinfo);
    for (const addrinfo* info = found; info != nullptr; info = info->ai_next) {
        if (info->ai_family == AF_INET || info->ai_family == AF_INET6)
            answer.addresses.push_back(to_address(*info));
    }
    return answer;
}

/// getaddrinfo cannot be cancelled: what a helper thread and its waiter share outlives
/// both.
struct Pending {
    std::mutex mutex;
    std::condition_variable done;
    std::optional<Answer> answer;
};

Answer look_up_by(Deadline deadline, const std::string& host, int family) {
    const auto pending = std::make_shared<Pending>();
    try {
        // Families that this machine has not are not asked for, unless one is wanted by
        // name.
        const int flags = family == AF_UNSPEC ? AI_ADDRCONFIG : 0;
        std::thread([pending, host, family, flags] {
            Answer answer = look_up(host, family, flags);
            const std::lock_guard lock(pending->mutex);
            pending->answer = std::move(answer);
            pending->done.notify_one();
        }).detach();
    } catch (const std::system_error&) {
        throw Failure(ExitStatus::temp_fail, Fault::relay,
                      host + ": looking up the name: no thread can be started", "4.3.2");
    }
    std::unique_lock lock(pending->mutex);
    if (!pending->done.wait_until(lock, deadline,
                                  [&] { return pending->answer.has_value(); }))
        throw Failure(ExitStatus::temp_fail, Fault::relay,
                      host + ": looking up the name: timed out", "4.4.3");
    return std::move(*pending->answer);
}

[[noreturn]] void not_resolved(const std::string& host, int error) {
    const bool no_such_name = error == EAI_NONAME || error == EAI_NODATA;
    throw Failure(no_such_name ? ExitStatus::no_host : ExitStatus::temp_fail, Fault::relay,
                  host + ": looking up the name: " + ::gai_strerror(error),
                  no_such_name ? "5.4.4" : "4.4.3");
}

/// Octets of `storage` in use.
socklen_t fill(const Address& address, std::uint16_t port, sockaddr_storage& storage) {
    if (address.family == AF_INET) {
        sockaddr_in v4{};
        v4.sin_family = AF_INET;
        v4.sin_port = htons(port);
        v4.sin_addr = address.v4;
        std::memcpy(&storage, &v4, sizeof v4);
        return sizeof v4;
    }
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    v6.sin6_addr = address.v6;
    v6.sin6_scope_id = address.scope;
    std::memcpy(&storage, &v6, sizeof v6);
    return sizeof v6;
}

} // namespace

std::string Address::text() const {
    std::string text(INET6_ADDRSTRLEN, '\0');
    const void* const octets = family == AF_INET ? static_cast<const void*>(&v4) : &v6;
    if (::inet_ntop(family, octets, text.data(), INET6_ADDRSTRLEN) == nullptr)
        return {};
    text.resize(std::strlen(text.c_str()));
    return text;
}

std::vector<Address> resolve(const std::string& host, IpFamily family, Deadline deadline) {
    Answer answer = look_up(host, to_family(family), AI_NUMERICHOST);
    if (answer.error != 0)
        answer = look_up_by(deadline, host, to_family(family));
    if (answer.error != 0 || answer.addresses.empty())
        not_resolved(host, answer.error != 0 ? answer.error : EAI_NONAME);
    return answer.addresses;
}

UniqueFd connect_local(const std::string& path) {
    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    path.copy(name.sun_path, sizeof name.sun_path - 1);
    // It is done at once or not at all: EAGAIN means that the server's queue is full.
    if (!fd || ::connect(fd.get(), reinterpret_cast<sockaddr*>(&name), sizeof name) != 0)
        throw Failure(ExitStatus::temp_fail, Fault::relay,
                      "unix:" + printable(path) + ": connecting: " + describe_errno(errno),
                      "4.4.1");
    return fd;
}

std::vector<Address> interleave(const std::vector<Address>& addresses) {
    std::vector<Address> ordered(addresses);
    const auto same_family = [first = addresses.front().family](const Address& address) {
        return address.family == first;
    };
    const auto middle = std::stable_partition(ordered.begin(), ordered.end(), same_family);
    std::vector<Address> result;
    auto one = ordered.begin();
    auto other = middle;
    while (one != middle || other != ordered.end()) {
        if (one != middle)
            result.push_back(*one++);
        if (other != ordered.end())
            result.push_back(*other++);
    }
    return result;
}

Connector::Connector(const std::vector<Address>& addresses,
                     const std::vector<std::uint16_t>& ports, std::optional<Address> source)
    : source_(source) {
    for (const std::uint16_t port : ports) {
        for (const Address& address : addresses)
            candidates_.push_back({address, port, false});
    }
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
        next_ < candidates_.size() && candidates_[next_].port != candidate.port;
    begin_next_at_ = Clock::now() + (port_done ? next_port_after : next_address_after);
    UniqueFd fd(::socket(candidate.address.family,
                         SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
    if (!fd)
        return note(candidate, describe_errno(errno));
    // Without TCP_NODELAY the EHLO behind the TLS Finished waits for the peer's delayed
    // ACK.
    const int on = 1;
    ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (begin(fd.get(), candidate))
        running_.push_back({&candidate, std::move(fd)});
}

/// False, and noted, if the attempt failed at once.
bool Connector::begin(int fd, Candidate& candidate) {
    sockaddr_storage storage{};
    const auto* const name = reinterpret_cast<const sockaddr*>(&storage);
    if (source_ && ::bind(fd, name, fill(*source_, 0, storage)) != 0) {
        note(candidate, "source_address " + source_->text() + ": " + describe_errno(errno));
        return false;
    }
    const socklen_t size = fill(candidate.address, candidate.port, storage);
    if (::connect(fd, name, size) != 0 && errno != EINPROGRESS) {
        note(candidate, describe_errno(errno));
        return false;
    }
    return true;
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
                                     attempt.candidate->port};
        } else {
            note(*attempt.candidate, describe_errno(error));
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
    if (!trouble_.empty())
        trouble_ += ", ";
    trouble_ +=
        "[" + candidate.address.text() + "]:" + std::to_string(candidate.port) + ": " + why;
}

} // namespace sallyport
