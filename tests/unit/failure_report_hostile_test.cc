// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE failure_report_hostile
#include <boost/test/unit_test.hpp>

#include <limits>
#include <string>

#include "failure_reports.h"

using namespace sallyport;

BOOST_FIXTURE_TEST_CASE(the_boundary_stands_nowhere_else, Fixture) {
    has("a@x");
    about.envelope.ret = "FULL";
    text = "A: b\nX: =_id1.0\n\n--=_id1.0\n--=_id1.1--\n--=_id1.20\nx\n";
    const Report report(written());
    BOOST_TEST(report.boundary == "=_id1.3");
    BOOST_TEST(holds(report.bodies[2], "\r\n--=_id1.20\r\nx\r\n"));
    about.envelope.ret = "HDRS";
    BOOST_TEST(Report(written()).boundary == "=_id1.1");
}

BOOST_FIXTURE_TEST_CASE(a_hostile_header_stays_where_it_is, Fixture) {
    has("a@x");
    text = "Content-Type: multipart/mixed; boundary=\"=_id1.0\"\n"
           "MIME-Version: 1.0\n --=_id1.0--\n"
           "Subject: x\n\t--=_id1.1\n\n";
    const Report report(written());
    BOOST_TEST(report.boundary == "=_id1.2");
    BOOST_TEST(report.bodies[2] == message_of(text).header());
}

BOOST_FIXTURE_TEST_CASE(a_header_comes_back_up_to_16_kib, Fixture) {
    has("a@x");
    text = "Subject: first\n";
    std::string line = "X: " + std::string(93, 'x') + "\n";
    while (text.size() < 4'000'000)
        text += line;
    const std::string returned = Report(written(message_of(text + "\n"))).bodies[2];
    BOOST_TEST(returned.size() <= 16384U);
    BOOST_TEST(returned.size() > 16384U - 98U);
    BOOST_TEST(message_of(text + "\n").header().starts_with(returned));
    BOOST_TEST(returned.ends_with("x\r\n"));
    text = "X: " + std::string(20'000, 'x') + "\nY: z\n\n";
    BOOST_TEST(Report(written()).bodies[2].empty());
}

BOOST_FIXTURE_TEST_CASE(hostile_texts_make_no_fields, Fixture) {
    const std::string evil = "\r\n\r\nAction: delivered\r\n\x1b[2J\x80\n.\r";
    Progress::Fate& fate = has("a" + evil + "@x", "rfc822;" + evil);
    fate.text = ": 550 " + evil;
    about.envelope.envelope_id = evil;
    about.envelope.reverse_path = evil;
    const std::string octets = written();
    check_lines(octets);
    const Report report(octets);
    for (const auto& body : report.bodies)
        BOOST_TEST(!holds(body, "\r\nAction: delivered"));
    BOOST_TEST(groups(report.bodies[1]).size() == 2U);
}

BOOST_FIXTURE_TEST_CASE(the_longest_of_everything, Fixture) {
    to = std::string(981, 't') + "@b.c";
    about.envelope.reverse_path = to;
    about.envelope.envelope_id = std::string(100, 'e');
    identity.host_name = std::string(255, 'h');
    const std::string address = std::string(981, 'a') + "@b.c";
    has(address, "rfc822;" + std::string(493, 'o')).text = std::string(400, 'x');
    const std::string octets = written();
    check_lines(octets);
    const Report report(octets);
    BOOST_TEST(holds(report.header.octets(), "To: " + to + "\r\n"));
    BOOST_TEST(holds(report.bodies[0], "To: " + address + "\r\n"));
    BOOST_TEST(holds(report.bodies[1], "Final-Recipient: rfc822;\r\n " + address + "\r\n"));
}

BOOST_FIXTURE_TEST_CASE(an_arrival_that_cannot_be, Fixture) {
    has("a@x");
    const auto arrival = [&](std::int64_t time) {
        about.arrived = time;
        const std::string status = Report(written()).bodies[1];
        return status.substr(status.find("Arrival-Date: ") + 14, 31);
    };
    BOOST_TEST(arrival(std::numeric_limits<std::int64_t>::max()) ==
               "Tue, 24 Nov 2026 22:00:05 +0100");
    BOOST_TEST(arrival(std::numeric_limits<std::int64_t>::min()) ==
               "Thu, 1 Jan 1970 01:00:00 +0100\r");
}

BOOST_FIXTURE_TEST_CASE(as_many_recipients_as_there_may_be, Fixture) {
    about.recipients.reserve(recipients_limit);
    for (std::size_t i = 0; i < recipients_limit; ++i)
        has("a" + std::to_string(i) + "@x");
    const std::string octets = written();
    check_lines(octets);
    BOOST_TEST(groups(Report(octets).bodies[1]).size() == recipients_limit + 1);
}
