// SPDX-License-Identifier: MIT
//
// What is on standard input, and what is to be sent of it. Every case is read as a whole
// and in pieces down to one octet: the result must be the same.
#define BOOST_TEST_MODULE message
#include <boost/test/unit_test.hpp>

#include "feeder.h"
#include "message/message.h"

using namespace sallyport;
using namespace std::string_literals;

namespace {

constexpr bool dot_ends = true;
constexpr bool dot_is_text = false;

std::string body_of(const Draft& draft) {
    std::string octets(draft.body.size(), '\0');
    draft.body.read(0, octets);
    return octets;
}

struct Row {
    std::string input;
    std::string header;
    std::string body;
};

void check_draft(const Draft& draft, const Row& row) {
    BOOST_TEST(draft.header.octets() == row.header);
    BOOST_TEST(body_of(draft) == row.body);
}

void check(const Row& row, bool dot = dot_ends) {
    BOOST_TEST_CONTEXT("whole: " << row.input)
    check_draft(read_draft(file_of(row.input).get(), dot, 0), row);
    for (const std::size_t piece : {1U, 2U, 3U, 5U}) {
        const Feeder feeder(row.input, piece);
        BOOST_TEST_CONTEXT("in pieces of " << piece << ": " << row.input)
        check_draft(read_draft(feeder.fd(), dot, 0), row);
    }
}

void check(const std::vector<Row>& rows, bool dot = dot_ends) {
    for (const Row& row : rows)
        check(row, dot);
}

} // namespace

BOOST_AUTO_TEST_CASE(any_line_end_becomes_crlf) {
    check({
        {"A: 1\nB: 2\n\nx\ny\n", "A: 1\r\nB: 2\r\n", "x\r\ny\r\n"},
        {"A: 1\r\nB: 2\r\n\r\nx\r\ny\r\n", "A: 1\r\nB: 2\r\n", "x\r\ny\r\n"},
        {"A: 1\r\nB: 2\n\r\nx\ny\r\n", "A: 1\r\nB: 2\r\n", "x\r\ny\r\n"}, // as PHP does
        {"A: 1\n\r\nx\n\r\n\n", "A: 1\r\n", "x\r\n\r\n\r\n"},
    });
}

BOOST_AUTO_TEST_CASE(a_stray_cr_becomes_a_space) {
    check({
        {"A: 1\rB: 2\n\nx\n", "A: 1 B: 2\r\n", "x\r\n"}, // and begins no field
        {"Subject: x\rBcc: y\r\r\n\nx\n", "Subject: x Bcc: y \r\n", "x\r\n"},
        {"A: 1\r\r\nB: 2\r\r\r\n\r\n", "A: 1 \r\nB: 2  \r\n", ""},
        {"A: 1\n\na\rb\r\rc\r\n", "A: 1\r\n", "a b  c\r\n"},
        {"A: 1\n\n\rx\n", "A: 1\r\n", " x\r\n"},
        {"A: 1\n\nx\r", "A: 1\r\n", "x \r\n"},
        {"A: 1\n\n\r", "A: 1\r\n", " \r\n"},
        {"A: 1\n\n.\r", "A: 1\r\n", ". \r\n"},
    });
}

BOOST_AUTO_TEST_CASE(a_line_of_crs_is_empty_and_ends_the_header) {
    check({
        {"A: 1\n\r\r\nx\n", "A: 1\r\n", "x\r\n"},
        {"A: 1\r\r\n\r\r\nBcc: x\r\r\n\r\r\ny\r\r\n", "A: 1 \r\n",
         "Bcc: x \r\n \r\ny \r\n"}, // CRLF text to which somebody has added CRs
        {"A: 1\n\r\r\r\nBcc: x\n", "A: 1\r\n", "Bcc: x\r\n"},
        {"A: 1\n\r", "A: 1\r\n", ""},
        {"A: 1\n\r\r", "A: 1\r\n", ""},
        {"\r\r\nA: 1\n", "", "A: 1\r\n"},
        {"\r", "", ""},
        {"A: 1\n \r\r\n\nx\n", "A: 1\r\n  \r\n", "x\r\n"}, // a blank is no CR
        {"A: 1\n\n\r\r\nx\n", "A: 1\r\n", " \r\nx\r\n"},   // all of it is body
    });
}

