// SPDX-License-Identifier: MIT
//
// -bs: messages, by DATA and BDAT, and what becomes of them.
#define BOOST_TEST_MODULE server_data
#include <boost/test/unit_test.hpp>

#include "dialogue.h"
#include "failing.h"

using namespace sallyport;
using namespace std::string_literals;

namespace {

const Script accepts{"250 s", "250 r", "354 go", "250 2.0.0 queued as 1"};
const Script takes_one = hello + accepts;
const Script chunking{"220 hi", "250-mail\r\n250-8BITMIME\r\n250 CHUNKING"};

const std::string begun = "MAIL FROM:<me@x>\nRCPT TO:<a@x>\n";
const std::string heard = "250 2.1.0 sender ok\n250 2.1.5 recipient ok\n";

/// One who has said EHLO, MAIL and RCPT.
struct Sending : Client {
    /// The replies to what follows.
    std::string send(const std::string& said) {
        const std::string text = say(begun + said);
        BOOST_TEST(text.starts_with(heard), text);
        return text.substr(std::min(heard.size(), text.size()));
    }
    /// The text that the submission server got by DATA, first to last line.
    [[nodiscard]] std::string sent() const {
        const auto begin = network.heard.find("DATA\r\n");
        if (begin == std::string::npos)
            return "(nothing)";
        const auto end = network.heard.find("\r\n.\r\n", begin);
        return network.heard.substr(begin + 6, end + 2 - begin - 6);
    }
    [[nodiscard]] std::string log() const { return folder.read("log"); }
};

const std::string fields = "From: a@x\nDate: x\nMessage-ID: <i@x>\n";
const std::string go = "354 end with a dot alone in a line\n";
const std::string accepted = "250 2.0.0 accepted: 250 2.0.0 queued as 1\n";

} // namespace

BOOST_FIXTURE_TEST_CASE(a_message, Sending) {
    has_servers({takes_one});
    BOOST_TEST(send("DATA\n" + fields + "\n..dot\nhello\n.\nQUIT\n") ==
               go + accepted + "221 2.0.0 bye\n");
    BOOST_TEST(network.heard ==
               "EHLO host.example\r\nMAIL FROM:<me@x>\r\nRCPT TO:<a@x>\r\nDATA\r\n"
               "From: a@x\r\nDate: x\r\nMessage-ID: <i@x>\r\n\r\n..dot\r\nhello\r\n.\r\n"
               "QUIT\r\n");
    BOOST_TEST(holds(log(), "from=<me@x>, size=54, to=<a@x>, relay=one1"), log());
    BOOST_TEST(holds(log(), "status=sent (250 2.0.0 queued as 1)"));
}

BOOST_FIXTURE_TEST_CASE(one_that_is_too_large_for_the_server_is_not_sent, Sending) {
    has_servers({Script{"220 one", "250-one\r\n250 SIZE 40", "250 s", "250 r"}});
    const std::string told = say(begun + "DATA\n" + fields + "\nhello\n.\n");
    BOOST_TEST(told.find("\n552 5.3.4 ") != std::string::npos, told);
    BOOST_TEST(!holds(network.heard, "DATA"));
    has_servers({Script{"220 one", "250-one\r\n250 SIZE 40", "250 s"}});
    BOOST_TEST(say("MAIL FROM:<me@x> SIZE=41\n").starts_with("552 5.3.4 "));
    BOOST_TEST(!holds(network.heard, "MAIL"));
}

BOOST_FIXTURE_TEST_CASE(a_signed_nul_is_not_sent_to_who_takes_none, Sending) {
    has_servers({takes_one});
    const std::string told = send(
        "DATA\nMIME-Version: 1.0\nContent-Type: multipart/signed; boundary=b; micalg=x;\n"
        " protocol=\"application/x\"\n" +
        fields +
        "\n--b\nContent-Type: text/plain\n\na\0b\n--b\nContent-Type: "s
        "application/x\n\nsignature\n--b--\n.\n");
    BOOST_TEST(told.starts_with(go + "554 5.6."), told);
    BOOST_TEST(!holds(network.heard, "DATA"));
}

