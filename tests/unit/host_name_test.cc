// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE host_name
#include <boost/test/unit_test.hpp>

#include "text/host_name.h"

using namespace sallyport;

namespace {

constexpr Naming all[] = {Naming::strict, Naming::lenient, Naming::with_utf8};

} // namespace

BOOST_AUTO_TEST_CASE(names_that_are_good_everywhere) {
    for (const Naming naming : all)
        for (const char* name : {"a", "1a", "a-b.c-", "192.0.2.1", "xn--bcher-kva.example"})
            BOOST_TEST(is_host_name(name, naming), name);
}

BOOST_AUTO_TEST_CASE(names_that_are_good_nowhere) {
    for (const Naming naming : all)
        for (const char* name : {"", ".", "a.", ".a", "a..b", "-a", "a b", "a@b", "a>",
                                 "[a]", "a:1", "a\r\n", "a\x7f", "a/b", "%"})
            BOOST_TEST(!is_host_name(name, naming), name);
}

BOOST_AUTO_TEST_CASE(underscores_and_utf8_where_they_are_meant) {
    BOOST_TEST(!is_host_name("a_b", Naming::strict));
    BOOST_TEST(is_host_name("a_b"));
    BOOST_TEST(is_host_name("a_b", Naming::with_utf8));
    BOOST_TEST(!is_host_name("b\xc3\xbc", Naming::strict));
    BOOST_TEST(!is_host_name("b\xc3\xbc"));
    BOOST_TEST(is_host_name("b\xc3\xbc.example", Naming::with_utf8));
}
