// SPDX-License-Identifier: MIT
//
// Ports that are open, refused, silent and out of reach, told apart.
#define BOOST_TEST_MODULE ports
#include <boost/test/unit_test.hpp>

#include <arpa/inet.h>

#include "ctl/ports.h"
#include "station.h"
#include "unit/child.h"

using namespace sallyport;
using namespace sallyport::ctl;

namespace {

constexpr std::chrono::milliseconds a_quarter{250};
constexpr std::chrono::seconds a_second{1};

NameFacts at_loopback() {
    NameFacts facts;
    facts.v4.push_back(parse("127.0.0.1"));
    return facts;
}

NameFacts at_both() {
    NameFacts facts = at_loopback();
    facts.v6.push_back(parse("::1"));
    return facts;
}

using Ports = std::vector<std::uint16_t>;

std::string shown(const PortProbes& probes) {
    constexpr const char* states[] = {"open", "refused", "silent", "unreachable"};
    std::string text;
    for (const PortReport& port : probes.ports()) {
        text += text.empty() ? "" : " ";
        text += port.configured ? "" : "(";
        text += states[static_cast<std::size_t>(port.state)];
        text += port.configured ? "" : ")";
    }
    return text;
}

bool has_ipv6() {
    try {
        const Port any("::1");
        return true;
    } catch (const std::runtime_error&) {
        BOOST_TEST_MESSAGE("skipped: there is no IPv6 here");
        return false;
    }
}

} // namespace

BOOST_AUTO_TEST_CASE(open_and_refused) {
    const Port refused;
    const OpenPort open;
    PortProbes probes(at_loopback(), Ports{refused.number, open.number}, {}, {});
    probes.await_configured(soon());
    BOOST_TEST(shown(probes) == "refused open");
    BOOST_TEST(probes.probes()[0].trouble == "Connection refused");
    BOOST_REQUIRE(probes.first_open() != nullptr);
    BOOST_TEST(probes.first_open()->port == open.number);
}

BOOST_AUTO_TEST_CASE(the_first_in_the_order_is_taken) {
    const OpenPort one;
    const OpenPort other;
    PortProbes probes(at_loopback(), Ports{one.number, other.number}, {}, {});
    probes.await_configured(soon());
    BOOST_REQUIRE(probes.first_open() != nullptr);
    BOOST_TEST(probes.first_open()->port == one.number);
}

BOOST_AUTO_TEST_CASE(what_a_delivery_would_wait_for_is_waited_for) {
    const SilentPort silent;
    const OpenPort open;
    const auto begun = Clock::now();
    PortProbes probes(at_loopback(), Ports{silent.number, open.number}, {}, {});
    probes.await_configured(soon());
    BOOST_TEST((Clock::now() - begun >= a_second));
    BOOST_TEST((Clock::now() - begun < 15 * a_second));
    BOOST_TEST(shown(probes) == "silent open");
    BOOST_TEST(!probes.probes()[0].settled);
    BOOST_TEST(probes.first_open()->port == open.number);
}

BOOST_AUTO_TEST_CASE(a_later_port_is_not_waited_for) {
    const SilentPort silent;
    const OpenPort open;
    PortProbes probes(at_loopback(), Ports{open.number, silent.number}, {}, {});
    const auto begun = Clock::now();
    probes.await_configured(Clock::now() + 600 * a_second);
    BOOST_TEST((Clock::now() - begun < 15 * a_second));
    BOOST_TEST(shown(probes) == "open silent");
}

BOOST_AUTO_TEST_CASE(a_family_that_leads_nowhere) {
    if (!has_ipv6())
        return;
    const OpenPort open;
    const SilentPort silent("::1", open.number);
    const auto begun = Clock::now();
    PortProbes probes(at_both(), Ports{open.number}, {}, {});
    probes.await_configured(soon());
    BOOST_TEST((Clock::now() - begun >= a_quarter));
    BOOST_TEST(shown(probes) == "open");
    BOOST_REQUIRE(probes.probes().size() == 2U);
    BOOST_TEST(probes.probes()[0].address.text() == "::1");
    BOOST_TEST((probes.probes()[0].state == PortState::silent));
    BOOST_TEST(probes.first_open()->address.text() == "127.0.0.1");
}

BOOST_AUTO_TEST_CASE(a_port_is_what_its_better_family_is) {
    if (!has_ipv6())
        return;
    const Port refused;
    const SilentPort silent("::1", refused.number);
    PortProbes probes(at_both(), Ports{refused.number}, {}, {});
    probes.await_configured(Clock::now() + a_quarter);
    BOOST_TEST(shown(probes) == "refused");
    BOOST_TEST(probes.first_open() == nullptr);
}

