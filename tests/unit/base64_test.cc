// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE base64
#include <boost/test/unit_test.hpp>

#include "text/base64.h"

using namespace sallyport;

BOOST_AUTO_TEST_CASE(the_examples_of_the_rfc) { // RFC 4648 10
    BOOST_TEST(encode_base64("") == "");
    BOOST_TEST(encode_base64("f") == "Zg==");
    BOOST_TEST(encode_base64("fo") == "Zm8=");
    BOOST_TEST(encode_base64("foo") == "Zm9v");
    BOOST_TEST(encode_base64("foobar") == "Zm9vYmFy");
    BOOST_TEST(encode_base64(std::string("\0a\0b", 4)) == "AGEAYg==");
}

BOOST_AUTO_TEST_CASE(what_was_encoded_comes_back) {
    std::string octets;
    for (int i = 0; i < 600; ++i) {
        BOOST_TEST((decode_base64(encode_base64(octets)).value() == octets), i);
        octets += static_cast<char>(i * 7);
    }
}

BOOST_AUTO_TEST_CASE(what_is_no_base64) {
    BOOST_TEST(decode_base64("AGEAYg==").value() == std::string("\0a\0b", 4));
    BOOST_TEST(decode_base64("").value() == "");
    BOOST_TEST(!decode_base64("A"));
    BOOST_TEST(!decode_base64("!!!!"));
}
