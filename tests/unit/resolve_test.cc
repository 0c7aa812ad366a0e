// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE resolve
#include <boost/test/unit_test.hpp>

#include <future>

#include "failing.h"
#include "resolve.h"

using namespace sallyport;

namespace {

Deadline soon() {
    return Clock::now() + std::chrono::seconds(20);
}

Address parse(const char* text) {
    return resolve(text, IpFamily::any, soon()).front();
}

std::string shown(const std::vector<Address>& addresses) {
    std::string text;
    for (const auto& address : addresses)
        text += address.text() + " ";
    return text;
}

} // namespace

BOOST_AUTO_TEST_CASE(numeric_hosts_need_no_resolver) {
    BOOST_TEST(parse("192.0.2.7").text() == "192.0.2.7");
    BOOST_TEST(parse("2001:db8::7").text() == "2001:db8::7");
    BOOST_CHECK_THROW(resolve("192.0.2.7", IpFamily::ipv6, soon()), Failure);
}

BOOST_AUTO_TEST_CASE(families_take_turns) {
    BOOST_TEST(shown(interleave({parse("2001:db8::1"), parse("2001:db8::2"),
                                 parse("2001:db8::3"), parse("192.0.2.1")})) ==
               "2001:db8::1 192.0.2.1 2001:db8::2 2001:db8::3 ");
}

BOOST_AUTO_TEST_CASE(four_of_each_family_are_enough) {
    std::vector<Address> many;
    for (const char* text : {"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4",
                             "192.0.2.5", "2001:db8::1", "2001:db8::2"})
        many.push_back(parse(text));
    BOOST_TEST(shown(interleave(many)) ==
               "192.0.2.1 2001:db8::1 192.0.2.2 2001:db8::2 192.0.2.3 192.0.2.4 ");
    for (const char* text : {"2001:db8::3", "2001:db8::4", "2001:db8::5"})
        many.push_back(parse(text));
    BOOST_TEST(shown(interleave(many)) ==
               "192.0.2.1 2001:db8::1 192.0.2.2 2001:db8::2 192.0.2.3 2001:db8::3 "
               "192.0.2.4 2001:db8::4 ");
    BOOST_TEST(interleave(std::vector<Address>(100, parse("192.0.2.1"))).size() == 4U);
}

BOOST_AUTO_TEST_CASE(what_is_done_in_time) {
    bool done = false;
    run_aside(soon(), "step: ", [&] { done = true; });
    BOOST_TEST(done);
}

BOOST_AUTO_TEST_CASE(what_never_ends_is_left_behind) {
    const auto never = std::make_shared<std::promise<void>>();
    const Failure failure = failure_of([&] {
        run_aside(Clock::now(), "step: ", [never] { never->get_future().wait(); });
        return 0;
    });
    BOOST_TEST(std::string(failure.what()) == "step: timed out");
    BOOST_TEST(status_of(failure) == 75);
    BOOST_TEST((failure.fault() == Fault::relay));
    never->set_value();
}
