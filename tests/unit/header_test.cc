// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE header
#include <boost/test/unit_test.hpp>

#include "message/header.h"
#include "text/ascii.h"

using namespace sallyport;

BOOST_AUTO_TEST_CASE(a_field_and_its_parts) {
    const Field field("Subject: Hi\r\n");
    BOOST_TEST(field.octets() == "Subject: Hi\r\n");
    BOOST_TEST(field.name() == "Subject");
    BOOST_TEST(field.body() == " Hi\r\n");
    const Field folded("To\t :\r\n a@x,\r\n\tb@x:y\r\n");
    BOOST_TEST(folded.name() == "To");
    BOOST_TEST(folded.body() == "\r\n a@x,\r\n\tb@x:y\r\n");
}

BOOST_AUTO_TEST_CASE(names_are_compared_whole_and_in_any_case) {
    const Field field("bCc \t: a@x\r\n");
    BOOST_TEST(field.is("Bcc"));
    BOOST_TEST(field.is("BCC"));
    for (const char* other : {"", "Bc", "Bccc", "Cc", "Resent-Bcc", "Bcc "})
        BOOST_TEST(!field.is(other), other);
}

BOOST_AUTO_TEST_CASE(what_can_begin_a_field) {
    for (const char* line :
         {"To:", "To: x", "To :x", "To \t : x", "X-!#$%&'*+/=?^_`{|}~.: x", "1:2", "a::b",
          "http://x", "To:\xff", "(:x", "a,b: c", "To\r: x", "To \r\r\t:", "From : x"})
        BOOST_TEST(begins_field(line), line);
}

BOOST_AUTO_TEST_CASE(what_cannot) {
    for (const char* line :
         {"", ":", ": x", " : x", " To: x", "\tTo: x", "no colon", "two words: x",
          "\rTo: x", "\r: x", "\r", "T\ro: x", "To\x01: x", "To\x7f: x", "T\xc3\xb6: x",
          "\xef\xbb\xbfTo: x", "To \x0b: x", "From a@x Mon Jan 1 00:00:00"})
        BOOST_TEST(!begins_field(line), line);
    BOOST_TEST(!begins_field(std::string_view("T\0o: x", 6)));
}

BOOST_AUTO_TEST_CASE(fields_keep_their_order_and_octets) {
    Header header;
    BOOST_TEST(header.size() == 0U);
    BOOST_TEST(header.octets() == "");
    header.append(Field("B: 2\r\n"));
    header.append(Field("C : 3\r\n\tand\r\n"));
    header.prepend(Field("A:1\r\n"));
    BOOST_TEST(header.octets() == "A:1\r\nB: 2\r\nC : 3\r\n\tand\r\n");
    BOOST_TEST(header.size() == header.octets().size());
    BOOST_TEST(header.fields().size() == 3U);
}

BOOST_AUTO_TEST_CASE(removal_takes_every_field_of_the_name_and_no_other) {
    Header header;
    for (const char* octets : {"Bcc: a\r\n", "To: b\r\n", "BCC :\r\n c\r\n", "X-Bcc: d\r\n",
                               "bcc\t:e\r\n", "Bcc-X: f\r\n"})
        header.append(Field(octets));
    BOOST_TEST(header.contains("bcc"));
    header.remove("Bcc");
    BOOST_TEST(!header.contains("bcc"));
    BOOST_TEST(header.octets() == "To: b\r\nX-Bcc: d\r\nBcc-X: f\r\n");
    header.remove("Bcc");
    BOOST_TEST(header.fields().size() == 3U);
}

BOOST_AUTO_TEST_CASE(a_field_takes_the_place_of_others_of_its_name) {
    Header header;
    header.replace(Field("A: 1\r\n"));
    header.append(Field("B: 2\r\n"));
    header.append(Field("a : 3\r\n"));
    header.append(Field("C: 4\r\n"));
    header.replace(Field("A: 5\r\n"));
    BOOST_TEST(header.octets() == "A: 5\r\nB: 2\r\nC: 4\r\n");
    header.replace(Field("c: 6\r\n"));
    header.replace(Field("D: 7\r\n"));
    BOOST_TEST(header.octets() == "A: 5\r\nB: 2\r\nc: 6\r\nD: 7\r\n");
}

BOOST_AUTO_TEST_CASE(the_longest_line) {
    Header header;
    BOOST_TEST(header.longest_line() == 0U);
    header.append(Field("A: 1\r\n"));
    header.append(Field("B: 12345\r\n\t123\r\n"));
    BOOST_TEST(header.longest_line() == 8U);
    header.append(Field("C:\r\n 1234567890\r\n"));
    BOOST_TEST(header.longest_line() == 11U);
}

