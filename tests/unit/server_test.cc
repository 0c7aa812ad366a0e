// SPDX-License-Identifier: MIT
//
// -bs: who may say what when, and what comes back. Messages are in server_data_test.cc.
#define BOOST_TEST_MODULE server
#include <boost/test/unit_test.hpp>
#include <fcntl.h>

#include "dialogue.h"
#include "failing.h"

using namespace sallyport;

namespace {

const Script once = hello + Script{"250 s", "250 r", "354 go", "250 2.0.0 queued"};

const std::string greeting = "220 host.example ESMTP sallyport\r\n";
const std::string offers = "250-host.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n"
                           "250-SMTPUTF8\r\n250-SIZE\r\n250-DSN\r\n250-CHUNKING\r\n"
                           "250 ENHANCEDSTATUSCODES\r\n";

std::string codes_of(const std::string& said) {
    std::string codes;
    for (std::size_t at = 0; at < said.size(); at = said.find('\n', at) + 1)
        codes += said.substr(at, 3) + " ";
    return codes;
}

} // namespace

BOOST_FIXTURE_TEST_CASE(greetings, Client) {
    BOOST_TEST(replies_from(file_of("").get()) == greeting);
    BOOST_TEST(replies_from(file_of("EHLO me\r\nQUIT\r\n").get()) ==
               greeting + offers + "221 2.0.0 bye\r\n");
    BOOST_TEST(replies_from(file_of("HELO me\r\nNOOP\r\nQUIT\r\n").get()) ==
               greeting + "250 host.example\r\n250 ok\r\n221 bye\r\n");
    settings.message.size_limit = 5000;
    BOOST_TEST(holds(replies_from(file_of("EHLO me\r\n").get()), "\r\n250-SIZE 5000\r\n"));
    BOOST_TEST(network.asked.empty()); // nobody is asked before there is a sender
}

BOOST_FIXTURE_TEST_CASE(commands_that_need_no_order, Client) {
    BOOST_TEST(say("NOOP\nnoop x\nVRFY me\nHELP\nRSET\n") ==
               "250 2.0.0 ok\n250 2.0.0 ok\n252 2.5.2 send a message, and see\n"
               "214 2.0.0 see RFC 5321 and sallyport(8)\n250 2.0.0 ok\n");
    BOOST_TEST(say("STARTTLS\nAUTH PLAIN x\nEXPN me\n") ==
               "502 5.5.1 STARTTLS: not on standard input\n"
               "502 5.5.1 AUTH: not on standard input\n"
               "502 5.5.1 EXPN: not on standard input\n");
    BOOST_TEST(say("HELO\xff\n\nGET / HTTP/1.1\n") ==
               "500 5.5.2 HELO?: not known\n500 5.5.2 : not known\n"
               "500 5.5.2 GET: not known\n");
    BOOST_TEST(network.asked.empty());
}

BOOST_FIXTURE_TEST_CASE(commands_that_are_no_text, Client) {
    for (const char* odd :
         {"NOOP\tx", "NOOP\rx", "NO\x01OP", "NOOP\x7f", "MAIL FROM:<a\r@x>"})
        BOOST_TEST(say(std::string(odd) + "\nNOOP\n") ==
                       "500 5.5.2 a control character in the command\n250 2.0.0 ok\n",
                   odd);
    BOOST_TEST(say("NOOP " + std::string(5000, 'x') + "\nNOOP\n") ==
               "500 5.5.2 the line is too long\n250 2.0.0 ok\n");
}

BOOST_FIXTURE_TEST_CASE(bad_sequences, Client) {
    has_servers({hello + Script{"250 s", "250 r"}});
    replies_from(
        file_of("MAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nBDAT 4\r\nNOOPQUIT\r\n").get());
    BOOST_TEST(replies == greeting +
                              "503 EHLO is expected first, and one MAIL at a time\r\n"
                              "503 MAIL is expected first\r\n"
                              "503 an accepted RCPT is expected first\r\n"
                              "221 bye\r\n");
    BOOST_TEST(network.asked.empty());
    BOOST_TEST(converse({"EHLO me\n", "RCPT TO:<b@x>\n", "BDAT 0 LAST\n", "DATA\n",
                         "MAIL FROM:<a@x>\n", "DATA\n", "MAIL FROM:<a@x>\n",
                         "RCPT TO:<b@x>\n", "MAIL FROM:<a@x>\n"}) ==
               "503 5.5.1 MAIL is expected first\n"
               "503 5.5.1 an accepted RCPT is expected first\n"
               "503 5.5.1 an accepted RCPT is expected first\n"
               "250 2.1.0 sender ok\n"
               "503 5.5.1 an accepted RCPT is expected first\n"
               "503 5.5.1 EHLO is expected first, and one MAIL at a time\n"
               "250 2.1.5 recipient ok\n"
               "503 5.5.1 EHLO is expected first, and one MAIL at a time\n");
}

