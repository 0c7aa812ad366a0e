// SPDX-License-Identifier: MIT
//
// A message handed over where there is a queue: what waits, what does not, and what the
// caller is told.
#define BOOST_TEST_MODULE handover
#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sys/stat.h>

#include "deliver/reporting.h"
#include "failing.h"
#include "queue/handover.h"
#include "queue_runs.h"

using namespace sallyport;

namespace {

using State = Progress::State;

struct Fixture : QueueFixture {
    Fixture() {
        identity.now = std::chrono::system_clock::now();
        now() = std::chrono::system_clock::to_time_t(identity.now);
        identity.id = "A0000000001";
        identity.uid = 1000;
        envelope.reverse_path = "me@x";
        envelope.recipients = {"a@x"};
    }

    Report hand_over(std::vector<Script> servers) {
        network.servers["one"] = std::move(servers);
        network.asked.clear();
        network.heard.clear();
        Log log({LogTarget::file, folder.path("log"), LogFormat::text}, "sallyport");
        Failover failover(settings, network,
                          {identity.host_name, Clock::now(), transcript});
        const World world{invocation, settings,   identity,    log,
                          network,    transcript, Clock::now()};
        Header fields;
        fields.append(Field("Subject: x\r\n"));
        const Report report =
            sallyport::hand_over(world, failover, envelope, Message(fields, Store(), {}));
        log_report(log, report, envelope, identity);
        return report;
    }

    [[nodiscard]] std::size_t queued() const {
        return std::filesystem::exists(settings.queue.directory) ? waiting().size() : 0;
    }
    /// The number of recipients that wait, and what their message says of the next attempt.
    void waits(const Report& report, std::int64_t least, unsigned raised) {
        BOOST_TEST((report.status() == ExitStatus::ok));
        BOOST_REQUIRE(queued() == 1U);
        const QueuedMessage message = read(identity.id);
        BOOST_TEST(message.progress().attempts == 1U);
        BOOST_TEST(message.progress().next >= now() + least);
        BOOST_TEST(message.progress().raised == raised);
    }
    void is_not_queued(const Report& report, ExitStatus status) const {
        BOOST_TEST((report.status() == status));
        BOOST_TEST(queued() == 0U);
    }

    Envelope envelope;
};

const Script refuses_recipient = hello + Script{"250 s", "550 5.1.1 no", "250 reset"};
const Script loses_verdict = hello + Script{"250 s", "250 r", "354 go"};

} // namespace

BOOST_FIXTURE_TEST_CASE(what_is_accepted_leaves_nothing, Fixture) {
    is_not_queued(hand_over({takes_all}), ExitStatus::ok);
}

BOOST_FIXTURE_TEST_CASE(the_trouble_of_a_relay_is_waited_out, Fixture) {
    for (const Script& server : {Script(), Script{"421 later"}, Script{"554 not you"},
                                 hello, hello + Script{"451 4.7.1 later", "250 reset"}}) {
        std::filesystem::remove_all(settings.queue.directory);
        waits(hand_over({server}), 260, 0);
    }
}

BOOST_FIXTURE_TEST_CASE(a_name_that_is_unknown_today_may_be_known_tomorrow, Fixture) {
    waits(hand_over({}), 260, 0); // a machine that is not connected yet
}

BOOST_FIXTURE_TEST_CASE(what_is_put_off_raises_back_off, Fixture) {
    for (const Script& later :
         {hello + Script{"250 s", "450 4.2.1 full", "250 reset"},
          hello + Script{"250 s", "250 r", "451 4.3.0 no", "250 reset"},
          hello + Script{"250 s", "250 r", "354 go", "451 4.3.0 no"},
          hello + Script{"450 4.1.8 sender", "250 reset"}}) {
        std::filesystem::remove_all(settings.queue.directory);
        waits(hand_over({later}), 260, 1);
    }
}

BOOST_FIXTURE_TEST_CASE(what_is_refused_is_not_queued, Fixture) {
    is_not_queued(hand_over({refuses_recipient}), ExitStatus::no_user);
    is_not_queued(hand_over({hello + Script{"550 5.7.1 no", "250 reset"}}),
                  ExitStatus::unavailable);
    is_not_queued(hand_over({hello + Script{"250 s", "250 r", "354 go", "554 5.6.0 no"}}),
                  ExitStatus::unavailable);
}

BOOST_FIXTURE_TEST_CASE(what_a_server_will_never_take_is_not_queued, Fixture) {
    envelope.require_tls = true;
    is_not_queued(hand_over({hello}), ExitStatus::unavailable);
}

BOOST_FIXTURE_TEST_CASE(the_refused_are_told_of_though_others_wait, Fixture) {
    envelope.recipients = {"a@x", "b@x", "c@x"};
    const Report report = hand_over({hello + Script{"250 s", "250 a", "550 5.1.1 no",
                                                    "450 4.2.1 full", "354 go", "250 ok"}});
    BOOST_TEST((report.status() == ExitStatus::no_user));
    BOOST_TEST(describe_failures(report).find("<c@x>") == std::string::npos);
    const QueuedMessage message = read(identity.id);
    BOOST_REQUIRE(message.header().recipients.size() == 1U);
    BOOST_TEST(message.header().recipients.front().address == "c@x");
    BOOST_TEST(report.recipients[2].queued_as == identity.id);
    BOOST_TEST(report.recipients[1].queued_as.empty());
}

