// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE utf8
#include <boost/test/unit_test.hpp>

#include <string_view>

#include "text/utf8.h"

using namespace sallyport;

BOOST_AUTO_TEST_CASE(first_and_last_character_of_each_size) {
    struct Example {
        std::string_view text;
        std::uint32_t code;
    };
    for (const Example& example :
         {Example{std::string_view("\0", 1), 0}, Example{"\x7f", 0x7f},
          Example{"\xc2\x80", 0x80}, Example{"\xdf\xbf", 0x7ff},
          Example{"\xe0\xa0\x80", 0x800}, Example{"\xef\xbf\xbf", 0xffff},
          Example{"\xf0\x90\x80\x80", 0x10000}, Example{"\xf4\x8f\xbf\xbf", 0x10ffff}}) {
        const auto [size, code] = utf8_character(std::string(example.text) + "\xff");
        BOOST_TEST(size == example.text.size());
        BOOST_TEST(code == example.code);
    }
}

BOOST_AUTO_TEST_CASE(well_formed_text_may_hold_controls) {
    for (const char* text : {"", "a\x1b\xc2\x85", "\xe2\x80\xae", "\xf4\x8f\xbf\xbf"})
        BOOST_TEST(is_well_formed(text), text);
}

BOOST_AUTO_TEST_CASE(malformed_text) {
    for (const char* text :
         {"\xe9", "\x80", "a\xe2\x80", "\xe2\x80z", "\xc0\xaf\x62", "\xc1\xbf",
          "\xe0\x80\xaf", "\xe0\x9f\xbf", "\xf0\x82\x82\xac", "\xed\xa0\x80",
          "\xed\xbf\xbf", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xffz"}) {
        BOOST_TEST(!is_well_formed(text), text);
        BOOST_TEST((*text == 'a' || utf8_character(text).size == 0), text);
    }
}

BOOST_AUTO_TEST_CASE(reader_goes_on_after_an_octet_that_cannot_come) {
    Utf8Reader reader;
    BOOST_TEST(reader.take('\xe2'));
    BOOST_TEST(!reader.between());
    BOOST_TEST(!reader.take('x'));
    BOOST_TEST(reader.between());
    BOOST_TEST(reader.take('\xc3'));
    BOOST_TEST(reader.take('\xa4'));
    BOOST_TEST(reader.between());
    BOOST_TEST(reader.code() == 0xe4U);
}
