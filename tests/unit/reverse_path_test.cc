// SPDX-License-Identifier: MIT
//
// Senders as callers give them, and display names as they are written into a field.
#define BOOST_TEST_MODULE reverse_path
#include <boost/test/unit_test.hpp>

#include "failing.h"
#include "text/address.h"

using namespace sallyport;

BOOST_AUTO_TEST_CASE(the_null_sender) {
    for (const char* text : {"", " ", "<>", " <> "}) {
        const Mailbox sender = parse_reverse_path(text);
        BOOST_TEST(sender.local == "", text);
        BOOST_TEST(sender.domain == "", text);
    }
}

BOOST_AUTO_TEST_CASE(one_mailbox_in_any_form) {
    for (const char* text :
         {"a@x", "<a@x>", " Bob <a@x> ", "\"Doe, John\" <a@x>", "a@x (Bob)", "g: a@x;"})
        BOOST_TEST(parse_reverse_path(text).address() == "a@x", text);
    BOOST_TEST(parse_reverse_path("root").address() == "root");
    BOOST_TEST(parse_reverse_path("\"b c\"@x").address() == "\"b c\"@x");
    BOOST_TEST(parse_reverse_path("Bob <a@x>").display_name == "Bob");
}

BOOST_AUTO_TEST_CASE(none_or_several_are_refused) {
    for (const char* text : {"a@x, b@y", "g:;", ",", "(c)"}) {
        const Failure failure = failure_of([&] { return parse_reverse_path(text); });
        BOOST_TEST(status_of(failure) == 65);
        BOOST_TEST((failure.fault() == Fault::local));
        BOOST_TEST(failure.enhanced() == "5.1.7");
        BOOST_TEST(failure.what() ==
                   "sender \"" + std::string(text) + "\": not one address");
    }
}

BOOST_AUTO_TEST_CASE(a_second_command_does_not_fit_in) {
    for (const char* text :
         {"a@x.com>\r\nRCPT TO:<evil@x.com", "a@x.com> SIZE=1", "<a@x.com>\r\n<b@x>",
          "a@x.com\nRCPT TO:<evil@x.com>", "a b", "a@x b"}) {
        const Failure failure = failure_of([&] { return parse_reverse_path(text); });
        BOOST_TEST(status_of(failure) == 65, text);
    }
}