BOOST_AUTO_TEST_CASE(a_line_that_begins_with_a_cr_is_text) {
    check({
        {"A: 1\n\rBcc: x\n\ny\n", "A: 1\r\n", " Bcc: x\r\n\r\ny\r\n"},
        {"A: 1\n\r b\n", "A: 1\r\n", "  b\r\n"},
        {"A: 1\n\r\tb\r\r\nB: 2\n", "A: 1\r\n", " \tb \r\nB: 2\r\n"},
        {"\rA: 1\n", "", " A: 1\r\n"},
        {"\r: x\n", "", " : x\r\n"},
        {"A: 1\n\t\rb\n", "A: 1\r\n\t b\r\n", ""},
        {"A\r: 1\r\n\r\nx\n", "A : 1\r\n", "x\r\n"}, // Bcc so written is Bcc, too
        {"A\rB: 1\n", "", "A B: 1\r\n"},
    });
}

BOOST_AUTO_TEST_CASE(text_whose_lines_end_by_cr_alone_loses_nothing) {
    check({
        {"From x@y Tue Jan 7\rTo: a\r\rtext\r", "", "From x@y Tue Jan 7 To: a  text \r\n"},
        {">From x@y\rtext", "", ">From x@y text\r\n"},
        {"To: a\rSubject: b\r\rtext\r", "To: a Subject: b  text \r\n", ""},
        {"text\r\rmore\r", "", "text  more \r\n"},
        {"\rtext\r", "", " text \r\n"},
    });
}

BOOST_AUTO_TEST_CASE(smuggled_ends_of_data_end_nothing_on_the_wire) {
    // With -i all of it is text. A line that is only a dot is doubled later, so it is safe;
    // a dot between stray CRs must not become such a line.
    const std::string head = "A: 1\n\na";
    check(
        {
            {head + "\n.\nb", "A: 1\r\n", "a\r\n.\r\nb\r\n"},
            {head + "\r.\rb", "A: 1\r\n", "a . b\r\n"},
            {head + "\n.\rb", "A: 1\r\n", "a\r\n. b\r\n"},
            {head + "\r.\nb", "A: 1\r\n", "a .\r\nb\r\n"},
            {head + "\n.\r\nb", "A: 1\r\n", "a\r\n.\r\nb\r\n"},
            {head + "\r\n.\rb", "A: 1\r\n", "a\r\n. b\r\n"},
            {head + "\r\n.\nb", "A: 1\r\n", "a\r\n.\r\nb\r\n"},
            {head + "\r\n.\r\nb", "A: 1\r\n", "a\r\n.\r\nb\r\n"},
            {head + "\r.\r\nb", "A: 1\r\n", "a .\r\nb\r\n"},
            {head + "\r\n\r.\r\nb", "A: 1\r\n", "a\r\n .\r\nb\r\n"},
            {head + "\n.\r\r\nb", "A: 1\r\n", "a\r\n. \r\nb\r\n"},
            {head + "\r\r\n.\r\nb", "A: 1\r\n", "a \r\n.\r\nb\r\n"},
        },
        dot_is_text);
}

BOOST_AUTO_TEST_CASE(a_dot_ends_the_message) {
    check({
        {"A: 1\n\nx\n.\ny\n", "A: 1\r\n", "x\r\n"},
        {"A: 1\n\nx\n.\r\ny\n", "A: 1\r\n", "x\r\n"},
        {"A: 1\n\nx\n.", "A: 1\r\n", "x\r\n"},
        {"A: 1\n\n.\ny", "A: 1\r\n", ""},
        {"A: 1\n.\ny", "A: 1\r\n", ""},
        {".\nA: 1\n", "", ""},
        {"A: 1\n\nx\n.\n\0y\n"s, "A: 1\r\n", "x\r\n"}, // what follows is nobody's business
    });
}

BOOST_AUTO_TEST_CASE(dots_that_end_nothing) {
    const std::vector<Row> rows{
        {"A: 1\n\n..\n", "A: 1\r\n", "..\r\n"},
        {"A: 1\n\n. \n", "A: 1\r\n", ". \r\n"},
        {"A: 1\n\n.\r\r\n", "A: 1\r\n", ". \r\n"},
        {"A: 1\n\nx.\n", "A: 1\r\n", "x.\r\n"},
        {"A: 1\n\n.x\n", "A: 1\r\n", ".x\r\n"},
        {"A: 1\n\nx\r.\n", "A: 1\r\n", "x .\r\n"},
        {"A: 1\n\n.\rx\n", "A: 1\r\n", ". x\r\n"},
    };
    check(rows, dot_ends);
    check(rows, dot_is_text);
    check({{"A: 1\n\nx\n.\ny\n", "A: 1\r\n", "x\r\n.\r\ny\r\n"},
           {"A: 1\n\n.", "A: 1\r\n", ".\r\n"},
           {".\nA: 1\n", "", ".\r\nA: 1\r\n"}},
          dot_is_text);
}

