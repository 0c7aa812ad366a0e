// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE glob
#include <boost/test/unit_test.hpp>

#include "text/glob.h"

using namespace sallyport;

BOOST_AUTO_TEST_CASE(text_stands_for_itself_in_any_case) {
    BOOST_TEST(matches_glob("", ""));
    BOOST_TEST(matches_glob("a@x", "a@x"));
    BOOST_TEST(matches_glob("A@Example.ORG", "a@eXample.org"));
    for (const char* other : {"", "a@", "a@xy", "b@x", "a@x ", "\xe1@x"})
        BOOST_TEST(!matches_glob(other, "a@x"), other);
    BOOST_TEST(!matches_glob("a@x", ""));
    BOOST_TEST(matches_glob("a+b.c[d]@x", "a+b.c[d]@x")); // nothing else is special
    BOOST_TEST(!matches_glob("axc@x", "a.c@x"));
}

BOOST_AUTO_TEST_CASE(a_star_stands_for_any_octets) {
    for (const char* any : {"", "a", "a@x", "*", "\xff\n"})
        BOOST_TEST(matches_glob(any, "*"), any);
    BOOST_TEST(matches_glob("me@example.org", "*@example.org"));
    BOOST_TEST(matches_glob("@example.org", "*@example.org"));
    BOOST_TEST(matches_glob("a@b@example.org", "*@example.org"));
    BOOST_TEST(!matches_glob("me@example.org.evil", "*@example.org"));
    BOOST_TEST(!matches_glob("me@sub.example.org", "*@example.org"));
    BOOST_TEST(!matches_glob("example.org", "*@example.org"));
    BOOST_TEST(matches_glob("me@anything", "me@*"));
    BOOST_TEST(matches_glob("aXbXc", "a*b*c"));
    BOOST_TEST(matches_glob("abcbc", "a*bc"));
    BOOST_TEST(matches_glob("ab", "**a**b**"));
    BOOST_TEST(!matches_glob("acb", "a*b*c"));
}

BOOST_AUTO_TEST_CASE(a_question_mark_stands_for_one) {
    BOOST_TEST(matches_glob("a@x", "?@x"));
    BOOST_TEST(matches_glob("?@x", "?@x"));
    BOOST_TEST(!matches_glob("@x", "?@x"));
    BOOST_TEST(!matches_glob("ab@x", "?@x"));
    BOOST_TEST(matches_glob("web01@x", "web??@x"));
    BOOST_TEST(matches_glob("abc@x", "?*@x"));
    BOOST_TEST(!matches_glob("@x", "?*@x"));
}

BOOST_AUTO_TEST_CASE(many_stars_take_no_time) {
    const std::string text(20000, 'a');
    std::string pattern;
    for (int i = 0; i < 50; ++i)
        pattern += "*a";
    BOOST_TEST(matches_glob(text, pattern + "*"));
    BOOST_TEST(!matches_glob(text, pattern + "*b"));
}

BOOST_AUTO_TEST_CASE(one_of_several) {
    BOOST_TEST(!matches_any("a@x", {}));
    BOOST_TEST(matches_any("a@y", {"*@x", "*@y"}));
    BOOST_TEST(!matches_any("a@z", {"*@x", "*@y"}));
    BOOST_TEST(!matches_any("", {"*@x", "?"}));
}
