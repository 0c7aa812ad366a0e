// SPDX-License-Identifier: MIT
//
// What is told, before and after, to who must know it though the program may be killed.
#define BOOST_TEST_MODULE witness
#include <boost/test/unit_test.hpp>

#include "deliver/delivery.h"
#include "relays.h"

using namespace sallyport;

namespace {

std::string names(std::span<Recipient* const> recipients, Recipient::State state) {
    std::string text;
    for (const Recipient* recipient : recipients) {
        if (recipient->state() == state)
            text += recipient->address.substr(0, 1);
    }
    return text;
}

struct Fixture : Witness {
    Fixture() {
        settings.relays = {plain_relay("one")};
        envelope.reverse_path = "me@x";
        envelope.recipients = {"a@x", "b@x", "c@x"};
    }
    virtual ~Fixture() = default;

    void doubt_begins(std::span<Recipient* const> recipients) override {
        seen += " begin:" + names(recipients, Recipient::State::pending);
        heard_before = network.heard;
        if (refuses)
            stop(ExitStatus::temp_fail, Fault::local, {"the disk is full"});
    }

    void settled(std::span<Recipient* const> recipients) override {
        seen += " sent:" + names(recipients, Recipient::State::accepted) +
                " refused:" + names(recipients, Recipient::State::refused) +
                " doubt:" + names(recipients, Recipient::State::in_doubt);
    }

    std::string deliver_to(std::vector<Script> one) {
        network.servers = {{"one", std::move(one)}};
        seen.clear();
        Header header;
        header.append(Field("A: 1\r\n"));
        Failover failover(settings, network, {"host", {}, transcript});
        report = deliver(failover, settings.message, envelope, recipients_of(envelope),
                         Message(header, Store(), {}), Clock::now(), true, this);
        return seen;
    }

    Settings settings;
    Envelope envelope;
    ScriptedNetwork network;
    Transcript transcript;
    std::string seen;
    std::string heard_before;
    bool refuses = false;
    Report report;
};

const Script to_data = hello + Script{"250 s", "250 a", "550 5.1.1 b", "250 c", "354 go"};

} // namespace

BOOST_FIXTURE_TEST_CASE(doubt_begins_before_the_last_octet_and_ends_with_the_verdict,
                        Fixture) {
    BOOST_TEST(deliver_to({to_data + Script{"250 ok"}}) ==
               " begin:ac sent:ac refused:b doubt:");
    BOOST_TEST(heard_before.ends_with("DATA\r\n"));
    BOOST_TEST(deliver_to({to_data}) == " begin:ac sent: refused:b doubt:ac");
    BOOST_TEST(deliver_to({to_data + Script{"550 no"}}) ==
               " begin:ac sent: refused:b doubt:");
}

/// With CHUNKING it rides with the commands.
BOOST_FIXTURE_TEST_CASE(where_the_message_rides_with_the_commands_all_are_in_doubt,
                        Fixture) {
    const Script ready{"220 hi", "250-mail.example\r\n250-PIPELINING\r\n250 CHUNKING"};
    BOOST_TEST(
        deliver_to({ready + Script{"250 s", "250 a", "550 5.1.1 b", "250 c", "250"}}) ==
        " begin:abc sent:ac refused:b doubt:");
    BOOST_TEST(heard_before.find("MAIL") == std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(nobody_begins_where_nobody_is_accepted, Fixture) {
    BOOST_TEST(deliver_to({hello + Script{"250 s", "550 a", "550 b", "550 c"}}) ==
               " sent: refused:abc doubt:");
    BOOST_TEST(deliver_to({{"421 busy"}}) == " sent: refused: doubt:");
}

BOOST_FIXTURE_TEST_CASE(what_cannot_be_written_down_is_not_begun, Fixture) {
    refuses = true;
    BOOST_TEST(deliver_to({to_data + Script{"250 ok"}, takes_all}) ==
               " begin:ac sent: refused:b doubt:");
    BOOST_TEST(network.heard.find("A: 1") == std::string::npos);
    BOOST_TEST(report.recipients.front().text == "the disk is full");
    BOOST_TEST((report.recipients.front().fault == Fault::local));
    BOOST_TEST((report.recipients.front().state() == Recipient::State::deferred));
}

BOOST_FIXTURE_TEST_CASE(only_who_is_pending_is_asked_about, Fixture) {
    network.servers = {{"one", {takes_all}}};
    auto recipients = recipients_of(envelope);
    recipients[0].accept(250);
    recipients[2].refuse(ExitStatus::no_user, 550);
    Failover failover(settings, network, {"host", {}, transcript});
    deliver(failover, settings.message, envelope, std::move(recipients),
            Message(Header(), Store(), {}), Clock::now(), true, this);
    BOOST_TEST(seen == " begin:b sent:b refused: doubt:");
    BOOST_TEST(network.heard.find("RCPT TO:<a") == std::string::npos);
}
