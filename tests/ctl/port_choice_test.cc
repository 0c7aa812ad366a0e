// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE port_choice
#include <boost/test/unit_test.hpp>

#include <map>

#include "ctl/port_choice.h"

using namespace sallyport;
using namespace sallyport::ctl;

namespace {

using Ports = std::vector<std::uint16_t>;

/// A server, by its ports: "open" speaks as it should, "mute" says nothing, all others are
/// states.
struct Server {
    std::map<std::uint16_t, std::string> ports;
    std::vector<Ports> tried;

    RelayReport probe(const Relay& relay) {
        tried.push_back(relay.port);
        RelayReport report;
        bool spoken = false;
        const auto add = [&](std::uint16_t port, bool configured) {
            const std::string& state = ports[port];
            PortReport line;
            line.port = port;
            line.configured = configured;
            if (state == "open" || state == "mute")
                line.state = PortState::open;
            report.ports.push_back(line);
            if (!configured || spoken || line.state != PortState::open)
                return;
            spoken = true; // the first that is open is talked to
            StepReport step;
            step.rung = Rung::greeting;
            step.result = state == "open" ? Result::ok : Result::fail;
            step.text = "mute on " + std::to_string(port);
            report.steps.push_back(step);
        };
        for (const std::uint16_t port : relay.port)
            add(port, true);
        for (const std::uint16_t port : Ports{25, 465, 587, 2525}) {
            if (std::ranges::find(relay.port, port) == relay.port.end())
                add(port, false);
        }
        return report;
    }

    PortChoice choose(Ports usual = {465, 587}) {
        Relay relay;
        relay.port = std::move(usual);
        return choose_ports(relay, [this](const Relay& r) { return probe(r); });
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(nothing_is_written_where_the_first_port_works) {
    Server server{{{465, "open"}, {587, "open"}, {25, "open"}}, {}};
    const PortChoice choice = server.choose();
    BOOST_TEST(choice.ports.empty());
    BOOST_TEST(choice.trouble == "");
    BOOST_TEST(server.tried.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_port_that_is_shut_is_left_out) {
    Server server{{{587, "open"}, {2525, "open"}}, {}};
    BOOST_TEST((server.choose({465, 587, 2525}).ports == Ports{587, 2525}));
}

BOOST_AUTO_TEST_CASE(a_port_that_is_mute_is_left_out) {
    Server server{{{465, "mute"}, {587, "open"}}, {}};
    const PortChoice choice = server.choose();
    BOOST_TEST((choice.ports == Ports{587}));
    BOOST_TEST(choice.trouble == "");
}

BOOST_AUTO_TEST_CASE(other_ports_are_a_last_resort_and_25_the_last_of_all) {
    Server server{{{25, "open"}, {2525, "open"}}, {}};
    BOOST_TEST((server.choose().ports == Ports{2525, 25}));
}

BOOST_AUTO_TEST_CASE(where_nothing_works_nothing_is_written_and_why_is_said) {
    Server shut;
    BOOST_TEST(shut.choose().ports.empty());
    BOOST_TEST(shut.choose().trouble == "none of its ports is open");
    Server mute{{{465, "mute"}, {587, "mute"}, {25, "mute"}}, {}};
    const PortChoice choice = mute.choose();
    BOOST_TEST(choice.ports.empty());
    BOOST_TEST(choice.trouble == "mute on 465");
    BOOST_TEST(mute.tried.size() == 3U);
}