BOOST_FIXTURE_TEST_CASE(several_messages_over_one_session, Sending) {
    has_servers(
        {takes_one + accepts + Script{"250 s", "250 r", "354 go", "250 2.0.0 third"}});
    const std::string one = "MAIL FROM:<me@x>\nRCPT TO:<a@x>\nDATA\n" + fields + "\nx\n.\n";
    const std::string before = heard + go;
    BOOST_TEST(say(one + one + one) == before + accepted + before + accepted + before +
                                           "250 2.0.0 accepted: 250 2.0.0 third\n");
    BOOST_TEST(network.asked.size() == 1U);
    BOOST_TEST(network.heard.find("EHLO", 5) == std::string::npos);
    BOOST_TEST(!holds(network.heard, "RSET"));
}

BOOST_FIXTURE_TEST_CASE(each_message_has_its_deadline, Sending) {
    settings.relays.front().deadline = std::chrono::seconds(60); // the timeout is longer
    has_servers({takes_one + accepts});
    const std::string one = "MAIL FROM:<me@x>\nRCPT TO:<a@x>\nDATA\n" + fields + "\nx\n.\n";
    say(one + one);
    BOOST_TEST(network.asked.size() == 1U);
    BOOST_TEST(
        (network.talks.front().writes.front() < network.talks.front().writes.back()));
}

BOOST_FIXTURE_TEST_CASE(a_server_that_is_tired_of_waiting_is_asked_anew, Sending) {
    const std::string one = "MAIL FROM:<me@x>\nRCPT TO:<a@x>\nDATA\n" + fields + "\nx\n.\n";
    for (const Script& first : {takes_one, takes_one + Script{"421 4.4.2 timeout"}}) {
        has_servers({first, takes_one});
        const std::string said = say(one + one);
        BOOST_TEST(said.ends_with("250 2.1.5 recipient ok\n" + go + accepted), said);
        BOOST_TEST(!holds(said, "\n4"), said);
        BOOST_TEST(network.asked.size() == 2U);
    }
}

BOOST_FIXTURE_TEST_CASE(the_header_is_completed_and_blind_copies_are_removed, Sending) {
    has_servers({takes_one});
    send("DATA\nSubject: s\nBcc: hidden@x,\n other@x\nReturn-Path: <a@x>\n\nx\n.\n");
    BOOST_TEST(sent().starts_with("Subject: s\r\nMessage-ID: <"), sent());
    BOOST_TEST(holds(sent(), "@host.example>\r\nDate: "));
    BOOST_TEST(sent().ends_with("\r\nFrom: me@x\r\n\r\nx\r\n"), sent());
    BOOST_TEST(!holds(network.heard, "hidden@x"));
    BOOST_TEST(!holds(network.heard, "other@x"));
}

BOOST_FIXTURE_TEST_CASE(odd_messages, Sending) {
    has_servers({takes_one});
    BOOST_TEST(send("DATA\n.\n") == go + accepted);
    BOOST_TEST(sent().ends_with("From: me@x\r\n\r\n"), sent());
    has_servers({takes_one});
    send("DATA\nno header\n.\n");
    BOOST_TEST(sent().ends_with("From: me@x\r\n\r\nno header\r\n"), sent());
    has_servers({takes_one});
    send("DATA\n" + fields + "\na\0b\n.\n"s);
    BOOST_TEST(
        sent().ends_with("Content-Transfer-Encoding: quoted-printable\r\n\r\na=00b\r\n"));
    has_servers({takes_one}); // no 8BITMIME there
    send("DATA\n" + fields + "\n\xc3\xbc and more text\n.\n");
    BOOST_TEST(sent().ends_with("quoted-printable\r\n\r\n=C3=BC and more text\r\n"));
}

