// SPDX-License-Identifier: MIT
//
// Who does not get a message from the queue, and who is told of it.
#define BOOST_TEST_MODULE queue_failures
#include <boost/test/unit_test.hpp>

#include "queue_runs.h"

using namespace sallyport;
using Texts = std::vector<std::string>;

namespace {

const Script refuses_b =
    hello + Script{"250 s", "250 a", "550 5.1.1 no such user", "354 go", "250 ok"};

struct Fixture : QueueFixture {
    /// The only one that waits.
    [[nodiscard]] std::string lone() const {
        const auto ids = waiting();
        BOOST_REQUIRE(ids.size() == 1U);
        return ids.front();
    }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(the_sender_is_told_who_was_refused, Fixture) {
    has(first, {"a@x", "b@x"});
    BOOST_TEST(run_against({refuses_b}).gone == 1U);
    BOOST_TEST(has_failed(first));
    const auto report = read(lone());
    BOOST_TEST(report.header().is_report);
    BOOST_TEST(report.header().envelope.reverse_path.empty());
    BOOST_TEST(report.header().recipients.front().address == "me@x");
    BOOST_TEST(run_against({takes_all}).gone == 1U);
    BOOST_TEST(network.heard.find("MAIL FROM:<>\r\n") != std::string::npos);
    BOOST_TEST(network.heard.find("Final-Recipient: rfc822; b@x") != std::string::npos);
    BOOST_TEST(network.heard.find("Final-Recipient: rfc822; a@x") == std::string::npos);
    BOOST_TEST(waiting().empty());
}

BOOST_FIXTURE_TEST_CASE(or_the_administrator_or_nobody, Fixture) {
    settings.queue.bounce_to.local = "root";
    settings.queue.bounce_to.domain = "y";
    has(first, {"a@x", "b@x"});
    run_against({refuses_b});
    BOOST_TEST(read(lone()).header().recipients.front().address == "root@y");
    run_against({takes_all});
    settings.queue.bounce = false;
    has(second, {"a@x", "b@x"});
    run_against({refuses_b});
    BOOST_TEST(waiting().empty());
    BOOST_TEST(has_failed(second));
}

BOOST_FIXTURE_TEST_CASE(a_sender_of_this_machine_is_read_where_his_mail_is, Fixture) {
    settings.sender.domain = "host.example";
    settings.recipients.root = "it@y, me@z";
    settings.recipients.default_to = "all@y";
    const auto reader = [&](const std::string& from) {
        std::filesystem::remove_all(settings.queue.directory);
        has(first, {"a@x", "b@x"}, {}, from);
        run_against({refuses_b});
        const auto report = read(lone());
        std::string readers;
        for (const Recipient& recipient : report.header().recipients)
            readers += recipient.address + " ";
        return readers;
    };
    BOOST_TEST(reader("root@HOST.example") == "it@y me@z ");
    BOOST_TEST(reader("root@localhost") == "it@y me@z ");
    BOOST_TEST(reader("www@host.example") == "www@host.example "); // not by default
    BOOST_TEST(reader("root@elsewhere") == "root@elsewhere ");
    settings.recipients.aliases = folder.path("none");
    BOOST_TEST(reader("root@host.example") == "root@host.example ");
}

BOOST_FIXTURE_TEST_CASE(where_nobody_may_send_a_report_comes_from_us, Fixture) {
    settings.sender.envelope_from.local = "us";
    settings.sender.envelope_from.domain = "x";
    has(first, {"a@x", "b@x"});
    run_against({refuses_b});
    BOOST_TEST(read(lone()).header().envelope.reverse_path.empty());
    const Script refuses_nobody =
        hello + Script{"501 5.1.7 no such sender", "250 reset"} + one_more;
    BOOST_TEST(run_against({refuses_nobody}).sent == 1U);
    BOOST_TEST(network.heard.find("MAIL FROM:<us@x>") != std::string::npos);
    BOOST_TEST(waiting().empty());
}

BOOST_FIXTURE_TEST_CASE(a_report_has_the_sender_that_is_forced_or_served, Fixture) {
    settings.sender.envelope_from.local = "us";
    settings.sender.envelope_from.domain = "x";
    settings.sender.force_envelope = true;
    has(first, {"a@x", "b@x"});
    run_against({refuses_b});
    BOOST_TEST(read(lone()).header().envelope.reverse_path == "us@x");
    std::filesystem::remove_all(settings.queue.directory);
    settings.sender.force_envelope = false;
    settings.relays.front().match = {"*@x"};
    has(first, {"a@x", "b@x"});
    run_against({refuses_b});
    BOOST_TEST(read(lone()).header().envelope.reverse_path == "us@x");
}

BOOST_FIXTURE_TEST_CASE(the_refused_are_told_of_while_others_wait, Fixture) {
    has(first, {"a@x", "b@x"});
    run_against({hello + Script{"250 s", "550 5.1.1 no", "450 4.2.1 full", "250 reset"}});
    BOOST_TEST(waiting().size() == 2U);
    BOOST_TEST(read(first).progress().is(Progress::State::told));
    now() += 3600;
    run_against({hello + one_more + Script{"250 s", "550 5.1.1 no", "250 reset"}});
    BOOST_TEST(has_failed(first));
}

BOOST_FIXTURE_TEST_CASE(who_was_refused_is_told_of_before_the_others_are_held, Fixture) {
    settings.queue.hold_in_doubt = true;
    has(first, {"a@x", "b@x"},
        {{now(), Event::attempt, {}, 0, {}, {}, 1},
         {now(), Event::begin, {0, 1}},
         {now(), Event::refuse, {0}, 550, "5.1.1", "no such user"}});
    BOOST_TEST(run().held == 1U); // the run before was killed here
    BOOST_TEST(waiting().size() == 2U);
    BOOST_TEST(read(first).progress().is(Progress::State::told));
    BOOST_TEST(read(first).progress().held);
}

BOOST_FIXTURE_TEST_CASE(nobody_is_told_of_a_report_or_of_mail_from_nobody, Fixture) {
    has(first, {"a@x", "b@x"});
    run_against({refuses_b});
    const std::string report = lone();
    BOOST_TEST(run_against({hello + Script{"250 s", "550 5.1.1 no", "250 reset"}}).gone ==
               1U);
    BOOST_TEST(waiting().empty());
    BOOST_TEST(has_failed(report));
    BOOST_TEST(
        has_logged(report + ": a failure report could not be sent: it is in failed/"));
    has(second, {"a@x", "b@x"}, {}, "");
    run_against({refuses_b});
    BOOST_TEST(waiting().empty());
    BOOST_TEST(has_failed(second));
}

BOOST_FIXTURE_TEST_CASE(who_asked_not_to_be_told_is_not, Fixture) {
    QueueHeader header;
    header.id = first;
    header.envelope.reverse_path = "me@x";
    header.recipients.emplace_back("a@x", "NEVER");
    header.recipients.emplace_back("b@x", "SUCCESS,DELAY");
    Header fields;
    fields.append(Field("A: 1\r\n"));
    Queue(QueueTree(settings.queue), ::getuid())
        .add(header, Message(fields, Store(), {}), {});
    run_against({hello + Script{"250 s", "550 a", "550 b", "250 reset"}});
    BOOST_TEST(waiting().empty());
    BOOST_TEST(has_failed(first));
}

BOOST_FIXTURE_TEST_CASE(a_message_that_is_refused_is_so_for_all, Fixture) {
    has(first, {"a@x", "b@x"});
    BOOST_TEST(run_against({hello + Script{"550 5.7.1 not from you", "250 reset"}}).gone ==
               1U);
    BOOST_TEST(has_failed(first));
    run_against({takes_all});
    BOOST_TEST(network.heard.find("Final-Recipient: rfc822; a@x") != std::string::npos);
    BOOST_TEST(network.heard.find("Final-Recipient: rfc822; b@x") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(after_five_days_and_five_attempts_it_is_given_up, Fixture) {
    has(first);
    const std::int64_t begun = now();
    for (int i = 0; i < 4; ++i) {
        run_against({Script{"421 later"}});
        now() += 6 * 60;
    }
    now() = begun + 6 * 86400; // the machine was off
    BOOST_TEST(read(first).progress().attempts == 4U);
    BOOST_TEST(run_against({Script{"421 later"}}).gone == 1U);
    BOOST_TEST(has_failed(first));
    run_against({takes_all});
    BOOST_TEST(network.heard.find("Status: 4.4.7") != std::string::npos);
    BOOST_TEST(network.heard.find("given up after 5 attempts") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(neither_time_alone_nor_attempts_alone_end_it, Fixture) {
    has(first);
    now() += 3650LL * 86400; // a clock that began in another decade
    run_against({Script{"421 later"}});
    BOOST_TEST(waiting() == Texts{first}, boost::test_tools::per_element());
    has(second);
    for (int i = 0; i < 20; ++i) {
        run_against({Script{"421 later"}}, {QueueSelection::Kind::id, second});
        now() += 60;
    }
    BOOST_TEST(!has_failed(second));
}

BOOST_FIXTURE_TEST_CASE(a_full_queue_of_refused_messages_empties, Fixture) {
    settings.queue.max_count = 2;
    has(first);
    has(second);
    has_one_server();
    const Script refuses = hello + Script{"550 5.7.1 closed"};
    BOOST_TEST(run_against({refuses, refuses}).gone == 2U);
    BOOST_TEST(waiting().size() == 2U); // the reports
    BOOST_TEST(has_failed(first));
}

BOOST_FIXTURE_TEST_CASE(without_room_for_the_report_it_is_made_by_the_next_run, Fixture) {
    has(first, {"a@x", "b@x"});
    settings.queue.reserve = std::uint64_t{1} << 60U;
    run_against({refuses_b});
    BOOST_TEST(waiting() == Texts{first}, boost::test_tools::per_element());
    BOOST_TEST(!has_failed(first));
    BOOST_TEST(has_logged("it is full ([queue] reserve)"));
    settings.queue.reserve = 0;
    BOOST_TEST(run_against({takes_all}).gone == 1U);
    BOOST_TEST(network.heard.empty());
    BOOST_TEST(has_failed(first));
    BOOST_TEST(read(lone()).header().is_report);
}

BOOST_FIXTURE_TEST_CASE(what_is_to_be_held_in_doubt_does_not_expire, Fixture) {
    settings.queue.hold_in_doubt = true;
    has(first);
    for (int i = 0; i < 4; ++i) {
        run_against({Script{"421 later"}});
        now() += 2 * 86400;
    }
    BOOST_TEST(run_against({hello + Script{"250 s", "250 r", "354 go"}}).held == 1U);
    BOOST_TEST(read(first).progress().held);
}

BOOST_FIXTURE_TEST_CASE(what_this_machine_lacks_is_nobodys_refusal_and_ends_nothing,
                        Fixture) {
    settings.relays.front().auth_wanted = true;
    settings.relays.front().secret =
        SecretFile{{folder.path("missing")}, "conf:7: password_file"};
    has(first);
    for (int i = 0; i < 7; ++i) {
        run_against({takes_all});
        now() += 86400;
    }
    BOOST_TEST(read(first).progress().attempts == 7U);
    BOOST_TEST(has_logged("status=misconfigured"));
    BOOST_TEST(waiting() == Texts{first}, boost::test_tools::per_element());
    BOOST_TEST(!has_failed(first));
}

BOOST_FIXTURE_TEST_CASE(a_journal_without_room_ends_it, Fixture) {
    JournalLine line;
    line.event = Event::defer;
    line.recipients = {0};
    line.code = 450;
    line.text = std::string(400, 'x');
    has(first, {"a@x"},
        std::vector<JournalLine>((journal_limit - journal_room) / to_text(line).size(),
                                 line));
    run_against({takes_all});
    BOOST_TEST(network.heard.empty());
    BOOST_TEST(has_failed(first));
    BOOST_TEST(read(lone()).header().is_report);
}
