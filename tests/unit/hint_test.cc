// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE hint
#include <boost/test/unit_test.hpp>

#include "net/hint.h"

using namespace sallyport;

namespace {

Relay relay_without_login() {
    Relay relay;
    relay.origin = "conf:1";
    return relay;
}

Relay relay_with_password() {
    Relay relay = relay_without_login();
    std::string password = "S3cret";
    relay.auth_wanted = true;
    relay.user = "me@example.org";
    relay.secret = std::make_shared<const Secret>(password);
    relay.keys = {{"relay", "user", "user", "me@example.org", "conf:4: user"},
                  {"relay", "password", "password", "(set)", "SALLYPORT_PASSWORD"}};
    return relay;
}

Relay relay_with_token() {
    Relay relay = relay_with_password();
    relay.secret = SecretFile{{"/t"}, "conf:6: token_file"};
    relay.is_token = true;
    relay.keys = {{"relay", "token_file", "password", "/t", "conf:6: token_file"}};
    return relay;
}

Relay relay_on(std::uint16_t port) {
    Relay relay = relay_without_login();
    relay.port = {port};
    return relay;
}

std::string in_clear(Step step, const char* what) {
    return hint(relay_without_login(), TlsMode::starttls, step, what);
}

std::string with_password(Step step, const char* what) {
    return hint(relay_with_password(), TlsMode::implicit, step, what);
}

const std::string force = "; set [sender] envelope_from to one of yours, and force = both";
const std::string no_user = "; the server wants a log-in: set user and password";
const std::string full_name = "; set [sender] domain, or helo, to a name with a dot";

} // namespace

BOOST_AUTO_TEST_CASE(a_port_that_nobody_answers) {
    const char* const silent = "[192.0.2.1]:465: timed out, [192.0.2.1]:587: timed out";
    BOOST_TEST(in_clear(Step::connect, silent) ==
               "; a firewall may shut these ports: try port = 2525");
    BOOST_TEST(
        hint(relay_on(25), TlsMode::none, Step::connect, "[192.0.2.1]:25: timed out") ==
        "; port 25 is shut on most networks: remove port = 25");
    BOOST_TEST(in_clear(Step::connect, "[::1]:465: Connection refused") ==
               "; nothing listens there: check host and port");
    Relay by_proxy = relay_on(25);
    by_proxy.proxy.emplace();
    for (const char* trouble : {silent, "[::1]:1080: Connection refused"})
        BOOST_TEST(hint(by_proxy, TlsMode::none, Step::connect, trouble) == "");
    BOOST_TEST(in_clear(Step::connect, "[::1]:465: Network is unreachable") == "");
}

BOOST_AUTO_TEST_CASE(the_other_way_to_begin_tls) {
    BOOST_TEST(in_clear(Step::greeting, "timed out") ==
               "; if TLS begins here, as on 465, set tls = implicit");
    BOOST_TEST(with_password(Step::greeting, "timed out") == "");
    BOOST_TEST(in_clear(Step::ehlo, "timed out") == "");
    BOOST_TEST(with_password(Step::tls, "wrong version number") ==
               "; no TLS begins here: set tls = starttls, or port = 465");
    for (const char* reason : {"tlsv1 alert protocol version", "unsupported protocol"})
        BOOST_TEST(with_password(Step::tls, reason) ==
                   "; its TLS is older than tls_min, at least 1.2");
    BOOST_TEST(with_password(Step::tls, "timed out") == "");
}

BOOST_AUTO_TEST_CASE(a_password_is_named_by_its_place) {
    const std::string check = "; check user me@example.org and SALLYPORT_PASSWORD";
    BOOST_TEST(with_password(Step::auth, "535 5.7.8 Error: authentication failed") ==
               check);
    BOOST_TEST(with_password(Step::auth, "535 (text withheld)") == check);
    BOOST_TEST(with_password(Step::auth, "550 5.7.1 not from abroad") == "");
    BOOST_TEST(hint(relay_with_token(), TlsMode::implicit, Step::auth, "535 5.7.8 no") ==
               "; the token of conf:6: token_file may have expired: renew it");
}

BOOST_AUTO_TEST_CASE(a_user_with_control_characters_is_shown_without) {
    Relay relay = relay_with_password();
    relay.user = "m\xc2\x9b\xe2\x80\xae\xff";
    BOOST_TEST(hint(relay, TlsMode::implicit, Step::auth, "535 5.7.8 no") ==
               "; check user m??? and SALLYPORT_PASSWORD");
}

BOOST_AUTO_TEST_CASE(whoever_has_not_logged_in) {
    for (const char* said :
         {"530 5.7.0 Authentication required", "550 5.7.8 not authenticated",
          "553 5.7.1 <me@x>: Sender address rejected: not logged in",
          "554 5.7.1 <you@x>: Relay access denied"}) {
        BOOST_TEST(in_clear(Step::rcpt, said) == no_user);
        BOOST_TEST(with_password(Step::rcpt, said) != no_user);
    }
    BOOST_TEST(in_clear(Step::mail, "530 5.7.0 Must issue a STARTTLS command first") == "");
}

BOOST_AUTO_TEST_CASE(a_sender_that_is_not_the_users) {
    for (const Step step : {Step::mail, Step::rcpt, Step::end_of_data})
        for (const char* said :
             {"550 5.7.1 <a@x>: Sender address rejected: not owned by user me",
              "554 5.2.252 SendAsDenied; a@x not allowed to send as b@x",
              "550 The from address does not match a verified Sender Identity.",
              "554 Message rejected: Email address is not verified."})
            BOOST_TEST(with_password(step, said) == force);
    BOOST_TEST(with_password(Step::end_of_data, "554 5.7.1 spam") == "");
    BOOST_TEST(with_password(Step::mail, "501 5.1.7 bad address") == full_name);
    BOOST_TEST(with_password(Step::ehlo, "501 5.5.4 HELO requires domain address") ==
               full_name);
    BOOST_TEST(with_password(Step::rcpt, "504 5.5.2 <vm>: Helo command rejected") ==
               full_name);
}

BOOST_AUTO_TEST_CASE(what_may_pass_has_no_hint) {
    for (const Step step : {Step::greeting, Step::auth, Step::mail, Step::rcpt})
        for (const char* said : {"451 4.7.1 sender greylisted", "421 4.7.0 not logged in"})
            BOOST_TEST(with_password(step, said) == "");
}
