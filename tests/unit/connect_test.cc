// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE connect
#include <boost/test/unit_test.hpp>

#include <array>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/failure.h"
#include "net/connect.h"

using namespace sallyport;

namespace {

Deadline soon() {
    return Clock::now() + std::chrono::seconds(20);
}

Address parse(const char* text) {
    return resolve(text, IpFamily::any, soon()).or_throw().front();
}

/// A socket on 127.0.0.1, listening or only bound (connections to it are refused).
struct Port {
    explicit Port(bool listens) : fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in name{};
        name.sin_family = AF_INET;
        name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        auto* const where = reinterpret_cast<sockaddr*>(&name);
        BOOST_REQUIRE(::bind(fd.get(), where, sizeof name) == 0);
        socklen_t size = sizeof name;
        BOOST_REQUIRE(::getsockname(fd.get(), where, &size) == 0);
        number = ntohs(name.sin_port);
        if (listens)
            BOOST_REQUIRE(::listen(fd.get(), 5) == 0);
    }

    /// Where the next connection comes from.
    [[nodiscard]] std::string caller() const {
        sockaddr_in name{};
        socklen_t size = sizeof name;
        const UniqueFd connection(
            ::accept(fd.get(), reinterpret_cast<sockaddr*>(&name), &size));
        BOOST_REQUIRE(connection);
        char text[INET_ADDRSTRLEN];
        return ::inet_ntop(AF_INET, &name.sin_addr, text, sizeof text);
    }

    UniqueFd fd;
    std::uint16_t number = 0;
};

/// A socket whose queue is full: it answers no more than one whose packets are filtered
/// out.
struct SilentPort : Port {
    SilentPort() : Port(false) {
        BOOST_REQUIRE(::listen(fd.get(), 0) == 0);
        sockaddr_in name{};
        socklen_t size = sizeof name;
        auto* const where = reinterpret_cast<sockaddr*>(&name);
        BOOST_REQUIRE(::getsockname(fd.get(), where, &size) == 0);
        for (UniqueFd& caller : callers) {
            caller = UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
            ::connect(caller.get(), where, size);
        }
    }

    std::array<UniqueFd, 4> callers;
};

} // namespace

BOOST_AUTO_TEST_CASE(the_next_port_when_the_first_refuses) {
    const Port closed(false);
    const Port open(true);
    Connector connector({parse("127.0.0.1")}, {closed.number, open.number});
    const auto connected = connector.connect(soon());
    BOOST_REQUIRE(connected.has_value());
    BOOST_TEST(connected->port == open.number);
    BOOST_TEST(connector.exhausted());
}

BOOST_AUTO_TEST_CASE(a_port_that_is_filtered_costs_a_second) {
    const SilentPort silent;
    const Port open(true);
    Connector connector({parse("127.0.0.1")}, {silent.number, open.number});
    const auto begun = Clock::now();
    const auto connected = connector.connect(soon());
    BOOST_REQUIRE(connected.has_value());
    BOOST_TEST(connected->port == open.number);
    BOOST_TEST((Clock::now() - begun >= std::chrono::seconds(1)));
    BOOST_TEST((Clock::now() - begun < std::chrono::seconds(5)));
    BOOST_TEST(!connector.exhausted()); // it may answer yet
}

BOOST_AUTO_TEST_CASE(ports_that_are_all_filtered_cost_the_deadline) {
    const SilentPort silent;
    Connector connector({parse("127.0.0.1")}, {silent.number});
    BOOST_TEST(
        !connector.connect(Clock::now() + std::chrono::milliseconds(50)).has_value());
    BOOST_TEST(connector.trouble() ==
               "[127.0.0.1]:" + std::to_string(silent.number) + ": timed out");
}

BOOST_AUTO_TEST_CASE(each_way_is_used_once) {
    const Port first(true);
    const Port second(true);
    Connector connector({parse("127.0.0.1")}, {first.number, second.number});
    BOOST_TEST(connector.connect(soon())->port == first.number);
    BOOST_TEST(!connector.exhausted());
    BOOST_TEST(connector.connect(soon())->port == second.number);
    BOOST_TEST(connector.exhausted());
}

BOOST_AUTO_TEST_CASE(every_refusal_is_named) {
    const Port closed(false);
    Connector connector({parse("127.0.0.1"), parse("::1")}, {closed.number});
    BOOST_TEST(!connector.connect(soon()).has_value());
    BOOST_TEST(connector.trouble().find("[127.0.0.1]:" + std::to_string(closed.number) +
                                        ": Connection refused") != std::string::npos);
    BOOST_TEST(connector.trouble().find("[::1]:") != std::string::npos);
    BOOST_TEST(connector.exhausted());
}

BOOST_AUTO_TEST_CASE(of_what_is_added_the_first_sixteen_ways) {
    const Port closed(false);
    const Port open(true);
    const std::vector<Address> three(3, parse("127.0.0.1"));
    Connector connector({}, {});
    for (int target = 0; target < 5; ++target)
        connector.add(three, closed.number);
    connector.add(three, open.number);
    connector.add(three, closed.number);
    const auto connected = connector.connect(soon());
    BOOST_REQUIRE(connected.has_value());
    BOOST_TEST(connected->target == 5U);
    BOOST_TEST(connector.exhausted());
}

BOOST_AUTO_TEST_CASE(every_port_that_is_configured) {
    const Port closed(false);
    const Port open(true);
    Connector connector(std::vector<Address>(20, parse("127.0.0.1")),
                        {closed.number, open.number});
    BOOST_TEST(connector.connect(soon()).has_value());
}

BOOST_AUTO_TEST_CASE(an_attempt_begun_early_is_the_one_that_connects) {
    const Port open(true);
    Connector connector({parse("127.0.0.1")}, {open.number});
    connector.start();
    BOOST_TEST(connector.connect(soon())->port == open.number);
    BOOST_TEST(connector.exhausted());
}

BOOST_AUTO_TEST_CASE(the_address_to_connect_from) {
    const Port open(true);
    Connector connector({parse("127.0.0.1")}, {open.number}, parse("127.0.0.9"));
    BOOST_TEST(connector.connect(soon()).has_value());
    BOOST_TEST(open.caller() == "127.0.0.9");
}

BOOST_AUTO_TEST_CASE(an_address_to_connect_from_that_is_not_ours) {
    const Port open(true);
    Connector connector({parse("127.0.0.1")}, {open.number}, parse("198.51.100.1"));
    BOOST_TEST(!connector.connect(soon()).has_value());
    BOOST_TEST(connector.trouble() ==
               "[127.0.0.1]:" + std::to_string(open.number) +
                   ": source_address 198.51.100.1: Cannot assign requested address");
}

BOOST_AUTO_TEST_CASE(a_deadline_that_has_passed) {
    const Port open(true);
    Connector connector({parse("127.0.0.1")}, {open.number});
    BOOST_TEST(!connector.connect(Clock::now() - std::chrono::seconds(1)).has_value());
}
