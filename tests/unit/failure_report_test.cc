// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE failure_report
#include <boost/test/unit_test.hpp>

#include <string>

#include "failure_reports.h"

using namespace sallyport;

BOOST_FIXTURE_TEST_CASE(the_whole_of_it, Fixture) {
    has("you@example.com");
    BOOST_TEST(
        written() ==
        "Date: Tue, 24 Nov 2026 22:00:05 +0100\r\n"
        "From: Mail Delivery System <MAILER-DAEMON@example.org>\r\n"
        "To: me@example.org\r\n"
        "Subject: Undelivered mail: 1 recipient did not get a message\r\n"
        "Message-ID: <id1.6B05FAD5@example.org>\r\n"
        "In-Reply-To: <1@example.org>\r\n"
        "References: <1@example.org>\r\n"
        "Auto-Submitted: auto-replied\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=delivery-status;\r\n"
        " boundary=\"=_id1.0\"\r\n"
        "\r\n"
        "--=_id1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "\r\n"
        "This message did not reach everybody it was sent to:\r\n"
        "\r\n"
        "From: me@example.org\r\n"
        "Date: Mon, 23 Nov 2026 22:00:05 +0100\r\n"
        "Subject: Hello\r\n"
        "\r\n"
        "These recipients do not get it, and nothing more is tried:\r\n"
        "\r\n"
        "To: you@example.com\r\n"
        "Reason: mail[192.0.2.1]:465: RCPT TO:<you@example.com>: 550 5.1.1 no such user\r\n"
        "\r\n"
        "Check each address and its reason. If you send the message again, do so to\r\n"
        "these recipients alone: the others have it, or are still being tried.\r\n"
        "\r\n"
        "--=_id1.0\r\n"
        "Content-Type: message/delivery-status\r\n"
        "\r\n"
        "Reporting-MTA: dns; host.example\r\n"
        "Arrival-Date: Mon, 23 Nov 2026 22:00:05 +0100\r\n"
        "\r\n"
        "Final-Recipient: rfc822; you@example.com\r\n"
        "Action: failed\r\n"
        "Status: 5.1.1\r\n"
        "Diagnostic-Code: smtp; 550 5.1.1 no such user\r\n"
        "\r\n"
        "--=_id1.0\r\n"
        "Content-Type: text/rfc822-headers\r\n"
        "\r\n"
        "Subject: Hello\r\n"
        "Message-ID: <1@example.org>\r\n"
        "\r\n"
        "--=_id1.0--\r\n");
}

BOOST_FIXTURE_TEST_CASE(our_own_mime_reader_finds_its_parts, Fixture) {
    about.envelope.ret = "FULL";
    has("you@example.com");
    const Reading reading(message_of(written()));
    BOOST_REQUIRE(reading.leaves.size() == 3U);
    BOOST_TEST(holds(reading.leaves[0], "These recipients"));
    BOOST_TEST(holds(reading.leaves[1], "Status: 5.1.1"));
    BOOST_TEST(reading.leaves[2] == "the body\r\n");
    BOOST_TEST(holds(reading.frame, "[multipart/report]"));
    BOOST_TEST(holds(reading.frame, "[message/rfc822]"));
}

BOOST_FIXTURE_TEST_CASE(each_recipient_has_a_group_of_fields, Fixture) {
    about.envelope.envelope_id = "envelope 7";
    has("a@x", "rfc822;first+2Elast@example.com").code = 0;
    has("b@x", "x400;/S=b");
    progress.recipients[1].state = Progress::State::sent;
    Progress::Fate& expired = has("c@x", "rfc822;");
    expired.code = 451;
    expired.enhanced = "4.4.7";
    expired.text = "mail[192.0.2.1]:465: data: 451";
    failed = {0, 2};
    const Report report(written());
    const auto found = groups(report.bodies[1]);
    BOOST_REQUIRE(found.size() == 3U);
    BOOST_TEST(found[0] == "Reporting-MTA: dns; host.example|"
                           "Original-Envelope-Id: envelope 7|"
                           "Arrival-Date: Mon, 23 Nov 2026 22:00:05 +0100");
    BOOST_TEST(found[1] == "Original-Recipient: rfc822; first.last@example.com|"
                           "Final-Recipient: rfc822; a@x|Action: failed|Status: 5.1.1|"
                           "Diagnostic-Code: X-sallyport; mail[192.0.2.1]:465: RCPT "
                           "TO:<a@x>: 550 5.1.1 no| such user");
    BOOST_TEST(found[2] == "Final-Recipient: rfc822; c@x|Action: failed|Status: 4.4.7|"
                           "Diagnostic-Code: smtp; 451|");
    BOOST_TEST(holds(report.header.octets(), ": 2 recipients did not"));
    BOOST_TEST(holds(report.bodies[0], "To: a@x\r\n"));
    BOOST_TEST(!holds(report.bodies[0], "b@x"));
    BOOST_TEST(holds(report.bodies[0], "To: c@x\r\n"));
}