BOOST_FIXTURE_TEST_CASE(a_bare_lf_smuggles_nothing, Sending) {
    for (const char* smuggled : {"\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r\n.\r"}) {
        has_servers({takes_one});
        const std::string attack =
            "x"s + smuggled + "MAIL FROM:<evil@x>\r\nRCPT TO:<evil@x>\r\nDATA\r\ny";
        const std::string said =
            "EHLO me\r\nMAIL FROM:<me@x>\r\nRCPT TO:<a@x>\r\nDATA\r\nFrom: a@x\r\n\r\n" +
            attack + "\r\n.\r\nQUIT\r\n";
        for (const std::size_t piece : {1U, 2U, 10000U}) {
            has_servers({takes_one});
            const Feeder feeder(said, piece);
            replies_from(feeder.fd());
            BOOST_TEST(replies.ends_with("250 2.0.0 accepted: 250 2.0.0 queued as 1\r\n"
                                         "221 2.0.0 bye\r\n"));
            // One message, whose text no server can take for its end.
            const std::string text = network.heard.substr(network.heard.find("DATA\r\n"));
            BOOST_TEST(text.find("\r\n.\r\n") == text.rfind("\r\n.\r\n"), smuggled);
            BOOST_TEST(!holds(text, "\n.\nMAIL"), smuggled);
            BOOST_TEST(!holds(text, "\r.\r"), smuggled);
            BOOST_TEST(holds(text, "MAIL FROM:<evil@x>\r\n"));
        }
    }
}

BOOST_FIXTURE_TEST_CASE(one_who_ends_lines_by_lf, Sending) {
    has_servers({takes_one});
    replies_from(file_of("EHLO me\nMAIL FROM:<me@x>\nRCPT TO:<a@x>\nDATA\nFrom: a@x\n\nx\n"
                         ".\nQUIT\n")
                     .get());
    BOOST_TEST(replies.ends_with("queued as 1\r\n221 2.0.0 bye\r\n"));
    BOOST_TEST(sent().ends_with("\r\n\r\nx\r\n"));
}

BOOST_FIXTURE_TEST_CASE(the_end_of_the_input_within_a_message, Sending) {
    const std::string before = "EHLO me\r\nMAIL FROM:<me@x>\r\nRCPT TO:<a@x>\r\n";
    for (const char* said :
         {"DATA\r\n", "DATA\r\nFrom: a@x\r\n\r\nx", "DATA\r\nx\r\n.", "DATA\r\nx\r\n.\r",
          "DATA\r\nx\n.\n", "BDAT 5\r\n1234", "BDAT 5 LAST\r\n",
          "BDAT 2\r\nxyBDAT 3 LAST\r\nab", "BDAT 2\r\nxy", "BDAT 2\r\nxyBDAT 3 LA"}) {
        has_servers({chunking + accepts});
        const UniqueFd input = file_of(before + said);
        const Failure failure = failure_of([&] { return replies_from(input.get()); });
        BOOST_TEST(status_of(failure) == 74, said);
        BOOST_TEST(failure.what() == "standard input: it ended within a message; nothing "
                                     "of it was sent"s);
        BOOST_TEST(network.heard ==
                       "EHLO host.example\r\nMAIL FROM:<me@x> BODY=8BITMIME\r\n"
                       "RCPT TO:<a@x>\r\nQUIT\r\n",
                   said);
    }
}

BOOST_FIXTURE_TEST_CASE(of_messages_before_it_the_client_hears, Sending) {
    const std::string before = "EHLO me\r\nMAIL FROM:<me@x>\r\nRCPT TO:<a@x>\r\n";
    for (const char* cut : {"BDAT 5\r\nx", "BDAT 1\r\nx"}) {
        has_servers({takes_one + accepts});
        const UniqueFd input =
            file_of(before + "BDAT 1 LAST\r\nx" + before.substr(9) + cut);
        BOOST_TEST(status_of(failure_of([&] { return replies_from(input.get()); })) == 74);
        BOOST_TEST(holds(replies, "250 2.0.0 accepted: 250 2.0.0 queued as 1\r\n"), cut);
    }
}

BOOST_FIXTURE_TEST_CASE(the_end_of_the_input_elsewhere, Sending) {
    has_servers({takes_one});
    BOOST_TEST(send("") == ""); // and no Failure
    has_servers({takes_one});
    BOOST_TEST(send("DAT") == "");
    BOOST_TEST(!holds(network.heard, "DATA"));
}

