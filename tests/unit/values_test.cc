// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE values
#include <boost/test/unit_test.hpp>

#include <limits>

#include "config/values.h"
#include "failing.h"

using namespace sallyport;
using namespace std::chrono_literals;

namespace {

const std::string origin = "conf:7: key";

template<class Read>
void check_refused(Read&& read, std::initializer_list<std::string> texts,
                   const std::string& why) {
    for (const std::string& text : texts) {
        const Failure failure = failure_of([&] { return read(text); });
        BOOST_TEST_CONTEXT(text) {
            BOOST_TEST(status_of(failure) == 78);
            BOOST_TEST((failure.fault() == Fault::local));
            BOOST_TEST(failure.what() == origin + ": " + why);
        }
    }
}

} // namespace

BOOST_AUTO_TEST_CASE(switches) {
    BOOST_TEST(read_switch("yes", origin));
    BOOST_TEST(!read_switch("no", origin));
    check_refused([](const std::string& text) { return read_switch(text, origin); },
                  {"", "Yes", "on", "true", "1", "yes ", "yesno"}, "yes or no is expected");
}

BOOST_AUTO_TEST_CASE(numbers) {
    BOOST_TEST(read_number("1", 1, 10, origin) == 1U);
    BOOST_TEST(read_number("10", 1, 10, origin) == 10U);
    BOOST_TEST(read_number("007", 1, 10, origin) == 7U);
    check_refused([](const std::string& text) { return read_number(text, 1, 10, origin); },
                  {"", "0", "11", "-1", "+1", " 1", "1 ", "1.0", "0x1", "1e1", "one",
                   "18446744073709551617", "99999999999999999999999"},
                  "a number from 1 to 10 is expected");
}

BOOST_AUTO_TEST_CASE(sizes) {
    BOOST_TEST(read_size("0", origin) == 0U);
    BOOST_TEST(read_size("1000", origin) == 1000U);
    BOOST_TEST(read_size("1K", origin) == 1024U);
    BOOST_TEST(read_size("25M", origin) == 25U * 1024 * 1024);
    BOOST_TEST(read_size("2G", origin) == 2ULL * 1024 * 1024 * 1024);
    BOOST_TEST(read_size("17179869183G", origin) == 17179869183ULL << 30U);
    BOOST_TEST(read_size("18446744073709551615", origin) ==
               std::numeric_limits<std::uint64_t>::max());
    check_refused([](const std::string& text) { return read_size(text, origin); },
                  {"", "K", "-1", "1k", "1T", "1MB", "1 M", "1.5M", "M1", "17179869184G",
                   "18446744073709551615K", "18446744073709551616"},
                  "a number of octets is expected, perhaps with K, M or G");
}

BOOST_AUTO_TEST_CASE(durations) {
    const auto seconds = [](std::string_view text) {
        return read_duration(text, 0s, origin);
    };
    BOOST_TEST((seconds("0") == 0s));
    BOOST_TEST((seconds("30") == 30s));
    BOOST_TEST((seconds("30s") == 30s));
    BOOST_TEST((seconds("5m") == 300s));
    BOOST_TEST((seconds("2h") == 2h));
    BOOST_TEST((seconds("30d") == 720h));
    BOOST_TEST((seconds("2592000") == 720h));
    BOOST_TEST((read_duration("1", 1s, origin) == 1s));
    check_refused([](const std::string& text) { return read_duration(text, 1s, origin); },
                  {"", "0", "0s", "s", "-1", "1.5", "1w", "1 m", "1ms", "31d", "721h",
                   "2592001", "18446744073709551615d", "99999999999999999999"},
                  "a time from 1s to 30d is expected, in seconds or with s, m, h or d");
    BOOST_TEST((read_duration("1d", 60s, origin, 24h) == 24h));
    check_refused(
        [](const std::string& text) { return read_duration(text, 60s, origin, 24h); },
        {"59", "86401", "2d"},
        "a time from 1m to 1d is expected, in seconds or with s, m, h or d");
    check_refused(
        [](const std::string& text) { return read_duration(text, 0s, origin, 5400s); },
        {"2h"}, "a time from 0 to 90m is expected, in seconds or with s, m, h or d");
}

BOOST_AUTO_TEST_CASE(lists) {
    const auto list = [](std::string_view text) {
        std::string joined;
        for (const std::string& element : read_list(text, origin))
            joined += element + "|";
        return joined;
    };
    BOOST_TEST(list("a") == "a|");
    BOOST_TEST(list("a, b") == "a|b|");
    BOOST_TEST(list("a b\tc,d") == "a|b|c|d|");
    BOOST_TEST(list(" ,a,,b , ") == "a|b|");
    check_refused([](const std::string& text) { return read_list(text, origin); },
                  {"", " ", ",", ", \t,"}, "a list is expected, and it is empty");
}

BOOST_AUTO_TEST_CASE(texts_and_paths) {
    BOOST_TEST(read_text(" a;\xff ", origin) == " a;\xff ");
    check_refused([](const std::string& text) { return read_text(text, origin); }, {""},
                  "it is empty");
    check_refused([](const std::string& text) { return read_text(text, origin); },
                  {"a\tb", "a\nb", "\r", "\x7f", "\x1b", std::string(1, '\0')},
                  "it holds a control character");
    BOOST_TEST(read_path("/a b", origin) == "/a b");
    check_refused([](const std::string& text) { return read_path(text, origin); },
                  {"a", "./a", "~/a", " /a"}, "a path that begins with / is expected");
}

