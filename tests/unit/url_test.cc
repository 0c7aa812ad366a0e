// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE url
#include <boost/test/unit_test.hpp>

#include "config/url.h"
#include "failing.h"

using namespace sallyport;

namespace {

std::string settings_of(std::string_view url) {
    std::string text;
    for (const UrlSetting& setting : parse_relay_url(url, "SALLYPORT_URL"))
        text.append(text.empty() ? "" : " ")
            .append(setting.key)
            .append("=")
            .append(setting.value);
    return text;
}

std::string why(std::string_view url) {
    const Failure failure =
        failure_of([&] { return parse_relay_url(url, "SALLYPORT_URL"); });
    BOOST_TEST(status_of(failure) == 78);
    BOOST_TEST((failure.fault() == Fault::local));
    const std::string text = failure.what();
    BOOST_TEST(text.starts_with("SALLYPORT_URL: "));
    return text.substr(15);
}

void check_refused(std::initializer_list<std::string_view> urls,
                   const std::string& expected) {
    for (const std::string_view url : urls)
        BOOST_TEST(why(url) == expected, url);
}

} // namespace

BOOST_AUTO_TEST_CASE(the_forms_of_the_manual) {
    BOOST_TEST(settings_of("smtps://user@host:465") ==
               "tls=implicit port=465 host=host user=user");
    BOOST_TEST(settings_of("smtp+starttls://user@host:587") ==
               "tls=starttls port=587 host=host user=user");
    BOOST_TEST(settings_of("smtp://host:1025") == "tls=none port=1025 host=host");
    BOOST_TEST(
        settings_of("smtps://me%40example.org@smtp.example.org?timeout=60&helo=www") ==
        "tls=implicit port=465 host=smtp.example.org user=me@example.org timeout=60 "
        "helo=www");
}

BOOST_AUTO_TEST_CASE(ports_by_scheme) {
    BOOST_TEST(settings_of("smtps://h") == "tls=implicit port=465 host=h");
    BOOST_TEST(settings_of("smtp+starttls://h") == "tls=starttls port=587 host=h");
    BOOST_TEST(settings_of("smtp://h") == "tls=none port=25 host=h");
    BOOST_TEST(settings_of("SMTPS://h/") == "tls=implicit port=465 host=h");
}

BOOST_AUTO_TEST_CASE(users_and_passwords) {
    BOOST_TEST(settings_of("smtps://u:p@h") ==
               "tls=implicit port=465 host=h user=u password=p");
    BOOST_TEST(settings_of("smtps://A-Z_a.z~09:%20%22%23%25%2f%3A%3f%40%C3%a4@h") ==
               "tls=implicit port=465 host=h user=A-Z_a.z~09 password= \"#%/:?@\xc3\xa4");
    BOOST_TEST(settings_of("smtps://u:@h") ==
               "tls=implicit port=465 host=h user=u password=");
}

BOOST_AUTO_TEST_CASE(addresses) {
    BOOST_TEST(settings_of("smtps://u@[2001:db8::1]:2465") ==
               "tls=implicit port=2465 host=[2001:db8::1] user=u");
    BOOST_TEST(settings_of("smtps://[::1]") == "tls=implicit port=465 host=[::1]");
    BOOST_TEST(settings_of("smtp://192.0.2.1") == "tls=none port=25 host=192.0.2.1");
}

BOOST_AUTO_TEST_CASE(queries) {
    BOOST_TEST(settings_of("smtps://h?auth=PLAIN%20LOGIN&x=&tls_ca=%2Fa") ==
               "tls=implicit port=465 host=h auth=PLAIN LOGIN x= tls_ca=/a");
    BOOST_TEST(settings_of("smtps://h/?a=b=c") == "tls=implicit port=465 host=h a=b=c");
    check_refused({"smtps://h?", "smtps://h?a", "smtps://h?=b", "smtps://h?a=b&",
                   "smtps://h?&", "smtps://h?a=b&&c=d"},
                  "after the ? key=value is expected, with & between");
}

BOOST_AUTO_TEST_CASE(other_schemes) {
    check_refused({"", "h", "smtp", "smtp:h", "smtps:/h", "http://h", "smtp+tls://h",
                   " smtps://h", "//h", "user@host"},
                  "smtps://, smtp+starttls:// or smtp:// is expected in front");
}

BOOST_AUTO_TEST_CASE(without_tls_there_is_no_log_in) {
    check_refused({"smtp://u@h", "smtp://u:p@h", "smtp://@h"},
                  "smtp:// is without TLS, so without a log-in");
}

BOOST_AUTO_TEST_CASE(what_has_to_be_encoded) {
    const std::string expected =
        "@, / and # are written as %40, %2F and %23 in a user's name "
        "and a password, and there is no path";
    check_refused({"smtps://u:p@ss@h", "smtps://me@example.org@h", "smtps://h/path",
                   "smtps://h//", "smtps://h#x", "smtps://u@h/x?timeout=60"},
                  expected);
    // RFC 3986 3.2.1: none of these stands for itself in front of the @
    for (const char c : std::string(" /#<>\"\\^`{|}[]\xc3"))
        BOOST_TEST(!why(std::string("smtps://u:p") + c + "w@h").empty());
}

BOOST_AUTO_TEST_CASE(malformed_encodings) {
    check_refused({"smtps://u%@h", "smtps://u%4@h", "smtps://u%zz@h", "smtps://u%4g@h",
                   "smtps://u%-1@h", "smtps://u%0x@h", "smtps://u:%@h", "smtps://h?a=%4"},
                  "after % two hexadecimal digits are expected");
}

BOOST_AUTO_TEST_CASE(control_characters) {
    check_refused({"smtps://u%00@h", "smtps://u:a%0D%0Ab@h", "smtps://u\r\n@h",
                   "smtps://h%0a", "smtps://h?a=%1b", "smtps://h?a=\x7f",
                   "smtps://u:%7F@h"},
                  "a control character");
}

BOOST_AUTO_TEST_CASE(no_error_quotes_the_url) {
    for (const char* url :
         {"smtp://u:hunter2@h", "hunter2", "smtps://u:hunter2@x@h", "smtps://u:hunter2%@h",
          "smtps://u:hunter2%00@h", "smtps://u:hunter2@h/x", "smtps://h?hunter2",
          "smtps://u:hunter2 @h", "smtps://u:hunter2#@h", "smtps://u:x/hunter2@h"})
        BOOST_TEST(!holds(why(url), "hunter2"), url);
}
