// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE proxy
#include <boost/test/unit_test.hpp>

#include "config/ways.h"
#include "failing.h"
#include "net/proxy.h"
#include "shown.h"
#include "support/talker.h"
#include "text/ascii.h"

using namespace sallyport;
using namespace std::string_literals;

namespace {

const std::string greeting = "220 mail.example ESMTP\r\n"; // of the server, after it all
const std::string established = "HTTP/1.1 200 Connection established\r\n\r\n";
const std::string bound = "\5\0\0\1\0\0\0\0\0\0"s;

struct Fixture {
    /// What the proxy heard; what is left in the stream must be the server's greeting.
    std::string heard_by(const std::string& url, const std::string& says) {
        talk.says = at_once(says + greeting);
        talk.heard.clear();
        kept.clear();
        Talker stream(talk);
        ask_proxy(stream, read_proxy(url, "conf"), "peer", host, 465, Deadline::max(),
                  transcript);
        BOOST_TEST((talk.says == at_once(greeting)));
        return talk.heard;
    }
    /// "75 address: what"
    std::string why(const std::string& url, const std::string& says) {
        talk.says = at_once(says);
        kept.clear();
        Talker stream(talk);
        const Proxy proxy = read_proxy(url, "conf");
        const Failure failure = failure_of([&] {
            ask_proxy(stream, proxy, "peer", host, 465, Deadline::max(), transcript);
            return 0;
        });
        const std::string text = failure.what();
        BOOST_TEST(text.starts_with("peer: "));
        BOOST_TEST(!has_control(text));
        BOOST_TEST(text.size() < 400U);
        BOOST_TEST((failure.fault() == Fault::address || failure.fault() == Fault::relay));
        return std::to_string(status_of(failure)) +
               (failure.fault() == Fault::relay ? " relay" : " address") + text.substr(4);
    }

    [[nodiscard]] std::string shown() const { return shown_of(kept); }

    Talk talk;
    std::vector<Transcript::Entry> kept;
    Transcript transcript{-1, &kept};
    std::string host = "mail.example";
};

const std::string socks = "socks5://proxy.example:1080";
const std::string socks_me = "socks5://me:secret@proxy.example:1080";
const std::string http = "http://proxy.example:8080";
const std::string http_me = "http://me:secret@proxy.example:8080";

} // namespace

BOOST_FIXTURE_TEST_CASE(socks_without_a_log_in, Fixture) {
    const std::string asked = "\5\1\0"s + "\5\1\0\3\x0cmail.example\x01\xd1"s;
    BOOST_TEST(heard_by(socks, "\5\0"s + bound) == asked);
    BOOST_TEST(heard_by(socks, "\5\0"s + "\5\0\0\4"s + std::string(18, 'a')) == asked);
    BOOST_TEST(heard_by(socks, "\5\0"s + "\5\0\0\3\3abc12"s) == asked);
}

BOOST_FIXTURE_TEST_CASE(socks_and_addresses, Fixture) {
    host = "192.0.2.1";
    BOOST_TEST(heard_by(socks, "\5\0"s + bound) ==
               "\5\1\0"s + "\5\1\0\1\xc0\0\2\1\x01\xd1"s);
    host = "2001:db8::1";
    BOOST_TEST(heard_by(socks, "\5\0"s + bound) == "\5\1\0"s + "\5\1\0\4\x20\x01\x0d\xb8"s +
                                                       std::string(11, '\0') +
                                                       "\1\x01\xd1"s);
}

BOOST_FIXTURE_TEST_CASE(socks_with_a_log_in, Fixture) {
    const std::string asked = "\5\1\0\3\x0cmail.example\x01\xd1"s;
    BOOST_TEST(heard_by(socks_me, "\5\2\1\0"s + bound) ==
               "\5\2\0\2"s + "\1\2me\6secret"s + asked);
    // A proxy that wants none is not shown it.
    BOOST_TEST(heard_by(socks_me, "\5\0"s + bound) == "\5\2\0\2"s + asked);
    BOOST_TEST(why(socks_me, "\5\2\1\1"s) ==
               "77 relay: SOCKS: the proxy refuses the log-in");
    BOOST_TEST(why(socks_me, "\5\xff"s) ==
               "77 relay: SOCKS: the proxy takes no log-in by password");
    BOOST_TEST(why(socks, "\5\xff"s) == "77 relay: SOCKS: the proxy wants a log-in");
}

