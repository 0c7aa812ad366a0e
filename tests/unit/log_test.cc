// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE log
#include <boost/test/unit_test.hpp>

#include "system/log.h"
#include "text/ascii.h"

using namespace sallyport;
using namespace std::chrono_literals;

namespace {

LogEntry entry() {
    LogEntry entry;
    entry.id = "7bq2m0x4kd9f";
    entry.uid = 33;
    entry.from = "me@example.org";
    entry.size = 1021;
    entry.to = {"you@example.com"};
    entry.relay = "smtp.example.org[192.0.2.25]:465";
    entry.tls = "TLSv1.3";
    entry.delays = {0ms, 50ms, 110ms, 50ms};
    entry.dsn = "2.0.0";
    entry.status = "sent";
    entry.reply = "250 2.0.0 Ok: queued as 4b1XyZ";
    return entry;
}

/// A reader of its own, as strict as RFC 8259 8.1 and 7 want it for what we write: the end
/// of the string that begins at `at`, or npos.
std::size_t end_of_string(const std::string& json, std::size_t at) {
    for (++at; at < json.size() && json[at] != '"'; ++at) {
        if (is_control(json[at]))
            return std::string::npos;
        if (json[at] == '\\' && json[++at] != '"' && json[at] != '\\')
            return std::string::npos;
    }
    return at < json.size() ? at : std::string::npos;
}

/// The JSON text with each string put down as S.
std::string outline(const std::string& json) {
    std::string shape;
    for (std::size_t at = 0; at < json.size(); ++at) {
        if (json[at] == '"') {
            at = end_of_string(json, at);
            if (at == std::string::npos)
                return "malformed";
            shape += 'S';
        } else {
            shape += json[at];
        }
    }
    return shape;
}

std::string all_octets() {
    std::string octets;
    for (int octet = 0; octet < 256; ++octet)
        octets += static_cast<char>(octet);
    return octets;
}

constexpr const char* outline_of_entry =
    "{S:S,S:33,S:S,S:1021,S:[S],S:S,S:S,S:0.21,S:[0,0.05,0.11,0.05],S:S,S:S,S:S}";

} // namespace

BOOST_AUTO_TEST_CASE(the_line_of_the_manual) {
    BOOST_TEST(to_line(entry(), LogFormat::text) ==
               "7bq2m0x4kd9f: uid=33, from=<me@example.org>, size=1021, "
               "to=<you@example.com>, relay=smtp.example.org[192.0.2.25]:465, tls=TLSv1.3, "
               "delay=0.21, delays=0/0.05/0.11/0.05, dsn=2.0.0, "
               "status=sent (250 2.0.0 Ok: queued as 4b1XyZ)");
}

BOOST_AUTO_TEST_CASE(without_sender_and_tls) {
    LogEntry plain = entry();
    plain.from.clear();
    plain.tls.clear();
    plain.relay = "none";
    plain.to = {"a@x", "b@y"};
    plain.delays = {100s, 4ms, 1500ms, 0ms};
    plain.dsn = "4.4.1";
    plain.status = "deferred";
    plain.reply = "mail: connecting: Connection refused";
    BOOST_TEST(to_line(plain, LogFormat::text) ==
               "7bq2m0x4kd9f: uid=33, from=<>, size=1021, to=<a@x>,<b@y>, relay=none, "
               "delay=101.5, delays=100/0/1.5/0, dsn=4.4.1, "
               "status=deferred (mail: connecting: Connection refused)");
}

BOOST_AUTO_TEST_CASE(seconds_are_rounded_to_hundredths) {
    const auto delay = [](std::chrono::milliseconds span) {
        LogEntry slow;
        slow.delays.transfer = span;
        const std::string line = to_line(slow, LogFormat::text);
        const auto begin = line.find("delay=") + 6;
        return line.substr(begin, line.find(", delays=") - begin);
    };
    BOOST_TEST(delay(0ms) == "0");
    BOOST_TEST(delay(4ms) == "0");
    BOOST_TEST(delay(5ms) == "0.01");
    BOOST_TEST(delay(96ms) == "0.1");
    BOOST_TEST(delay(994ms) == "0.99");
    BOOST_TEST(delay(995ms) == "1");
    BOOST_TEST(delay(1090ms) == "1.09");
    BOOST_TEST(delay(600s) == "600");
    BOOST_TEST(delay(86399999ms) == "86400");
}

BOOST_AUTO_TEST_CASE(one_json_object) {
    BOOST_TEST(to_line(entry(), LogFormat::json) ==
               "{\"id\":\"7bq2m0x4kd9f\",\"uid\":33,\"from\":\"me@example.org\","
               "\"size\":1021,\"to\":[\"you@example.com\"],"
               "\"relay\":\"smtp.example.org[192.0.2.25]:465\",\"tls\":\"TLSv1.3\","
               "\"delay\":0.21,\"delays\":[0,0.05,0.11,0.05],\"dsn\":\"2.0.0\","
               "\"status\":\"sent\",\"reply\":\"250 2.0.0 Ok: queued as 4b1XyZ\"}");
    BOOST_TEST(outline(to_line(entry(), LogFormat::json)) == outline_of_entry);
}

BOOST_AUTO_TEST_CASE(json_strings_are_escaped) {
    LogEntry odd = entry();
    odd.from = "\"a\\b\"@x";
    odd.to = {"\"", "\\"};
    odd.reply = "250 \",\"status\":\"sent\"} \xc3\xa4\n{";
    const std::string json = to_line(odd, LogFormat::json);
    BOOST_TEST(json.find("\"from\":\"\\\"a\\\\b\\\"@x\"") != std::string::npos);
    BOOST_TEST(json.find("\"to\":[\"\\\"\",\"\\\\\"]") != std::string::npos);
    BOOST_TEST(
        json.ends_with("\"reply\":\"250 \\\",\\\"status\\\":\\\"sent\\\"} \xc3\xa4?{\"}"));
    BOOST_TEST(
        outline(json) ==
        "{S:S,S:33,S:S,S:1021,S:[S,S],S:S,S:S,S:0.21,S:[0,0.05,0.11,0.05],S:S,S:S,S:S}");
}

BOOST_AUTO_TEST_CASE(whatever_the_fields_hold_it_is_one_line) {
    LogEntry odd = entry();
    odd.from = odd.relay = odd.tls = odd.dsn = odd.reply = all_octets();
    odd.to = {all_octets()};
    BOOST_TEST(!has_control(to_line(odd, LogFormat::text)));
    BOOST_TEST(!has_control(to_line(odd, LogFormat::json)));
    BOOST_TEST(outline(to_line(odd, LogFormat::json)) == outline_of_entry);
}

BOOST_AUTO_TEST_CASE(a_reply_cannot_forge_a_line) {
    LogEntry odd = entry();
    odd.reply = "250 ok)\nsallyport[1]: x: uid=0, status=sent (250 ok\x1b[2A";
    const std::string line = to_line(odd, LogFormat::text);
    BOOST_TEST(line.ends_with(
        "status=sent (250 ok)?sallyport[1]: x: uid=0, status=sent (250 ok?[2A)"));
}

BOOST_AUTO_TEST_CASE(long_replies_are_cut) {
    LogEntry odd = entry();
    odd.reply = std::string(5000, 'x');
    BOOST_TEST(
        to_line(odd, LogFormat::text).ends_with("(" + std::string(1024, 'x') + "...)"));
    BOOST_TEST(
        to_line(odd, LogFormat::json).ends_with("\"" + std::string(1024, 'x') + "...\"}"));
}
