// SPDX-License-Identifier: MIT
//
// The route through the real network, as far as the loopback interface goes.
#define BOOST_TEST_MODULE network
#include <boost/test/unit_test.hpp>

#include <sys/socket.h>
#include <sys/un.h>

#include "base/unique_fd.h"
#include "failing.h"
#include "folder.h"
#include "net/network.h"

using namespace sallyport;

namespace {

struct Fixture {
    Fixture() {
        relay.host = "127.0.0.1";
        relay.tls = TlsMode::none;
    }
    std::string why() {
        const Failure failure = failure_of([this] {
            return Internet(transcript).route(relay, Deadline::max())->connect();
        });
        BOOST_TEST((failure.fault() == Fault::relay));
        return std::to_string(status_of(failure)) + " " + failure.what();
    }

    const Transcript transcript;
    Relay relay;
};

} // namespace

BOOST_FIXTURE_TEST_CASE(a_socket_of_this_machine, Fixture) {
    const Folder folder;
    const std::string path = folder.path("smtp");
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    path.copy(name.sun_path, sizeof name.sun_path - 1);
    const UniqueFd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    BOOST_REQUIRE(::bind(listener.get(), reinterpret_cast<sockaddr*>(&name), sizeof name) ==
                  0);
    relay.host = "unix:" + path;
    BOOST_TEST(why() == "75 unix:" + path + ": connecting: Connection refused");
    BOOST_REQUIRE(::listen(listener.get(), 5) == 0);
    const auto route = Internet(transcript).route(relay, Deadline::max());
    const auto connection = route->connect();
    BOOST_TEST(connection->peer == "unix:" + path);
    BOOST_TEST(connection->local_literal == "[127.0.0.1]");
    BOOST_TEST(connection->stream->write("EHLO", Deadline::max()).octets == 4U);
    BOOST_TEST(!route->connect().has_value());
}

BOOST_FIXTURE_TEST_CASE(no_socket_there, Fixture) {
    relay.host = "unix:/nonexistent/\x1b[2J";
    BOOST_TEST(why() == "75 unix:/nonexistent/?[2J: connecting: No such file or directory");
}

BOOST_FIXTURE_TEST_CASE(a_source_of_the_other_kind, Fixture) {
    relay.source_address = "::1";
    BOOST_TEST(why() == "75 127.0.0.1: connecting: it has no address of the kind of "
                        "source_address ::1");
}
