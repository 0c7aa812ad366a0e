// SPDX-License-Identifier: MIT
//
// -bs: how many recipients a transaction has, and the one reply for all whom an alias
// stands for.
#define BOOST_TEST_MODULE server_recipients
#include <boost/test/unit_test.hpp>

#include "dialogue.h"
#include "failing.h"

using namespace sallyport;

namespace {

const std::string sender_ok = "250 2.1.0 sender ok\n";
const std::string ok = "250 2.1.5 recipient ok\n";
const std::string mail = "MAIL FROM:<me@x>\n";
const std::string message = "DATA\nFrom: a@x\nDate: x\nMessage-ID: <i@x>\n\nhello\n.\n";
const std::string go = "354 end with a dot alone in a line\n";

Script said(std::initializer_list<const char*> replies) {
    return hello + Script(replies.begin(), replies.end());
}

struct Aliased : Client {
    Aliased() { settings.recipients.root = "a@x, b@x, c@x"; }

    /// The commands that the submission server heard with a recipient, and the ends of
    /// texts.
    [[nodiscard]] std::string asked() const {
        std::string all;
        for (std::size_t at = 0; at < network.heard.size();) {
            const auto end = network.heard.find("\r\n", at);
            const std::string line = network.heard.substr(at, end - at);
            if (line.starts_with("RCPT TO:<"))
                all += line.substr(9, line.find('>') - 9) + " ";
            else if (line == "." || line == "RSET")
                all += line + " ";
            at = end + 2;
        }
        return all;
    }
    [[nodiscard]] std::string log() const { return folder.read("log"); }
};

struct ByLmtp : Aliased {
    ByLmtp() { settings.relays.front().lmtp = true; }