BOOST_FIXTURE_TEST_CASE(socks_refuses, Fixture) {
    const auto refused = [&](char code) {
        return why(socks, "\5\0\5"s + code + "\0\1\0\0\0\0\0\0"s);
    };
    BOOST_TEST(refused(1) == "75 address: SOCKS: the proxy says: general failure");
    BOOST_TEST(refused(2) == "77 address: SOCKS: the proxy says: not allowed");
    BOOST_TEST(refused(3) == "75 address: SOCKS: the proxy says: Network unreachable");
    BOOST_TEST(refused(4) == "75 address: SOCKS: the proxy says: Host unreachable");
    BOOST_TEST(refused(5) == "75 address: SOCKS: the proxy says: Connection refused");
    BOOST_TEST(refused(6) == "75 address: SOCKS: the proxy says: TTL expired");
    BOOST_TEST(refused(7) == "69 address: SOCKS: the proxy says: command not supported");
    BOOST_TEST(refused(8) ==
               "69 address: SOCKS: the proxy says: address type not supported");
    for (const char odd : {'\x09', '\x7f', '\x80', '\xff'})
        BOOST_TEST(refused(odd) ==
                   "69 address: SOCKS: the proxy says: a code that has no meaning");
}

BOOST_FIXTURE_TEST_CASE(what_is_no_socks, Fixture) {
    const std::string none = "76 relay: SOCKS: this is no SOCKS 5 proxy";
    for (const std::string& odd : {"\4\0"s, "\5\1"s, "\5\2"s, "HTTP/1.1 400"s, "220 hello"s,
                                   "\0\0"s, "\5\0\4\0\0\1"s})
        BOOST_TEST(why(socks, odd) == none);
    const std::string whole = "\5\2\1\0"s + bound;
    for (std::size_t size = 0; size < whole.size(); ++size)
        BOOST_TEST(why(socks_me, whole.substr(0, size)) ==
                   "75 address: SOCKS: connection closed by the server");
    talk.end = "timed out";
    BOOST_TEST(why(socks, "") == "75 address: SOCKS: timed out");
}

BOOST_FIXTURE_TEST_CASE(http_connect, Fixture) {
    const std::string place = "mail.example:465";
    BOOST_TEST(heard_by(http, established) ==
               "CONNECT " + place + " HTTP/1.1\r\nHost: " + place + "\r\n\r\n");
    BOOST_TEST(heard_by(http_me, established) ==
               "CONNECT " + place + " HTTP/1.1\r\nHost: " + place +
                   "\r\nProxy-Authorization: Basic bWU6c2VjcmV0\r\n\r\n");
    host = "2001:db8::1";
    BOOST_TEST(heard_by(http, established).starts_with("CONNECT [2001:db8::1]:465 HTTP"));
}

BOOST_FIXTURE_TEST_CASE(a_person_sees_what_is_said_and_no_log_in, Fixture) {
    heard_by(http_me, established);
    BOOST_TEST(shown() == "> CONNECT mail.example:465 HTTP/1.1\n> Host: mail.example:465\n"
                          "> Proxy-Authorization: Basic (credentials)\n"
                          "< HTTP/1.1 200 Connection established\n");
    why(http_me, "HTTP/1.1 407 no bWU6c2VjcmV0 here\r\n\r\n");
    BOOST_TEST(shown().ends_with("(credentials)\n< 407 (text withheld)\n"));
    why(http, "220 mail.example\x1b[2J\r\n");
    BOOST_TEST(shown().ends_with("< 220 mail.example?[2J\n"));
    const std::string asking = "* peer: SOCKS: asking for mail.example, port 465\n";
    heard_by(socks_me, "\5\2\1\0"s + bound);
    BOOST_TEST(shown() == asking + "* peer: SOCKS: the proxy has connected\n");
    why(socks, "\5\0\5\2"s);
    BOOST_TEST(shown() == asking);
}

