// SPDX-License-Identifier: MIT
//
// Names with addresses of one family or both, without any, and name servers in trouble.
#define BOOST_TEST_MODULE names
#include <boost/test/unit_test.hpp>

#include "ctl/names.h"
#include "name_server.h"

using namespace sallyport;
using namespace sallyport::ctl;
using namespace std::string_literals;

namespace {

Deadline soon() {
    return Clock::now() + std::chrono::seconds(20);
}

const DnsAnswer v4{0, {dns::record(dns::a, "\xc0\0\2\1"s)}};
const DnsAnswer two_v4{
    0, {dns::record(dns::a, "\xc0\0\2\1"s), dns::record(dns::a, "\xc0\0\2\2"s)}};
const DnsAnswer v6{0, {dns::record(dns::aaaa, "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"s)}};

const Zone zone{
    {"both.example", {{dns::a, two_v4}, {dns::aaaa, v6}}},
    {"v4.example", {{dns::a, v4}}},
    {"v6.example", {{dns::aaaa, v6}}},
    {"bare.example", {}},
    {"broken.example", {{dns::a, {2}}, {dns::aaaa, {2}}}},
    {"half.example", {{dns::a, v4}, {dns::aaaa, {2}}}},
    {"doubtful.example", {{dns::aaaa, {2}}}},
    {"silent.example", {{dns::a, {-1}}, {dns::aaaa, {-1}}, {dns::mx, {-1}}}},
    {"mail.example",
     {{dns::mx,
       {0,
        {dns::exchanger(20, "b.example"), dns::exchanger(10, "A.Example"),
         dns::exchanger(20, "c.example")}}}}},
    {"null.example", {{dns::mx, {0, {dns::record(dns::mx, dns::number(0) + '\0')}}}}},
};

/// "2 IPv4, 1 IPv6"; "missing", "none", "trouble"
std::string shown(const NameFacts& facts) {
    if (!facts.empty())
        return std::to_string(facts.v4.size()) + " IPv4, " +
               std::to_string(facts.v6.size()) + " IPv6" + facts.trouble;
    const bool no_host = facts.status == ExitStatus::no_host;
    if (facts.trouble.empty() || (facts.missing && !no_host))
        return "unexplained";
    return facts.missing ? "missing" : no_host ? "none" : "trouble";
}

/// Fails, or says that it cannot be tried, where `host` is not as `expected`.
void expect(const std::string& host, IpFamily ip, const std::string& expected,
            std::chrono::milliseconds within = std::chrono::seconds(20)) {
    BOOST_TEST_CONTEXT(host)
    check_or_skip(beside_name_server(zone, [&] {
        const std::string found = shown(look_up_names(host, ip, Clock::now() + within));
        if (found != expected)
            ::dprintf(2, "%s: %s\n", host.c_str(), found.c_str());
        return found == expected ? 0 : 1;
    }));
}

void expect_exchangers(const std::string& domain, const std::string& expected,
                       std::chrono::milliseconds within = std::chrono::seconds(20)) {
    BOOST_TEST_CONTEXT(domain)
    check_or_skip(beside_name_server(zone, [&] {
        std::string found;
        for (const auto& host : look_up_exchangers(domain, Clock::now() + within))
            found += host + " ";
        return found == expected ? 0 : 1;
    }));
}

/// A whole DNS message with these records.
std::string message(unsigned count, const std::string& records) {
    return "\0\1\x81\x80"s + dns::number(1) + dns::number(count) + dns::number(0) +
           dns::number(0) + dns::encoded("example.org") + dns::number(dns::mx) +
           dns::number(1) + records;
}

std::string parsed(const std::string& octets) {
    const auto hosts = parse_exchangers(octets);
    if (!hosts)
        return "none";
    std::string text;
    for (const std::string& host : *hosts)
        text += host + " ";
    return text;
}

} // namespace

BOOST_AUTO_TEST_CASE(an_address_is_no_question) {
    BOOST_TEST(shown(look_up_names("192.0.2.1", IpFamily::any, soon())) ==
               "1 IPv4, 0 IPv6");
    BOOST_TEST(shown(look_up_names("2001:db8::1", IpFamily::any, soon())) ==
               "0 IPv4, 1 IPv6");
    BOOST_TEST(look_up_names("192.0.2.1", IpFamily::ipv6, soon()).empty());
}

