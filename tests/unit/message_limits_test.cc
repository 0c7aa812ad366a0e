// SPDX-License-Identifier: MIT
//
// Standard input that is large, cut at awkward places, or cannot be read.
#define BOOST_TEST_MODULE message_limits
#include <boost/test/unit_test.hpp>

#include <cerrno>

#include <fcntl.h>

#include "failing.h"
#include "feeder.h"
#include "message/message.h"

using namespace sallyport;
using namespace std::string_literals;

namespace {

constexpr std::size_t block = 65536;
constexpr std::size_t mebibyte = 1024 * 1024;

std::string body_of(const Draft& draft) {
    std::string octets(draft.body.size(), '\0');
    draft.body.read(0, octets);
    return octets;
}

Draft read(const std::string& input, std::uint64_t size_limit = 0, bool dot_ends = true) {
    return read_draft(file_of(input).get(), dot_ends, size_limit);
}

Failure refusal(const std::string& input, std::uint64_t size_limit = 0) {
    return failure_of([&] { return read(input, size_limit); });
}

void check_refused(const Failure& failure, const std::string& why, const char* enhanced) {
    BOOST_TEST(status_of(failure) == 65);
    BOOST_TEST((failure.fault() == Fault::local));
    BOOST_TEST(failure.what() == "standard input: " + why);
    BOOST_TEST(failure.enhanced() == enhanced);
}

/// What is read, and what becomes of it.
struct Sequence {
    std::string input;
    std::string output;
};

const std::vector<Sequence> sequences{
    {"\r\n", "\r\n"},
    {"\n", "\r\n"},
    {"\r", " "},
    {"\r\r\n", " \r\n"},
    {"\r\n\r\n", "\r\n\r\n"},
    {"\n.\n", "\r\n.\r\n"},
    {"\r.\r", " . "},
    {"\n.\r\n", "\r\n.\r\n"},
    {"\n.\r", "\r\n. "},
    {"\r\n.\r", "\r\n. "},
    {"\r\n.\n", "\r\n.\r\n"},
    {"\r\n.\r\n", "\r\n.\r\n"},
    {"\r\n..\r\n", "\r\n..\r\n"},
    {"\r\n.\r\r\n", "\r\n. \r\n"},
    {"\r\n\r.\r\n", "\r\n .\r\n"},
};

} // namespace