BOOST_FIXTURE_TEST_CASE(a_status_is_one_of_rfc_3463, Fixture) {
    Progress::Fate& fate = has("a@x");
    for (const std::string good : {"5.0.0", "4.4.7", "5.255.999"}) {
        fate.enhanced = good;
        BOOST_TEST(holds(written(), "\r\nStatus: " + good + "\r\n"));
    }
    for (const std::string bad : {"", "5", "5.1", "5.1.", "5..1", "2.1.5", "5.1.1.1",
                                  "5.1.x", "55.1.1", "5.1000.1", "5.1.1\r\nX: y"}) {
        fate.enhanced = bad;
        BOOST_TEST(holds(written(), "\r\nStatus: 5.0.0\r\n"));
    }
}

BOOST_FIXTURE_TEST_CASE(only_a_reply_is_smtp, Fixture) {
    Progress::Fate& fate = has("a@x");
    const auto code = [&](int reply_code, const std::string& words) {
        fate.code = reply_code;
        fate.text = words;
        const std::string status = Report(written()).bodies[1];
        const auto at = status.find("Diagnostic-Code");
        return at == std::string::npos ? "" : status.substr(at + 17);
    };
    BOOST_TEST(code(554, peer + "greeting: 554 no") == "smtp; 554 no\r\n");
    BOOST_TEST(code(553, "address: it is too long") ==
               "X-sallyport; address: it is too long\r\n");
    BOOST_TEST(code(0, "timed out: 0 octets") == "X-sallyport; timed out: 0 octets\r\n");
    BOOST_TEST(code(550, "").empty());
}

BOOST_FIXTURE_TEST_CASE(who_may_have_got_it_is_named, Fixture) {
    has("a@x").doubts = 1;
    BOOST_TEST(holds(written(), "no such user\r\nBut an earlier attempt may have "
                                "succeeded unseen.\r\n"));
}

BOOST_FIXTURE_TEST_CASE(the_message_comes_back_whole_only_if_that_is_asked_for, Fixture) {
    has("a@x");
    for (const std::string ret : {"", "HDRS"}) {
        about.envelope.ret = ret;
        const Report report(written());
        BOOST_TEST(report.type_of(2) == "text/rfc822-headers");
        BOOST_TEST(report.bodies[2] == "Subject: Hello\r\nMessage-ID: <1@example.org>\r\n");
    }
    about.envelope.ret = "FULL";
    const Report report(written());
    BOOST_TEST(report.type_of(2) == "message/rfc822");
    BOOST_TEST(report.bodies[2] ==
               "Subject: Hello\r\nMessage-ID: <1@example.org>\r\n\r\nthe body\r\n");
}

BOOST_FIXTURE_TEST_CASE(how_large_a_message_may_come_back_whole, Fixture) {
    has("a@x");
    about.envelope.ret = "FULL";
    text = "A: b\n\n" + std::string(998, 'x') + "\n";
    while (message_of(text).size() < returned_limit)
        text += "x\n";
    text.erase(text.size() - 2);
    text += std::string(returned_limit - message_of(text).size() - 2, 'y') + "\n";
    BOOST_REQUIRE(message_of(text).size() == returned_limit);
    BOOST_TEST(Report(written()).bodies[2].size() == returned_limit);
    text.insert(text.size() - 1, "y");
    BOOST_TEST(Report(written()).bodies[2] == "A: b\r\n");
}

BOOST_FIXTURE_TEST_CASE(what_no_line_can_hold_does_not_come_back, Fixture) {
    has("a@x");
    about.envelope.ret = "FULL";
    for (const std::string& body : {std::string(999, 'x'), std::string(1, '\0')}) {
        text = "A: b\n\n" + body + "\n";
        BOOST_TEST(Report(written()).bodies[2] == "A: b\r\n");
    }
    text = "A: b\nLong: " + std::string(999, 'x') + "\nC: d\n\n";
    BOOST_TEST(Report(written()).bodies[2] == "A: b\r\nC: d\r\n");
    check_lines(written());
}

