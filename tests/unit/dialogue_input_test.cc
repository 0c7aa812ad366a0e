// SPDX-License-Identifier: MIT
//
// What a client on standard input says. Every case is read as a whole and in pieces down to
// one octet: the result must be the same.
#define BOOST_TEST_MODULE dialogue_input
#include <boost/test/unit_test.hpp>

#include "failing.h"
#include "feeder.h"
#include "serve/dialogue_input.h"

using namespace sallyport;
using namespace std::string_literals;

namespace {

/// The command line "DATA", its end, and what follows.
struct Reading {
    Reading(int fd) : input(fd) {
        const auto command = input.read_line();
        BOOST_REQUIRE(command);
        BOOST_TEST(command->text == "DATA");
        ended = input.read_text([this](std::string_view octets) { text += octets; });
        const auto next = input.read_line();
        rest = next ? next->text : "(end)";
    }

    DialogueInput input;
    std::string text;
    std::string rest; ///< the command after the text
    bool ended = false;
};

void check_reading(const Reading& reading, const std::string& text,
                   const std::string& rest) {
    BOOST_TEST(reading.text == text);
    BOOST_TEST(reading.rest == rest);
    BOOST_TEST(reading.ended == (rest != "(end)"));
}

/// `said` after DATA is `text`, and the next command is `rest`, or "(end)" if none comes.
void check(const std::string& end, const std::string& said, const std::string& text,
           const std::string& rest) {
    const std::string octets = "DATA" + end + said;
    BOOST_TEST_CONTEXT("whole: " << octets)
    check_reading(Reading(file_of(octets).get()), text, rest);
    for (const std::size_t piece : {1U, 2U, 3U, 5U}) {
        const Feeder feeder(octets, piece);
        BOOST_TEST_CONTEXT("in pieces of " << piece << ": " << octets)
        check_reading(Reading(feeder.fd()), text, rest);
    }
}

void check_crlf(const std::string& said, const std::string& text,
                const std::string& rest = "NEXT") {
    check("\r\n", said, text, rest);
}

void check_lf(const std::string& said, const std::string& text,
              const std::string& rest = "NEXT") {
    check("\n", said, text, rest);
}

} // namespace

BOOST_AUTO_TEST_CASE(lines) {
    for (const std::size_t piece : {1U, 2U, 1000U}) {
        const Feeder feeder("EHLO x\r\nNOOP\n\r\n\nA\rB\r\n\r\r\nhalf", piece);
        DialogueInput input(feeder.fd());
        for (const char* text : {"EHLO x", "NOOP", "", "", "A\rB", "\r"}) {
            const auto line = input.read_line();
            BOOST_REQUIRE(line);
            BOOST_TEST(line->text == text);
            BOOST_TEST(!line->too_long);
        }
        BOOST_TEST(!input.read_line()); // half a command is none
        BOOST_TEST(!input.read_line());
    }
}

BOOST_AUTO_TEST_CASE(long_lines_are_cut) {
    const std::size_t limit = DialogueInput::line_limit;
    for (const std::size_t size : {limit - 1, limit, limit + 1, limit + 2, 200000UL}) {
        const Feeder feeder(std::string(size, 'x') + "\nNEXT\r\n", 5000);
        DialogueInput input(feeder.fd());
        const auto line = input.read_line();
        BOOST_REQUIRE(line);
        BOOST_TEST(line->too_long == (size > limit));
        BOOST_TEST(line->text.size() == std::min(size, limit));
        BOOST_TEST(input.read_line()->text == "NEXT");
    }
}

BOOST_AUTO_TEST_CASE(lines_that_are_there_already) {
    DialogueInput input(file_of("").get());
    BOOST_TEST(!input.has_line());
    const UniqueFd file = file_of("A\r\nB\r\nC");
    DialogueInput lines(file.get());
    BOOST_TEST(!lines.has_line()); // nothing was read yet
    BOOST_TEST(lines.read_line()->text == "A");
    BOOST_TEST(lines.has_line());
    BOOST_TEST(lines.read_line()->text == "B");
    BOOST_TEST(!lines.has_line());
}

BOOST_AUTO_TEST_CASE(octets_that_wait) {
    const UniqueFd file = file_of("A\r\nB");
    DialogueInput whole(file.get());
    BOOST_TEST(whole.waiting());
    BOOST_TEST(whole.read_line()->text == "A");
    BOOST_TEST(whole.waiting());
    BOOST_TEST(!whole.read_line());
    BOOST_TEST(!whole.waiting()); // at the end of the file
    std::array<int, 2> ends{};
    BOOST_REQUIRE(::pipe(ends.data()) == 0);
    const UniqueFd reader(ends[0]);
    UniqueFd writer(ends[1]);
    DialogueInput pipe(reader.get());
    BOOST_TEST(!pipe.waiting());
    BOOST_REQUIRE(::write(writer.get(), "A\n", 2) == 2);
    BOOST_TEST(pipe.waiting());
    BOOST_TEST(pipe.read_line()->text == "A");
    BOOST_TEST(!pipe.waiting());
    writer = UniqueFd();
    BOOST_TEST(!pipe.waiting());
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read) {
    DialogueInput input(-1);
    BOOST_TEST(status_of(failure_of([&] { return input.read_line(); })) == 74);
}