namespace {

std::string folded(const std::string& octets, std::size_t limit = 20) {
    Field field(octets);
    field.fold_lines(limit);
    return field.octets();
}

} // namespace

BOOST_AUTO_TEST_CASE(lines_that_fit_stay) {
    for (const char* octets : {"A: 1\r\n", "A:\r\n", "A: 12345678901234567\r\n",
                               "A: 1\r\n \r\n\t23456789 123456789\r\n", "A:  \t \r\n"})
        BOOST_TEST(folded(octets) == octets);
}

BOOST_AUTO_TEST_CASE(lines_are_folded_at_the_last_blank_that_fits) {
    BOOST_TEST(folded("A: 12345678901234567 9\r\n") == "A: 12345678901234567\r\n 9\r\n");
    BOOST_TEST(folded("A: 123 567 90123 5678 0123\r\n") ==
               "A: 123 567 90123\r\n 5678 0123\r\n");
    BOOST_TEST(folded("To: a@example.org,\tb@example.org, c@x\r\n") ==
               "To: a@example.org,\r\n\tb@example.org, c@x\r\n");
    std::string words = "A:";
    for (int i = 0; i < 50; ++i)
        words += " word";
    std::string unfolded;
    for (const char c : folded(words + "\r\n"))
        unfolded += c == '\r' || c == '\n' ? "" : std::string(1, c);
    BOOST_TEST(unfolded == words);
}

BOOST_AUTO_TEST_CASE(a_run_of_blanks_goes_to_the_next_line) {
    BOOST_TEST(folded("A: 1234567890123   67 9\r\n") == "A: 1234567890123\r\n   67 9\r\n");
    BOOST_TEST(folded("A: 1 \t \t           x\r\n", 10) ==
               "A: 1\r\n \t \t           x\r\n");
}

BOOST_AUTO_TEST_CASE(a_line_without_a_fit_blank_stays) {
    const std::string word(30, 'w');
    BOOST_TEST(folded("A: " + word + "\r\n") == "A: " + word + "\r\n");
    BOOST_TEST(folded("A: " + word + " \t\r\n") == "A: " + word + " \t\r\n");
    BOOST_TEST(folded(" \t" + word + "\r\n") == " \t" + word + "\r\n");
    BOOST_TEST(folded("A:                         x\r\n") ==
               "A:                         x\r\n");
    BOOST_TEST(folded("A: " + word + " b " + word + " c\r\n") ==
               "A: " + word + "\r\n b\r\n " + word + "\r\n c\r\n");
    BOOST_TEST(folded("A :                       \r\n x\r\n") ==
               "A :                       \r\n x\r\n");
}

BOOST_AUTO_TEST_CASE(a_fold_is_made_once) {
    for (const char* octets :
         {"A: 123 567 90123 5678 0123\r\n", "A: 1 \t \t           x y z 1 2 3 4 5\r\n",
          "A: 1234567890123456789012345 x\r\n", "A:      1     2     3     4     5 \r\n"}) {
        const std::string once = folded(octets);
        BOOST_TEST(folded(once) == once);
        for (const char* line : {"\r\n\r\n", "\r\n \r\n", "\r\n\t\r\n"})
            BOOST_TEST(once.find(line) == std::string::npos, once);
    }
}

BOOST_AUTO_TEST_CASE(of_a_header_only_the_lines_that_need_it) {
    Header header;
    header.append(Field("A:  1  2  3\r\n"));
    header.append(Field("B: 123 567 90123 5678 0123\r\n"));
    header.fold_lines(20);
    BOOST_TEST(header.octets() == "A:  1  2  3\r\nB: 123 567 90123\r\n 5678 0123\r\n");
    BOOST_TEST(header.longest_line() == 16U);
}

BOOST_AUTO_TEST_CASE(what_people_read_in_a_field) {
    for (const char* name :
         {"From", "to", "CC", "Reply-To", "Sender", "Resent-To", "resent-reply-to"})
        BOOST_TEST(is_one_of(name, address_fields), name);
    for (const char* name :
         {"Subject", "COMMENTS", "Content-Description", "Organization", "thread-topic"})
        BOOST_TEST(is_one_of(name, text_fields), name);
    for (const char* name : {"", "Bcc", "Resent-", "Resent-Date", "Resent-Subject", "X-To",
                             "Too", "Resent-Resent-To", "To:Cc", "o", "Fro"}) {
        BOOST_TEST(!is_one_of(name, address_fields), name);
        BOOST_TEST(!is_one_of(name, text_fields), name);
    }
}

