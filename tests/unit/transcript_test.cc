// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE transcript
#include <boost/test/unit_test.hpp>

#include <array>
#include <csignal>
#include <string>

#include <unistd.h>

#include "base/unique_fd.h"
#include "smtp/transcript.h"

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
    transcript.received("220-mail.example");
    transcript.received("220 ready");
    transcript.sent("EHLO x\r\n");
    transcript.remark("TLSv1.3");
    transcript.received("");
    BOOST_TEST(shown() == "< 220-mail.example\n< 220 ready\n> EHLO x\n* TLSv1.3\n< \n");
}

BOOST_FIXTURE_TEST_CASE(a_flight_is_shown_line_by_line, Fixture) {
    const Transcript transcript(writer.get());
    transcript.sent("MAIL FROM:<>\r\nRCPT TO:<a@x>\r\nBDAT 5 LAST\r\n(5 octets)");
    BOOST_TEST(shown() == "> MAIL FROM:<>\n> RCPT TO:<a@x>\n> BDAT 5 LAST\n> (5 octets)\n");
    transcript.sent("");
    transcript.sent("\r\nQUIT\r\n");
    BOOST_TEST(shown() == "> \n> QUIT\n");
}

BOOST_FIXTURE_TEST_CASE(nothing_can_drive_the_terminal, Fixture) {
    const Transcript transcript(writer.get());
    transcript.received("550 \x1b[2J\x9b\xc2\x85no\nroot# ");
    transcript.sent("a\nb\rc\x07\r\n");
    transcript.remark("x\n< 250 ok");
    BOOST_TEST(shown() == "< 550 ?[2J??no?root# \n> a?b?c?\n* x?< 250 ok\n");
}

BOOST_AUTO_TEST_CASE(to_nobody) {
    const Transcript transcript;
    BOOST_TEST(!transcript.wanted());
    transcript.sent("QUIT\r\n");
    transcript.received("221 bye");
    transcript.remark("x");
}

BOOST_FIXTURE_TEST_CASE(a_reader_that_has_gone_is_no_trouble, Fixture) {
    std::signal(SIGPIPE, SIG_IGN); // as prepare_process leaves it
    const Transcript transcript(writer.get());
    reader = UniqueFd();
    transcript.received("250 ok");
    transcript.sent("QUIT\r\n");
    BOOST_TEST(transcript.wanted());
}
