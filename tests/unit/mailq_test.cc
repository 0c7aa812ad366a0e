// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE mailq
#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <ctime>
#include <limits>
#include <string>

#include "queue/mailq.h"

using namespace sallyport;

namespace {

using State = Progress::State;

const std::string before_recipient(41, ' ');

struct Fixture {
    Fixture() {
        zone("UTC0");
        header.id = "0123456789A";
        header.arrived = 1792101785; // 2026-10-15 22:03:05
        header.size = 4096;
        header.envelope.reverse_path = "me@example.org";
    }

    static void zone(const char* name) {
        ::setenv("TZ", name, 1);
        ::tzset();
    }

    void has(const std::string& address, const std::string& text = "",
             State state = State::open) {
        header.recipients.emplace_back(address);
        Progress::Fate fate;
        fate.state = state;
        fate.text = text;
        progress.recipients.push_back(fate);
    }

    [[nodiscard]] std::string entry(bool active = false) const {
        return mailq_entry(header, progress, active);
    }
    /// What stands after the first line.
    [[nodiscard]] std::string recipients() const {
        const std::string text = entry();
        return text.substr(text.find('\n') + 1);
    }
    /// What stands before the sender.
    [[nodiscard]] std::string facts(bool active = false) const {
        const std::string text = entry(active);
        return text.substr(0, text.find(header.envelope.reverse_path));
    }

    QueueHeader header;
    Progress progress;
};

} // namespace

BOOST_AUTO_TEST_CASE(an_empty_queue) {
    BOOST_TEST(mailq_summary(0, 0, true) == "Mail queue is empty\n");
    BOOST_TEST(mailq_summary(0, 0, false) == "No message of yours is queued\n");
}

BOOST_FIXTURE_TEST_CASE(one_message, Fixture) {
    has("you@example.com");
    BOOST_TEST(mailq_heading() + entry() + mailq_summary(1, 4096, true) ==
               "-Queue ID-  --Size-- ----Arrival Time---- -Sender/Recipient-------\n"
               "0123456789A    4096 Thu Oct 15 22:03:05  me@example.org\n"
               "                                         you@example.com\n"
               "\n"
               "-- 4 Kbytes in 1 Request.\n");
}

BOOST_FIXTURE_TEST_CASE(three_messages, Fixture) {
    has("you@example.com", "mail[192.0.2.1]:465: greeting: 421 later");
    std::string text = mailq_heading() + entry();
    header.id = "FFFFFFFFFFF";
    header.size = 1;
    header.arrived = 1791158400;
    text += "\n" + entry(true);
    header.id = "00000000000";
    header.size = 12345678;
    header.envelope.reverse_path.clear();
    progress.held = true;
    has("they@example.com", "mail[192.0.2.1]:465: greeting: 421 later");
    text += "\n" + entry() + mailq_summary(3, 4096 + 1 + 12345678, true);
    BOOST_TEST(
        text ==
        "-Queue ID-  --Size-- ----Arrival Time---- -Sender/Recipient-------\n"
        "0123456789A    4096 Thu Oct 15 22:03:05  me@example.org\n"
        "                                    (mail[192.0.2.1]:465: greeting: 421 later)\n"
        "                                         you@example.com\n"
        "\n"
        "FFFFFFFFFFF*       1 Mon Oct  5 00:00:00  me@example.org\n"
        "                                    (mail[192.0.2.1]:465: greeting: 421 later)\n"
        "                                         you@example.com\n"
        "\n"
        "00000000000! 12345678 Mon Oct  5 00:00:00  MAILER-DAEMON\n"
        "                                    (mail[192.0.2.1]:465: greeting: 421 later)\n"
        "                                         you@example.com\n"
        "                                         they@example.com\n"
        "\n"
        "-- 12060 Kbytes in 3 Requests.\n");
}

BOOST_AUTO_TEST_CASE(whole_kbytes_are_counted) {
    BOOST_TEST(mailq_summary(1, 1023, true) == "\n-- 0 Kbytes in 1 Request.\n");
    BOOST_TEST(mailq_summary(2, 1024, true) == "\n-- 1 Kbytes in 2 Requests.\n");
    BOOST_TEST(mailq_summary(11, 2047, true) == "\n-- 1 Kbytes in 11 Requests.\n");
    BOOST_TEST(mailq_summary(1, std::uint64_t{5} << 40U, true) ==
               "\n-- 5368709120 Kbytes in 1 Request.\n");
}

BOOST_FIXTURE_TEST_CASE(who_works_on_it_comes_before_who_holds_it, Fixture) {
    BOOST_TEST(facts() == "0123456789A    4096 Thu Oct 15 22:03:05  ");
    BOOST_TEST(facts(true) == "0123456789A*    4096 Thu Oct 15 22:03:05  ");
    progress.held = true;
    BOOST_TEST(facts() == "0123456789A!    4096 Thu Oct 15 22:03:05  ");
    BOOST_TEST(facts(true) == "0123456789A*    4096 Thu Oct 15 22:03:05  ");
}

