// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE settings
#include <boost/test/unit_test.hpp>

#include "config/settings.h"

using namespace sallyport;
using Ports = std::vector<std::uint16_t>;

BOOST_AUTO_TEST_CASE(by_default_the_port_says_how_tls_begins) {
    const Relay relay;
    for (const auto port : Ports{465, 2465, 8465, 443})
        BOOST_TEST((relay.tls_mode(port) == TlsMode::implicit), port);
    for (const auto port : Ports{25, 80, 444, 587, 2525, 2587, 8025, 1465, 65535})
        BOOST_TEST((relay.tls_mode(port) == TlsMode::starttls), port);
}

BOOST_AUTO_TEST_CASE(what_is_configured_holds_for_every_port) {
    Relay relay;
    for (const TlsMode mode : {TlsMode::implicit, TlsMode::starttls, TlsMode::none}) {
        relay.tls = mode;
        for (const auto port : Ports{25, 465, 587})
            BOOST_TEST((relay.tls_mode(port) == mode), port);
    }
}

BOOST_AUTO_TEST_CASE(without_a_word_tls_is_required) {
    const Relay relay;
    BOOST_TEST((relay.tls_min == TlsVersion::tls1_2));
    BOOST_TEST(!relay.allow_plaintext_auth);
    BOOST_TEST(!relay.tls);
}

BOOST_AUTO_TEST_CASE(a_key_is_blamed_where_it_is_set) {
    Relay relay;
    relay.origin = "conf:1";
    relay.keys = {{"relay", "tls_ca", "tls_ca", "/ca", "conf:4: tls_ca"},
                  {"relay", "srv", "host", "x", "SALLYPORT_RELAY_SRV"}};
    BOOST_TEST(relay.origin_of("host") == "SALLYPORT_RELAY_SRV");
    BOOST_TEST(relay.origin_of("tls_ca") == "conf:4: tls_ca");
    BOOST_TEST(relay.origin_of("tls") == "conf:1");
    BOOST_TEST((find_setting(relay.keys, "sender", "host") == nullptr));
}
