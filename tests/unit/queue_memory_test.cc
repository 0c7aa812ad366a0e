// SPDX-License-Identifier: MIT
//
// A run of the queue in which each allocation fails in turn: no message is lost, and none
// goes twice but what is marked as in doubt.
#define BOOST_TEST_MODULE queue_memory
#include <boost/test/unit_test.hpp>

#include "failing_new.h"
#include "queue/handover.h"
#include "queue_runs.h"

using namespace sallyport;

namespace {

struct Fixture : QueueFixture {
    /// One message, and a run in which the `at`th allocation fails. Whether one did.
    bool run_failing(long at, bool goes_on, const Script& server) {
        std::filesystem::remove_all(folder.path("spool"));
        has(first, {"a-recipient-whose-name-wants-memory@example.org"});
        network.servers["one"] = {server};
        network.heard.clear();
        network.next.clear();
        Log log({LogTarget::none, {}, LogFormat::text}, "sallyport");
        const QueueTree tree(settings.queue);
        const World world{invocation, settings,   identity,    log,
                          network,    transcript, Clock::now()};
        try {
            const Failing failing(at, goes_on);
            QueueRun(tree, world, tell_time, 1).run({});
        } catch (const std::bad_alloc&) { // the next run goes on
        } catch (const Failure&) {        // likewise
        }
        return ::has_failed;
    }

    [[nodiscard]] bool is_there() const { return waiting().size() == 1U; }

    template<class Check>
    void fail_each(const Script& server, Check check) {
        for (const bool goes_on : {false, true}) {
            long at = 1;
            while (run_failing(at, goes_on, server)) {
                check(at);
                ++at;
            }
            BOOST_TEST(at > 50);
        }
    }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(what_may_have_been_accepted_is_neither_lost_nor_forgotten,
                        Fixture) {
    const Script loses_verdict = hello + Script{"250 s", "250 r", "354 go"};
    fail_each(loses_verdict, [&](long at) {
        BOOST_REQUIRE_MESSAGE(is_there(), at);
        const bool begun = network.heard.find("Subject") != std::string::npos;
        const auto message = read(first);
        const Progress::Fate& fate = message.progress().recipients.front();
        const bool marked = fate.doubts == 1 || fate.state == Progress::State::in_doubt;
        BOOST_TEST((marked || !begun), at);
    });
}

BOOST_FIXTURE_TEST_CASE(what_was_accepted_does_not_go_again_unmarked, Fixture) {
    fail_each(takes_all, [&](long at) {
        if (!is_there())
            return;
        const bool begun = network.heard.find("Subject") != std::string::npos;
        const auto message = read(first);
        const Progress::Fate& fate = message.progress().recipients.front();
        const bool marked = fate.doubts == 1 || fate.state == Progress::State::in_doubt;
        BOOST_TEST((marked || fate.state == Progress::State::sent || !begun), at);
    });
}

BOOST_FIXTURE_TEST_CASE(who_is_refused_is_told_or_will_be, Fixture) {
    const Script refuses = hello + Script{"250 s", "550 5.1.1 no", "250 reset"};
    fail_each(refuses, [&](long at) {
        BOOST_TEST(!waiting().empty(), at); // it, or the report on it
    });
}

/// What the caller is told of a message that the server has is never that it has it not;
/// and no command is taken for its text.
BOOST_FIXTURE_TEST_CASE(what_a_callers_server_took_is_not_called_a_failure, Fixture) {
    Envelope envelope;
    envelope.reverse_path = "me@x";
    envelope.recipients = {"a-recipient-whose-name-wants-memory@example.org"};
    const auto hands_over = [&](Report& report) {
        network.servers["one"] = {takes_all};
        network.next.clear();
        Log log({LogTarget::none, {}, LogFormat::text}, "sallyport");
        const World world{invocation, settings,   identity,    log,
                          network,    transcript, Clock::now()};
        Header fields;
        fields.append(Field("Subject: x\r\n"));
        const Message message(fields, Store(), {});
        Failover failover(settings, network,
                          {identity.host_name, Clock::now(), transcript});
        report = hand_over(world, failover, envelope, message);
    };
    for (const bool goes_on : {false, true}) {
        bool failed = true;
        for (long at = 1; failed; ++at) {
            Report report;
            network.heard.clear();
            try {
                const Failing failing(at, goes_on);
                hands_over(report);
            } catch (const std::bad_alloc&) { // nothing was done, or this is a lie
            }
            failed = ::has_failed;
            const auto text = network.heard.find("DATA\r\n");
            const auto end = network.heard.find("\r\n.\r\n");
            const auto quit = network.heard.find("QUIT");
            BOOST_TEST(
                (text == std::string::npos || quit == std::string::npos || end < quit), at);
            for (const Recipient& recipient : report.recipients)
                BOOST_TEST((!recipient.text.empty() || recipient.accepted() ||
                            recipient.in_doubt()),
                           at);
            if (network.heard.find("Subject") == std::string::npos)
                continue;
            BOOST_REQUIRE_MESSAGE(report.recipients.size() == 1U, at);
            const Recipient& recipient = report.recipients.front();
            BOOST_TEST((recipient.accepted() || recipient.in_doubt()), at);
        }
    }
}