BOOST_FIXTURE_TEST_CASE(refusals_are_passed_on, Sending) {
    for (const char* reply : {"554 5.7.1 spam", "451 4.7.1 later", "550 5.7.1 no"}) {
        has_servers({hello + Script{"250 s", "250 r", "354 go", reply} + accepts});
        const std::string said = send("DATA\n" + fields + "\nx\n.\nMAIL FROM:<me@x>\n");
        BOOST_TEST(said == go + std::string(reply).substr(0, 10) +
                               "one1: end of data: " + reply + "\n250 2.1.0 sender ok\n");
        has_servers({hello + Script{"250 s", "250 r", reply}});
        BOOST_TEST(send("DATA\n" + fields + "\nx\n.\n") ==
                   go + std::string(reply).substr(0, 10) + "one1: DATA: " + reply + "\n");
    }
}

BOOST_FIXTURE_TEST_CASE(the_server_is_lost, Sending) {
    const auto reply_of = [&](const Script& script) {
        has_servers({script, takes_one});
        const std::string said = send("DATA\n" + fields + "\nx\n.\nNOOP\n");
        BOOST_TEST(said.starts_with(go));
        BOOST_TEST(said.ends_with("\n250 2.0.0 ok\n"));
        BOOST_TEST(network.asked.size() == 1U); // it is not sent again
        return said.substr(go.size(), said.size() - go.size() - 13);
    };
    const std::string doubt = "; the message may have been accepted\n";
    BOOST_TEST(
        reply_of(hello + Script{"250 s", "250 r"}).starts_with("451 4.4.2 one1: DATA: "));
    BOOST_TEST(reply_of(hello + Script{"250 s", "250 r", "421 down"}) ==
               "451 4.0.0 one1: DATA: 421 down\n");
    BOOST_TEST(reply_of(hello + Script{"250 s", "250 r", "354 go"}) ==
               "451 4.4.2 one1: end of data: connection closed by the server" + doubt);
    BOOST_TEST(holds(log(), "status=in-doubt"));
    BOOST_TEST(
        reply_of(hello + Script{"250 s", "250 r", "354 go", "what?"}).ends_with(doubt));
    BOOST_TEST(reply_of(hello + Script{"250 s", "250 r", "354 go", "421 4.3.2 down"}) ==
               "451 4.3.2 one1: end of data: 421 4.3.2 down\n");
}

BOOST_FIXTURE_TEST_CASE(who_was_refused_gets_nothing_and_the_others_do, Sending) {
    has_servers({hello + Script{"250 s", "250 r", "550 no", "250 r", "354 go", "250 ok"}});
    BOOST_TEST(send("RCPT TO:<b@x>\nRCPT TO:<c@x>\nDATA\n" + fields + "\nx\n.\n") ==
               "550 5.3.0 one1: RCPT TO:<b@x>: 550 no\n250 2.1.5 recipient ok\n" + go +
                   "250 2.0.0 accepted: 250 ok\n");
    BOOST_TEST(holds(log(), "to=<a@x>,<c@x>,"), log());
    BOOST_TEST(holds(log(), "to=<b@x>,"));
}

BOOST_FIXTURE_TEST_CASE(what_the_message_itself_forbids, Sending) {
    has_servers({takes_one});
    settings.message.size_limit = 60;
    BOOST_TEST(send("DATA\n" + fields + "\nlong enough for that\n" + std::string(100, 'x') +
                    "\n.\nNOOP\n") ==
               go + "552 5.3.4 standard input: the message has more than 60 octets "
                    "([message] size_limit)\n250 2.0.0 ok\n");
    BOOST_TEST(sent() == "(nothing)");
    settings.message.size_limit = 0;
    settings.sender.allow = {"*@x"};
    has_servers({takes_one});
    BOOST_TEST(send("DATA\nFrom: evil@y\n\n.\n") ==
               go + "550 5.7.1 sender <evil@y>: [sender] allow does not name it\n");
    settings.sender.allow.clear();
    has_servers({takes_one});
    BOOST_TEST(send("DATA\nX: \0\n\n.\n"s) ==
               go + "554 5.6.0 standard input: the header holds a NUL octet\n");
    has_servers({takes_one});
    BOOST_TEST(send("DATA\nContent-Transfer-Encoding: base64\n\n\xff\n.\n")
                   .starts_with(go + "554 5.6.3 the message holds 8-bit text"));
    BOOST_TEST(sent() == "(nothing)");
}

