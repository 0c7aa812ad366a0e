// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE xtext
#include <boost/test/unit_test.hpp>

#include "xtext.h"

BOOST_AUTO_TEST_CASE(only_what_must_be_is_encoded) {
    using sallyport::encode_xtext;
    BOOST_TEST(encode_xtext("QQ314159") == "QQ314159");
    BOOST_TEST(encode_xtext("a+b=c d") == "a+2Bb+3Dc+20d");
    BOOST_TEST(encode_xtext("\xc3\xa4\x7f\n") == "+C3+A4+7F+0A");
    BOOST_TEST(encode_xtext("") == "");
}
