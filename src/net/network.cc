// SPDX-License-Identifier: MIT
#include "net/network.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <arpa/inet.h>
#include <sys/socket.h>

#include "base/concat.h"
#include "net/connect.h"
#include "net/hint.h"
#include "net/proxy.h"
#include "net/socket.h"
#include "net/srv.h"
#include "net/tls.h"
#include "text/printable.h"

namespace sallyport {

namespace {

/// RFC 5321 4.1.3: "[192.0.2.1]", "[IPv6:2001:db8::1]".
std::string local_literal(int fd) {
    Address address;
    socklen_t size = sizeof address;
    ::getsockname(fd, &address.any, &size);
    return concat({address.family() == AF_INET6 ? "[IPv6:" : "[", address.text(), "]"});
}

class InternetRoute : public Route {
  public:
    InternetRoute(const Relay& relay, Deadline run_deadline, const Transcript& transcript)
        : relay_(relay), run_deadline_(run_deadline), transcript_(transcript) {}

    std::optional<Connection> connect() override {
        const Deadline deadline =
            std::min(Clock::now() + relay_.connect_timeout, run_deadline_);
        if (relay_.is_local())
            return next_local();
        if (relay_.proxy)
            return next_through(*relay_.proxy);
        if (!connector_ && relay_.srv)
            find_services(deadline);
        if (!connector_)
            connector_.emplace(addresses_of(relay_.host, deadline).or_throw(), relay_.port,
                               source(deadline));
        if (connector_->exhausted())
            return std::nullopt;
        auto connected = connect_by(*connector_, relay_.host, deadline);
        if (services_.empty())
            return connection_of(std::move(connected), relay_.host);
        const Service& service = services_[connected.target];
        auto connection = connection_of(std::move(connected), service.target);
        connection.tls = service.tls;
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

    /// The proxy is asked for one port after the other. It is silent until it has connected
    /// or given up, so that each port has its share of the time.
    std::optional<Connection> next_through(const Proxy& proxy) {
        if (next_port_ == relay_.port.size())
            return std::nullopt;
        const std::uint16_t port = relay_.port[next_port_++];
        const auto share = relay_.connect_timeout / static_cast<int>(relay_.port.size());
        const Deadline deadline = std::min(Clock::now() + share, run_deadline_);
        const std::string origin = relay_.origin_of("proxy");
        const std::string where = origin + ": ";
        Connector connector(addresses_of(proxy.host, deadline, where).or_throw(),
                            {proxy.port}, source(deadline));
        auto connected = connect_by(connector, origin, deadline);
        auto connection = connection_of(
            std::move(connected),
            concat({relay_.host, ":", std::to_string(port), " via ", proxy.host}));
        connection.port = port;
        ask_proxy(*connection.stream, proxy, where + connection.peer, relay_.host, port,
                  deadline, transcript_);
        return connection;
    }

    /// RFC 6186 3: the servers of a domain, each with its port.
    void find_services(Deadline deadline) {
        services_ = look_up_services(relay_.host, relay_.tls, deadline);
        connector_.emplace(std::vector<Address>(), std::vector<std::uint16_t>(),
                           source(deadline));
        Resolution none;
        auto left = static_cast<int>(services_.size());
        for (const Service& service : services_) {
            // Each has its share of the time, and one is left to connect in.
            const auto now = Clock::now();
            const Resolution found =
                addresses_of(service.target, now + (deadline - now) / (1 + left--));
            connector_->add(found.addresses, service.port);
            if (found.failure &&
                (!none.failure || none.failure->status() != ExitStatus::temp_fail))
                none.failure.emplace(*found.failure);
        }
        if (connector_->exhausted())
            none.or_throw();
    }

    /// Those that can be reached from source_address, in the order to try them. `where`
    /// goes before the name in errors.
    [[nodiscard]] Resolution addresses_of(const std::string& host, Deadline deadline,
                                          std::string_view where = {}) const {
        Resolution found = resolve(host, relay_.ip, deadline, where);
        const auto from = source(deadline);
        if (from)
            std::erase_if(found.addresses, [family = from->family()](const Address& each) {
                return each.family() != family;
            });
        if (!found.addresses.empty())
            found.addresses = interleave(found.addresses);
        else if (!found.failure)
            found.failure.emplace(not_connected(
                host, concat({"it has no address of the kind of source_address ",
                              from->text()})));
        return found;
    }

    [[nodiscard]] std::optional<Address> source(Deadline deadline) const {
        if (relay_.source_address.empty())
            return std::nullopt;
        return resolve(relay_.source_address, IpFamily::any, deadline).or_throw().front();
    }

    Candidate connect_by(Connector& connector, const std::string& host, Deadline deadline) {
        if (Clock::now() < deadline)
            connector.start();
        if (uses_tls())
            securer(); // a first round trip's time to load the trust store in
        auto connected = connector.connect(deadline);
        if (!connected)
            throw not_connected(host, connector.trouble());
        return std::move(*connected);
    }

    [[nodiscard]] Failure not_connected(const std::string& host,
                                        const std::string& why) const {
        const std::string advice = hint(relay_, TlsMode::implicit, Step::connect, why);
        return {ExitStatus::temp_fail, Fault::relay,  host,
                Step::connect,         {why, advice}, "4.4.1"};
    }

    static Connection connection_of(Candidate connected, std::string_view host) {
        Connection connection;
        connection.peer = concat({host, connected.address.text(connected.port)});
        connection.port = connected.port;
        connection.local_literal = local_literal(connected.fd.get());
        connection.stream = std::make_unique<SocketStream>(std::move(connected.fd));
        return connection;
    }

    [[nodiscard]] bool uses_tls() const {
        return std::ranges::any_of(relay_.port, [this](std::uint16_t port) {
            return relay_.tls_mode(port) != TlsMode::none;
        });
    }

    const Relay& relay_;
    Deadline run_deadline_;
    const Transcript& transcript_;
    std::vector<Service> services_; ///< of srv, as the targets of connector_
    std::optional<Connector> connector_;
    bool used_ = false;         ///< the local socket was
    std::size_t next_port_ = 0; ///< to ask a proxy for
    std::optional<TlsSecurer> securer_;
};

} // namespace

std::unique_ptr<Route> Internet::route(const Relay& relay, Deadline run_deadline) {
    return std::make_unique<InternetRoute>(relay, run_deadline, transcript_);
}

} // namespace sallyport
