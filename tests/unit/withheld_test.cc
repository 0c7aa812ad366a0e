// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE withheld
#include <boost/test/unit_test.hpp>

#include "system/withheld.h"

using namespace sallyport;
using Lines = std::vector<std::string>;

namespace {

bool gives_away(std::string_view secret, std::string_view text) {
    Withheld withheld;
    withheld.add(secret);
    return withheld.is_in(text);
}

} // namespace

BOOST_AUTO_TEST_CASE(nothing_is_withheld_at_first) {
    const Withheld withheld;
    BOOST_TEST(!withheld.is_in(""));
    BOOST_TEST(!withheld.is_in("500 Command unrecognized"));
    BOOST_TEST(!withheld.is_in(Lines{}));
    BOOST_TEST(!gives_away("", "anything"));
}

BOOST_AUTO_TEST_CASE(eight_octets_in_a_row_of_it) {
    const std::string secret = "correct-horse-battery";
    for (std::size_t begin = 0; begin < secret.size(); ++begin) {
        for (std::size_t size = 0; begin + size <= secret.size(); ++size)
            BOOST_TEST(gives_away(secret, "no: '" + secret.substr(begin, size) + "'") ==
                       (size >= 8));
    }
    BOOST_TEST(!gives_away(secret, "correct battery-horse"));
}

BOOST_AUTO_TEST_CASE(all_of_what_is_shorter) {
    for (const std::string secret : {"x", "pw", "secret", "7octets"}) {
        BOOST_TEST(gives_away(secret, "535 " + secret));
        BOOST_TEST(gives_away(secret, secret));
        BOOST_TEST(!gives_away(secret, "535 " + secret.substr(1)));
        BOOST_TEST(!gives_away(secret, secret.substr(0, secret.size() - 1) + "?"));
    }
}

BOOST_AUTO_TEST_CASE(in_any_case_and_however_spaced) {
    BOOST_TEST(gives_away("Correct-Horse", "CORRECT-HORSE"));
    BOOST_TEST(gives_away("SECRET", "secret"));
    BOOST_TEST(gives_away("correct-horse", "c o r r e c t - h o r s e"));
    BOOST_TEST(gives_away("correct-horse", "corr\r\n ect-\0\x7fho"));
    BOOST_TEST(gives_away("pass word", "password"));
    BOOST_TEST(gives_away("pass word", "pass  word"));
    BOOST_TEST(gives_away("p a s s w o r d s", "xxp a s s xx"));
    BOOST_TEST(gives_away(" ", "a b"));
    BOOST_TEST(!gives_away(" ", "ab"));
    BOOST_TEST(gives_away("p\xc3\xa4sswort", "<p\xc3\xa4sswort>"));
    BOOST_TEST(!gives_away("p\xc3\xa4sswort", "<p\xc3\xa5sswort>"));
}

BOOST_AUTO_TEST_CASE(over_several_lines) {
    Withheld withheld;
    withheld.add("correct horse");
    BOOST_TEST(withheld.is_in(Lines{"no", "correct horse", "no"}));
    BOOST_TEST(withheld.is_in(Lines{"cor", "rect", " horse"}));
    BOOST_TEST(withheld.is_in(Lines{"correct", "horse"}));
    BOOST_TEST(withheld.is_in(Lines{"", "c", "o", "r", "r", "e", "c", "t", "h"}));
    BOOST_TEST(!withheld.is_in(Lines{"correc", "a", "horse"}));
}

BOOST_AUTO_TEST_CASE(several_secrets) {
    Withheld withheld;
    withheld.add("correct-horse");
    withheld.add("pw");
    withheld.add("");
    withheld.add("AGNvcnJlY3QtaG9yc2U=");
    for (const char* text : {"a correct-horse", "pw", "AUTH PLAIN AGNvcnJlY3QtaG9yc2U="})
        BOOST_TEST(withheld.is_in(text));
    BOOST_TEST(!withheld.is_in("AUTH PLAIN AGNvc"));
}

/// What is longest of each, none of it found: some millions of steps, not of millions.
BOOST_AUTO_TEST_CASE(the_longest_secret_in_the_longest_reply) {
    Withheld withheld;
    std::string secret;
    for (std::size_t i = 0; secret.size() < 16384; ++i)
        secret += std::to_string(i) + "-";
    withheld.add(secret);
    const Lines lines(1000, std::string(65, '7'));
    BOOST_TEST(!withheld.is_in(lines));
    BOOST_TEST(!withheld.is_in(std::string(65536, '-')));
    BOOST_TEST(withheld.is_in(std::string(65536, '-') + secret.substr(16000, 8)));
}
