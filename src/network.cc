// SPDX-License-Identifier: MIT
#include "network.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <arpa/inet.h>
#include <sys/socket.h>

#include "connect.h"
#include "printable.h"
#include "socket.h"
#include "tls.h"

namespace sallyport {

namespace {

/// RFC 5321 4.1.3: "[192.0.2.1]", "[IPv6:2001:db8::1]".
std::string local_literal(int fd) {
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &size);
    Address address;
    address.family = storage.ss_family;
    if (storage.ss_family == AF_INET6) {
        sockaddr_in6 v6{};
        std::memcpy(&v6, &storage, sizeof v6);
        address.v6 = v6.sin6_addr;
        return "[IPv6:" + address.text() + "]";
    }
    sockaddr_in v4{};
    std::memcpy(&v4, &storage, sizeof v4);
    address.family = AF_INET;
    address.v4 = v4.sin_addr;
    return "[" + address.text() + "]";
}

class InternetRoute : public Route {
  public:
    InternetRoute(const Relay& relay, Deadline run_deadline)
        : relay_(relay), run_deadline_(run_deadline) {}

    std::optional<Connection> connect() override {
        const Deadline deadline =
            std::min(Clock::now() + relay_.connect_timeout, run_deadline_);
        if (relay_.is_local())
            return next_local();
        if (!connector_)
            find_ways(deadline);
        if (connector_->exhausted())
            return std::nullopt;
        if (Clock::now() < deadline)
            connector_->start();
        if (uses_tls())
            securer(); // a first round trip's time to load the trust store in
        auto connected = connector_->connect(deadline);
        if (!connected)
            throw Failure(ExitStatus::temp_fail, Fault::relay,
                          relay_.host + ": connecting: " + connector_->trouble(), "4.4.1");
        Connection connection;
        connection.peer = relay_.host + "[" + connected->address.text() +
                          "]:" + std::to_string(connected->port);
        connection.port = connected->port;
        connection.local_literal = local_literal(connected->fd.get());
        connection.stream = std::make_unique<SocketStream>(std::move(connected->fd));
        return connection;
    }

    Securer& securer() override {
        if (!securer_)
            securer_.emplace(relay_);
        return *securer_;
    }

  private:
    std::optional<Connection> next_local() {
        if (std::exchange(used_, true))
            return std::nullopt;
        auto fd = connect_local(relay_.host.substr(std::strlen("unix:")));
        // RFC 5321 4.1.3 has no literal for it.
        return Connection{std::make_unique<SocketStream>(std::move(fd)),
                          printable(relay_.host), 0, "[127.0.0.1]"};
    }

    void find_ways(Deadline deadline) {
        auto addresses = resolve(relay_.host, relay_.ip, deadline);
        std::optional<Address> source;
        if (!relay_.source_address.empty()) {
            source = resolve(relay_.source_address, IpFamily::any, deadline).front();
            std::erase_if(addresses, [&source](const Address& address) {
                return address.family != source->family;
            });
        }
        if (addresses.empty())
            throw Failure(ExitStatus::temp_fail, Fault::relay,
                          relay_.host +
                              ": connecting: it has no address of the kind of "
                              "source_address " +
                              relay_.source_address,
                          "4.4.1");
        connector_.emplace(interleave(addresses), relay_.port, source);
    }

    [[nodiscard]] bool uses_tls() const {
        return std::ranges::any_of(relay_.port, [this](std::uint16_t port) {
            return relay_.tls_mode(port) != TlsMode::none;
        });
    }

    const Relay& relay_;
    Deadline run_deadline_;
    std::optional<Connector> connector_;
    bool used_ = false; ///< the local socket was
    std::optional<TlsSecurer> securer_;
};

} // namespace

std::unique_ptr<Route> Internet::route(const Relay& relay, Deadline run_deadline) {
    return std::make_unique<InternetRoute>(relay, run_deadline);
}

} // namespace sallyport