BOOST_AUTO_TEST_CASE(hosts) {
    for (const char* host :
         {"smtp.example.org", "a", "a-b_c.d", "1a", "xn--bcher-kva.example", "192.0.2.1",
          "2001:db8::1", "::1", "fe80::1%eth0", "::ffff:192.0.2.1"})
        BOOST_TEST(read_host(host, origin) == host);
    BOOST_TEST(read_host("smtp.example.org.", origin) == "smtp.example.org");
    BOOST_TEST(read_host("a.", origin) == "a");
    BOOST_TEST(read_domain("example.org.", origin) == "example.org");
    BOOST_TEST(read_server("smtp.example.org.", origin) == "smtp.example.org");
    BOOST_TEST(read_server("unix:/a.", origin) == "unix:/a.");
    BOOST_TEST(read_host("[2001:db8::1]", origin) == "2001:db8::1");
    BOOST_TEST(read_host("[192.0.2.1]", origin) == "192.0.2.1");
    BOOST_TEST(read_host(std::string(255, 'a'), origin).size() == 255U);
    const auto read = [](const std::string& text) { return read_host(text, origin); };
    check_refused(read,
                  {"",
                   " ",
                   "a b",
                   "a/b",
                   "-a",
                   ".a",
                   "a..b",
                   ".",
                   "a..",
                   "[192.0.2.1.]",
                   "a@b",
                   "<a>",
                   "[a]",
                   "[]",
                   "b\xc3\xbc\x63her.example",
                   "a\tb",
                   "a\n",
                   "%",
                   "[::1",
                   "::1]",
                   std::string(256, 'a')},
                  "a host name or an address is expected");
    check_refused(read, {"a:25", "1:2", "smtps://a", "smtps://a:465", "unix:/run/smtp"},
                  "a host name alone is expected: 465 of NAME:465 goes into port, "
                  "smtps:// into tls = implicit");
}

BOOST_AUTO_TEST_CASE(sockets_of_this_machine) {
    for (const char* good : {"mail.example", "192.0.2.1", "unix:/run/smtp", "unix:/a b"})
        BOOST_TEST(read_server(good, origin) == good);
    const std::string longest = "unix:/" + std::string(106, 's');
    BOOST_TEST(read_server(longest, origin) == longest);
    const auto read = [](const std::string& text) { return read_server(text, origin); };
    check_refused(read, {"unix:run/smtp", "unix:smtp"},
                  "a path that begins with / is expected");
    check_refused(read, {"unix:"}, "it is empty");
    check_refused(read, {longest + "s"}, "the path of a socket may have 107 octets");
    check_refused(read, {"unix:/a\nb"}, "it holds a control character");
    check_refused(read, {"UNIX:/a"},
                  "a host name alone is expected: 465 of NAME:465 goes into port, "
                  "smtps:// into tls = implicit");
}

BOOST_AUTO_TEST_CASE(the_scope_of_an_address_is_a_name) {
    check_refused([](const std::string& text) { return read_host(text, origin); },
                  {"fe80::1%a\r\nb", "fe80::1%\x1b[2J", "fe80::1%a b", "fe80::1%"},
                  "a host name or an address is expected");
}

BOOST_AUTO_TEST_CASE(ports) {
    BOOST_TEST(read_ports("465", origin) == (std::vector<std::uint16_t>{465}),
               boost::test_tools::per_element());
    BOOST_TEST(read_ports("587, 1 65535", origin) ==
                   (std::vector<std::uint16_t>{587, 1, 65535}),
               boost::test_tools::per_element());
    check_refused([](const std::string& text) { return read_ports(text, origin); },
                  {"0", "65536", "smtp", "465,-1", "70000"},
                  "a number from 1 to 65535 is expected");
    check_refused([](const std::string& text) { return read_ports(text, origin); },
                  {"465, 465", "587 465,465"}, "the port 465 is named twice");
}

BOOST_AUTO_TEST_CASE(mailboxes) {
    for (const char* text : {"a@x", "root", "\"b c\"@x"})
        BOOST_TEST(read_mailbox(text, origin).address() == text);
    BOOST_TEST(read_mailbox("J\xc3\xb6rg <a@x>", origin).address() == "a@x");
    BOOST_TEST(read_mailbox("J\xc3\xb6rg <a@x>", origin).display_name == "J\xc3\xb6rg");
    const auto read = [](const std::string& text) { return read_mailbox(text, origin); };
    check_refused(read, {"<>"}, "an address is expected");
    check_refused(read, {"a@x, b@y"}, "sender \"a@x, b@y\": not one address");
    check_refused(read, {"a b"}, "sender \"a b\": a comma is missing before \"b\"");
    for (const char* odd : {"", " ", "a@x\r\n", "a@x\n", "\"a\tb\" <a@x>", "a@x\r\n>"})
        BOOST_TEST(status_of(failure_of([&] { return read(odd); })) == 78, odd);
}

BOOST_AUTO_TEST_CASE(how_far_a_name_is_from_another) {
    BOOST_TEST(distance("host", "host") == 0U);
    BOOST_TEST(distance("HOST", "host") == 0U);
    BOOST_TEST(distance("hots", "host") == 2U);
    BOOST_TEST(distance("passwd", "password") == 2U);
    BOOST_TEST(distance("", "host") == 4U);
}