namespace {

/// Lines of at most 20 octets; a second fold changes nothing.
std::string folded_list(const std::string& octets) {
    const std::string once = folded(octets);
    BOOST_TEST(folded(once) == once);
    return once;
}

} // namespace

BOOST_AUTO_TEST_CASE(addresses_are_folded_after_commas) {
    BOOST_TEST(folded_list("To: a@example.org,b@example.org,c@x,d@x\r\n") ==
               "To: a@example.org,\r\n b@example.org, c@x,\r\n d@x\r\n");
    BOOST_TEST(folded_list("To: a@x, b@x,\r\n c@x,d@example.org,e@x,,\r\n") ==
               "To: a@x, b@x,\r\n c@x, d@example.org,\r\n e@x, ,\r\n");
}

BOOST_AUTO_TEST_CASE(commas_that_separate_nothing) {
    for (const char* octets :
         {"To: \"aaaaaaaaaaaaaa,bbbbbbbbb\"@x\r\n",
          "To: (aaaaaaaaaaaaaa,(b,b),bbbbbbbbb)\r\n",
          "To: <@aaaaaaaaaaaaaaaa,@bbbb:a@x>\r\n", "To: a@[aaaaaaaaaaaaaa,bbbbbbbbb]\r\n",
          "To: \"aaaaaaaaaa\\\",bbbbbbbbb\"@x\r\n", "To: <\"aaaaaa>,bbbbbbbbbbb\"@x>\r\n",
          "To: (aaaaaaaaaaaaa\\),bbbbbbbbb)\r\n"})
        BOOST_TEST(folded_list(octets) == octets);
    // a bracket that begins no literal
    BOOST_TEST(folded_list("To: [a <aaaaa@example.org>,b@x\r\n") ==
               "To: [a\r\n <aaaaa@example.org>,\r\n b@x\r\n");
}

BOOST_AUTO_TEST_CASE(of_a_header_the_address_fields_are_folded_after_commas) {
    const std::string list = "aaaaa@example.org,bbbbbb@example.org";
    const auto folded_header = [&](const std::string& octets) {
        Header header = parse_header(octets).value();
        header.fold_lines(20);
        return header.octets();
    };
    BOOST_TEST(folded_header("cc:" + list + "\r\nX-To:" + list + "\r\nTo: a@x,b@x\r\n") ==
               "cc:aaaaa@example.org,\r\n bbbbbb@example.org\r\nX-To:" + list +
                   "\r\nTo: a@x,b@x\r\n");
}

/// One that is by RFC 6376's "simple" rule counts the blanks, and no matter where they are.
BOOST_AUTO_TEST_CASE(what_a_signature_covers_is_not_folded) {
    const std::string signature = "DKIM-Signature: a=1; h=from:to:subject; b=2 3 4 5\r\n";
    const std::string subject = "Subject: 23 567 901 345 789\r\n";
    const std::string to = "to:aaaaa@example.org,bbbbbb@example.org\r\n";
    Header header = parse_header(signature + subject + to + "cc" + to.substr(2)).value();
    header.fold_lines(20);
    BOOST_TEST(header.octets() == signature + subject + to +
                                      "cc:aaaaa@example.org,\r\n bbbbbb@example.org\r\n");
}

BOOST_AUTO_TEST_CASE(long_lists_are_folded_in_proportion) {
    std::string octets = "To: (";
    for (int i = 0; i < 200'000; ++i)
        octets += "(,\"<[,";
    BOOST_TEST((folded(octets + "\r\n", 998) == octets + "\r\n"));
    octets = "To: a@x";
    for (int i = 0; i < 200'000; ++i)
        octets += ",a@x";
    Header header;
    header.append(Field(octets + "\r\n"));
    header.fold_lines(998);
    BOOST_TEST(header.longest_line() <= 998U);
}

BOOST_AUTO_TEST_CASE(octets_to_fields) {
    const std::string octets = "A: 1\r\nB :\r\n 2\r\n\t3\r\nA: 4\r\n";
    const auto header = parse_header(octets);
    BOOST_REQUIRE(header);
    BOOST_TEST(header->fields().size() == 3U);
    BOOST_TEST(header->octets() == octets);
    BOOST_TEST(parse_header("").value().fields().empty());
    for (const char* odd : {"\r\n", " A: 1\r\n", "A: 1", "A: 1\r\nx", "hello\r\n",
                            "A: 1\r\nhello\r\n", "A: 1\r\n\r\nB: 2\r\n"})
        BOOST_TEST(!parse_header(odd), odd);
}
