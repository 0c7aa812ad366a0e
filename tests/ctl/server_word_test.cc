// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE server_word
#include <boost/test/unit_test.hpp>

#include "ctl/server_word.h"
#include "unit/failing.h"

using namespace sallyport;
using namespace sallyport::ctl;

namespace {

/// "HOST PORT TLS".
std::string apart(std::string_view text) {
    const ServerWord word = read_server_word(text, "host");
    return word.host + " " +
           (word.ports.empty() ? "-" : std::to_string(word.ports.front())) + " " +
           (word.tls.empty() ? "-" : word.tls);
}

} // namespace

BOOST_AUTO_TEST_CASE(a_server_and_its_port) {
    BOOST_TEST(apart("mail.example.org") == "mail.example.org - -");
    BOOST_TEST(apart("localhost:1025") == "localhost 1025 -");
    BOOST_TEST(apart("192.0.2.1:587") == "192.0.2.1 587 -");
    BOOST_TEST(apart("2001:db8::25") == "2001:db8::25 - -");
    BOOST_TEST(apart("[2001:db8::25]") == "2001:db8::25 - -");
    BOOST_TEST(apart("[2001:db8::25]:465") == "2001:db8::25 465 -");
    BOOST_TEST(apart("unix:/run/lmtp") == "unix:/run/lmtp - -");
}

BOOST_AUTO_TEST_CASE(a_url) {
    BOOST_TEST(apart("smtps://mail.example.org") == "mail.example.org 465 implicit");
    BOOST_TEST(apart("SMTPS://mail.example.org:2465/") == "mail.example.org 2465 implicit");
    BOOST_TEST(apart("smtp+starttls://[::1]:25") == "::1 25 starttls");
    BOOST_TEST(apart("smtp://mail.example.org") == "mail.example.org - -");
}

BOOST_AUTO_TEST_CASE(what_may_hold_a_password_is_not_quoted) {
    for (const char* text :
         {"smtps://u:S3cret@mail.example.org", "smtp://S3cret@mail.example.org",
          "https://S3cret", "smtps://S3cret:S3cret", "u:S3cret", "mail.example.org:S3cret",
          "smtps://mail.example.org/S3cret", "smtps://mail.example.org?password=S3cret"}) {
        const Failure failure = failure_of([&] { return read_server_word(text, "host"); });
        BOOST_TEST(status_of(failure) == 78);
        BOOST_TEST(!holds(failure.what(), "S3cret"), failure.what());
    }
    BOOST_TEST(
        failure_of([] { return read_server_word("smtps://a:b@c", "host"); }).what() ==
        std::string("host: a URL without a user is expected: the password is asked "
                    "for later"));
}