BOOST_AUTO_TEST_CASE(each_family_for_itself) {
    expect("both.example", IpFamily::any, "2 IPv4, 1 IPv6");
    expect("both.example", IpFamily::ipv4, "2 IPv4, 0 IPv6");
    expect("both.example", IpFamily::ipv6, "0 IPv4, 1 IPv6");
    expect("v4.example", IpFamily::any, "1 IPv4, 0 IPv6");
    expect("v6.example", IpFamily::any, "0 IPv4, 1 IPv6");
}

BOOST_AUTO_TEST_CASE(a_name_that_does_not_exist) {
    expect("none.example", IpFamily::any, "missing");
    expect("none.example", IpFamily::ipv4, "missing");
}

BOOST_AUTO_TEST_CASE(a_name_without_an_address) {
    expect("bare.example", IpFamily::any, "none");
    expect("v6.example", IpFamily::ipv4, "none");
}

BOOST_AUTO_TEST_CASE(a_name_server_in_trouble) {
    expect("broken.example", IpFamily::any, "trouble");
    expect("doubtful.example", IpFamily::any, "trouble"); // it may have one of IPv6
    expect("half.example", IpFamily::any, "1 IPv4, 0 IPv6");
}

BOOST_AUTO_TEST_CASE(a_name_server_that_does_not_answer) {
    expect("silent.example", IpFamily::any, "trouble", std::chrono::milliseconds(50));
}

BOOST_AUTO_TEST_CASE(exchangers_by_preference) {
    expect_exchangers("mail.example", "a.example b.example c.example ");
    expect_exchangers("null.example", "");
    expect_exchangers("none.example", "");
    expect_exchangers("silent.example", "", std::chrono::milliseconds(50));
    BOOST_TEST(look_up_exchangers("no name", soon()).empty());
}

BOOST_AUTO_TEST_CASE(hostile_answers) {
    const std::string mail = dns::exchanger(10, "mail.example");
    const std::string whole = message(2, mail + dns::exchanger(5, "b.example"));
    BOOST_TEST(parsed(whole) == "b.example mail.example ");
    for (std::size_t size = 0; size < whole.size(); ++size)
        BOOST_TEST(parsed(whole.substr(0, size)) == "none", size);
    BOOST_TEST(parsed(message(65535, mail)) == "none");
    BOOST_TEST(parsed(message(1, dns::record(dns::a, "\xc0\0\2\1"s))) == "");
    const std::string odd_name = dns::record(dns::mx, "\0\1\4a\x1b[2\0"s);
    BOOST_TEST(parsed(message(2, odd_name + mail)) == "mail.example ");
    const auto at = static_cast<unsigned>(message(0, "").size() + 14); // of a name
    for (const std::string& data :
         {""s, "\0\1"s, "\0\1\xc0\xff"s, "\0\1\4mail"s, "\0\1\x40x"s, "\0\1\4mail\0\0"s,
          "\0\1"s + dns::number(0xc000U | at)})
        BOOST_TEST(parsed(message(1, dns::record(dns::mx, data))) == "none", data);
    std::string many;
    for (unsigned i = 0; i < 100; ++i)
        many += dns::exchanger(i, "mail.example");
    BOOST_TEST(parse_exchangers(message(100, many))->size() == 10U);
}

BOOST_AUTO_TEST_CASE(the_name_servers) {
    const Folder folder;
    const auto named = [&folder](const char* text) {
        std::string servers;
        for (const std::string& each : name_servers(folder.write("resolv.conf", text)))
            servers += each + " ";
        return servers;
    };
    BOOST_TEST(named("# none\nsearch example\n") == "");
    BOOST_TEST(named("nameserver 192.0.2.1\n nameserver\t2001:db8::1  # \r\n"
                     "nameserverless\nnameserver \x1b\n") == "192.0.2.1 2001:db8::1 ? ");
    BOOST_TEST(named("nameserver 1\nnameserver 2\nnameserver 3\nnameserver 4") == "1 2 3 ");
    BOOST_TEST(name_servers(folder.path("none")).empty());
}
