// SPDX-License-Identifier: MIT
//
// Ports of the loopback interface that refuse, are silent, or have somebody behind them.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <functional>
#include <list>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/unique_fd.h"
#include "net/resolve.h"

namespace sallyport::ctl {

inline Deadline soon() {
    return Clock::now() + std::chrono::seconds(20);
}

inline Address parse(const char* text) {
    return resolve(text, IpFamily::any, soon()).or_throw().front();
}

/// A machine of its own, that has nothing but 127.0.0.1.
inline bool leave_the_network() {
    if (::unshare(CLONE_NEWNET) != 0)
        return false;
    const UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ifreq request{};
    std::strcpy(request.ifr_name, "lo");
    request.ifr_flags = IFF_UP;
    return ::ioctl(socket.get(), SIOCSIFFLAGS, &request) == 0;
}

/// One that is bound and does not listen: connections to it are refused.
struct Port {
    explicit Port(const char* at = "127.0.0.1", std::uint16_t wanted = 0)
        : address(parse(at)),
          fd(::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        Address name = address;
        name.v6.sin6_port = htons(wanted);
        socklen_t size = name.size();
        if (::bind(fd.get(), &name.any, size) != 0 ||
            ::getsockname(fd.get(), &name.any, &size) != 0)
            throw std::runtime_error("no port is to be had");
        number = ntohs(name.v6.sin6_port);
    }
    void listen(int backlog) const {
        if (::listen(fd.get(), backlog) != 0)
            throw std::runtime_error("it cannot listen");
    }

    Address address;
    UniqueFd fd;
    std::uint16_t number = 0;
};

struct OpenPort : Port {
    explicit OpenPort(const char* at = "127.0.0.1", std::uint16_t wanted = 0)
        : Port(at, wanted) {
        listen(8);
    }
};

/// One whose queue is full: it answers no more than one whose packets are filtered out.
struct SilentPort : Port {
    explicit SilentPort(const char* at = "127.0.0.1", std::uint16_t wanted = 0)
        : Port(at, wanted) {
        listen(0);
        Address name = address;
        name.v6.sin6_port = htons(number);
        for (UniqueFd& caller : callers) {
            caller = UniqueFd(::socket(name.family(), SOCK_STREAM | SOCK_NONBLOCK, 0));
            static_cast<void>(::connect(caller.get(), &name.any, name.size()));
        }
    }

    std::array<UniqueFd, 4> callers;
};

/// Somebody who listens: `serve` has a thread for each connection, the first of which is 0.
/// The connection ends when it returns.
class Station : public OpenPort {
  public:
    using Serve = std::function<void(int fd, std::size_t number)>;

    explicit Station(Serve serve)
        : serve_(std::move(serve)), accepting_([this] { run(); }) {}
    Station(const Station&) = delete;
    Station& operator=(const Station&) = delete;
    ~Station() {
        ::shutdown(fd.get(), SHUT_RDWR); // accept() returns
        accepting_.join();
        for (const UniqueFd& connection : connections_)
            ::shutdown(connection.get(), SHUT_RDWR);
        for (std::thread& worker : workers_)
            worker.join();
    }

  private:
    void run() {
        for (std::size_t count = 0;; ++count) {
            UniqueFd connection(::accept4(fd.get(), nullptr, nullptr, SOCK_CLOEXEC));
            if (!connection)
                return;
            const int its = connection.get();
            connections_.push_back(std::move(connection));
            workers_.emplace_back([this, its, count] {
                serve_(its, count);
                ::shutdown(its, SHUT_RDWR);
            });
        }
    }

    Serve serve_;
    std::list<UniqueFd> connections_;
    std::vector<std::thread> workers_;
    std::thread accepting_;
};

inline void say(int fd, std::string_view octets) {
    static_cast<void>(::send(fd, octets.data(), octets.size(), MSG_NOSIGNAL));
}

/// What comes next; empty at the end.
inline std::string hear(int fd) {
    std::array<char, 4096> octets{};
    const ssize_t got = ::recv(fd, octets.data(), octets.size(), 0);
    return {octets.data(), static_cast<std::size_t>(got > 0 ? got : 0)};
}

/// Until the other side ends the connection; all that it said.
inline std::string hear_all(int fd) {
    std::string all;
    for (std::string some = hear(fd); !some.empty(); some = hear(fd))
        all += some;
    return all;
}

} // namespace sallyport::ctl
