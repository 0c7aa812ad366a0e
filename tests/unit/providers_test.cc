// SPDX-License-Identifier: MIT
//
// The rows of the table of providers.
#define BOOST_TEST_MODULE providers
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "config/providers.h"
#include "failing.h"
#include "text/ascii.h"
#include "text/host_name.h"

using namespace sallyport;
using Ports = std::vector<std::uint16_t>;

namespace {

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    while (!text.empty())
        words.emplace_back(take_until(text, ' '));
    return words;
}

bool is_word(std::string_view text) {
    return !text.empty() && text.front() != '-' && text.back() != '-' &&
           std::ranges::all_of(text, [](char c) {
               return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-';
           });
}

bool is_open(const Provider& row) {
    return row.variants[0] >= 'A' && row.variants[0] <= 'Z';
}

Ports ports_of(const Provider& row) {
    Ports ports;
    std::ranges::copy_if(row.ports, std::back_inserter(ports),
                         [](std::uint16_t port) { return port != 0; });
    return ports;
}

std::string why_not(const std::string& text) {
    const Failure failure =
        failure_of([&] { return read_preset(text, "conf:3: provider"); });
    BOOST_TEST(static_cast<int>(failure.status()) == 78);
    BOOST_TEST((failure.fault() == Fault::local));
    return failure.what();
}

} // namespace

BOOST_AUTO_TEST_CASE(there_are_as_many_as_the_manual_says) {
    BOOST_TEST(provider_table().size() == 61U);
}

BOOST_AUTO_TEST_CASE(every_key_is_a_word_of_its_own) {
    std::set<std::string> keys;
    for (const Provider& row : provider_table()) {
        BOOST_TEST(is_word(row.key), row.key);
        BOOST_TEST(keys.insert(row.key).second, row.key);
        BOOST_TEST(!std::string_view(row.title).empty(), row.key);
        BOOST_TEST(!std::string_view(row.secret).empty(), row.key);
        BOOST_TEST(!std::string_view(row.source).empty(), row.key);
        BOOST_TEST((row.confidence == 'V' || row.confidence == 'C'), row.key);
    }
}

BOOST_AUTO_TEST_CASE(ports_are_those_of_submission) {
    for (const Provider& row : provider_table()) {
        const Ports ports = ports_of(row);
        BOOST_TEST(!ports.empty(), row.key);
        BOOST_TEST(row.ports[0] != 0, row.key);
        for (const std::uint16_t port : ports) {
            BOOST_TEST(port != 25, row.key);
            BOOST_TEST(std::ranges::count(ports, port) == 1, row.key);
        }
    }
}

BOOST_AUTO_TEST_CASE(every_variant_has_its_host) {
    for (const Provider& row : provider_table()) {
        const auto hosts = words_of(row.host);
        const auto variants = words_of(row.variants);
        BOOST_TEST(hosts.size() == (is_open(row) ? 1 : variants.size() + 1), row.key);
        BOOST_TEST(std::set(hosts.begin(), hosts.end()).size() == hosts.size(), row.key);
        for (const std::string& host : hosts)
            BOOST_TEST(is_host_name(host, Naming::strict), host);
        if (is_open(row)) {
            BOOST_TEST(variants.size() == 1U, row.key);
            BOOST_TEST(hosts.front().find(variants.front()) != std::string::npos, row.key);
            continue;
        }
        for (const std::string& variant : variants)
            BOOST_TEST(is_word(variant), variant);
    }
}

BOOST_AUTO_TEST_CASE(a_user_with_one_name_for_everybody_is_known_as_such) {
    for (const Provider& row : provider_table())
        BOOST_TEST((row.user[0] != '\0') == (row.user_form == Provider::UserForm::fixed),
                   row.key);
}

BOOST_AUTO_TEST_CASE(traps_domains_and_exchangers_are_lists_of_words) {
    for (const Provider& row : provider_table()) {
        for (const std::string& trap : words_of(row.traps))
            BOOST_TEST(is_word(trap), row.key);
        for (const char* const names : {row.domains, row.mx}) {
            for (const std::string& name : words_of(names))
                BOOST_TEST((is_host_name(name) && lower_case(name) == name), row.key);
        }
    }
}