BOOST_FIXTURE_TEST_CASE(what_is_in_doubt_waits_and_is_marked, Fixture) {
    waits(hand_over({loses_verdict}), 15 * 60, 1);
    BOOST_TEST(read(identity.id).progress().recipients.front().doubts == 1U);
}

BOOST_FIXTURE_TEST_CASE(what_is_in_doubt_is_held_where_that_is_asked_for, Fixture) {
    settings.queue.hold_in_doubt = true;
    const Report report = hand_over({loses_verdict});
    BOOST_TEST((report.status() == ExitStatus::temp_fail));
    BOOST_TEST(read(identity.id).progress().held);
    BOOST_TEST(describe_failures(report).find("held in the queue as " + identity.id) !=
               std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(an_outage_is_remembered_for_a_minute, Fixture) {
    hand_over({Script()});
    identity.id = "A0000000002";
    const Report report = hand_over({takes_all});
    BOOST_TEST((report.status() == ExitStatus::ok));
    BOOST_TEST(network.asked.empty());
    BOOST_TEST(read(identity.id).progress().attempts == 0U);
    BOOST_TEST(read(identity.id).progress().next == 0);
    identity.id = "A0000000003"; // of the first one it is still known
    hand_over({takes_all});
    BOOST_TEST(queued() == 3U);
    invocation.timing = Timing::interactive;
    identity.id = "A0000000004";
    hand_over({takes_all});
    BOOST_TEST(network.asked.empty());
}

BOOST_FIXTURE_TEST_CASE(what_a_server_said_of_one_message_is_no_outage, Fixture) {
    hand_over({hello + Script{"250 s", "450 4.2.1 full", "250 reset"}});
    identity.id = "A0000000002";
    hand_over({takes_all});
    BOOST_TEST(queued() == 1U);
}

BOOST_FIXTURE_TEST_CASE(an_outage_of_other_relays_is_none, Fixture) {
    settings.relays.front().match = {"me@x"};
    has_relay("two");
    hand_over({Script()});
    envelope.reverse_path = "you@x";
    network.servers["two"] = {takes_all};
    identity.id = "A0000000002";
    hand_over({});
    BOOST_TEST(queued() == 1U);
}

BOOST_FIXTURE_TEST_CASE(it_is_only_queued_where_that_is_asked_for, Fixture) {
    using When = QueueSettings::When;
    const auto queues = [&](When when, Timing timing) {
        std::filesystem::remove_all(settings.queue.directory);
        settings.queue.when = when;
        invocation.timing = timing;
        hand_over({takes_all});
        BOOST_TEST(network.asked.empty() == (queued() == 1U));
        return queued() == 1U;
    };
    BOOST_TEST(queues(When::always, Timing::configured));
    BOOST_TEST(!queues(When::always, Timing::interactive));
    BOOST_TEST(queues(When::temporary, Timing::deferred));
    BOOST_TEST(!queues(When::temporary, Timing::configured));
}

BOOST_FIXTURE_TEST_CASE(it_is_not_queued_for_a_sender_whom_nobody_serves, Fixture) {
    settings.relays.front().match = {"you@x"};
    invocation.timing = Timing::deferred;
    BOOST_TEST((failure_of([&] { return hand_over({}); }).status() == ExitStatus::config));
    BOOST_TEST(queued() == 0U);
}

BOOST_FIXTURE_TEST_CASE(without_room_the_text_has_both_reasons, Fixture) {
    settings.queue.max_count = 0;
    const Report report = hand_over({Script()});
    is_not_queued(report, ExitStatus::temp_fail);
    const std::string told = describe_failures(report);
    BOOST_TEST(told.find("one: refused; not queued: queue ") != std::string::npos);
    BOOST_TEST(told.find("it is full ([queue] max_count)") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(what_cannot_be_queued_goes_at_once_whoever_wants_it_later,
                        Fixture) {
    waits(hand_over({Script()}), 260, 0); // an outage
    settings.queue.max_count = 1;
    identity.renew();
    BOOST_TEST((hand_over({takes_all}).status() == ExitStatus::ok));
    BOOST_TEST(queued() == 1U);
    for (const Timing timing : {Timing::deferred, Timing::background}) {
        invocation.timing = timing;
        BOOST_TEST((hand_over({takes_all}).status() == ExitStatus::ok));
    }
    BOOST_TEST(network.heard.find("Subject: x") != std::string::npos);
    const std::string told = describe_failures(hand_over({Script()}));
    BOOST_TEST(told.find("one: refused; not queued: queue ") != std::string::npos, told);
    BOOST_TEST(queued() == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_queue_of_somebody_else_s_stops_no_message, Fixture) {
    std::filesystem::create_directory(settings.queue.directory);
    ::chmod(settings.queue.directory.c_str(), 0777);
    BOOST_TEST((hand_over({takes_all}).status() == ExitStatus::ok));
    const Report report = hand_over({Script()});
    BOOST_TEST((report.status() == ExitStatus::temp_fail));
    BOOST_TEST(describe_failures(report).find("not queued: queue ") != std::string::npos);
    invocation.timing = Timing::deferred;
    BOOST_TEST((hand_over({takes_all}).status() == ExitStatus::ok));
    BOOST_TEST(has_logged("not queued: queue "));
}

BOOST_FIXTURE_TEST_CASE(many_recipients_become_several_messages, Fixture) {
    envelope.recipients.clear();
    for (int i = 0; i < 2001; ++i)
        envelope.recipients.push_back(std::to_string(i) + "@x");
    const Report report = hand_over({Script()});
    BOOST_TEST((report.status() == ExitStatus::ok));
    BOOST_TEST(queued() == 3U);
    BOOST_TEST(report.recipients[999].queued_as == identity.id);
    const std::string& last = report.recipients[2000].queued_as;
    BOOST_REQUIRE(read(last).header().recipients.size() == 1U);
    BOOST_TEST(read(last).header().recipients.front().address == "2000@x");
    BOOST_TEST(describe_queued(report, true).find(last) != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(what_notifications_were_asked_for_is_kept, Fixture) {
    envelope.notify = "NEVER";
    envelope.ret = "HDRS";
    envelope.envelope_id = "a=b +c";
    envelope.require_tls = true;
    envelope.smtputf8 = true;
    envelope.body = BodyType::eight_bit_mime;
    hand_over({Script()});
    const QueuedMessage message = read(identity.id);
    BOOST_TEST(message.header().recipients.front().notify == "NEVER");
    BOOST_TEST(message.header().recipients.front().original_recipient == "rfc822;a@x");
    BOOST_TEST(message.header().envelope.ret == "HDRS");
    BOOST_TEST(message.header().envelope.envelope_id == "a=b +c");
    BOOST_TEST(message.header().envelope.require_tls);
    BOOST_TEST(message.header().envelope.smtputf8);
    BOOST_TEST((message.header().envelope.body == BodyType::eight_bit_mime));
}

BOOST_FIXTURE_TEST_CASE(nobody_sends_more_than_he_may, Fixture) {
    settings.limits = {2, std::chrono::hours(1)};
    for (int i = 0; i < 2; ++i)
        BOOST_TEST((hand_over({takes_all}).status() == ExitStatus::ok));
    const Failure over = failure_of([&] { return hand_over({takes_all}); });
    BOOST_TEST((over.status() == ExitStatus::temp_fail));
    BOOST_TEST(network.asked.empty());
    identity.now += std::chrono::minutes(29);
    BOOST_TEST((failure_of([&] { return hand_over({takes_all}); }).status() ==
                ExitStatus::temp_fail));
    identity.now += std::chrono::minutes(1);
    BOOST_TEST((hand_over({takes_all}).status() == ExitStatus::ok));
    identity.now -= std::chrono::hours(1000); // a clock that was set back
    BOOST_TEST((failure_of([&] { return hand_over({takes_all}); }).status() ==
                ExitStatus::temp_fail));
    identity.now += std::chrono::hours(1);
    BOOST_TEST((hand_over({takes_all}).status() == ExitStatus::ok));
    identity.uid = 0;
    for (int i = 0; i < 3; ++i)
        BOOST_TEST((hand_over({takes_all}).status() == ExitStatus::ok));
}

BOOST_FIXTURE_TEST_CASE(it_is_said_where_nobody_runs_the_queue, Fixture) {
    const Report never = hand_over({Script()});
    BOOST_TEST(never.queue_warning.starts_with("nobody has run the queue "));
    BOOST_TEST(never.queue_warning.find("since it was made") != std::string::npos);
    const std::string slot = folder.path("spool/run/slot.0");
    const auto last_run = [&](std::int64_t ago) {
        const timespec times[] = {{now() - ago, 0}, {now() - ago, 0}};
        std::ofstream{slot};
        ::utimensat(AT_FDCWD, slot.c_str(), times, 0);
        identity.renew();
        return hand_over({Script()}).queue_warning;
    };
    BOOST_TEST(last_run(3500).empty());
    BOOST_TEST(last_run(3700).find("since 20") != std::string::npos);
    settings.queue.retry = {std::chrono::hours(2)};
    BOOST_TEST(last_run(3700).empty());
    BOOST_TEST(!last_run(7300).empty());
}

BOOST_FIXTURE_TEST_CASE(it_is_told_on_a_terminal_and_where_somebody_must_act, Fixture) {
    Report report = hand_over({Script{"421 later"}});
    report.queue_warning.clear();
    BOOST_TEST(describe_queued(report, false).empty());
    BOOST_TEST(describe_queued(report, true)
                   .starts_with("sallyport: queued as A0000000001, not sent yet: one1: "));
    std::filesystem::remove_all(settings.queue.directory);
    report = hand_over({Script{"554 not you"}});
    report.queue_warning.clear();
    BOOST_TEST(describe_queued(report, false).find("554 not you") != std::string::npos);
}