    /// What the reply to the end of a message for root is.
    std::string verdict_of(std::vector<Script> servers) {
        has_servers(std::move(servers));
        const std::string all = say(mail + "RCPT TO:<root>\n" + message);
        const std::string before = sender_ok + ok + go;
        BOOST_TEST(all.starts_with(before), all);
        return all.substr(std::min(before.size(), all.size()));
    }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(a_transaction_has_its_limit, Client) {
    const std::string four =
        mail + "RCPT TO:<a@x>\nRCPT TO:<b@x>\nRCPT TO:<c@x>\nRCPT TO:<d@x>\n";
    const auto check = [&] {
        BOOST_TEST(say(four) == sender_ok + ok + ok +
                                    "452 4.5.3 one1: RCPT TO:<c@x>: too many recipients\n"
                                    "452 4.5.3 one1: RCPT TO:<d@x>: too many recipients\n");
        BOOST_TEST(!holds(network.heard, "RCPT TO:<c@x>"));
        BOOST_TEST(!holds(network.heard, "RCPT TO:<d@x>"));
    };
    settings.relays.front().max_recipients = 2;
    has_servers({said({"250 s", "250 r", "250 r"})});
    check();
    settings.relays.front().max_recipients = 100;
    has_servers(
        {Script{"220 hi", "250-mail\r\n250 LIMITS RCPTMAX=2", "250 s", "250 r", "250 r"}});
    check();
}

BOOST_FIXTURE_TEST_CASE(who_is_refused_takes_no_room, Client) {
    settings.relays.front().max_recipients = 1;
    has_servers({said({"250 s", "550 no", "250 r"})});
    BOOST_TEST(say(mail + "RCPT TO:<a@x>\nRCPT TO:<b@x>\nRCPT TO:<b@x>\nRCPT TO:<c@x>\n") ==
               sender_ok + "550 5.3.0 one1: RCPT TO:<a@x>: 550 no\n" + ok + ok +
                   "452 4.5.3 one1: RCPT TO:<c@x>: too many recipients\n");
}

BOOST_FIXTURE_TEST_CASE(the_next_transaction_has_room, Client) {
    settings.relays.front().max_recipients = 1;
    has_servers({said({"250 s", "250 r", "250 reset", "250 s", "250 r"})});
    BOOST_TEST(say(mail + "RCPT TO:<a@x>\nRSET\n" + mail + "RCPT TO:<a@x>\n") ==
               sender_ok + ok + "250 2.0.0 ok\n" + sender_ok + ok);
}

BOOST_FIXTURE_TEST_CASE(an_alias_fits_as_a_whole_or_nobody_is_asked, Aliased) {
    settings.relays.front().max_recipients = 3;
    has_servers(
        {said({"250 s", "250 r", "250 reset", "250 s", "250 r", "250 r", "250 r"})});
    BOOST_TEST(
        say(mail + "RCPT TO:<d@x>\nRCPT TO:<root>\nRSET\n" + mail + "RCPT TO:<root>\n") ==
        sender_ok + ok + "452 4.5.3 one1: RCPT TO:<root>: too many recipients\n" +
            "250 2.0.0 ok\n" + sender_ok + ok);
    BOOST_TEST(asked() == "d@x RSET a@x b@x c@x RSET ");
    BOOST_TEST(holds(log(), "to=<a@x>,<b@x>,<c@x>, relay=one1"), log());
    BOOST_TEST(holds(log(), "dsn=4.5.3, status=deferred"), log());
    // Of whom some are there already only the others need room.
    has_servers({said({"250 s", "250 r", "250 r", "250 r"})});
    BOOST_TEST(say(mail + "RCPT TO:<b@x>\nRCPT TO:<root>\nRCPT TO:<root>\n") ==
               sender_ok + ok + ok + ok);
    BOOST_TEST(asked() == "b@x a@x c@x RSET ");
}

BOOST_FIXTURE_TEST_CASE(an_alias_that_never_fits, Aliased) {
    settings.relays.front().max_recipients = 2;
    has_servers({said({"250 s", "250 r"})});
    BOOST_TEST(say(mail + "RCPT TO:<root>\nRCPT TO:<a@x>\n") ==
               sender_ok +
                   "550 5.5.3 one1: RCPT TO:<root>: too many recipients, it stands for 3 "
                   "and a transaction takes 2\n" +
                   ok);
    BOOST_TEST(asked() == "a@x RSET ");
    BOOST_TEST(holds(log(), "dsn=5.5.3, status=bounced"), log());
}

BOOST_FIXTURE_TEST_CASE(the_reply_names_all_who_were_refused, Aliased) {
    has_servers({said({"250 s", "550 5.1.1 no", "250 r", "550 5.1.1 neither"})});
    BOOST_TEST(say(mail + "RCPT TO:<root>\n") ==
               sender_ok + "250 2.1.5 recipient ok, but not: <a@x>, <c@x>: one1: "
                           "RCPT TO:<a@x>: 550 5.1.1 no\n");
    // With 5xx nobody may get the message; while one still may it is 4xx.
    has_servers({said({"250 s", "550 no", "550 no", "550 no"})});
    BOOST_TEST(say(mail + "RCPT TO:<root>\n") ==
               sender_ok + "550 5.3.0 <a@x>, <b@x>, <c@x>: one1: RCPT TO:<a@x>: 550 no\n");
    has_servers({said({"250 s", "550 no", "451 4.7.1 grey", "550 no"})});
    BOOST_TEST(say(mail + "RCPT TO:<root>\n") ==
               sender_ok + "451 4.7.1 <a@x>, <b@x>, <c@x>: one1: RCPT TO:<b@x>: 451 4.7.1 "
                           "grey\n");
}

BOOST_FIXTURE_TEST_CASE(three_names_and_how_many_more, Client) {
    Script script{"250 s", "250 r"};
    settings.recipients.root = "ok@x";
    for (int i = 100; i < 140; ++i) {
        settings.recipients.root += ", someone" + std::to_string(i) + "@x.example";
        script.emplace_back("550 no");
    }
    has_servers({hello + script});
    const std::string all = say(mail + "RCPT TO:<root>\n");
    BOOST_TEST(all.size() < sender_ok.size() + 512);
    BOOST_TEST(all.ends_with("recipient ok, but not: <someone100@x.example>, "
                             "<someone101@x.example>, <someone102@x.example> and 37 more: "
                             "one1: RCPT TO:<someone100@x.example>: 550 no\n"),
               all);
}

BOOST_FIXTURE_TEST_CASE(the_same_recipient_many_times, Client) {
    has_servers({said({"250 s", "250 r"})});
    std::string all = mail;
    for (int i = 0; i < 10'000; ++i)
        all += "RCPT TO:<a@X>\n";
    BOOST_TEST(say(all).size() == sender_ok.size() + 10'000 * ok.size());
}

/// The message is one; who is put off by the server gets it by a further transaction.
BOOST_FIXTURE_TEST_CASE(a_server_that_has_room_for_less_than_it_says, Aliased) {
    has_servers({said({"250 s", "250 r", "452 4.5.3 too many", "354 go", "250 2.0.0 first",
                       "250 s", "250 r", "452 too many", "354 go", "250 2.0.0 second",
                       "250 s", "550 5.1.1 no"})});
    BOOST_TEST(say(mail + "RCPT TO:<root>\n" + message) ==
               sender_ok + ok + go +
                   "250 2.0.0 accepted: 250 2.0.0 first, but not: one1: RCPT TO:<c@x>: 550 "
                   "5.1.1 no\n");
    BOOST_TEST(asked() == "a@x b@x . b@x c@x . c@x RSET ");
    BOOST_TEST(holds(log(), "to=<a@x>,"), log());
    BOOST_TEST(holds(log(), "status=sent (250 2.0.0 second)"), log());
    // Where it has none for any of them the client hears so.
    has_servers({said({"250 s", "250 r", "452 4.5.3 no"})});
    BOOST_TEST(say(mail + "RCPT TO:<d@x>\nRCPT TO:<root>\n") ==
               sender_ok + ok + "452 4.5.3 one1: RCPT TO:<root>: too many recipients\n");
}

/// RFC 1870: of the message as it goes.
BOOST_FIXTURE_TEST_CASE(a_further_transaction_announces_what_was_sent, Aliased) {
    has_servers(
        {Script{"220 hi", "250-mail\r\n250 SIZE", "250 s", "250 r", "452 too many",
                "354 go", "250 first", "250 s", "250 r", "250 r", "354 go", "250 second"}});
    say(mail + "RCPT TO:<root>\nDATA\nDate: x\nMessage-ID: <i@x>\nFrom: a@x\nSubject: "
               "\xc3\xbc\n\nhello\n.\n");
    const std::string text = "Date: x\r\nMessage-ID: <i@x>\r\nFrom: a@x\r\n"
                             "Subject: =?UTF-8?Q?=C3=BC?=\r\n\r\nhello\r\n";
    BOOST_TEST(holds(network.heard, "DATA\r\n" + text + ".\r\n"), network.heard);
    BOOST_TEST(holds(network.heard,
                     "MAIL FROM:<me@x> SIZE=" + std::to_string(text.size()) + "\r\n"),
               network.heard);
}

BOOST_FIXTURE_TEST_CASE(by_lmtp_each_has_a_transaction, ByLmtp) {
    BOOST_TEST(verdict_of({said({"250 s", "250 r", "354 go", "250 first", "250 s", "250 r",
                                 "354 go", "250 second", "250 s", "250 r", "354 go",
                                 "250 third"})}) == "250 2.0.0 accepted: 250 first\n");
    BOOST_TEST(asked() == "a@x . b@x . c@x . ");
    BOOST_TEST(network.asked.size() == 1U);
    const std::string text = "hello\r\n.\r\n";
    const auto first = network.heard.find(text);
    BOOST_TEST(network.heard.find(text, network.heard.find(text, first + 1) + 1) !=
               std::string::npos);
    for (const char* line :
         {"to=<a@x>, relay=one1, ", "status=sent (250 first)", "to=<b@x>, ",
          "status=sent (250 second)", "to=<c@x>, ", "status=sent (250 third)"})
        BOOST_TEST(holds(log(), line), log());
}

BOOST_FIXTURE_TEST_CASE(by_lmtp_a_second_recipient_waits, ByLmtp) {
    has_servers({said({"250 s", "250 r"})});
    BOOST_TEST(say(mail + "RCPT TO:<a@x>\nRCPT TO:<d@x>\nRCPT TO:<root>\n") ==
               sender_ok + ok + "452 4.5.3 one1: RCPT TO:<d@x>: too many recipients\n" +
                   "452 4.5.3 one1: RCPT TO:<root>: too many recipients\n");
    has_servers({said({"250 s", "250 r"})});
    BOOST_TEST(say(mail + "RCPT TO:<root>\nRCPT TO:<c@x>\nRCPT TO:<d@x>\n") ==
               sender_ok + ok + ok +
                   "452 4.5.3 one1: RCPT TO:<d@x>: too many recipients\n");
}

BOOST_FIXTURE_TEST_CASE(by_lmtp_the_limit_of_a_transaction_is_none, ByLmtp) {
    settings.relays.front().max_recipients = 1;
    settings.relays.front().max_messages = 2;
    BOOST_TEST(verdict_of({said({"250 s", "250 r", "354 go", "250 first", "250 s", "250 r",
                                 "354 go", "250 second"}),
                           said({"250 s", "250 r", "354 go", "250 third"})}) ==
               "250 2.0.0 accepted: 250 first\n");
    BOOST_TEST(network.asked.size() == 2U);
}

/// Whoever has it has it: a refusal would have it sent to him again.
BOOST_FIXTURE_TEST_CASE(by_lmtp_one_accepted_is_enough, ByLmtp) {
    has_servers({said({"250 s", "550 5.1.1 no", "250 r", "354 go", "250 second", "250 s",
                       "451 4.2.0 later"})});
    BOOST_TEST(say(mail + "RCPT TO:<root>\n" + message) ==
               sender_ok +
                   "250 2.1.5 recipient ok, but not: one1: RCPT TO:<a@x>: 550 5.1.1 no\n" +
                   go +
                   "250 2.0.0 accepted: 250 second, but not: one1: RCPT TO:<c@x>: 451 "
                   "4.2.0 later\n");
    BOOST_TEST(
        verdict_of(
            {said({"250 s", "250 r", "354 go", "552 5.2.2 full", "250 s", "250 r", "354 go",
                   "250 second", "250 s", "250 r", "354 go", "452 4.2.2 full"})}) ==
        "250 2.0.0 accepted: 250 second, but not: <a@x>, <c@x>: one1: end of data for "
        "<c@x>: 452 4.2.2 full\n");
    BOOST_TEST(asked() == "a@x . b@x . c@x . ");
    for (const char* line :
         {"status=bounced (one1: end of data for <a@x>: 552 5.2.2 full)",
          "status=sent (250 second)",
          "status=deferred (one1: end of data for <c@x>: 452 4.2.2 full)"})
        BOOST_TEST(holds(log(), line), log());
}

BOOST_FIXTURE_TEST_CASE(by_lmtp_none_accepted, ByLmtp) {
    BOOST_TEST(
        verdict_of({said({"250 s", "250 r", "354 go", "552 5.2.2 full", "250 s",
                          "550 5.1.1 no", "550 5.1.1 no"})}) ==
        "552 5.2.2 <a@x>, <b@x>, <c@x>: one1: end of data for <a@x>: 552 5.2.2 full\n");
    BOOST_TEST(
        verdict_of({said({"250 s", "250 r", "354 go", "552 5.2.2 full", "250 s", "250 r",
                          "354 go", "452 4.2.2 full", "250 s", "550 5.1.1 no"})}) ==
        "452 4.2.2 <a@x>, <b@x>, <c@x>: one1: end of data for <b@x>: 452 4.2.2 full\n");
}

BOOST_FIXTURE_TEST_CASE(by_lmtp_the_server_is_lost_between, ByLmtp) {
    const Script first = said({"250 s", "250 r", "354 go", "250 first"});
    // Asked anew where nothing of the next transaction was said.
    BOOST_TEST(verdict_of({first, said({"250 s", "250 r", "354 go", "250 second", "250 s",
                                        "250 r", "354 go", "250 third"})}) ==
               "250 2.0.0 accepted: 250 first\n");
    BOOST_TEST(verdict_of({first, {}}) ==
               "250 2.0.0 accepted: 250 first, but not: <b@x>, <c@x>: one: refused\n");
    BOOST_TEST(holds(log(), "to=<b@x>,<c@x>, relay=one1"), log());
    BOOST_TEST(
        verdict_of({first + Script{"250 s", "250 r", "354 go"}, first}) ==
        "250 2.0.0 accepted: 250 first, but not: <b@x>, <c@x>: one1: end of data for "
        "<b@x>: connection closed by the server; the message may have been accepted\n");
    BOOST_TEST(holds(log(), "status=in-doubt"), log());
    BOOST_TEST(holds(log(), "status=deferred (not sent, since the session was lost)"),
               log());
    BOOST_TEST(asked() == "a@x . b@x . ");
    // The first is in doubt, and nobody else has it.
    BOOST_TEST(
        verdict_of({said({"250 s", "250 r", "354 go"}), first}) ==
        "451 4.4.2 one1: end of data for <a@x>: connection closed by the server; the "
        "message may have been accepted\n");
    BOOST_TEST(asked() == "a@x . ");
}

/// Each message is as its server can take it.
BOOST_FIXTURE_TEST_CASE(by_lmtp_another_server_without_8bitmime, ByLmtp) {
    settings.relays.front().max_messages = 1;
    settings.recipients.root = "a@x, b@x";
    const Script eight{"220 hi", "250-mail\r\n250 8BITMIME", "250 s", "250 r", "354 go",
                       "250 ok"};
    has_servers({eight, said({"250 s", "250 r", "354 go", "250 ok"})});
    say(mail + "RCPT TO:<root>\nDATA\nFrom: a@x\n\nM\xc3\xbc"
               "ller and others\n.\n");
    BOOST_TEST(holds(network.heard, "\r\nM\xc3\xbcller and others\r\n.\r\n"),
               network.heard);
    BOOST_TEST(holds(network.heard, "\r\nM=C3=BCller and others\r\n.\r\n"), network.heard);
}
