// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE secret_form
#include <boost/test/unit_test.hpp>

#include "ctl/secret_form.h"
#include "unit/failing.h"

using namespace sallyport;
using namespace sallyport::ctl;

BOOST_AUTO_TEST_CASE(the_forms_of_secrets) {
    const auto doubt = [](const char* key, std::string_view secret) {
        return doubt_about_secret(read_preset(key, "").provider, secret).text;
    };
    BOOST_TEST(doubt("sendgrid", "SG.x.y") == "");
    BOOST_TEST(doubt("sendgrid", "sg.x.y") != "");
    BOOST_TEST(doubt("ses:eu-west-1", std::string(44, 'B')) == "");
    BOOST_TEST(doubt("ses:eu-west-1", std::string(43, 'B')) ==
               "an SMTP password of Amazon SES has 44 characters");
    BOOST_TEST(holds(doubt("ses:eu-west-1", std::string(40, 'k')), "--iam-secret-stdin"));
    BOOST_TEST(doubt("gmail", "abcdefghijklmnop") == "");
    BOOST_TEST(doubt("gmail", "abcdefghijklmno1") != "");
    BOOST_TEST(holds(doubt("gmail", "abcd efgh ijkl mnop"), "with blanks"));
    BOOST_TEST(doubt("brevo", "xsmtpsib-1") == "");
    BOOST_TEST(holds(doubt("brevo", "xkeysib-1"), "an API key of Brevo"));
    BOOST_TEST(doubt("mailjet", "anything") == "");
    BOOST_TEST(doubt_about_secret(nullptr, "any thing").text == "");
}

BOOST_AUTO_TEST_CASE(what_may_have_been_pasted_along) {
    const auto instead = [](std::string_view secret) {
        return doubt_about_edges(secret).instead;
    };
    BOOST_TEST(instead("\"hunter two\"") == "hunter two");
    BOOST_TEST(instead("'hunter2'") == "hunter2");
    BOOST_TEST(instead("hunter2 ") == "hunter2");
    for (const char* const good :
         {"hunter2", "\"hunter2", "'hunter2\"", "\"\"", "hunter two"})
        BOOST_TEST(doubt_about_edges(good).text == "", good);
}

BOOST_AUTO_TEST_CASE(a_mailbox_in_the_form_that_the_provider_asks_for) {
    const auto user = [](const char* key, const char* address) {
        return user_of_mailbox(read_preset(key, "").provider, address);
    };
    BOOST_TEST(user("gmail", "me@gmail.com") == "me@gmail.com");
    BOOST_TEST(user("yahoo-jp", "me@yahoo.co.jp") == "me");
    BOOST_TEST(user("iijmio", "me@mm.example.jp") == "me.mm.example.jp");
    BOOST_TEST(user_of_mailbox(nullptr, "me@example.org") == "me@example.org");
}