BOOST_AUTO_TEST_CASE(no_mailbox_domain_is_of_two) {
    std::set<std::string> seen;
    for (const Provider& row : provider_table()) {
        for (const std::string& domain : words_of(row.domains))
            BOOST_TEST(seen.insert(domain).second, domain);
    }
}

/// The mail path has its own form of the table.
BOOST_AUTO_TEST_CASE(the_mail_path_reads_what_stands_in_the_row) {
    for (const Provider& row : provider_table()) {
        auto hosts = words_of(row.host);
        std::vector<std::string> variants{""};
        for (const std::string& variant : words_of(row.variants))
            variants.push_back(variant);
        if (is_open(row)) {
            std::string& host = hosts.front();
            host.replace(host.find(row.variants), variants.back().size(), "a1-b");
            variants = {"a1-b"};
        }
        for (std::size_t at = 0; at < variants.size(); ++at) {
            const std::string text =
                row.key + (variants[at].empty() ? "" : ":" + variants[at]);
            const Preset preset = read_preset(text, "x");
            BOOST_TEST(preset.provider == &row, text);
            BOOST_TEST(preset.key == row.key);
            BOOST_TEST(preset.variant == variants[at]);
            BOOST_TEST(preset.host == hosts[at]);
            BOOST_TEST(preset.ports == ports_of(row), boost::test_tools::per_element());
            BOOST_TEST(preset.user == row.user);
        }
    }
}

BOOST_AUTO_TEST_CASE(an_unknown_key_and_the_nearest) {
    BOOST_TEST(why_not("g-mail") ==
               "conf:3: provider: g-mail is not known; the nearest provider is gmail");
    BOOST_TEST(
        why_not("send-grid:eu") ==
        "conf:3: provider: send-grid is not known; the nearest provider is sendgrid");
    BOOST_TEST(why_not("smtp.example.org") ==
               "conf:3: provider: smtp.example.org is not known: set host = NAME instead; "
               "\"sallyportctl providers\" lists them");
    BOOST_TEST(why_not("").starts_with("conf:3: provider:  is not known"));
    BOOST_TEST(why_not("x\x1b[m").starts_with("conf:3: provider: x?[m is not known"));
    BOOST_TEST(why_not(std::string(60'000, 'x')).size() < 300U);
}

BOOST_AUTO_TEST_CASE(variants_that_there_are_not) {
    BOOST_TEST(why_not("sendgrid:us") ==
               "conf:3: provider: sendgrid has no variant us; it has eu");
    BOOST_TEST(why_not("smtp2go:jp") ==
               "conf:3: provider: smtp2go has no variant jp; it has us eu eu2 au");
    BOOST_TEST(why_not("gmail:eu") ==
               "conf:3: provider: gmail has no variants: set gmail alone");
    BOOST_TEST(why_not("sendgrid:") ==
               "conf:3: provider: after the colon a variant is expected");
}

BOOST_AUTO_TEST_CASE(a_region_is_needed_and_part_of_a_name) {
    const std::string form = "conf:3: provider: write ses:REGION, for its host is "
                             "email-smtp.REGION.amazonaws.com";
    for (const char* wrong :
         {"ses", "ses:-a", "ses:a-", "ses:a.b", "ses:a/b", "ses:a b", "ses:a:b", "ses:_"})
        BOOST_TEST(why_not(wrong) == form, wrong);
    BOOST_TEST(why_not("ses:" + std::string(300, 'a')) == form);
    BOOST_TEST(read_preset("onamae:example.co.jp", "x").host == "smtp.example.co.jp");
    BOOST_TEST(why_not("onamae:example..jp") ==
               "conf:3: provider: write onamae:DOMAIN, for its host is smtp.DOMAIN");
}

BOOST_AUTO_TEST_CASE(a_key_may_be_written_in_capitals) {
    BOOST_TEST(read_server_preset("SendGrid:eu", "x").key == "sendgrid");
    BOOST_TEST(read_server_preset("Gmail", "x").key == "gmail");
}