BOOST_FIXTURE_TEST_CASE(a_transaction_that_is_given_up, Sending) {
    has_servers({hello + Script{"250 s", "250 r", "250 reset"} + accepts});
    BOOST_TEST(send("RSET\nBDAT 0 LAST\nMAIL FROM:<b@x>\nRCPT TO:<c@x>\nDATA\n" + fields +
                    "\n.\n") ==
               "250 2.0.0 ok\n503 5.5.1 an accepted RCPT is expected first\n"
               "250 2.1.0 sender ok\n250 2.1.5 recipient ok\n" +
                   go + accepted);
    BOOST_TEST(holds(network.heard, "RCPT TO:<a@x>\r\nRSET\r\nMAIL FROM:<b@x>\r\n"));
    BOOST_TEST(network.asked.size() == 1U);
    has_servers({hello + Script{"250 s", "250 r", "250 reset"} + accepts});
    BOOST_TEST(send("EHLO again\nMAIL FROM:<b@x>\n").ends_with("250 2.1.0 sender ok\n"));
}

BOOST_FIXTURE_TEST_CASE(chunks, Sending) {
    has_servers({takes_one});
    BOOST_TEST(send("BDAT 11\nFrom: a@x\nBDAT 0\nBDAT 5 LAST\n\n.\nNOOP\n") ==
               "250 2.0.0 11 octets\n250 2.0.0 0 octets\n" + accepted + "250 2.0.0 ok\n");
    BOOST_TEST(sent().ends_with("\r\n\r\n..\r\n"), sent());
    has_servers({takes_one});
    BOOST_TEST(send("BDAT 0 LAST\n") == accepted);
    // A chunk is read whatever becomes of it: its octets are no commands.
    BOOST_TEST(say("BDAT 6\nQUIT\nBDAT 6 LAST\nQUIT\nNOOP\n") ==
               "503 5.5.1 an accepted RCPT is expected first\n"
               "503 5.5.1 an accepted RCPT is expected first\n250 2.0.0 ok\n");
    has_servers({takes_one});
    BOOST_TEST(send("BDAT 2\nxyRCPT TO:<b@x>\nMAIL FROM:<b@x>\nRSET\n") ==
               "250 2.0.0 2 octets\n503 5.5.1 MAIL is expected first\n"
               "503 5.5.1 EHLO is expected first, and one MAIL at a time\n250 2.0.0 ok\n");
}

/// Where its octets end is not known, nor what of them is a command.
BOOST_FIXTURE_TEST_CASE(a_chunk_of_no_size, Sending) {
    const std::string lost = "421 4.5.0 where the next command begins is not known\n";
    for (const auto& [command, reply] :
         {std::pair("BDAT x", "501 5.5.4 BDAT: a number is expected\n"),
          {"BDAT 9 LAST x", "501 5.5.4 BDAT: a number is expected\n"},
          {"BDAT 9\r", "500 5.5.2 a control character in the command\n"},
          {"BDAT9", "500 5.5.2 BDAT9: not known\n"}}) {
        has_servers({takes_one});
        BOOST_TEST(say_too_much(begun + command + "\nNOOP\n") == heard + reply + lost);
        BOOST_TEST(network.heard.ends_with("RCPT TO:<a@x>\r\nRSET\r\nQUIT\r\n"));
    }
    has_servers({takes_one});
    BOOST_TEST(say_too_much(begun + "BDAT " + std::string(5000, '1') + "\nNOOP\n") ==
               heard + "500 5.5.2 the line is too long\n" + lost);
    BOOST_TEST(say("BDAT x") == ""); // half a command is none
}