BOOST_AUTO_TEST_CASE(text_up_to_the_dot) {
    check_crlf("a\r\nb\r\n.\r\nNEXT\r\n", "a\r\nb\r\n");
    check_crlf(".\r\nNEXT\r\n", "");
    check_crlf("\r\n.\r\nNEXT\r\n", "\r\n");
    check_lf("a\nb\n.\nNEXT\n", "a\nb\n");
    check_lf(".\nNEXT\n", "");
    check_lf("a\r\n.\r\nNEXT\n", "a\r\n");
    check_lf("a\n.\r\nNEXT\n", "a\n");
    check_lf("a\r\n.\nNEXT\n", "a\r\n");
}

BOOST_AUTO_TEST_CASE(dots_that_begin_a_line) {
    check_crlf("..\r\n.a\r\n...\r\na.\r\n.. \r\n.\r\nNEXT\r\n",
               ".\r\na\r\n..\r\na.\r\n. \r\n");
    check_lf("..\n.a\n...\na.\n.\nNEXT\n", ".\na\n..\na.\n");
}

BOOST_AUTO_TEST_CASE(a_bare_lf_ends_nothing_for_one_who_uses_crlf) {
    check_crlf("a\n.\nb\r\n.\r\nNEXT\r\n", "a\n.\nb\r\n");
    check_crlf("a\n.\r\nb\r\n.\r\nNEXT\r\n", "a\n.\r\nb\r\n");
    check_crlf("a\n..\r\n.\r\nNEXT\r\n", "a\n..\r\n");
    check_crlf("a\r\n.\nMAIL FROM:<x@y>\r\n.\r\nNEXT\r\n", "a\r\n\nMAIL FROM:<x@y>\r\n");
    check_crlf("\n.\r\n.\r\nNEXT\r\n", "\n.\r\n");
    check_crlf("a\n\r\n.\r\nNEXT\r\n", "a\n\r\n");
    check_crlf(".\n.\r\n.\r\nNEXT\r\n", "\n.\r\n");
}

BOOST_AUTO_TEST_CASE(nor_does_a_bare_cr) {
    for (const char* end : {"\r\n", "\n"}) {
        check(end, "a\r.\rb\r\n.\r\nNEXT\r\n", "a\r.\rb\r\n", "NEXT");
        check(end, "a\r\n.\rb\r\n.\r\nNEXT\r\n", "a\r\n\rb\r\n", "NEXT");
        check(end, ".\r\r\n.\r\nNEXT\r\n", "\r\r\n", "NEXT");
        check(end, "a\r.\r\nb\r\n.\r\nNEXT\r\n", "a\r.\r\nb\r\n", "NEXT");
        check(end, "a\r\r\n.\r\nNEXT\r\n", "a\r\r\n", "NEXT");
        check(end, ".\r.\r\n.\r\nNEXT\r\n", "\r.\r\n", "NEXT");
    }
}

BOOST_AUTO_TEST_CASE(the_last_command_line_says_what_ends_lines) {
    const UniqueFd file = file_of("EHLO x\nDATA\r\na\n.\nb\r\n.\r\nNEXT\n");
    DialogueInput input(file.get());
    static_cast<void>(input.read_line());
    static_cast<void>(input.read_line());
    std::string text;
    BOOST_TEST(input.read_text([&](std::string_view octets) { text += octets; }));
    BOOST_TEST(text == "a\n.\nb\r\n");
}

BOOST_AUTO_TEST_CASE(other_octets_come_as_they_are) {
    check_crlf("\0\xff\x1b\x7f\r\n\0.\r\n.\r\nNEXT\r\n"s, "\0\xff\x1b\x7f\r\n\0.\r\n"s);
}

BOOST_AUTO_TEST_CASE(an_end_before_the_dot) {
    check_crlf("", "", "(end)");
    check_crlf("a\r\nb", "a\r\nb", "(end)");
    check_crlf("a\r\n.", "a\r\n", "(end)");
    check_crlf("a\r\n.\r", "a\r\n", "(end)");
    check_crlf("a\n.\n", "a\n.\n", "(end)");
    check_lf("a\n.", "a\n", "(end)");
    check_lf("a\n", "a\n", "(end)");
}

BOOST_AUTO_TEST_CASE(text_across_the_ends_of_blocks) {
    constexpr std::size_t block = 65536;
    for (std::size_t before = 0; before < 16; ++before) {
        const std::string line(block - 6 - before, 'x');
        const UniqueFd file =
            file_of("DATA\r\n" + line + "\r\n.\n..\r\n..y\r\n.\r\nNEXT\r\n");
        check_reading(Reading(file.get()), line + "\r\n\n..\r\n.y\r\n", "NEXT");
    }
}

BOOST_AUTO_TEST_CASE(chunks) {
    for (const std::size_t piece : {1U, 3U, 1000U}) {
        const Feeder feeder("A\r\n.\r\n\0\r\nB\r\nC\r\n12"s, piece);
        DialogueInput input(feeder.fd());
        std::string text;
        const auto sink = [&](std::string_view octets) { text += octets; };
        BOOST_TEST(input.read_line()->text == "A");
        BOOST_TEST(input.read_chunk(0, sink));
        BOOST_TEST(input.read_chunk(6, sink));
        BOOST_TEST(text == ".\r\n\0\r\n"s);
        BOOST_TEST(input.read_line()->text == "B");
        BOOST_TEST(input.read_line()->text == "C");
        BOOST_TEST(!input.read_chunk(3, sink));
    }
}