BOOST_FIXTURE_TEST_CASE(what_is_wider_than_its_column_stays_whole, Fixture) {
    header.id = "4bXyZ0123456789";
    header.size = 1234567;
    BOOST_TEST(facts() == "4bXyZ0123456789 1234567 Thu Oct 15 22:03:05  ");
    header.size = std::numeric_limits<std::uint64_t>::max();
    BOOST_TEST(facts() == "4bXyZ0123456789 18446744073709551615 Thu Oct 15 22:03:05  ");
    header.id = "12AB";
    header.size = 0;
    BOOST_TEST(facts() == "12AB              0 Thu Oct 15 22:03:05  ");
}

BOOST_FIXTURE_TEST_CASE(times_are_local, Fixture) {
    zone("IST-05:30");
    BOOST_TEST(facts() == "0123456789A    4096 Fri Oct 16 03:33:05  ");
}

/// Whoever may write into the queue's directory may write any number.
BOOST_FIXTURE_TEST_CASE(no_time_is_too_far_away, Fixture) {
    for (const std::int64_t time : {std::numeric_limits<std::int64_t>::min(),
                                    std::numeric_limits<std::int64_t>::max()}) {
        header.arrived = time;
        BOOST_TEST(facts().size() == 41U);
    }
    header.arrived = std::int64_t{1} << 40U;
    BOOST_TEST(facts() == "0123456789A    4096 Mon Feb 20 00:36:16  ");
}

BOOST_FIXTURE_TEST_CASE(a_reason_ends_in_column_78_if_it_can, Fixture) {
    for (const std::size_t size : {1U, 75U, 76U, 77U, 400U}) {
        header.recipients.clear();
        progress.recipients.clear();
        const std::string text(size, 'x');
        has("you@x", text);
        const std::string padding(size < 76 ? 76 - size : 0, ' ');
        BOOST_TEST(recipients() ==
                   padding + "(" + text + ")\n" + before_recipient + "you@x\n");
    }
}

BOOST_FIXTURE_TEST_CASE(a_reason_stands_once_before_all_who_have_it, Fixture) {
    has("a@x", "no");
    has("b@x", "no");
    has("c@x", "not now");
    has("d@x", "no");
    const std::string no = std::string(74, ' ') + "(no)\n";
    BOOST_TEST(recipients() == no + before_recipient + "a@x\n" + before_recipient +
                                   "b@x\n" + std::string(69, ' ') + "(not now)\n" +
                                   before_recipient + "c@x\n" + no + before_recipient +
                                   "d@x\n");
}

BOOST_FIXTURE_TEST_CASE(no_reason_is_one_only_after_another, Fixture) {
    has("a@x");
    has("b@x", "no");
    has("c@x");
    has("d@x");
    BOOST_TEST(recipients() == before_recipient + "a@x\n" + std::string(74, ' ') +
                                   "(no)\n" + before_recipient + "b@x\n" +
                                   std::string(58, ' ') + "(reason unavailable)\n" +
                                   before_recipient + "c@x\n" + before_recipient + "d@x\n");
}

BOOST_FIXTURE_TEST_CASE(who_has_it_or_was_refused_it_is_not_listed, Fixture) {
    has("a@x", "sent", State::sent);
    has("b@x", "refused", State::refused);
    has("c@x", "no");
    has("d@x", "told", State::told);
    has("e@x", "no");
    const std::string open = std::string(74, ' ') + "(no)\n" + before_recipient + "c@x\n" +
                             before_recipient + "e@x\n";
    BOOST_TEST(recipients() == open);
    progress.held = true;
    BOOST_TEST(recipients() == open);
    for (auto& fate : progress.recipients)
        fate.state = State::told;
    BOOST_TEST(recipients() == "");
}

BOOST_FIXTURE_TEST_CASE(doubt_is_said, Fixture) {
    has("a@x", "lost");
    has("b@x", "lost", State::in_doubt);
    has("c@x", "", State::in_doubt);
    BOOST_TEST(recipients() == std::string(72, ' ') + "(lost)\n" + before_recipient +
                                   "a@x\n" + std::string(62, ' ') + "(in doubt: lost)\n" +
                                   before_recipient + "b@x\n" + std::string(68, ' ') +
                                   "(in doubt)\n" + before_recipient + "c@x\n");
}

BOOST_FIXTURE_TEST_CASE(addresses_in_utf8_stay_and_octets_are_counted, Fixture) {
    header.envelope.reverse_path = "jos\u00e9@example.org";
    has("\u7528\u6237@example.com", "caf\u00e9");
    BOOST_TEST(entry() ==
               "0123456789A    4096 Thu Oct 15 22:03:05  jos\u00e9@example.org\n" +
                   std::string(71, ' ') + "(caf\u00e9)\n" + before_recipient +
                   "\u7528\u6237@example.com\n");
}

BOOST_FIXTURE_TEST_CASE(the_longest_address_is_whole, Fixture) {
    const std::string address = std::string(981, 'a') + "@b.c";
    header.envelope.reverse_path = address;
    has(address);
    BOOST_TEST(entry().find("  " + address + "\n") != std::string::npos);
    BOOST_TEST(recipients() == before_recipient + address + "\n");
}

BOOST_FIXTURE_TEST_CASE(nothing_moves_the_cursor, Fixture) {
    header.envelope.reverse_path = "a\x1b@x";
    has("b\n@x", "c\u202e\r");
    BOOST_TEST(entry() == "0123456789A    4096 Thu Oct 15 22:03:05  a?@x\n" +
                              std::string(73, ' ') +
                              "(c?"
                              "?)\n" +
                              before_recipient + "b?@x\n");
}