BOOST_AUTO_TEST_CASE(without_a_way_for_one_family_the_other_counts) {
    const auto found = [](const NameFacts& names, std::string_view expected) {
        return in_child([&] {
            if (!leave_the_network())
                return cannot;
            const Port refused;
            PortProbes probes(names, Ports{refused.number}, {}, {});
            probes.await_configured(soon());
            return shown(probes) == expected ? 0 : 1;
        });
    };
    NameFacts names;
    names.v6.push_back(parse("2001:db8::1"));
    check_or_skip(found(names, "unreachable"));
    names.v4.push_back(parse("192.0.2.1"));
    check_or_skip(found(names, "unreachable"));
    names.v4.front() = parse("127.0.0.1");
    check_or_skip(found(names, "refused"));
}

BOOST_AUTO_TEST_CASE(all_that_have_their_verdict_end_the_wait) {
    const Port one;
    const Port other;
    PortProbes probes(at_loopback(), Ports{one.number, other.number}, {}, {});
    const auto begun = Clock::now();
    probes.await_configured(Clock::now() + 600 * a_second);
    BOOST_TEST((Clock::now() - begun < 15 * a_second));
    BOOST_TEST(shown(probes) == "refused refused");
}

BOOST_AUTO_TEST_CASE(the_deadline_ends_the_wait) {
    const SilentPort silent;
    PortProbes probes(at_loopback(), Ports{silent.number}, {}, {});
    probes.await_configured(Clock::now() + std::chrono::milliseconds(20));
    BOOST_TEST(shown(probes) == "silent");
    BOOST_TEST(probes.first_open() == nullptr);
}

BOOST_AUTO_TEST_CASE(others_are_asked_and_not_waited_for) {
    const OpenPort configured;
    const SilentPort silent;
    const OpenPort other;
    PortProbes probes(at_loopback(), Ports{configured.number},
                      Ports{silent.number, configured.number, other.number}, {});
    const auto begun = Clock::now();
    probes.await_configured(Clock::now() + 600 * a_second);
    probes.await_others(Clock::now());
    BOOST_TEST((Clock::now() - begun < 15 * a_second));
    BOOST_TEST(shown(probes) == "open (silent) (open)");
}

BOOST_AUTO_TEST_CASE(others_count_where_no_configured_one_is_open) {
    const Port refused;
    const OpenPort other;
    PortProbes probes(at_loopback(), Ports{refused.number}, Ports{other.number}, {});
    probes.await_configured(soon());
    probes.await_others(Clock::now() + 600 * a_second); // all are settled before
    BOOST_TEST(shown(probes) == "refused (open)");
    BOOST_TEST(probes.first_open() == nullptr);
}

BOOST_AUTO_TEST_CASE(the_address_to_connect_from) {
    const OpenPort open;
    PortProbes probes(at_both(), Ports{open.number}, {}, parse("127.0.0.9"));
    probes.await_configured(soon());
    BOOST_TEST(shown(probes) == "open");
    BOOST_TEST(probes.probes().size() == 1U); // none of IPv6
    Address caller;
    socklen_t size = sizeof caller;
    const UniqueFd connection(::accept(open.fd.get(), &caller.any, &size));
    BOOST_TEST(caller.text() == "127.0.0.9");
}

BOOST_AUTO_TEST_CASE(an_address_to_connect_from_that_is_not_ours) {
    const OpenPort open;
    PortProbes probes(at_loopback(), Ports{open.number}, {}, parse("198.51.100.1"));
    probes.await_configured(soon());
    BOOST_TEST(shown(probes) == "unreachable");
    BOOST_TEST(probes.probes()[0].trouble ==
               "source_address 198.51.100.1: Cannot assign requested address");
}

BOOST_AUTO_TEST_CASE(nothing_is_said_and_the_connection_ends) {
    const OpenPort open;
    PortProbes probes(at_loopback(), Ports{open.number}, {}, {});
    probes.await_configured(soon());
    const UniqueFd connection(::accept(open.fd.get(), nullptr, nullptr));
    BOOST_TEST(hear_all(connection.get()) == "");
}

BOOST_AUTO_TEST_CASE(no_address_at_all) {
    PortProbes probes({}, Ports{25}, {}, {});
    probes.await_configured(soon());
    BOOST_TEST(shown(probes) == "unreachable");
}