BOOST_AUTO_TEST_CASE(sequences_across_the_end_of_a_block) {
    for (const Sequence& sequence : sequences) {
        for (std::size_t before = 0; before <= sequence.input.size() + 1; ++before) {
            for (const std::size_t blocks : {1U, 2U}) {
                const std::size_t padding = blocks * block - 6 - before;
                const std::string text(padding, 'p');
                const Draft draft =
                    read("A: 1\n\n" + text + sequence.input + "z\n", 0, false);
                BOOST_TEST((body_of(draft) == text + sequence.output + "z\r\n"),
                           sequence.output << before);
                BOOST_TEST(draft.header.octets() == "A: 1\r\n");
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(the_final_dot_across_the_end_of_a_block) {
    for (const char* end : {"\n.\n", "\n.\r\n", "\r\n.\r\n", "\r\n.\n", "\n."}) {
        for (std::size_t before = 0; before < 7; ++before) {
            const std::string text(block - 6 - before, 'p');
            BOOST_TEST((body_of(read("A: 1\n\n" + text + end)) == text + "\r\n"), before);
        }
    }
}

BOOST_AUTO_TEST_CASE(fields_across_the_end_of_a_block) {
    for (const char* end : {"\n", "\r\n"}) {
        for (std::size_t before = 0; before < 12; ++before) {
            const std::string field = "A: " + std::string(block - 3 - before, 'p');
            const std::string rest =
                end + " folded"s + end + "B: 2" + end + end + "x" + end;
            const Draft draft = read(field + rest);
            BOOST_TEST((draft.header.octets() == field + "\r\n folded\r\nB: 2\r\n"),
                       before);
            BOOST_TEST(body_of(draft) == "x\r\n");
        }
    }
}

BOOST_AUTO_TEST_CASE(reads_of_about_one_block) {
    std::string input = "A: 1\r\n\r\n";
    std::string output;
    for (int i = 0; i < 3000; ++i) {
        const std::string line(static_cast<std::size_t>(i % 97),
                               static_cast<char>('!' + i % 90));
        input += line + (i % 3 == 0 ? "\n" : "\r\n");
        output += line + "\r\n";
    }
    for (const std::size_t piece : {65533U, 65534U, 65535U, 65536U, 1000U}) {
        const Feeder feeder(input, piece);
        BOOST_TEST((body_of(read_draft(feeder.fd(), false, 0)) == output), piece);
    }
}

BOOST_AUTO_TEST_CASE(long_lines_are_kept_whole) {
    const std::string line(mebibyte, 'x');
    const Draft in_header = read("A: " + line + "\n " + line + "\n\nx\n");
    BOOST_TEST((in_header.header.octets() == "A: " + line + "\r\n " + line + "\r\n"));
    BOOST_TEST(body_of(in_header) == "x\r\n");
    BOOST_TEST(in_header.header.longest_line() == mebibyte + 3);
    const Draft in_body = read("A: 1\n\n" + line + "\r" + line);
    BOOST_TEST((body_of(in_body) == line + " " + line + "\r\n"));
    BOOST_TEST(in_body.facts.longest_line == 2 * mebibyte + 1);
}

BOOST_AUTO_TEST_CASE(a_long_field_one_octet_at_a_time) {
    const std::string field = "A: " + std::string(200000, 'x') + "\n";
    const Feeder feeder(field + "\ny", 1);
    const Draft draft = read_draft(feeder.fd(), true, 0);
    BOOST_TEST((draft.header.octets() == "A: " + std::string(200000, 'x') + "\r\n"));
    BOOST_TEST(body_of(draft) == "y\r\n");
}

BOOST_AUTO_TEST_CASE(a_header_of_four_mebibytes_and_no_more) {
    const std::string line = "A: " + std::string(1019, 'x') + "\r\n"; // 1 KiB
    std::string most;
    for (std::size_t i = 0; i < 4096; ++i)
        most += line;
    BOOST_TEST(read(most).header.size() == 4 * mebibyte);
    BOOST_TEST(read(most).body.size() == 0U);
    check_refused(refusal(most + "B: 1\n\n"), "the header has more than 4 MiB", "5.3.4");
    check_refused(refusal("A: " + std::string(5 * mebibyte, 'x')),
                  "the header has more than 4 MiB", "5.3.4");
}

BOOST_AUTO_TEST_CASE(text_without_a_header_may_be_long) {
    const std::string text(5 * mebibyte, 'x');
    const Draft draft = read(text + ": y\nz");
    BOOST_TEST(draft.header.size() == 0U);
    BOOST_TEST((body_of(draft) == text + ": y\r\nz\r\n"));
}

BOOST_AUTO_TEST_CASE(how_a_long_first_line_is_read_does_not_depend_on_blocks) {
    const std::string cr_line_ends = "From x@y\r" + std::string(80000, 'x') + "\r";
    for (const auto& text :
         {std::string(65536, 'x') + ": y", std::string(65537, 'x') + ": y",
          std::string(70000, '\r'), std::string(70000, '\r') + "x", cr_line_ends}) {
        Intake at_once(true, 0);
        at_once.add(text + "\nz\n");
        const Draft whole = at_once.finish();
        Intake by_octets(true, 0);
        for (const char octet : text + "\nz\n")
            by_octets.add({&octet, 1});
        const Draft draft = by_octets.finish();
        BOOST_TEST((draft.header.octets() == whole.header.octets()));
        BOOST_TEST((body_of(draft) == body_of(whole)));
        const std::size_t all = whole.header.size() + whole.body.size();
        // The last CR belongs to the LF after it.
        BOOST_TEST(all == text.size() + (text.ends_with('\r') ? 4U : 5U));
    }
}

BOOST_AUTO_TEST_CASE(a_long_continuation_one_octet_at_a_time) {
    Intake intake(true, 0);
    intake.add("A: 1\n ");
    for (std::size_t i = 0; i < 2 * mebibyte; ++i)
        intake.add("x");
    BOOST_TEST(intake.finish().header.size() == 2 * mebibyte + 9);
}

BOOST_AUTO_TEST_CASE(a_large_body) {
    std::string line(998, 'x');
    std::string text;
    for (int i = 0; i < 6000; ++i)
        text += line + "\n";
    const Draft draft = read("A: 1\n\n" + text);
    BOOST_TEST(draft.body.size() == 6000U * 1000U);
    std::string last(1000, '\0');
    BOOST_TEST(draft.body.read(5999U * 1000U, last) == 1000U);
    BOOST_TEST((last == line + "\r\n"));
}

BOOST_AUTO_TEST_CASE(no_more_than_the_administrator_wants) {
    const std::string why = "the message has more than 12 octets ([message] size_limit)";
    for (const char* input :
         {"A: 1\n\n12\n", "A: 1\r\n\r\n12", "12345\n678", "\n12345678\n"}) {
        BOOST_TEST(body_of(read(input, 12)).size() > 0U);
        check_refused(refusal(input, 11),
                      "the message has more than 11 octets ([message] size_limit)",
                      "5.3.4");
    }
    check_refused(refusal("A: 1\n\n123\n", 12), why, "5.3.4");
    check_refused(refusal("A: 1\n\n123", 12), why, "5.3.4");
    check_refused(refusal(std::string(100, 'x'), 12), why, "5.3.4");
    check_refused(refusal("A: 1\n\n" + std::string(mebibyte, 'x'), 12), why, "5.3.4");
}

BOOST_AUTO_TEST_CASE(no_nul_in_the_header) {
    const std::string nul(1, '\0');
    for (const auto& input :
         {"A: " + nul + "\n\nx", "A: 1\nB: x" + nul, "A: 1\n " + nul + "\n\nx",
          "A: " + std::string(block, 'x') + nul + "\n\n", "From a@x\nA: " + nul + "\n"})
        check_refused(refusal(input), "the header holds a NUL octet", "5.6.0");
    BOOST_TEST(read("From a@x" + nul + "\nA: 1\n").header.octets() == "A: 1\r\n");
}

BOOST_AUTO_TEST_CASE(a_nul_in_the_body_is_kept_and_known) {
    const std::string nul(1, '\0');
    const std::string long_text(mebibyte, 'x');
    for (const auto& body : {nul, "x" + nul + "y", "x\r\n" + nul, long_text + nul,
                             std::string(block - 7, 'x') + nul, nul + nul + "\r\n.x"}) {
        const Draft draft = read("A: 1\n\n" + body);
        BOOST_TEST((body_of(draft) == body + "\r\n"));
        BOOST_TEST(draft.facts.nul);
    }
    BOOST_TEST((body_of(read("A" + nul + ": 1\n\nx")) == "A" + nul + ": 1\r\n\r\nx\r\n"));
    BOOST_TEST((body_of(read("A: 1\n" + nul + "\nx")) == nul + "\r\nx\r\n"));
    BOOST_TEST(!read("A: 1\n\n" + long_text).facts.nul);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_is_no_end) {
    const UniqueFd directory(::open("/", O_RDONLY | O_DIRECTORY));
    const Failure failure =
        failure_of([&] { return read_draft(directory.get(), true, 0); });
    BOOST_TEST(status_of(failure) == 74);
    BOOST_TEST((failure.fault() == Fault::local));
    BOOST_TEST(failure.what() == "standard input: reading: Is a directory"s);
    const Failure closed = failure_of([] { return read_draft(-1, true, 0); });
    BOOST_TEST(status_of(closed) == 74);
    BOOST_TEST(closed.what() == "standard input: reading: Bad file descriptor"s);
    const UniqueFd broken(::open("/proc/self/mem", O_RDONLY));
    if (!broken)
        return;
    const Failure error = failure_of([&] { return read_draft(broken.get(), true, 0); });
    BOOST_TEST(status_of(error) == 74);
    BOOST_TEST(error.what() == "standard input: reading: Input/output error"s);
}

BOOST_AUTO_TEST_CASE(a_descriptor_that_does_not_block_is_waited_for) {
    std::string text(300000, 'x');
    for (const std::size_t piece : {1000U, 60000U}) {
        const Feeder feeder("A: 1\n\n" + text, piece, O_NONBLOCK);
        BOOST_TEST((body_of(read_draft(feeder.fd(), true, 0)) == text + "\r\n"));
    }
}

BOOST_AUTO_TEST_CASE(a_terminal_is_read_no_further_than_the_dot) {
    const Feeder feeder("A: 1\n\nx\n.\nnext\n", 2);
    BOOST_TEST(body_of(read_draft(feeder.fd(), true, 0)) == "x\r\n");
    char octets[16];
    BOOST_REQUIRE(::read(feeder.fd(), octets, sizeof octets) == 2);
    BOOST_TEST(std::string(octets, 2) == "ne");
}
