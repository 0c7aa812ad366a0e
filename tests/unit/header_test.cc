// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE header
#include <boost/test/unit_test.hpp>

#include "header.h"

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
          "http://x", "To:\xff", "(:x", "a,b: c"})
        BOOST_TEST(begins_field(line), line);
}

BOOST_AUTO_TEST_CASE(what_cannot) {
    for (const char* line :
         {"", ":", ": x", " : x", " To: x", "\tTo: x", "no colon", "two words: x",
          "To\x01: x", "To\x7f: x", "T\xc3\xb6: x", "\xef\xbb\xbfTo: x", "To \x0b: x",
          "From a@x Mon Jan 1 00:00:00"})
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
