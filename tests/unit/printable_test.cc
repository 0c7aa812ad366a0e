// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE printable
#include <boost/test/unit_test.hpp>

#include "text/ascii.h"
#include "text/printable.h"

using sallyport::printable;

BOOST_AUTO_TEST_CASE(harmless_text_stays) {
    BOOST_TEST(printable("") == "");
    BOOST_TEST(printable("550 5.1.1 <x@y>: \"no\" \\ ~") == "550 5.1.1 <x@y>: \"no\" \\ ~");
    // two, three and four octets; the first and last of each kind
    for (const char* text :
         {"\xc2\xa0", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
          "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf",
          "na\xc3\xafve \xe6\x97\xa5 \xf0\x9f\x93\xa7"})
        BOOST_TEST(printable(text) == text);
}

BOOST_AUTO_TEST_CASE(controls_become_question_marks) {
    for (int octet = 0; octet < 256; ++octet) {
        const char c = static_cast<char>(octet);
        const bool stays = octet >= 0x20 && octet < 0x7f;
        BOOST_TEST(printable(std::string(1, c)) == (stays ? std::string(1, c) : "?"),
                   octet);
    }
    BOOST_TEST(printable("a\r\nb\tc\x1b[31m\x7f") == "a??b?c?[31m?");
    BOOST_TEST(printable(std::string("a\0b", 3)) == "a?b");
}

BOOST_AUTO_TEST_CASE(controls_of_unicode_are_controls) {
    BOOST_TEST(printable("a\xc2\x80z") == "a?z"); // C1, first and last
    BOOST_TEST(printable("a\xc2\x9fz") == "a?z");
    BOOST_TEST(printable("a\xc2\x85z") == "a?z"); // next line
    BOOST_TEST(printable("a\xe2\x80\xa8z\xe2\x80\xa9") == "a?z?");
}

/// UTF-8 of a character below U+10000.
std::string utf8(unsigned code) {
    const auto octet = [](unsigned value) {
        return std::string(1, static_cast<char>(value));
    };
    if (code < 0x800)
        return octet(0xc0 | code >> 6) + octet(0x80 | (code & 0x3f));
    return octet(0xe0 | code >> 12) + octet(0x80 | (code >> 6 & 0x3f)) +
           octet(0x80 | (code & 0x3f));
}

BOOST_AUTO_TEST_CASE(what_turns_the_direction_of_text_is_a_control) {
    const auto is_turning = [](unsigned code) { // Bidi_Control, as Unicode lists it
        return code == 0x61c || code == 0x200e || code == 0x200f ||
               (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
    };
    for (unsigned code = 0xa0; code < 0xd800; ++code) {
        const bool line_end = code == 0x2028 || code == 0x2029;
        const std::string text = utf8(code);
        if (printable(text) != (is_turning(code) || line_end ? "?" : text))
            BOOST_ERROR(code);
    }
    BOOST_TEST(printable("550 \xe2\x80\xae)ko 0.0.2 052( tnes=sutats") ==
               "550 ?)ko 0.0.2 052( tnes=sutats");
    // U+200D within an emoji, U+00AD, U+FEFF, a tag: invisible, but they turn nothing
    for (const char* text : {"\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb", "a\xc2\xad",
                             "\xef\xbb\xbfx", "\xf3\xa0\x81\x81"})
        BOOST_TEST(printable(text) == text);
}

BOOST_AUTO_TEST_CASE(each_octet_that_is_no_utf8_is_replaced) {
    BOOST_TEST(printable("caf\xe9!") == "caf?!");
    BOOST_TEST(printable("\x80\xbf") == "??");             // nothing to continue
    BOOST_TEST(printable("\xc0\xaf \xc1\xbf") == "?? ??"); // overlong
    BOOST_TEST(printable("\xe0\x80\xaf") == "???");        // overlong
    BOOST_TEST(printable("\xf0\x82\x82\xac") == "????");   // overlong
    BOOST_TEST(printable("\xed\xa0\x80") == "???");        // surrogate
    BOOST_TEST(printable("\xf4\x90\x80\x80") == "????");   // beyond U+10FFFF
    BOOST_TEST(printable("\xf5\x80\x80\x80 \xff") == "???? ?");
    BOOST_TEST(printable("\xe6\x97") == "??"); // cut short by the end
    BOOST_TEST(printable("\xe6\x97"
                         "a") == "??a"); // and by a letter
    BOOST_TEST(printable("\xf0\x9f\x93") == "???");
}

BOOST_AUTO_TEST_CASE(an_escape_cannot_hide_behind_a_cut_character) {
    BOOST_TEST(printable("\xe2\x80\x1b[2J") == "???[2J");
    BOOST_TEST(printable("\xc2\n") == "??");
}

BOOST_AUTO_TEST_CASE(long_text_is_cut_between_characters) {
    BOOST_TEST(printable("abcdef", 6) == "abcdef");
    BOOST_TEST(printable("abcdefg", 6) == "abcdef...");
    BOOST_TEST(printable("abcd\xe6\x97\xa5", 6) == "abcd...");
    BOOST_TEST(printable("abc\xe6\x97\xa5", 6) == "abc\xe6\x97\xa5");
    BOOST_TEST(printable("a", 0) == "...");
    BOOST_TEST(printable("", 0) == "");
    BOOST_TEST(printable(std::string(600, 'x')) == std::string(512, 'x') + "...");
}

BOOST_AUTO_TEST_CASE(the_result_is_printable_already) {
    std::string all;
    for (int octet = 0; octet < 256; ++octet)
        all += static_cast<char>(octet);
    for (std::size_t limit = 0; limit < 300; ++limit) {
        const std::string once = printable(all, limit);
        BOOST_TEST(!sallyport::has_control(once));
        BOOST_TEST(printable(once, 1000) == once);
        BOOST_TEST(once.size() <= limit + 3);
    }
}
