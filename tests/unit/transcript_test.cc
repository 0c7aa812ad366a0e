// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE transcript
#include <boost/test/unit_test.hpp>

#include <array>
#include <csignal>
#include <string>
#include <vector>

#include <unistd.h>

#include "base/unique_fd.h"
#include "net/transcript.h"
#include "shown.h"

using namespace sallyport;

namespace {

struct Fixture {
    Fixture() {
        std::array<int, 2> ends{};
        BOOST_REQUIRE(::pipe(ends.data()) == 0);
        reader = UniqueFd(ends[0]);
        writer = UniqueFd(ends[1]);
    }

    std::string shown() {
        std::array<char, 4096> octets{};
        const ssize_t size = ::read(reader.get(), octets.data(), octets.size());
        return {octets.data(), static_cast<std::size_t>(size > 0 ? size : 0)};
    }

    UniqueFd reader;
    UniqueFd writer;
};

} // namespace

BOOST_FIXTURE_TEST_CASE(who_says_what, Fixture) {
    const Transcript transcript(writer.get());
    BOOST_TEST(transcript.wanted());
    transcript.received(Step::none, "220-mail.example");
    transcript.received(Step::none, "220 ready");
    transcript.sent(Step::none, "EHLO x\r\n");
    transcript.remark(Step::none, "TLSv1.3");
    transcript.received(Step::none, "");
    BOOST_TEST(shown() == "< 220-mail.example\n< 220 ready\n> EHLO x\n* TLSv1.3\n< \n");
}

BOOST_FIXTURE_TEST_CASE(a_flight_is_shown_line_by_line, Fixture) {
    const Transcript transcript(writer.get());
    transcript.sent(Step::none,
                    "MAIL FROM:<>\r\nRCPT TO:<a@x>\r\nBDAT 5 LAST\r\n(5 octets)");
    BOOST_TEST(shown() == "> MAIL FROM:<>\n> RCPT TO:<a@x>\n> BDAT 5 LAST\n> (5 octets)\n");
    transcript.sent(Step::none, "");
    transcript.sent(Step::none, "\r\nQUIT\r\n");
    BOOST_TEST(shown() == "> \n> QUIT\n");
}

BOOST_FIXTURE_TEST_CASE(nothing_can_drive_the_terminal, Fixture) {
    const Transcript transcript(writer.get());
    transcript.received(Step::none, "550 \x1b[2J\x9b\xc2\x85no\nroot# ");
    transcript.sent(Step::none, "a\nb\rc\x07\r\n");
    transcript.remark(Step::none, "x\n< 250 ok");
    BOOST_TEST(shown() == "< 550 ?[2J??no?root# \n> a?b?c?\n* x?< 250 ok\n");
}

BOOST_AUTO_TEST_CASE(to_nobody) {
    const Transcript transcript;
    BOOST_TEST(!transcript.wanted());
    transcript.sent(Step::none, "QUIT\r\n");
    transcript.received(Step::none, "221 bye");
    transcript.remark(Step::none, "x");
}

BOOST_FIXTURE_TEST_CASE(a_reader_that_has_gone_is_no_trouble, Fixture) {
    std::signal(SIGPIPE, SIG_IGN); // as prepare_process leaves it
    const Transcript transcript(writer.get());
    reader = UniqueFd();
    transcript.received(Step::none, "250 ok");
    transcript.sent(Step::none, "QUIT\r\n");
    BOOST_TEST(transcript.wanted());
}

BOOST_FIXTURE_TEST_CASE(a_person_is_not_told_that_a_step_begins, Fixture) {
    const Transcript transcript(writer.get());
    transcript.begin(Step::greeting);
    transcript.received(Step::greeting, "220 hi");
    BOOST_TEST(shown() == "< 220 hi\n");
}

BOOST_FIXTURE_TEST_CASE(what_is_kept_is_what_is_shown, Fixture) {
    std::vector<Transcript::Entry> kept;
    const auto before = Clock::now();
    const Transcript transcript(writer.get(), &kept);
    transcript.begin(Step::tls);
    transcript.remark(Step::tls, "TLS\tv1.3");
    transcript.sent(Step::mail, "MAIL\r\nRCPT\r\n");
    transcript.received(Step::mail, "250 \x1b[2J");
    auto last = before;
    for (const auto& entry : kept) {
        BOOST_TEST((last <= entry.at));
        last = entry.at;
    }
    BOOST_TEST((last <= Clock::now()));
    BOOST_TEST(steps_of(kept) == "?TLS *TLS >MAIL >MAIL <MAIL");
    BOOST_TEST(kept.front().text == "");
    BOOST_TEST(shown_of(kept) == "* TLS?v1.3\n> MAIL\n> RCPT\n< 250 ?[2J\n");
    BOOST_TEST(shown() == "* TLS?v1.3\n> MAIL\n> RCPT\n< 250 ?[2J\n");
}

BOOST_AUTO_TEST_CASE(to_nobody_but_who_reads_it_afterwards) {
    std::vector<Transcript::Entry> kept;
    const Transcript transcript(-1, &kept);
    BOOST_TEST(transcript.wanted());
    transcript.sent(Step::none, "QUIT\r\n");
    BOOST_REQUIRE(kept.size() == 1U);
    BOOST_TEST(kept.front().text == "QUIT");
}
