// SPDX-License-Identifier: MIT
//
// Answers of DNS, taken apart, and the order of what they name.
#define BOOST_TEST_MODULE srv
#include <boost/test/unit_test.hpp>

#include <map>

#include "net/srv.h"
#include "unit/dns_octets.h"

using namespace sallyport;
using namespace std::string_literals;
using dns::encoded;
using dns::number;

namespace {

const std::string asked = encoded("_submission._tcp.example.org") + number(33) + number(1);

/// A record of the name that was asked for.
std::string record(const std::string& data, unsigned type = 33, unsigned kind = 1) {
    return dns::record(type, data, kind);
}

std::string service(unsigned priority, unsigned weight, unsigned port,
                    const std::string& encoded_target) {
    return record(number(priority) + number(weight) + number(port) + encoded_target);
}

std::string message(unsigned count, const std::string& records) {
    return "\0\1\x81\x80"s + number(1) + number(count) + number(0) + number(0) + asked +
           records;
}

std::string shown(const std::vector<Service>& services) {
    std::string text;
    for (const Service& service : services)
        text +=
            (text.empty() ? "" : " ") + service.target + ":" + std::to_string(service.port);
    return text;
}

/// "none" if it is no message.
std::string parsed(const std::string& octets) {
    const auto services = parse_services(octets, TlsMode::starttls);
    return services ? shown(*services) : "none";
}

const std::string mail = encoded("mail.example");

} // namespace

BOOST_AUTO_TEST_CASE(what_a_domain_offers) {
    const auto services = parse_services(
        message(2, service(10, 5, 587, mail) + service(20, 0, 2525, encoded("b.example"))),
        TlsMode::starttls);
    BOOST_REQUIRE(services.has_value());
    BOOST_TEST(shown(*services) == "mail.example:587 b.example:2525");
    BOOST_TEST(services->front().priority == 10);
    BOOST_TEST(services->front().weight == 5);
    BOOST_TEST((services->front().tls == TlsMode::starttls));
    BOOST_TEST(parsed(message(0, "")) == "");
}

BOOST_AUTO_TEST_CASE(what_it_does_not_offer) {
    BOOST_TEST(parsed(message(1, service(0, 0, 0, "\0"s))) == "");
    BOOST_TEST(parsed(message(1, service(0, 0, 587, "\0"s))) == "");
    BOOST_TEST(parsed(message(1, service(0, 0, 0, mail))) == "");
}

BOOST_AUTO_TEST_CASE(names_that_are_no_host_names) {
    for (const std::string& odd : {"\4a\x1b[2\0"s, "\3a\nb\0"s, "\3a b\0"s, "\3a.b\0"s,
                                   "\2\xc3\xbc\0"s, "\1%\0"s, "\2-a\0"s, "\1\0\0"s})
        BOOST_TEST(parsed(message(2, service(0, 0, 1, odd) + service(0, 0, 2, mail))) ==
                   "mail.example:2");
}

BOOST_AUTO_TEST_CASE(other_records_are_passed_over) {
    const std::string alias = record(mail, 5);
    const std::string chaos = record(number(0) + number(0) + number(1) + mail, 33, 3);
    BOOST_TEST(parsed(message(4, alias + chaos + record("x", 46) +
                                     service(0, 0, 587, mail))) == "mail.example:587");
}

BOOST_AUTO_TEST_CASE(names_may_be_compressed) {
    // At 12 is _submission._tcp.example.org, whose third label is at 29.
    BOOST_TEST(parsed(message(1, service(0, 0, 587, "\4mail\xc0\x1d"s))) ==
               "mail.example.org:587");
}

BOOST_AUTO_TEST_CASE(what_is_no_message) {
    const std::string whole = message(1, service(10, 5, 587, mail));
    for (std::size_t size = 0; size < whole.size(); ++size)
        BOOST_TEST(parsed(whole.substr(0, size)) == "none", size);
    BOOST_TEST(parsed(message(2, service(0, 0, 587, mail))) == "none");
    BOOST_TEST(parsed(message(65535, "")) == "none");
    for (const std::string& odd : {"\xc0\xff"s,              // leads beyond the end
                                   "\xff\xff"s, "\x40mail"s, // of no kind
                                   "\4mail"s,                // without an end
                                   "\4mail\0\0"s,            // with more after it
                                   ""s})
        BOOST_TEST(parsed(message(1, service(0, 0, 587, odd))) == "none");
}

BOOST_AUTO_TEST_CASE(names_that_lead_to_themselves) {
    const auto at = static_cast<unsigned>(message(1, service(0, 0, 587, "")).size());
    const std::string self = number(0xc000U | at);
    BOOST_TEST(parsed(message(1, service(0, 0, 587, self))) == "none");
    BOOST_TEST(parsed(message(1, service(0, 0, 587, "\1a" + self))) == "none");
}

BOOST_AUTO_TEST_CASE(by_priority) {
    const auto none = [](std::uint32_t) { return 0U; };
    std::vector<Service> services{
        {"c", 1, {}, 30, 9}, {"a", 1, {}, 10, 0}, {"b", 1, {}, 20, 9}};
    BOOST_TEST(shown(in_order(services, none)) == "a:1 b:1 c:1");
    BOOST_TEST(in_order({}, none).empty());
    services.resize(100, {"x", 1, {}, 40, 65535});
    BOOST_TEST(in_order(services, none).size() == 8U);
}

BOOST_AUTO_TEST_CASE(by_weight) {
    const std::vector<Service> services{
        {"hardly", 1, {}, 0, 0}, {"often", 1, {}, 0, 3}, {"seldom", 1, {}, 0, 1}};
    std::map<std::string, int> first;
    constexpr std::uint32_t shares = 1 + 49 + 17;
    static std::uint32_t n = 0;
    for (n = 0; n < shares; ++n) {
        const auto ordered = in_order(
            services, [](std::uint32_t limit) { return limit == shares ? n : limit - 1; });
        BOOST_TEST(ordered.size() == 3U);
        ++first[ordered.front().target];
    }
    BOOST_TEST(first["hardly"] == 1);
    BOOST_TEST(first["often"] == 49);
    BOOST_TEST(first["seldom"] == 17);
}