BOOST_FIXTURE_TEST_CASE(arguments_that_make_no_sense, Client) {
    has_servers({hello + Script{"250 s", "250 r"}});
    BOOST_TEST(
        say("MAIL\nMAIL FROM:a@x\nMAIL FROM:<a b>\nMAIL FROM:<a@x> X=1\n"
            "MAIL FROM:<\xc3\xb6@x>\nMAIL FROM:<a@x> SIZE=x\n") ==
        "501 5.5.4 FROM:<address> is expected\n501 5.5.4 FROM:<address> is expected\n"
        "553 5.1.3 address \"<a b>\": a comma is missing before \"b>\"\n"
        "555 5.5.4 parameter not known: X\n"
        "553 5.6.7 an address that is not ASCII needs SMTPUTF8\n"
        "501 5.5.4 parameter malformed: SIZE\n");
    BOOST_TEST(network.asked.empty());
    BOOST_TEST(
        say("MAIL FROM:<a@x>\nRCPT TO:<>\nRCPT TO:<a@>\nRCPT TO:<\xc3\xb6@x>\n"
            "RCPT TO:b@x\nRCPT TO:<b@x>\n")
            .starts_with(
                "250 2.1.0 sender ok\n501 5.1.3 an address is expected\n553 5.1.3 "));
    BOOST_TEST(holds(network.heard, "MAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\n"));
}

BOOST_FIXTURE_TEST_CASE(sender_and_recipients_are_passed_on_as_they_come, Client) {
    has_servers({hello + Script{"250 s", "550 5.1.1 unknown", "250 r", "451 4.7.1 grey"}});
    BOOST_TEST(say("MAIL FROM:<me@x>\nRCPT TO:<a@x>\nRCPT TO:<b@x>\nRCPT TO:<c@x>\n") ==
               "250 2.1.0 sender ok\n550 5.1.1 one1: RCPT TO:<a@x>: 550 5.1.1 unknown\n"
               "250 2.1.5 recipient ok\n451 4.7.1 one1: RCPT TO:<c@x>: 451 4.7.1 grey\n");
    BOOST_TEST(network.heard.starts_with(
        "EHLO host.example\r\nMAIL FROM:<me@x>\r\nRCPT TO:<a@x>\r\nRCPT TO:<b@x>\r\n"
        "RCPT TO:<c@x>\r\n"));
}

BOOST_FIXTURE_TEST_CASE(a_recipient_named_twice_is_asked_about_once, Client) {
    has_servers({hello + Script{"250 s", "250 r"}});
    BOOST_TEST(say("MAIL FROM:<me@x>\nRCPT TO:<a@x>\nRCPT TO:<a@x>\n") ==
               "250 2.1.0 sender ok\n250 2.1.5 recipient ok\n250 2.1.5 recipient ok\n");
}

BOOST_FIXTURE_TEST_CASE(a_refused_sender, Client) {
    for (const char* reply : {"550 5.7.1 not you", "451 4.3.0 later", "550 no"}) {
        has_servers({hello + Script{reply, "250 reset"}});
        const std::string said = say("MAIL FROM:<me@x>\nRCPT TO:<a@x>\nNOOP\n");
        BOOST_TEST(said.starts_with(std::string(reply).substr(0, 4)), said);
        BOOST_TEST(holds(said, std::string("MAIL FROM:<me@x>: ") + reply + "\n503 5.5.1 "));
        BOOST_TEST(said.ends_with("250 2.0.0 ok\n"));
    }
}