BOOST_AUTO_TEST_CASE(the_last_line_gets_its_end) {
    check({
        {"A: 1\n\nx", "A: 1\r\n", "x\r\n"},
        {"A: 1", "A: 1\r\n", ""},
        {"A: 1\n b", "A: 1\r\n b\r\n", ""},
        {"A: 1\n\n", "A: 1\r\n", ""},
        {"A: 1\n\n\n", "A: 1\r\n", "\r\n"},
        {"A: 1\n", "A: 1\r\n", ""},
    });
}

BOOST_AUTO_TEST_CASE(messages_that_lack_something) {
    check({
        {"", "", ""},
        {"\n", "", ""},
        {"\r\n", "", ""},
        {"\n\nx\n", "", "\r\nx\r\n"},
        {"\nA: 1\n", "", "A: 1\r\n"}, // an empty header, and a text that looks like one
        {"hello\nworld\n", "", "hello\r\nworld\r\n"},
        {"hello world\nsecond: line\n", "", "hello world\r\nsecond: line\r\n"},
        {" indented: x\nA: 1\n", "", " indented: x\r\nA: 1\r\n"},
        {"\tx\n\ny\n", "", "\tx\r\n\r\ny\r\n"},
        {": x\n", "", ": x\r\n"},
        {"two words: x\n", "", "two words: x\r\n"},
        {"\xc3\xa4: x\n", "", "\xc3\xa4: x\r\n"},
    });
}

BOOST_AUTO_TEST_CASE(a_line_that_is_no_field_begins_the_body) {
    check({
        {"A: 1\nhello\nB: 2\n", "A: 1\r\n", "hello\r\nB: 2\r\n"},
        {"A: 1\n B: 2\nhello\n\nx\n", "A: 1\r\n B: 2\r\n", "hello\r\n\r\nx\r\n"},
        {"A: 1\nFrom a@x\n", "A: 1\r\n", "From a@x\r\n"}, // an mbox line later on is text
        {"A: 1\n>From a@x\n", "A: 1\r\n", ">From a@x\r\n"},
    });
}

BOOST_AUTO_TEST_CASE(fields_come_as_they_are) {
    const std::string fields = "Subject :  a  b\r\nX-Odd!:\r\nTo:\r\n\ta@x,\r\n  b@x\r\n"
                               "a:b:c\r\nX: \xff\x1b\x01\r\n \r\nY:\r\n  \r\n";
    check({{fields + "\r\nx\r\n", fields, "x\r\n"}});
    const Draft draft = read_draft(file_of(fields).get(), dot_ends, 0);
    BOOST_TEST(draft.header.fields().size() == 6U);
    BOOST_TEST(draft.header.fields()[2].octets() == "To:\r\n\ta@x,\r\n  b@x\r\n");
}

BOOST_AUTO_TEST_CASE(the_line_of_a_mailbox_file_is_dropped) {
    check({
        {"From a@x Mon Jan  1 00:00:00 2026\nA: 1\n\nx\n", "A: 1\r\n", "x\r\n"},
        {">From a@x\nA: 1\n\nx\n", "A: 1\r\n", "x\r\n"},
        {"From a@x\r\n\r\nx\r\n", "", "x\r\n"},
        {"From a@x\nhello\n", "", "hello\r\n"},
        {"From a@x\n continued: no\n", "", " continued: no\r\n"},
        {"From a@x\n>From b@x\n>>From c@x\nA: 1\n", "A: 1\r\n", ""},
        {"A: 1\nFrom b@x\n", "A: 1\r\n", "From b@x\r\n"},
        {"From a@x", "", ""},
        {"From: a@x\n\nx\n", "From: a@x\r\n", "x\r\n"},
        {"From : a@x\n\nx\n", "From : a@x\r\n", "x\r\n"}, // RFC 5322 4.5
        {"From \t:a@x\n\nx\n", "From \t:a@x\r\n", "x\r\n"},
        {"From :\n\nx\n", "From :\r\n", "x\r\n"},
        {"From a@x\nFrom : a@x\n\nx\n", "From : a@x\r\n", "x\r\n"},
        {">From : a@x\nA: 1\n", ">From : a@x\r\nA: 1\r\n", ""},
        {"From a@x 00:00:00\r\r\nA: 1\n", "A: 1\r\n", ""},
        {"From a@x\r", "", ""},
        {"From a@x \rb\nA: 1\n", "", "From a@x  b\r\nA: 1\r\n"},
        {"\rFrom a@x\n", "", " From a@x\r\n"},
        {">\rFrom a@x\n", "", "> From a@x\r\n"},
        {"from a@x\n", "", "from a@x\r\n"},
        {"\nFrom a@x\n", "", "From a@x\r\n"},
    });
}

