// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE step
#include <boost/test/unit_test.hpp>

#include "failing.h"

using namespace sallyport;

BOOST_AUTO_TEST_CASE(each_step_has_its_name) {
    constexpr const char* names[] = {"",
                                     "looking up the name",
                                     "looking up its submission servers",
                                     "connecting",
                                     "SOCKS",
                                     "CONNECT",
                                     "POP: greeting",
                                     "POP: STLS",
                                     "POP: USER",
                                     "POP: PASS",
                                     "TLS",
                                     "greeting",
                                     "EHLO",
                                     "LHLO",
                                     "HELO",
                                     "STARTTLS",
                                     "AUTH",
                                     "MAIL",
                                     "RCPT",
                                     "DATA",
                                     "BDAT",
                                     "text of the message",
                                     "end of data"};
    auto step = static_cast<unsigned char>(Step::none);
    for (const char* name : names)
        BOOST_TEST(Where(static_cast<Step>(step++)).text() == name);
    BOOST_TEST(step == static_cast<unsigned char>(Step::end_of_data) + 1);
}

BOOST_AUTO_TEST_CASE(a_step_shows_what_it_was_about) {
    BOOST_TEST(Where(Step::auth, "PLAIN").text() == "AUTH PLAIN");
    BOOST_TEST(Where(Step::mail, "a@x").text() == "MAIL FROM:<a@x>");
    BOOST_TEST(Where(Step::mail, "").text() == "MAIL FROM:<>");
    BOOST_TEST(Where(Step::rcpt, "b@x").text() == "RCPT TO:<b@x>");
    BOOST_TEST(Where(Step::end_of_data, "b@x").text() == "end of data for <b@x>");
    BOOST_TEST(Where(Step::ehlo).told("peer", {"501 ", "what?"}) ==
               "peer: EHLO: 501 what?");
}

BOOST_AUTO_TEST_CASE(a_failure_names_the_recipient_of_its_step) {
    const auto names = [](const Where& where) {
        return failure_of([&]() -> int {
                   stop(ExitStatus::temp_fail, Fault::address, "peer", where, {"no"}, "");
               })
            .names("b@x");
    };
    BOOST_TEST(names({Step::rcpt, "b@x"}));
    BOOST_TEST(names({Step::end_of_data, "b@x"}));
    BOOST_TEST(!names({Step::rcpt, "a@x"}));
    BOOST_TEST(!names({Step::mail, "b@x"}));
    BOOST_TEST(!names(Step::end_of_data));
}

BOOST_AUTO_TEST_CASE(a_configuration_error_has_its_status_code) {
    const auto enhanced = [](ExitStatus status, std::string_view given) {
        return Failure(status, Fault::local, "what", given).enhanced();
    };
    BOOST_TEST(enhanced(ExitStatus::config, "") == "4.3.5");
    BOOST_TEST(enhanced(ExitStatus::config, "5.7.0") == "5.7.0");
    BOOST_TEST(enhanced(ExitStatus::usage, "") == "");
}