BOOST_FIXTURE_TEST_CASE(http_says_yes_in_many_ways, Fixture) {
    // RFC 9110 9.3.6: any 2xx; the content that the fields speak of does not come.
    for (const std::string& yes :
         {"HTTP/1.0 200\r\n\r\n"s, "HTTP/1.1 200 \r\n\r\n"s, "HTTP/1.1 299 x\n\n"s,
          "HTTP/1.1 200 OK\r\nContent-Length: 10\r\nTransfer-Encoding: chunked\r\n\r\n"s,
          "HTTP/1.1 100 Continue\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"s})
        heard_by(http, yes);
}

BOOST_FIXTURE_TEST_CASE(http_refuses, Fixture) {
    const auto refused = [&](const std::string& line) {
        return why(http, "HTTP/1.1 " + line + "\r\nA: b\r\n\r\n<html>");
    };
    BOOST_TEST(refused("407 Proxy Authentication Required") ==
               "77 relay: CONNECT: the proxy says: 407 Proxy Authentication Required");
    BOOST_TEST(refused("401").starts_with("77 relay"));
    BOOST_TEST(refused("403 Filtered") ==
               "77 address: CONNECT: the proxy says: 403 Filtered");
    for (const char* code : {"500", "502", "503", "504", "599", "408", "429"})
        BOOST_TEST(refused(code) == "75 address: CONNECT: the proxy says: "s + code);
    for (const char* code : {"400", "404", "405", "301", "999", "000"})
        BOOST_TEST(refused(code).starts_with(code == "000"s ? "76 relay" : "69 address"));
    BOOST_TEST(refused("502 \x1b[2J\x9b\rno" + std::string(1000, 'x')).size() < 300U);
}

BOOST_FIXTURE_TEST_CASE(a_refusal_that_gives_the_password_away, Fixture) {
    const auto refused = [&](const std::string& line) {
        return why(http_me, line + "\r\nA: b\r\n\r\n<html>");
    };
    const std::string withheld = "77 relay: CONNECT: the proxy says: 407 (text withheld)";
    BOOST_TEST(refused("HTTP/1.1 407 not Basic bWU6c2VjcmV0") == withheld);
    BOOST_TEST(refused("HTTP/1.1 407 not U6c2VjcmV0") == withheld);
    BOOST_TEST(refused("HTTP/1.1 407 not SECRET") == withheld);
    BOOST_TEST(refused("HTTP/1.1 407 " + std::string(500, 'x') + " secret") == withheld);
    BOOST_TEST(refused("Proxy-Authorization: Basic bWU6c2VjcmV0?") ==
               "76 relay: CONNECT: this is no HTTP proxy: (text withheld)");
    BOOST_TEST(refused("HTTP/1.1 407 not bWU6c2V") ==
               "77 relay: CONNECT: the proxy says: 407 not bWU6c2V");
    // Without a log-in there is nothing to withhold.
    BOOST_TEST(why(http, "HTTP/1.1 407 secret\r\n\r\n") ==
               "77 relay: CONNECT: the proxy says: 407 secret");
}

BOOST_FIXTURE_TEST_CASE(what_is_no_http, Fixture) {
    for (const std::string& odd :
         {"220 mail.example ESMTP\r\n"s, "\r\n"s, "HTTP/2 200 OK\r\n"s, "HTTP/1.1 20\r\n"s,
          "HTTP/1.1 2000 x\r\n"s, "HTTP/1.1  200 x\r\n"s, "http/1.1 200 x\r\n"s, "\0\n"s,
          "HTTP/1.1 -20 x\r\n"s, "HTTP/1.1 2 0 x\r\n"s})
        BOOST_TEST(why(http, odd + greeting)
                       .starts_with("76 relay: CONNECT: this is no HTTP proxy: "));
    for (std::size_t size = 0; size < established.size(); ++size)
        BOOST_TEST(why(http, established.substr(0, size)) ==
                   "75 address: CONNECT: connection closed by the server");
}

BOOST_FIXTURE_TEST_CASE(a_proxy_that_talks_without_end, Fixture) {
    talk.endless = true;
    const std::string too_long = "76 relay: CONNECT: the reply is too long";
    BOOST_TEST(why(http, "x") == too_long);
    BOOST_TEST(why(http, "HTTP/1.1 100 x\r\n\r\n") == too_long);
    BOOST_TEST(why(http, "HTTP/1.1 200 OK\r\nHTTP/1.1 200 OK\r\n") == too_long);
}
