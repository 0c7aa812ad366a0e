// SPDX-License-Identifier: MIT
//
// -bv: what is asked, and what is made of the answers.
#define BOOST_TEST_MODULE verify
#include <boost/test/unit_test.hpp>

#include "deliver/verify.h"
#include "failing.h"
#include "relays.h"

using namespace sallyport;
using Texts = std::vector<std::string>;

namespace {

struct Fixture {
    Fixture() {
        for (const char* host : {"one", "two"}) {
            Relay relay;
            relay.host = host;
            relay.tls = TlsMode::none;
            settings.relays.push_back(std::move(relay));
        }
        envelope.reverse_path = "me@x";
        envelope.recipients = {"a@x", "b@x"};
    }

    Report ask(std::vector<Script> one, std::vector<Script> two = {}) {
        network.servers = {{"one", std::move(one)}, {"two", std::move(two)}};
        network.heard.clear();
        DeliveryContext context{"host", Clock::now(), transcript};
        return ask_about_recipients(settings, envelope, network, context);
    }

    Settings settings;
    Envelope envelope;
    ScriptedNetwork network;
    Transcript transcript;
};

} // namespace

BOOST_FIXTURE_TEST_CASE(each_recipient_is_asked_about_and_nothing_sent, Fixture) {
    const Report report = ask({hello + Script{"250 s", "250 r", "550 5.1.1 no"}});
    BOOST_TEST(texts_of(report) == (Texts{"one1 takes messages for it",
                                          "one1: RCPT TO:<b@x>: 550 5.1.1 no"}),
               boost::test_tools::per_element());
    BOOST_TEST(static_cast<int>(report.status()) == 67);
    BOOST_TEST(network.heard.starts_with(
        "EHLO [192.0.2.9]\r\nMAIL FROM:<me@x>\r\nRCPT TO:<a@x>\r\nRCPT TO:<b@x>\r\n"));
    for (const char* word : {"DATA", "BDAT"})
        BOOST_TEST(!holds(network.heard, word));
}

BOOST_FIXTURE_TEST_CASE(all_are_taken, Fixture) {
    const Report report = ask({hello + Script{"250 s", "250 r", "250 r", "250 reset"}});
    BOOST_TEST(static_cast<int>(report.status()) == 0);
    BOOST_TEST(network.heard.ends_with("RCPT TO:<b@x>\r\nRSET\r\nQUIT\r\n"));
}

BOOST_FIXTURE_TEST_CASE(several_transactions_where_one_has_no_room, Fixture) {
    const Texts both{"one1 takes messages for it", "one1 takes messages for it"};
    const Script again{"250 reset", "250 s", "250 r", "250 reset"};
    Report report = ask({hello + Script{"250 s", "250 r", "452 4.5.3 too many"} + again});
    BOOST_TEST(texts_of(report) == both, boost::test_tools::per_element());
    for (Relay& relay : settings.relays)
        relay.max_recipients = 1;
    report = ask({hello + Script{"250 s", "250 r"} + again});
    BOOST_TEST(texts_of(report) == both, boost::test_tools::per_element());
    BOOST_TEST(network.heard.ends_with("RCPT TO:<a@x>\r\nRSET\r\nMAIL FROM:<me@x>\r\n"
                                       "RCPT TO:<b@x>\r\nRSET\r\nQUIT\r\n"));
    settings.relays.front().max_recipients = 100;
    settings.relays.front().lmtp = true;
    report = ask({hello + Script{"250 s", "250 r"} + again});
    BOOST_TEST(texts_of(report) == both, boost::test_tools::per_element());
    BOOST_TEST(static_cast<int>(
                   ask({hello + Script{"250 s", "450 later", "250 r"}}).status()) == 75);
}

BOOST_FIXTURE_TEST_CASE(a_relay_that_cannot_be_reached_is_passed_over, Fixture) {
    for (const std::vector<Script>& one : {std::vector<Script>{}, {{"421 busy"}}, {{}}}) {
        const Report report = ask(one, {hello + Script{"250 s", "250 r", "250 r"}});
        BOOST_TEST(texts_of(report)[0] == "two1 takes messages for it");
    }
    settings.relays.front().match = {"*@y"};
    BOOST_TEST(texts_of(ask({takes_all}, {hello + Script{"250 s", "250 r", "250 r"}}))[0] ==
               "two1 takes messages for it");
}

/// What is known of those before stays known.
BOOST_FIXTURE_TEST_CASE(a_server_that_is_lost_or_refuses_more, Fixture) {
    settings.relays.pop_back();
    Report report = ask({hello + Script{"250 s"}});
    BOOST_TEST(static_cast<int>(report.status()) == 75);
    report = ask({hello + Script{"250 s", "250 r"}});
    BOOST_TEST(static_cast<int>(report.status()) == 75);
    BOOST_TEST(texts_of(report)[0] == "one1 takes messages for it");
    settings.relays.front().max_recipients = 1;
    report = ask({hello + Script{"250 s", "250 r", "250 reset", "550 5.7.1 no more"}});
    BOOST_TEST(static_cast<int>(report.status()) == 69);
    BOOST_TEST(texts_of(report) == (Texts{"one1 takes messages for it",
                                          "one1: MAIL FROM:<me@x>: 550 5.7.1 no more"}),
               boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(nobody_to_ask, Fixture) {
    const auto status = [&](std::vector<Script> one) {
        return status_of(failure_of([&] { return ask(std::move(one)); }));
    };
    BOOST_TEST(status({}) == 68);
    BOOST_TEST(status({hello + Script{"550 5.7.1 not you"}}) == 69);
    settings.relays.front().match = {"*@y"};
    settings.relays.pop_back();
    BOOST_TEST(status({takes_all}) == 78);
}