BOOST_FIXTURE_TEST_CASE(no_way_to_a_server, Client) {
    has_servers({});
    BOOST_TEST(say("MAIL FROM:<me@x>\nMAIL FROM:<me@x>\n") ==
               "451 4.3.0 one: no such host\n451 4.3.0 one: no such host\n");
    has_servers({Script{}});
    BOOST_TEST(say("MAIL FROM:<me@x>\n") == "451 4.3.0 one: refused\n");
    has_servers({{"554 go away"}});
    BOOST_TEST(say("MAIL FROM:<me@x>\n").starts_with("451 4."));
    has_servers({{"421 busy"}, once});
    BOOST_TEST(say("MAIL FROM:<me@x>\n") == "250 2.1.0 sender ok\n");
}

struct TwoRelays : Client {
    TwoRelays() {
        settings.relays.push_back(settings.relays.front());
        settings.relays.back().host = "two";
    }

    void have(Script one, Script two) {
        has_servers({std::move(one)});
        network.servers["two"] = {std::move(two)};
    }
};

BOOST_FIXTURE_TEST_CASE(each_message_goes_to_the_first_relay_for_its_sender, TwoRelays) {
    settings.relays.front().match = {"*@one"};
    have(hello + Script{"250 s"}, hello + Script{"250 s", "250 reset"});
    BOOST_TEST(say("MAIL FROM:<me@two>\nRSET\nMAIL FROM:<me@one>\n") ==
               "250 2.1.0 sender ok\n250 2.0.0 ok\n250 2.1.0 sender ok\n");
    BOOST_TEST(network.asked == (std::vector<std::string>{"two", "one"}),
               boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(a_relay_that_took_over_is_kept, TwoRelays) {
    have({}, hello + Script{"250 s", "250 reset", "250 s"});
    say("MAIL FROM:<me@x>\nRSET\nMAIL FROM:<me@x>\n");
    BOOST_TEST(network.asked == (std::vector<std::string>{"one", "two"}),
               boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(another_relay_may_take_the_sender, TwoRelays) {
    have(hello + Script{"451 not now"}, once);
    BOOST_TEST(say("MAIL FROM:<me@x>\n") == "250 2.1.0 sender ok\n");
    have(hello + Script{"550 not you"}, once); // that is the message's own trouble
    BOOST_TEST(say("MAIL FROM:<me@x>\n").starts_with("550 5."));
}

/// Accounts get locked that way; and it is no fault of the client's.
BOOST_FIXTURE_TEST_CASE(a_refused_log_in_is_not_tried_again, Client) {
    has_servers({hello + Script{"535 5.7.8 wrong"}, once});
    const std::string said = say("MAIL FROM:<me@x>\nMAIL FROM:<me@x>\n");
    BOOST_TEST(said.starts_with("451 4.7.8 one1: "), said);
    BOOST_TEST(said.find("\n451 4.7.8 one1: ") != said.npos, said);
    BOOST_TEST(network.asked.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(trouble_with_the_configuration, Client) {
    settings.relays.front().match = {"*@example.org"};
    has_servers({once});
    BOOST_TEST(say("MAIL FROM:<me@x>\n") ==
               "451 4.3.5 no [relay] has a match for the sender <me@x>\n");
    BOOST_TEST(say("MAIL FROM:<me@example.org>\n") == "250 2.1.0 sender ok\n");
    has_servers({once});
    settings.recipients.aliases = "/nonexistent";
    BOOST_TEST(say("MAIL FROM:<me@example.org>\nRCPT TO:<root>\nRCPT TO:<a@x>\n") ==
               "250 2.1.0 sender ok\n451 4.3.5 /nonexistent: No such file or directory\n"
               "250 2.1.5 recipient ok\n");
}

BOOST_FIXTURE_TEST_CASE(the_server_is_lost_before_the_message, Client) {
    for (const Script& lost : {hello, hello + Script{"421 4.3.2 down"}}) {
        has_servers({lost});
        BOOST_TEST(say("MAIL FROM:<me@x>\nNOOP\n").starts_with("451 4."));
    }
    for (const Script& lost : {hello + Script{"250 s"}, hello + Script{"250 s", "421 down"},
                               hello + Script{"250 s", "!554 down"}}) {
        has_servers({lost, once});
        const std::string said = say("MAIL FROM:<me@x>\nRCPT TO:<a@x>\n"
                                     "MAIL FROM:<me@x>\nRCPT TO:<a@x>\n");
        BOOST_TEST(said.starts_with("250 2.1.0 sender ok\n451 4."), said);
        BOOST_TEST(said.ends_with("\n250 2.1.0 sender ok\n250 2.1.5 recipient ok\n"), said);
    }
}

BOOST_FIXTURE_TEST_CASE(the_server_is_lost_to_a_client_that_did_not_wait, Client) {
    has_servers({hello + Script{"250 s", "250 r"}, once});
    const std::string said = say("MAIL FROM:<me@x>\nRCPT TO:<a@x>\nRCPT TO:<b@x>\n"
                                 "RCPT TO:<c@x>\nBDAT 4\nBDATRSET\nRCPT TO:<d@x>\n");
    BOOST_TEST(codes_of(said) == "250 250 451 451 451 250 503 ", said);
    has_servers({hello + Script{"250 s", "250 r"}, once});
    const std::string told = converse(
        {"EHLO me\n", "MAIL FROM:<me@x>\nRCPT TO:<a@x>\nRCPT TO:<b@x>\nDATA\n", "RSET\n"});
    BOOST_TEST(codes_of(told) == "250 250 451 451 250 ", told);
    BOOST_TEST(status == 0);
}

BOOST_FIXTURE_TEST_CASE(who_is_one_too_many, Client) {
    has_servers({hello + Script{"250 s", "250 r", "452 4.5.3 too many"}});
    BOOST_TEST(say("MAIL FROM:<me@x>\nRCPT TO:<a@x>\nRCPT TO:<b@x>\n") ==
               "250 2.1.0 sender ok\n250 2.1.5 recipient ok\n"
               "452 4.5.3 one1: RCPT TO:<b@x>: too many recipients\n");
}

BOOST_FIXTURE_TEST_CASE(policy_and_aliases, Client) {
    settings.sender.allow = {"*@example.org"};
    settings.recipients.root = "me@x, you@x";
    has_servers({hello + Script{"250 s", "250 r", "250 r", "250 r"}});
    BOOST_TEST(say("MAIL FROM:<me@x>\nMAIL FROM:<me@example.org>\nRCPT TO:<root>\n"
                   "RCPT TO:<you@x>\nRCPT TO:<postmaster>\n") ==
               "550 5.7.1 sender <me@x>: [sender] allow does not name it\n"
               "250 2.1.0 sender ok\n250 2.1.5 recipient ok\n250 2.1.5 recipient ok\n"
               "250 2.1.5 recipient ok\n");
    for (const char* address : {"me@x", "you@x", "postmaster@host.example"})
        BOOST_TEST(holds(network.heard, std::string("RCPT TO:<") + address + ">\r\n"));
    settings.sender.envelope_from = parse_reverse_path("forced@example.org");
    settings.sender.force_envelope = true;
    has_servers({once});
    BOOST_TEST(say("MAIL FROM:<me@x>\n") == "250 2.1.0 sender ok\n");
    BOOST_TEST(holds(network.heard, "MAIL FROM:<forced@example.org>\r\n"));
}

/// With 5xx nobody may get the message by it.
BOOST_FIXTURE_TEST_CASE(of_an_alias_one_is_enough, Client) {
    settings.recipients.root = "me@x, you@x";
    has_servers({hello + Script{"250 s", "250 r", "550 no"}});
    BOOST_TEST(say("MAIL FROM:<me@x>\nRCPT TO:<root>\n") ==
               "250 2.1.0 sender ok\n"
               "250 2.1.5 recipient ok, but not: one1: RCPT TO:<you@x>: 550 no\n");
    has_servers({hello + Script{"250 s", "550 no", "550 no"}});
    BOOST_TEST(say("MAIL FROM:<me@x>\nRCPT TO:<root>\n")
                   .starts_with("250 2.1.0 sender ok\n550 5."));
}

BOOST_FIXTURE_TEST_CASE(parameters_are_passed_on, Client) {
    const Script offering{"220 hi", "250-mail\r\n250-SIZE 1000\r\n250-8BITMIME\r\n"
                                    "250-SMTPUTF8\r\n250 DSN"};
    has_servers({offering + Script{"250 s", "250 r"}});
    BOOST_TEST(say("MAIL FROM:<\xc3\xb6@x> SIZE=500 BODY=8BITMIME SMTPUTF8 RET=HDRS "
                   "ENVID=a+2Bb\nRCPT TO:<\xc3\xbc@x> NOTIFY=never ORCPT=rfc822;o@x\n") ==
               "250 2.1.0 sender ok\n250 2.1.5 recipient ok\n");
    BOOST_TEST(
        holds(network.heard,
              "MAIL FROM:<\xc3\xb6@x> SIZE=500 BODY=8BITMIME SMTPUTF8 RET=HDRS "
              "ENVID=a+2Bb\r\nRCPT TO:<\xc3\xbc@x> NOTIFY=NEVER ORCPT=rfc822;o@x\r\n"));
    has_servers({offering + Script{"250 s"}});
    BOOST_TEST(say("MAIL FROM:<a@x> SIZE=1001\n").starts_with("552 5.3.4 "));
    settings.message.size_limit = 100;
    BOOST_TEST(say("MAIL FROM:<a@x> SIZE=101\n") == "552 5.3.4 more than 100 octets\n");
    has_servers({hello + Script{"250 s"}});
    BOOST_TEST(say("MAIL FROM:<\xc3\xb6@x> SMTPUTF8\n").starts_with("554 5.6.7 "));
    has_servers({hello + Script{"250 s"}}); // it is a permission, and may not be needed
    BOOST_TEST(say("MAIL FROM:<a@x> SMTPUTF8\n") == "250 2.1.0 sender ok\n");
    BOOST_TEST(holds(network.heard, "MAIL FROM:<a@x>\r\n"));
}

BOOST_FIXTURE_TEST_CASE(one_mailbox_a_command, Client) {
    has_servers({hello + Script{"250 s", "250 r", "250 r"}});
    const std::string said = say("MAIL FROM:<me@x>\nRCPT TO:<a@x, b@x>\nRCPT TO:<g:a@x;>\n"
                                 "RCPT TO:<@r,@q:c@x>\n");
    BOOST_TEST(said.starts_with("250 2.1.0 sender ok\n553 5.1.3 "), said);
    BOOST_TEST(said.ends_with("250 2.1.5 recipient ok\n"), said);
    BOOST_TEST(holds(network.heard, "MAIL FROM:<me@x>\r\nRCPT TO:<c@x>\r\n"));
}

/// What one parser takes for quoted text is for another within a comment.
BOOST_FIXTURE_TEST_CASE(no_path_holds_a_second_recipient, Client) {
    has_servers({hello + Script{"250 s", "250 r"}});
    const std::string said =
        say("MAIL FROM:<me@x>\nRCPT TO:<a@b.cd(\")>,<evil@x.org(\")>\nRCPT TO:<a@x>\n");
    BOOST_TEST(
        said ==
        "250 2.1.0 sender ok\n553 5.1.3 address \"<a@b.cd(\")>,<evil@x.org(\")>\": "
        "'>' is missing before \"(\")>,<evil@x.org(\")>\"\n250 2.1.5 recipient ok\n");
    BOOST_TEST(holds(network.heard, "MAIL FROM:<me@x>\r\nRCPT TO:<a@x>\r\n"));
}

BOOST_FIXTURE_TEST_CASE(replies_to_a_batch_go_out_together, Client) {
    has_servers({once});
    const UniqueFd file =
        file_of("EHLO me\r\nMAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nNOOP\r\nQUIT\r\n");
    std::array<int, 2> ends{};
    BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends.data()) == 0);
    const UniqueFd output(ends[0]);
    const UniqueFd client(ends[1]);
    Log log(settings.log, "sallyport");
    Server({invocation, settings, identity, log, network, transcript, Clock::now(),
            file.get(), ends[0]})
        .run();
    std::string packet(10000, '\0');
    const auto receive = [&] {
        return packet.substr(
            0, static_cast<std::size_t>(::read(ends[1], packet.data(), packet.size())));
    };
    BOOST_TEST(receive() == greeting);
    BOOST_TEST(receive() == offers); // RFC 2920 3.2: this one and NOOP's must not wait
    BOOST_TEST(receive() == "250 2.1.0 sender ok\r\n250 2.1.5 recipient ok\r\n"
                            "250 2.0.0 ok\r\n");
    BOOST_TEST(receive() == "221 2.0.0 bye\r\n");
}

BOOST_FIXTURE_TEST_CASE(a_client_that_does_not_listen, Client) {
    Log log(settings.log, "sallyport");
    const UniqueFd input = file_of("NOOP\r\n");
    const UniqueFd output(::open("/dev/full", O_WRONLY));
    const Failure failure = failure_of([&] {
        Server({invocation, settings, identity, log, network, transcript, Clock::now(),
                input.get(), output.get()})
            .run();
        return 0;
    });
    BOOST_TEST(status_of(failure) == 74);
}