BOOST_AUTO_TEST_CASE(what_is_known_of_the_text) {
    const auto facts = [](const std::string& input) {
        return read_draft(file_of(input).get(), dot_ends, 0).facts;
    };
    BOOST_TEST(!facts("A: 1\n\nx\n").eight_bit);
    BOOST_TEST(!facts("A: \xc3\xa4\n\nx\n").eight_bit); // of the body only
    BOOST_TEST(facts("A: 1\n\nx\xff").eight_bit);
    BOOST_TEST(facts("A: 1\n\n.\n\xff\n").eight_bit == false);
    BOOST_TEST(facts("\xff").eight_bit);
    BOOST_TEST(!facts("A: 1\n\nx\n").nul);
    BOOST_TEST(facts("A: 1\n\nx\0"s).nul);
    BOOST_TEST(!facts("A: 1\n\n.\n\0\n"s).nul);
    BOOST_TEST(facts("").longest_line == 0U);
    BOOST_TEST(facts("A: 12345\n\nx\n").longest_line == 1U);
    BOOST_TEST(facts("A: 12345\n").longest_line == 0U);
    BOOST_TEST(facts("A: 1\n\r\r\r\nx\n").longest_line == 1U);
    BOOST_TEST(facts("A: 1\nhello\n").longest_line == 5U);
    BOOST_TEST(facts("A: 1\n\n123456\r\nx").longest_line == 6U);
    BOOST_TEST(facts("A: 1\n\nx\n123456789").longest_line == 9U);
}

BOOST_AUTO_TEST_CASE(a_dropped_line_does_not_count) {
    const Draft draft =
        read_draft(file_of("From j\xc3\xb6@x " + std::string(2000, 'x') + "\nA: 1\n").get(),
                   dot_ends, 0);
    BOOST_TEST(draft.header.octets() == "A: 1\r\n");
    BOOST_TEST(!draft.facts.eight_bit);
    BOOST_TEST(draft.facts.longest_line == 0U);
    BOOST_TEST(body_of(read_draft(file_of("From a@x\nA: 1\n\n12\n").get(), dot_ends, 12)) ==
               "12\r\n");
}

BOOST_AUTO_TEST_CASE(a_finished_message) {
    Header header;
    header.append(Field("A: 1\r\n"));
    Store body;
    body.append("text\r\n");
    const Message message(header, std::move(body), {false, true, 4});
    const std::string whole = "A: 1\r\n\r\ntext\r\n";
    BOOST_TEST(message.size() == whole.size());
    for (std::size_t from = 0; from <= whole.size() + 1; ++from) {
        for (std::size_t size = 0; size < 20; ++size) {
            std::string part(size, '\0');
            part.resize(message.read(from, part));
            BOOST_TEST(part == (from < whole.size() ? whole.substr(from, size) : ""));
        }
    }
    BOOST_TEST(!message.eight_bit());
    BOOST_TEST(message.body_facts().nul);
    BOOST_TEST(message.body_facts().longest_line == 4U);
}

BOOST_AUTO_TEST_CASE(eight_bit_text_in_header_or_body) {
    Header plain;
    plain.append(Field("A: 1\r\n"));
    Header eight_bit;
    eight_bit.append(Field("A: \xc3\xa4\r\n"));
    BOOST_TEST(Message(eight_bit, Store(), {}).eight_bit());
    BOOST_TEST(!Message(eight_bit, Store(), {}).body_facts().eight_bit);
    BOOST_TEST(Message(plain, Store(), {true, false, 5}).eight_bit());
    BOOST_TEST(!Message(plain, Store(), {}).eight_bit());
    BOOST_TEST(Message(Header(), Store(), {}).size() == 2U);
}
