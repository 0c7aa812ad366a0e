// SPDX-License-Identifier: MIT
//
// -bs where there is a queue: what waits, what is passed on, and when no server is asked.
// Each pair of verdicts is in server_verdicts_test.cc.
#define BOOST_TEST_MODULE server_queue
#include <boost/test/unit_test.hpp>

#include <sys/stat.h>

#include "queued_dialogue.h"

using namespace sallyport;

namespace {

using Fixture = QueuedClient;

const std::string one = mail + to_a + data;
const std::string all_well = sender_ok + recipient_ok + go;
const Script no_server{};
const Script one_more{"250 s", "250 r", "354 go", "250 2.0.0 Ok"};

struct Aliased : QueuedClient {
    Aliased() { settings.recipients.root = "a@x, b@x, c@x"; }
    const std::string to_root = "RCPT TO:<root>\n";
};

struct ByLmtp : Aliased {
    ByLmtp() { settings.relays.front().lmtp = true; }
    std::string verdict_of(const Script& script) {
        forget();
        has_servers({hello + Script{"250 s"} + script});
        const std::string told = without_ids(say(mail + to_root + data));
        BOOST_TEST(told.starts_with(all_well), told);
        return told.substr(std::min(all_well.size(), told.size()));
    }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(no_relay_can_be_had, Fixture) {
    const std::vector<Script> away{
        no_server,       {"421 busy"},
        {"554 go away"}, hello + Script{"451 4.3.0 later", "250 reset"},
        hello,           hello + Script{"530 5.7.0 log in", "250 reset"}};
    for (const Script& script : away) {
        forget();
        has_servers({script});
        BOOST_TEST(without_ids(say(mail + to_a + to_b + data + "NOOP\n")) ==
                   sender_ok + recipient_ok + recipient_ok + go + queued +
                       "250 2.0.0 ok\n");
        BOOST_TEST(fates() == "a@x open, b@x open");
        BOOST_TEST(read_lone().progress().attempts == 1U);
        BOOST_TEST(network.asked.size() == 1U);
        BOOST_TEST(!holds(network.heard, "RCPT"));
    }
    forget();
    has_servers({}); // such a host is not known yet
    BOOST_TEST(without_ids(say(one)) == all_well + queued);
    BOOST_TEST(holds(log(), "to=<a@x>, relay=none"), log());
    BOOST_TEST(holds(log(), "status=queued (one: no such host)"), log());
}

BOOST_FIXTURE_TEST_CASE(what_is_the_message_s_own_fault_is_passed_on, Fixture) {
    has_servers({hello + Script{"550 5.7.1 not you", "250 reset"}});
    BOOST_TEST(say(mail) == "550 5.7.1 one1: MAIL FROM:<me@x>: 550 5.7.1 not you\n");
    settings.relays.front().match = {"you@x"};
    BOOST_TEST(say(mail).starts_with("451 4.3.5 no [relay] has a match"));
    settings.queue.when = QueueSettings::When::always;
    BOOST_TEST(say(mail).starts_with("451 4.3.5 no [relay] has a match"));
    BOOST_TEST(is_empty());
}

BOOST_FIXTURE_TEST_CASE(recipients_are_checked_here, Aliased) {
    has_servers({no_server});
    settings.sender.allow = {"me@x"};
    BOOST_TEST(without_ids(say("MAIL FROM:<you@x>\n" + mail +
                               "RCPT TO:<a@>\nRCPT TO:<\xc3\xb6@x>\n" + to_root + to_b +
                               "RCPT TO:<d@x> NOTIFY=never\n" +
                               "DATA\nFrom: me@x\n\nhello\n.\n")) ==
               "550 5.7.1 sender <you@x>: [sender] allow does not name it\n" + sender_ok +
                   "553 5.1.3 address \"<a@>\": a domain is missing before \">\"\n"
                   "553 5.6.7 an address that is not ASCII needs SMTPUTF8\n" +
                   recipient_ok + recipient_ok + recipient_ok + go + queued);
    BOOST_TEST(fates() == "a@x open, b@x open, c@x open, d@x open");
    BOOST_TEST(read_lone().header().recipients.back().notify == "NEVER");
    forget();
    has_servers({no_server});
    BOOST_TEST(without_ids(say(mail + to_a + "DATA\nFrom: evil@y\n\n.\n")) ==
               all_well + "550 5.7.1 sender <evil@y>: [sender] allow does not name it\n");
    BOOST_TEST(is_empty());
}

BOOST_FIXTURE_TEST_CASE(too_many_recipients, Fixture) {
    has_servers({no_server});
    std::string said = mail;
    for (std::size_t i = 0; i <= recipients_limit; ++i)
        said += "RCPT TO:<" + std::to_string(i) + "@x>\n";
    const std::string told = say(said + data);
    BOOST_TEST(holds(told, "\n452 4.5.3 too many recipients\n354 "));
    BOOST_TEST(waiting().size() == 10U);
    BOOST_TEST(holds(told, "\n250 2.0.0 queued as "));
}

BOOST_FIXTURE_TEST_CASE(an_outage_is_remembered, Fixture) {
    has_servers({no_server, takes_all});
    BOOST_TEST(without_ids(say(one + one)) == all_well + queued + all_well + queued);
    BOOST_TEST(network.asked.size() == 1U);
    const auto ids = waiting();
    BOOST_REQUIRE(ids.size() == 2U);
    BOOST_TEST(read(ids[0]).progress().attempts + read(ids[1]).progress().attempts == 1U);
    BOOST_TEST(holds(log(), "no relay could be had for a message a moment ago"));
}

BOOST_FIXTURE_TEST_CASE(each_message_is_one_of_its_own, Fixture) {
    has_servers(
        {hello + Script{"250 s", "450 4.2.0 grey", "250 reset", "250 s", "250 r", "354 go",
                        "250 2.0.0 Ok", "250 s", "250 r", "354 go", "451 4.3.0 later"}});
    const std::string told = say(one + one + one);
    const auto ids = waiting();
    BOOST_REQUIRE(ids.size() == 2U);
    for (const std::string& id : ids)
        BOOST_TEST(holds(told, "250 2.0.0 queued as " + id + "\n"));
    BOOST_TEST(without_ids(told) == all_well + queued + all_well +
                                        "250 2.0.0 accepted: 250 2.0.0 Ok\n" + all_well +
                                        queued);
    BOOST_TEST(network.asked.size() == 1U); // over one connection
}

BOOST_FIXTURE_TEST_CASE(the_server_is_lost_at_a_recipient, Fixture) {
    for (const Script& lost : {Script{}, Script{"421 4.3.2 down"}, Script{"!554 down"}}) {
        forget();
        has_servers({hello + Script{"250 s", "250 r"} + lost, takes_all});
        BOOST_TEST(without_ids(say(mail + to_a + to_b + "RCPT TO:<c@x>\n" + to_a + data)) ==
                   sender_ok + recipient_ok + recipient_ok + recipient_ok + recipient_ok +
                       go + queued);
        BOOST_TEST(fates() == "a@x open, b@x open, c@x open");
        BOOST_TEST(network.asked.size() == 1U);
        BOOST_TEST(read_lone().progress().raised == 0U);
    }
}

BOOST_FIXTURE_TEST_CASE(nobody_is_named_twice, Fixture) {
    has_servers({hello + Script{"250 s", "450 grey", "250 r", "354 go", "250 ok"}});
    BOOST_TEST(without_ids(say(mail + to_a + to_a + to_b + to_a + data))
                   .ends_with("250 2.0.0 accepted: 250 ok; for others queued as ID\n"));
    BOOST_TEST(fates() == "a@x open, b@x sent");
}

BOOST_FIXTURE_TEST_CASE(no_room_in_a_transaction_is_passed_on, Fixture) {
    settings.relays.front().max_recipients = 1;
    has_servers({hello + Script{"250 s", "450 grey", "250 r", "354 go", "250 ok"}});
    BOOST_TEST(without_ids(say(mail + to_a + to_b + "RCPT TO:<c@x>\n" + data)) ==
               sender_ok + recipient_ok + recipient_ok +
                   "452 4.5.3 one1: RCPT TO:<c@x>: too many recipients\n" + go +
                   "250 2.0.0 accepted: 250 ok; for others queued as ID\n");
    BOOST_TEST(fates() == "a@x open, b@x sent");
    forget();
    settings.relays.front().max_recipients = 100;
    has_servers(
        {hello + Script{"250 s", "250 r", "452 4.5.3 too many", "354 go", "250 ok"}});
    BOOST_TEST(say(mail + to_a + to_b + data) ==
               sender_ok + recipient_ok +
                   "452 4.5.3 one1: RCPT TO:<b@x>: too many recipients\n" + go +
                   "250 2.0.0 accepted: 250 ok\n");
    BOOST_TEST(is_empty());
}

BOOST_FIXTURE_TEST_CASE(what_is_in_doubt_may_be_held, Fixture) {
    settings.queue.hold_in_doubt = true;
    const std::string held = "x>: one1: end of data: connection closed by the server; the "
                             "message may have been accepted; held in the queue as ID\n";
    has_servers({hello + Script{"250 s", "250 r", "354 go"}});
    BOOST_TEST(without_ids(say(one)) == all_well + "451 4.4.2 <a@" + held);
    BOOST_TEST(read_lone().progress().held);
    BOOST_TEST(holds(log(), "status=in-doubt"), log());
    forget();
    has_servers({hello + Script{"250 s", "450 grey", "250 r", "354 go"}});
    BOOST_TEST(without_ids(say(mail + to_a + to_b + data)) ==
               sender_ok + recipient_ok + recipient_ok + go + "451 4.4.2 <b@" + held);
    BOOST_TEST(read_lone().progress().held);
    BOOST_TEST(fates() == "a@x open, b@x open after a doubt");
}

BOOST_FIXTURE_TEST_CASE(an_outage_raises_no_back_off_and_a_reply_does, Fixture) {
    const auto raised_by = [&](const Script& script) {
        forget();
        has_servers({hello + script});
        say(one);
        return read_lone().progress().raised;
    };
    BOOST_TEST(raised_by({"250 s", "250 r"}) == 0U);
    BOOST_TEST(raised_by({"250 s", "250 r", "421 down"}) == 0U);
    BOOST_TEST(raised_by({"250 s", "450 4.2.0 grey"}) == 1U);
    BOOST_TEST(raised_by({"250 s", "250 r", "354 go", "451 4.3.0 no"}) == 1U);
    BOOST_TEST(raised_by({"250 s", "250 r", "354 go"}) == 1U);
}

BOOST_FIXTURE_TEST_CASE(it_is_only_queued_where_that_is_asked_for, Fixture) {
    using When = QueueSettings::When;
    const auto is_asked = [&](When when, Timing timing) {
        forget();
        has_servers({takes_all});
        settings.queue.when = when;
        invocation.timing = timing;
        const std::string told = without_ids(say(one));
        if (!network.asked.empty()) {
            BOOST_TEST(told == all_well + "250 2.0.0 accepted: 250 2.0.0 Ok\n");
            return true;
        }
        BOOST_TEST(told == all_well + queued);
        BOOST_TEST(read_lone().progress().attempts == 0U);
        return false;
    };
    BOOST_TEST(!is_asked(When::always, Timing::configured));
    BOOST_TEST(is_asked(When::always, Timing::interactive));
    BOOST_TEST(!is_asked(When::temporary, Timing::deferred));
    BOOST_TEST(is_asked(When::temporary, Timing::configured));
    BOOST_TEST(is_asked(When::never, Timing::deferred));
    BOOST_TEST(!std::filesystem::exists(settings.queue.directory));
}

BOOST_FIXTURE_TEST_CASE(what_is_given_up_leaves_nothing, Fixture) {
    const Script script = hello + Script{"250 s", "450 grey", "250 r", "250 reset"};
    for (const char* end : {"RSET\n", "QUIT\n", "", "EHLO me\n", "DAT"}) {
        has_servers({script});
        say(mail + to_a + to_b + end);
        BOOST_TEST(is_empty(), end);
        has_servers({no_server});
        say(mail + to_a + end);
        BOOST_TEST(is_empty(), end);
    }
    for (const char* end : {"DATA\nFrom: a@x\n", "BDAT 10 LAST\nx", "BDAT 1\nx"}) {
        has_servers({script});
        const UniqueFd input = file_of("EHLO me\r\n" + with_crlf(mail + to_a + to_b + end));
        BOOST_TEST(status_of(failure_of([&] { return replies_from(input.get()); })) == 74);
        BOOST_TEST(is_empty(), end);
    }
}

BOOST_FIXTURE_TEST_CASE(a_full_queue_is_said_at_once_where_that_is_known, Fixture) {
    settings.queue.max_count = 0;
    const std::string full = "it is full ([queue] max_count)\n";
    has_servers({no_server});
    const std::string told = say(mail);
    BOOST_TEST(told.starts_with("452 4.3.1 one: refused; not queued: queue "), told);
    BOOST_TEST(told.ends_with(full), told);
    BOOST_TEST(holds(log(), "one: refused; not queued: queue "), log());
    has_servers({hello + Script{"250 s", "450 4.2.0 grey"}});
    BOOST_TEST(
        say(mail + to_a)
            .starts_with(
                sender_ok +
                "450 4.2.0 one1: RCPT TO:<a@x>: 450 4.2.0 grey; not queued: queue "));
}

BOOST_FIXTURE_TEST_CASE(where_it_is_to_wait_and_there_is_no_room_a_server_is_asked,
                        Fixture) {
    settings.queue.when = QueueSettings::When::always;
    settings.queue.max_size = 100;
    has_servers({no_server});
    BOOST_TEST(say("MAIL FROM:<me@x> SIZE=101\n").starts_with("452 4.3.1 one: refused; "));
    BOOST_TEST(holds(log(), "not queued: queue "), log());
    BOOST_TEST(say("MAIL FROM:<me@x> SIZE=100\n") == sender_ok);
    settings.queue.max_count = 0;
    has_servers({takes_all});
    BOOST_TEST(say(mail + to_a + data) ==
               sender_ok + recipient_ok + go + "250 2.0.0 accepted: 250 2.0.0 Ok\n");
}

BOOST_FIXTURE_TEST_CASE(without_room_for_some_nobody_gets_it, Fixture) {
    settings.queue.max_size = 20;
    has_servers({hello + Script{"250 s", "450 grey", "250 r", "250 reset"} + one_more});
    const std::string told = say(mail + to_a + to_b + data + mail + to_a + data);
    BOOST_TEST(told.starts_with(sender_ok + recipient_ok + recipient_ok + go +
                                "452 4.3.1 one1: RCPT TO:<a@x>: 450 grey; not queued: "),
               told);
    BOOST_TEST(told.ends_with(all_well + "250 2.0.0 accepted: 250 2.0.0 Ok\n"), told);
    BOOST_TEST(holds(network.heard, "RCPT TO:<b@x>\r\nRSET\r\nMAIL"), network.heard);
    has_servers({hello + Script{"250 s", "250 r", "354 go", "451 4.3.0 no"}});
    BOOST_TEST(say(one).starts_with(
        all_well + "452 4.3.1 one1: end of data: 451 4.3.0 no; not queued: queue "));
    has_servers({hello + Script{"250 s", "250 r", "354 go"}});
    const std::string doubt = say(one);
    BOOST_TEST(holds(doubt, "; the message may have been accepted; not queued: "), doubt);
    BOOST_TEST(is_empty());
}

BOOST_FIXTURE_TEST_CASE(a_queue_that_others_may_write_to_is_none, Fixture) {
    std::filesystem::create_directory(settings.queue.directory);
    ::chmod(settings.queue.directory.c_str(), 0777);
    has_servers({takes_all});
    BOOST_TEST(say(one) == all_well + "250 2.0.0 accepted: 250 2.0.0 Ok\n");
    has_servers({no_server});
    BOOST_TEST(say(mail).starts_with("451 4.3.5 one: refused; not queued: queue "));
    has_servers({hello + Script{"250 s", "250 r"}, takes_all});
    const std::string told = say(mail + to_a + to_b + to_a + "RSET\n" + one);
    BOOST_TEST(told.starts_with(sender_ok + recipient_ok + "451 4.3.5 one1: RCPT"), told);
    BOOST_TEST(told.ends_with(all_well + "250 2.0.0 accepted: 250 2.0.0 Ok\n"), told);
}

BOOST_FIXTURE_TEST_CASE(nobody_sends_more_than_he_may, Fixture) {
    settings.limits = {1, std::chrono::hours(1)};
    has_servers({takes_all});
    const std::string told = say(one + mail);
    BOOST_TEST(told.starts_with(all_well + "250 2.0.0 accepted: 250 2.0.0 Ok\n" +
                                "452 4.7.1 [limits] per_user: caller has sent as many "),
               told);
    BOOST_TEST(network.heard.find("MAIL") == network.heard.rfind("MAIL"));
    BOOST_TEST(is_empty());
}

BOOST_FIXTURE_TEST_CASE(the_log_says_where_nobody_runs_the_queue, Fixture) {
    has_servers({no_server});
    BOOST_TEST(!holds(say(one), "nobody has run"));
    BOOST_TEST(holds(log(), "nobody has run the queue "), log());
}

BOOST_FIXTURE_TEST_CASE(of_an_alias_all_are_accepted_or_wait, Aliased) {
    has_servers(
        {hello + Script{"250 s", "250 r", "450 grey", "250 r", "354 go", "250 ok"}});
    BOOST_TEST(without_ids(say(mail + to_root + data)) ==
               all_well + "250 2.0.0 accepted: 250 ok; for others queued as ID\n");
    BOOST_TEST(fates() == "a@x sent, b@x open, c@x sent");
    forget();
    has_servers({hello + Script{"250 s", "550 5.1.1 no", "450 grey", "250 r"}});
    BOOST_TEST(without_ids(say(mail + to_root + data)) ==
               sender_ok +
                   "250 2.1.5 recipient ok, but not: one1: RCPT TO:<a@x>: 550 "
                   "5.1.1 no\n" +
                   go + queued);
    BOOST_TEST(fates() == "b@x open, c@x open");
    forget();
    has_servers({hello + Script{"250 s", "250 r", "450 grey"}, takes_all}); // and lost
    BOOST_TEST(without_ids(say(mail + to_root + data)) == all_well + queued);
    BOOST_TEST(fates() == "a@x open, b@x open, c@x open");
}

BOOST_FIXTURE_TEST_CASE(of_an_alias_without_room_the_rest_waits, Aliased) {
    const Script first{"250 s", "250 r", "452 too many", "354 go", "250 first"};
    const std::string both = "250 2.0.0 accepted: 250 first; for others queued as ID\n";
    const auto verdict_of = [&](const Script& script) {
        forget();
        has_servers({hello + first + script, no_server});
        return without_ids(say(mail + to_root + data));
    };
    BOOST_TEST(verdict_of({"250 s", "250 r", "250 r", "354 go", "250 second"}) ==
               all_well + "250 2.0.0 accepted: 250 first\n");
    BOOST_TEST(is_empty());
    BOOST_TEST(verdict_of({"250 s", "450 grey", "250 r", "354 go", "250 second"}) ==
               all_well + both);
    BOOST_TEST(fates() == "a@x sent, b@x open, c@x sent");
    BOOST_TEST(verdict_of({"250 s", "250 r", "250 r", "354 go"}) == all_well + both);
    BOOST_TEST(fates() == "a@x sent, b@x open after a doubt, c@x open after a doubt");
    BOOST_TEST(verdict_of({"451 4.3.0 later"}) == all_well + both);
    BOOST_TEST(fates() == "a@x sent, b@x open, c@x open");
    BOOST_TEST(verdict_of({"250 s", "250 r", "250 r", "354 go", "554 5.6.0 no"}) ==
               all_well + "250 2.0.0 accepted: 250 first, but not: <b@x>, <c@x>: one1: end "
                          "of data: 554 5.6.0 no\n");
    BOOST_TEST(is_empty());
}

BOOST_FIXTURE_TEST_CASE(by_lmtp_each_has_his_verdict, ByLmtp) {
    BOOST_TEST(verdict_of({"250 r", "354 go", "250 first", "250 s", "450 grey", "250 s",
                           "250 r", "354 go", "452 4.2.2 full"}) ==
               "250 2.0.0 accepted: 250 first; for others queued as ID\n");
    BOOST_TEST(fates() == "a@x sent, b@x open, c@x open");
    // Who is refused hears it, and is in no report later.
    BOOST_TEST(verdict_of({"250 r", "354 go", "250 first", "250 s", "250 r", "354 go",
                           "552 5.2.2 full", "250 s", "450 grey"}) ==
               "250 2.0.0 accepted: 250 first; for others queued as ID, but not: one1: end "
               "of data for <b@x>: 552 5.2.2 full\n");
    BOOST_TEST(fates() == "a@x sent, b@x told, c@x open");
    // Nobody has it: the client may send it again, to all.
    BOOST_TEST(verdict_of({"250 r", "354 go", "552 5.2.2 full", "250 s", "450 grey",
                           "250 s", "550 5.1.1 no"})
                   .starts_with("450 4.3.0 <a@x>, <b@x>, <c@x>: "));
    BOOST_TEST(is_empty());
    BOOST_TEST(verdict_of({"250 r", "354 go", "452 4.2.2 full", "250 s", "250 r", "354 go",
                           "452 4.2.2 full", "250 s", "250 r", "354 go",
                           "452 4.2.2 full"}) == queued);
    BOOST_TEST(fates() == "a@x open, b@x open, c@x open");
}
