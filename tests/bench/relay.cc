// SPDX-License-Identifier: MIT
//
// relay MILLISECONDS PORT...: a longer line to each of these ports of the loopback
// interface. What comes in on a port of the relay's goes out at the other end so much
// later, in both directions. It prints "ready PORT..." with its own ports, and ends with
// its standard input.
//
// It stands in for a network of that round-trip time (twice the delay given) where the
// kernel has no netem. What it does not show: the handshake of TCP, which it answers itself
// at once (so one round trip is missing from every connection), slow start, loss, and what
// Nagle's algorithm makes of small writes, since each is acknowledged at once.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void stop_by_error(const char* what) {
    std::perror(what);
    std::_Exit(1);
}

sockaddr_in loopback(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

int make_socket() {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int one = 1;
    if (fd < 0 || ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) != 0)
        stop_by_error("relay: socket");
    return fd;
}

/// One direction of a connection: octets on their way, and when each lot arrives.
class Direction {
  public:
    Direction(int from, int to, Clock::duration delay)
        : from_(from), to_(to), delay_(delay) {}

    /// Octets that have come already do not wait again.
    void take_waiting() {
        pollfd watched{from_, POLLIN, 0};
        if (::poll(&watched, 1, 0) > 0)
            take(Clock::now());
    }

    void run() {
        while (!ended_ || !on_way_.empty()) {
            pollfd watched{from_, static_cast<short>(ended_ ? 0 : POLLIN), 0};
            const int ready = ::poll(ended_ ? nullptr : &watched, ended_ ? 0 : 1, wait());
            if (ready > 0)
                take(Clock::now() + delay_);
            deliver();
        }
        ::shutdown(to_, SHUT_WR);
    }

  private:
    struct Lot {
        Clock::time_point due;
        std::string octets;
    };

    int wait() {
        if (on_way_.empty())
            return -1;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(on_way_.front().due -
                                                                       Clock::now());
        return static_cast<int>(std::max<std::chrono::milliseconds::rep>(left.count(), 0));
    }

    void take(Clock::time_point due) {
        std::string octets(65536, '\0');
        const ssize_t got = ::recv(from_, octets.data(), octets.size(), 0);
        ended_ = got <= 0;
        octets.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        if (!octets.empty())
            on_way_.push_back({due, std::move(octets)});
    }

    void deliver() {
        for (; !on_way_.empty() && on_way_.front().due <= Clock::now();
             on_way_.pop_front()) {
            std::string_view left = on_way_.front().octets;
            while (!left.empty()) {
                const ssize_t sent = ::send(to_, left.data(), left.size(), MSG_NOSIGNAL);
                if (sent <= 0) {
                    ended_ = true;
                    break;
                }
                left.remove_prefix(static_cast<std::size_t>(sent));
            }
        }
    }

    int from_;
    int to_;
    Clock::duration delay_;
    std::deque<Lot> on_way_;
    bool ended_ = false;
};

void serve(int client, int port, Clock::duration delay) {
    // The handshake of TCP, which the kernel has held at once: SYN, SYN-ACK, and the ACK
    // with which the client's first octets come.
    std::this_thread::sleep_for(3 * delay);
    const int server = make_socket();
    const sockaddr_in address = loopback(port);
    if (::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
        0) {
        std::thread back([&] { Direction(server, client, delay).run(); });
        Direction forth(client, server, delay);
        forth.take_waiting();
        forth.run();
        back.join();
    }
    ::close(server);
    ::close(client);
}

/// Returns the port it listens on.
int listen_for(int port, Clock::duration delay) {
    const int fd = make_socket();
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
        ::listen(fd, 64) != 0 ||
        ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        stop_by_error("relay: listen");
    std::thread([fd, port, delay] {
        for (;;) {
            const int client = ::accept4(fd, nullptr, nullptr, SOCK_CLOEXEC);
            if (client < 0)
                continue;
            const int one = 1;
            ::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
            std::thread(serve, client, port, delay).detach();
        }
    }).detach();
    return ntohs(address.sin_port);
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 3)
        return 64;
    const std::chrono::microseconds delay(std::atol(argv[1]) * 1000);
    ::alarm(1800); // whatever happens
    std::string ready = "ready";
    for (int i = 2; i < argc; ++i)
        ready += " " + std::to_string(listen_for(std::atoi(argv[i]), delay));
    std::puts(ready.c_str());
    std::fflush(stdout);
    char octet = 0;
    while (::read(STDIN_FILENO, &octet, 1) > 0) {
    }
    std::_Exit(0);
}
