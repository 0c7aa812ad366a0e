// SPDX-License-Identifier: MIT
//
// The route through the real network, as far as the loopback interface goes.
#define BOOST_TEST_MODULE network
#include <boost/test/unit_test.hpp>

#include "failing.h"
#include "network.h"

using namespace sallyport;

namespace {

struct Fixture {
    Fixture() {
        relay.host = "127.0.0.1";
        relay.tls = TlsMode::none;
    }
    std::string why() {
        const Failure failure = failure_of(
            [this] { return Internet().route(relay, Deadline::max())->connect(); });
        BOOST_TEST((failure.fault() == Fault::relay));
        return std::to_string(status_of(failure)) + " " + failure.what();
    }

    Relay relay;
};

} // namespace

BOOST_FIXTURE_TEST_CASE(a_source_of_the_other_kind, Fixture) {
    relay.source_address = "::1";
    BOOST_TEST(why() == "75 127.0.0.1: connecting: it has no address of the kind of "
                        "source_address ::1");
}