BOOST_FIXTURE_TEST_CASE(eight_bits_inside_are_announced_outside, Fixture) {
    has("a@x");
    about.envelope.ret = "FULL";
    text = "Subject: x\n\ncaf\u00e9\n";
    const Report report(written());
    BOOST_TEST(describe_entity(report.header).encoding == "8bit");
    BOOST_TEST(report.type_of(0) == "text/plain");
    BOOST_TEST(report.type_of(1) == "message/delivery-status");
    BOOST_TEST(report.type_of(2) == "message/rfc822");
    BOOST_TEST(report.bodies[2] == "Subject: x\r\n\r\ncaf\u00e9\r\n");
}

/// What a server says in its own language, people can read; programs expect ASCII.
BOOST_FIXTURE_TEST_CASE(a_reply_that_is_not_ascii, Fixture) {
    has("a@x").text = peer + "RCPT TO:<a@x>: 550 5.1.1 caf\u00e9";
    const Report report(written());
    BOOST_TEST(report.type_of(0) == "text/plain");
    BOOST_TEST(holds(report.bodies[0], "caf\u00e9\r\n"));
    BOOST_TEST(report.type_of(1) == "message/delivery-status");
    BOOST_TEST(holds(report.bodies[1], "smtp; 550 5.1.1 caf??"
                                       "\r\n"));
}

BOOST_FIXTURE_TEST_CASE(addresses_that_are_not_ascii, Fixture) {
    has("jos\u00e9@example.com", "rfc822;x@example.com").text = "caf\u00e9";
    has("b@x");
    Report report(written());
    BOOST_TEST(report.type_of(1) == "message/global-delivery-status");
    BOOST_TEST(report.type_of(2) == "message/global-headers");
    const auto found = groups(report.bodies[1]);
    BOOST_REQUIRE(found.size() == 3U);
    BOOST_TEST(found[1] == "Original-Recipient: rfc822; x@example.com|"
                           "Final-Recipient: utf-8; jos\u00e9@example.com|Action: failed|"
                           "Status: 5.1.1|Diagnostic-Code: X-sallyport; caf\u00e9");
    BOOST_TEST(found[2].starts_with("Final-Recipient: rfc822; b@x|"));
    about.envelope.ret = "FULL";
    BOOST_TEST(Report(written()).type_of(2) == "message/global");
    failed = {1};
    BOOST_TEST(Report(written()).type_of(2) == "message/rfc822");
    about.recipients[1].original_recipient = "rfc822;jos+C3+A9@x";
    BOOST_TEST(
        holds(Report(written()).bodies[1], "Original-Recipient: utf-8; jos\u00e9@x\r\n"));
    about.recipients[1].original_recipient.clear();
    about.envelope.reverse_path = "jos\u00e9@example.org";
    report = Report(written());
    BOOST_TEST(report.type_of(1) == "message/global-delivery-status");
    BOOST_TEST(report.type_of(2) == "message/global");
}

BOOST_FIXTURE_TEST_CASE(only_a_plain_message_id_is_referred_to, Fixture) {
    has("a@x");
    const auto refers = [&](const std::string& id) {
        text = "A: b\nMessage-ID:" + id + "\n\n";
        const Report report(written());
        const bool answers = report.header.contains("In-Reply-To");
        BOOST_TEST(report.header.contains("References") == answers);
        return answers;
    };
    BOOST_TEST(refers(" <a.b$c@d>"));
    BOOST_TEST(refers("\n <a@[d]> "));
    BOOST_TEST(refers(" <" + std::string(252, 'a') + "@b>"));
    BOOST_TEST(!refers(" <" + std::string(253, 'a') + "@b>"));
    for (const std::string bad :
         {"", " ", " a@b", " <a b@c>", " <a@b", " a@b>", " <a@b> <c@d>", " <a@\u00e9>",
          " <ab>", " <a@b\x01>", " <a@b> (c)", " <\"a\"@b>", " <(a)@b>"})
        BOOST_TEST(!refers(bad), bad);
}

BOOST_FIXTURE_TEST_CASE(a_subject_is_shown_on_one_line_and_shortened, Fixture) {
    has("a@x");
    text = "Subject: a\n\tb\n  c\x1b[2J\nSubject: second\n\n";
    BOOST_TEST(holds(Report(written()).bodies[0], "\r\nSubject: a b  c?[2J\r\n"));
    text = "Subject: " + std::string(101, 'x') + "\n\n";
    BOOST_TEST(holds(Report(written()).bodies[0],
                     "\r\nSubject: " + std::string(100, 'x') + "...\r\n"));
    text = "A: b\n\n";
    BOOST_TEST(!holds(Report(written()).bodies[0], "Subject"));
}