/// From a client that does not wait comes text after DATA, though DATA was refused.
BOOST_FIXTURE_TEST_CASE(text_after_a_refused_data_is_no_command, Sending) {
    const std::string text = "RSET\nMAIL FROM:<ceo@x>\nRCPT TO:<victim@x>\nDATA\n" +
                             fields + "\nforged\n.\nQUIT\n";
    const std::string last = "421 4.5.0 commands after DATA\n";
    for (const char* refused : {"550 5.1.1 dead", "451 4.7.1 grey"}) {
        has_servers({hello + Script{"250 s", refused, "250 reset"} + accepts});
        const std::string said =
            say_too_much("MAIL FROM:<me@x>\nRCPT TO:<a@x>\nDATA\n" + text);
        BOOST_TEST(said.ends_with("503 5.5.1 an accepted RCPT is expected first\n" + last),
                   said);
        BOOST_TEST(network.heard.ends_with("RCPT TO:<a@x>\r\nRSET\r\nQUIT\r\n"));
        BOOST_TEST(holds(log(), "to=<a@x>"), log());
    }
    has_servers({hello + Script{"250 s", "250 r"}, takes_one}); // it is lost there
    BOOST_TEST(say_too_much(begun + "RCPT TO:<b@x>\nDATA\n" + text).ends_with(last));
    BOOST_TEST(!holds(network.heard, "ceo@x"));
    has_servers({takes_one});
    for (const char* command : {"DATA", "DATA\r", "data \x01", "DATAx"})
        BOOST_TEST(say_too_much(std::string(command) + "\n" + text).ends_with(last),
                   command);
    BOOST_TEST(say_too_much("BDAT 2\nxyDATA\n" + text).ends_with(last));
    BOOST_TEST(network.asked.empty());
}

/// It may come later than our reply went out.
BOOST_FIXTURE_TEST_CASE(text_that_is_late_is_no_command_either, Sending) {
    const std::string refused = "503 5.5.1 an accepted RCPT is expected first\n";
    for (const char* text : {"From: a@x\n", "\n", ".\n", "RCPT TO:<a@x>\n", "DATA\n",
                             "BDAT 5\n", "HELP\n", "VRFY x\n", "RSETS\n"}) {
        BOOST_TEST(converse({"EHLO me\n", "DATA\n", text, "QUIT\n"}) ==
                       refused + "421 4.5.0 commands after DATA\n",
                   text);
        BOOST_TEST(status == 65, text);
    }
    for (const char* command :
         {"RSET\n", "QUIT\n", "noop\n", "MAIL\n", "EHLO me\n", "HELO me\n"}) {
        const std::string said = converse({"EHLO me\n", "DATA\n", command});
        BOOST_TEST(said.starts_with(command[0] == 'E' ? "" : refused), command);
        BOOST_TEST(!holds(said, "\n421 "), command);
        BOOST_TEST(status == 0, command);
    }
    has_servers({takes_one});
    BOOST_TEST(converse({"EHLO me\n", "DATA\n", "MAIL FROM:<me@x>\n", "RCPT TO:<a@x>\n",
                         "DATA\n", fields + "\n.\n"}) == refused + heard + go + accepted);
}

BOOST_FIXTURE_TEST_CASE(a_chunk_beyond_the_limit, Sending) {
    has_servers({takes_one});
    settings.message.size_limit = 10;
    BOOST_TEST(send("BDAT 20\n" + std::string(20, 'x') + "BDAT 1 LAST\nyNOOP\n")
                   .ends_with("\n552 5.3.4 standard input: the message has more than 10 "
                              "octets ([message] size_limit)\n250 2.0.0 ok\n"));
    BOOST_TEST(sent() == "(nothing)");
}

BOOST_FIXTURE_TEST_CASE(a_large_message, Sending) {
    has_servers({takes_one});
    std::string text;
    for (int i = 0; i < 20000; ++i)
        text += ".2345678901234567890123456789\n";
    BOOST_TEST(send("DATA\n" + fields + "\n." + text + ".\n") == go + accepted);
    BOOST_TEST(network.heard.size() > 600'000U);
}
