// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE xtext
#include <boost/test/unit_test.hpp>

#include "text/xtext.h"

using sallyport::decode_xtext;

BOOST_AUTO_TEST_CASE(only_what_must_be_is_encoded) {
    using sallyport::encode_xtext;
    BOOST_TEST(encode_xtext("QQ314159") == "QQ314159");
    BOOST_TEST(encode_xtext("a+b=c d") == "a+2Bb+3Dc+20d");
    BOOST_TEST(encode_xtext("\xc3\xa4\x7f\n") == "+C3+A4+7F+0A");
    BOOST_TEST(encode_xtext("") == "");
}

BOOST_AUTO_TEST_CASE(what_was_encoded_comes_back) {
    std::string all;
    for (int octet = 0; octet < 256; ++octet)
        all += static_cast<char>(octet);
    BOOST_TEST((decode_xtext(sallyport::encode_xtext(all)) == all));
    BOOST_TEST(decode_xtext("").value() == "");
    BOOST_TEST(decode_xtext("a+2Bb+3D").value() == "a+b=");
    BOOST_TEST(decode_xtext("+20+0A").value() == " \n");
}

BOOST_AUTO_TEST_CASE(what_is_no_xtext) {
    for (const char* odd : {"+", "a+", "+2", "+2G", "+2b", "+ 2", "++20", "a=b", "a b",
                            "\t", "a\x7f", "\xc3\xa4", "+-1"})
        BOOST_TEST(!decode_xtext(odd), odd);
    BOOST_TEST(!decode_xtext(std::string_view("a\0b", 3)));
}
