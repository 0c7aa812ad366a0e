// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE discover
#include <boost/test/unit_test.hpp>

#include "ctl/discover.h"
#include "unit/failing.h"

using namespace sallyport;
using namespace sallyport::ctl;

namespace {

/// What the DNS says, and who has a certificate; and what was asked.
struct World {
    std::vector<Service> services;
    std::vector<std::string> exchangers;
    std::string certificate;
    std::vector<std::string> asked;

    Discovered find(std::string_view domain) {
        return discover(domain, {[this](const std::string& name) {
                                     asked.push_back("SRV " + name);
                                     return services;
                                 },
                                 [this](const std::string& name) {
                                     asked.push_back("MX " + name);
                                     return exchangers;
                                 },
                                 [this](const std::string& host) {
                                     asked.push_back("TLS " + host);
                                     return host == certificate;
                                 }});
    }
};

Service service(const char* target, std::uint16_t port = 465) {
    Service result;
    result.target = target;
    result.port = port;
    return result;
}

bool knows_nothing(const Discovered& found) {
    return found.provider.empty() && found.srv.empty() && found.host.empty() &&
           !found.to_be_confirmed;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_domain_in_the_table_asks_nobody) {
    World world;
    world.services = {service("evil.example")};
    BOOST_TEST(world.find("Gmail.COM").provider == "gmail");
    BOOST_TEST(world.asked.empty());
}

BOOST_AUTO_TEST_CASE(a_target_of_a_provider_is_that_provider) {
    World world;
    world.services = {service("SMTP.gmail.com"), service("mail.example.org")};
    const Discovered found = world.find("example.org");
    BOOST_TEST(found.provider == "gmail");
    BOOST_TEST(found.host == "");
    BOOST_TEST(!found.to_be_confirmed);
    BOOST_TEST(holds(found.why, "SMTP.gmail.com"));
}

BOOST_AUTO_TEST_CASE(a_target_of_any_customer_is_to_be_confirmed) {
    World world;
    const auto is_asked_about = [&](const char* target, const char* provider) {
        world.services = {service(target)};
        const Discovered found = world.find("corp.example");
        BOOST_TEST(found.provider == provider);
        return found.to_be_confirmed;
    };
    BOOST_TEST(is_asked_about("evil.sakura.ne.jp", "sakura:evil"));
    BOOST_TEST(is_asked_about("email-smtp.eu-west-1.amazonaws.com", "ses:eu-west-1"));
    BOOST_TEST(!is_asked_about("smtp.eu.mailgun.org", "mailgun:eu"));
    world.services = {service("me.sakura.ne.jp")};
    BOOST_TEST(!world.find("me.sakura.ne.jp").to_be_confirmed);
}

BOOST_AUTO_TEST_CASE(targets_inside_the_domain_are_left_to_srv) {
    World world;
    world.services = {service("a.mail.Example.org"), service("example.ORG", 587)};
    const Discovered found = world.find("example.org");
    BOOST_TEST(found.srv == "example.org");
    BOOST_TEST(!found.to_be_confirmed);
}

BOOST_AUTO_TEST_CASE(a_target_elsewhere_is_to_be_confirmed) {
    for (const char* const target :
         {"mail.example.net", "evilexample.org", "example.org.evil.example", "org"}) {
        World world;
        world.services = {service(target)};
        const Discovered found = world.find("example.org");
        BOOST_TEST(found.host == target);
        BOOST_TEST(found.srv == "");
        BOOST_TEST(found.to_be_confirmed, target);
    }
}

BOOST_AUTO_TEST_CASE(one_target_elsewhere_is_enough_to_ask) {
    World world;
    world.services = {service("mail.example.org"), service("evil.example")};
    BOOST_TEST(world.find("example.org").srv == "");
    BOOST_TEST(world.find("example.org").to_be_confirmed);
}

BOOST_AUTO_TEST_CASE(an_unusual_port_comes_with_its_host) {
    World world;
    world.services = {service("mail.example.net", 2465)};
    BOOST_TEST((world.find("example.org").ports == std::vector<std::uint16_t>{2465}));
    world.services = {service("mail.example.net", 587)};
    BOOST_TEST(world.find("example.org").ports.empty());
}

BOOST_AUTO_TEST_CASE(a_mail_exchanger_can_only_choose_a_row_of_the_table) {
    World world;
    world.exchangers = {"mx.evil.example", "aspmx.l.google.com"};
    Discovered found = world.find("example.org");
    BOOST_TEST(found.provider == "gmail");
    BOOST_TEST(!found.to_be_confirmed);
    world.exchangers = {"aspmx.l.google.com.evil.example", "evilgoogle.com"};
    BOOST_TEST(knows_nothing(world.find("example.org")));
}

BOOST_AUTO_TEST_CASE(the_usual_names_need_a_certificate) {
    World world;
    BOOST_TEST(knows_nothing(world.find("example.org")));
    BOOST_TEST((world.asked == std::vector<std::string>{"SRV example.org", "MX example.org",
                                                        "TLS smtp.example.org",
                                                        "TLS mail.example.org"}));
    world.certificate = "mail.example.org";
    const Discovered found = world.find("example.org");
    BOOST_TEST(found.host == "mail.example.org");
    BOOST_TEST(!found.to_be_confirmed);
    BOOST_TEST(found.why == "mail.example.org has a certificate for its name");
}

BOOST_AUTO_TEST_CASE(what_is_no_domain_is_looked_up_nowhere) {
    for (const char* const domain :
         {"", "[192.0.2.1]", "192.0.2.1", "a b", "a\nb", "-x.example", "a..b"}) {
        World world;
        BOOST_TEST(status_of(failure_of([&] { return world.find(domain); })) == 78, domain);
        BOOST_TEST(world.asked.empty());
    }
}
