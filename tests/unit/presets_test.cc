// SPDX-License-Identifier: MIT
//
// `provider` in files, variables and URLs: what it fills, what wins over it, and whose
// password goes there.
#define BOOST_TEST_MODULE presets
#include <boost/test/unit_test.hpp>

#include <algorithm>

#include "config/presets.h"
#include "configuring.h"

using namespace sallyport;
using Texts = std::vector<std::string>;
using Ports = std::vector<std::uint16_t>;

namespace {

struct Fixture : Configuring {
    /// The relay of a file with these lines.
    Relay with(const std::string& lines, Texts variables = {}) {
        static_cast<void>(has_system_file("[relay]\n" + lines));
        sources.environment = std::move(variables);
        return relay();
    }
    std::string why_not(const std::string& lines, Texts variables = {}) {
        static_cast<void>(has_system_file("[relay]\n" + lines));
        sources.environment = std::move(variables);
        return why();
    }
    /// Without a file.
    Relay of(Texts variables) {
        sources.environment = std::move(variables);
        return relay();
    }
    std::string why_not_of(Texts variables) {
        sources.environment = std::move(variables);
        return why();
    }
};

std::string set_by(const Relay& relay, std::string_view slot) {
    const Setting* const setting = find_setting(relay.keys, "relay", slot);
    return setting != nullptr ? setting->text + " by " + setting->origin : "not set";
}

const std::string password = "SALLYPORT_PASSWORD=secret";
const std::string other = "password: not used where a variable names a server: set the "
                          "password by one, too";

} // namespace

BOOST_FIXTURE_TEST_CASE(it_fills_host_ports_and_a_literal_user, Fixture) {
    const Relay relay = with("provider = sendgrid\npassword = p\n");
    BOOST_TEST(relay.provider == "sendgrid");
    BOOST_TEST(relay.host == "smtp.sendgrid.net");
    BOOST_TEST(relay.port == (Ports{465, 587, 2525}), boost::test_tools::per_element());
    BOOST_TEST(relay.user == "apikey");
    BOOST_TEST(relay.auth_wanted);
    BOOST_TEST((relay.tls_mode(465) == TlsMode::implicit));
    BOOST_TEST((relay.tls_mode(2525) == TlsMode::starttls));
    BOOST_TEST(set_by(relay, "host") == "smtp.sendgrid.net by provider sendgrid");
    BOOST_TEST(set_by(relay, "port") == "465, 587, 2525 by provider sendgrid");
    BOOST_TEST(set_by(relay, "user") == "apikey by provider sendgrid");
    BOOST_TEST(relay.origin_of("host") == folder.path("system.conf:2: provider"));
    BOOST_TEST(with("provider = ses:eu-north-1\nuser = u\npassword = p\n").host ==
               "email-smtp.eu-north-1.amazonaws.com");
}

BOOST_FIXTURE_TEST_CASE(what_is_set_stays_in_whichever_order, Fixture) {
    for (const char* lines :
         {"provider = sendgrid\nhost = a.example\nport = 2465\nuser = u\npassword = p\n",
          "password = p\nuser = u\nport = 2465\nhost = a.example\nprovider = sendgrid\n"}) {
        const Relay relay = with(lines);
        BOOST_TEST(relay.host == "a.example");
        BOOST_TEST(relay.port == Ports{2465}, boost::test_tools::per_element());
        BOOST_TEST(relay.user == "u");
        BOOST_TEST(std::ranges::none_of(relay.keys, &Setting::by_provider));
    }
    const Relay relay = with("host = a.example\nprovider = sendgrid\npassword = p\n");
    BOOST_TEST(relay.host == "a.example");
    BOOST_TEST(relay.user == "apikey");
    BOOST_TEST(relay.port.size() == 3U);
}

BOOST_FIXTURE_TEST_CASE(srv_finds_ports_itself, Fixture) {
    const Relay relay = with("provider = gmail\nsrv = example.org\n");
    BOOST_TEST(relay.srv);
    BOOST_TEST(relay.host == "example.org");
    BOOST_TEST(set_by(relay, "port") == "not set");
}

BOOST_FIXTURE_TEST_CASE(sockets_and_lmtp_have_no_ports_of_a_provider, Fixture) {
    BOOST_TEST(set_by(with("provider = gmail\nhost = unix:/run/smtp\n"), "port") ==
               "not set");
    BOOST_TEST(with("provider = gmail\nprotocol = lmtp\n").port == Ports{24},
               boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(tls_leaves_the_ports_that_go_with_it, Fixture) {
    BOOST_TEST(with("provider = resend\ntls = implicit\npassword = p\n").port ==
                   (Ports{465, 2465}),
               boost::test_tools::per_element());
    BOOST_TEST(with("tls = starttls\nprovider = resend\npassword = p\n").port ==
                   (Ports{587, 2587}),
               boost::test_tools::per_element());
    BOOST_TEST(why_not("provider = acs\ntls = implicit\n") ==
               "system.conf:3: tls: provider acs has no port for that: set tls = starttls, "
               "or a port");
    BOOST_TEST(why_not("provider = yahoo\ntls = starttls\n") ==
               "system.conf:3: tls: provider yahoo has no port for that: set tls = "
               "implicit, or a port");
    BOOST_TEST(with("provider = acs\ntls = implicit\nport = 1465\n").port == Ports{1465},
               boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(what_is_wrong_names_the_line_of_the_provider, Fixture) {
    BOOST_TEST(
        why_not("provider = g-mail\n") ==
        "system.conf:2: provider: g-mail is not known; the nearest provider is gmail");
    BOOST_TEST(
        why_not("provider = sendgrid\n") ==
        "system.conf:2: provider: a log-in needs a password, password_file, "
        "password_command, token_file or token_command; without one set auth = none");
    BOOST_TEST(why_not("provider = gmail\npassword = p\n") ==
               "system.conf:3: password: a log-in needs a user");
    BOOST_TEST(
        why_not("provider = gmail\nprovider = gmail\n").starts_with("system.conf:3"));
}

BOOST_FIXTURE_TEST_CASE(each_relay_has_its_own, Fixture) {
    static_cast<void>(has_system_file("[relay a]\nprovider = gmail\n"
                                      "[relay b]\nprovider = icloud\n"
                                      "[relay c]\nhost = c.example\n"));
    const Settings settings = load();
    BOOST_TEST(settings.relays[0].host == "smtp.gmail.com");
    BOOST_TEST(settings.relays[1].host == "smtp.mail.me.com");
    BOOST_TEST(settings.relays[2].provider.empty());
}

BOOST_FIXTURE_TEST_CASE(a_variable_is_enough, Fixture) {
    const Relay relay = of({"SALLYPORT_RELAY_PROVIDER=sendgrid:eu\n", password});
    BOOST_TEST(relay.host == "smtp.eu.sendgrid.net");
    BOOST_TEST(relay.user == "apikey");
    BOOST_TEST(relay.auth_wanted);
    BOOST_TEST(relay.origin_of("host") == "SALLYPORT_RELAY_PROVIDER");
    BOOST_TEST(why_not_of({"SALLYPORT_RELAY_PROVIDER=mailgum"}) ==
               "SALLYPORT_RELAY_PROVIDER: mailgum is not known; the nearest provider is "
               "mailgun");
}

BOOST_FIXTURE_TEST_CASE(a_variable_takes_the_place_of_the_files_server, Fixture) {
    const std::string provider = "SALLYPORT_RELAY_PROVIDER=gmail";
    for (const char* lines : {"host = a.example\nport = 2525\nuser = u\npassword = p\n",
                              "srv = example.org\nuser = u\npassword = p\n",
                              "provider = acs\nuser = u\npassword = p\n"}) {
        const Relay relay = with(lines, {provider, password});
        BOOST_TEST(relay.host == "smtp.gmail.com");
        BOOST_TEST(!relay.srv);
        BOOST_TEST(relay.port == (Ports{465, 587}), boost::test_tools::per_element());
        BOOST_TEST(relay.user == "u");
    }
    // A variable is not replaced by another.
    for (const bool first : {true, false}) {
        Texts variables{"SALLYPORT_RELAY_HOST=b.example", "SALLYPORT_RELAY_PORT=1465",
                        provider, password};
        if (first)
            std::ranges::reverse(variables);
        const Relay relay = with("host = a.example\nport = 2525\nuser = u\n", variables);
        BOOST_TEST(relay.host == "b.example");
        BOOST_TEST(relay.port == Ports{1465}, boost::test_tools::per_element());
    }
}

BOOST_FIXTURE_TEST_CASE(a_host_by_a_variable_stands_in_for_the_files_provider, Fixture) {
    const Relay relay =
        with("provider = sendgrid\npassword = p\n",
             {"SALLYPORT_RELAY_HOST=127.0.0.1", "SALLYPORT_RELAY_PORT=1465", password});
    BOOST_TEST(relay.host == "127.0.0.1");
    BOOST_TEST(relay.port == Ports{1465}, boost::test_tools::per_element());
    BOOST_TEST(relay.user == "apikey");
}

BOOST_FIXTURE_TEST_CASE(the_files_password_goes_to_no_other_server, Fixture) {
    const std::string file = "host = a.example\nuser = u\npassword = p\n";
    for (const char* name : {"gmail", "onamae:evil.example", "ses:us-east-1"})
        BOOST_TEST(why_not(file, {std::string("SALLYPORT_RELAY_PROVIDER=") + name}) ==
                   "system.conf:4: " + other);
    // Not even where the file names the same, nor the other way round.
    BOOST_TEST(why_not("provider = sendgrid\npassword = p\n",
                       {"SALLYPORT_RELAY_PROVIDER=sendgrid"}) == "system.conf:3: " + other);
    for (const char* name : {"HOST", "SRV"})
        BOOST_TEST(why_not("provider = sendgrid\npassword = p\n",
                           {std::string("SALLYPORT_RELAY_") + name + "=evil.example"}) ==
                   "system.conf:3: " + other);
    BOOST_TEST(why_not("provider = sendgrid\nhost = a.example\npassword = p\n",
                       {"SALLYPORT_RELAY_PROVIDER=onamae:evil.example"}) ==
               "system.conf:4: " + other);
    for (const char* kind :
         {"password_file = /p", "password_command = p", "token_file = /p"})
        BOOST_TEST(why_not("host = a.example\nuser = u\n" + std::string(kind) + "\n",
                           {"SALLYPORT_RELAY_PROVIDER=gmail"})
                       .find("not used where a variable names a server") !=
                   std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(nor_to_the_pop_server_of_the_file, Fixture) {
    const Relay relay =
        with("host = a.example\npop_before = pop3s://pop.example\nuser = u\npassword = p\n",
             {"SALLYPORT_RELAY_PROVIDER=gmail", password});
    BOOST_TEST(!relay.pop_before.has_value());
}

BOOST_FIXTURE_TEST_CASE(the_files_consent_to_clear_text_is_for_its_server, Fixture) {
    BOOST_TEST(why_not("host = a.example\ntls = none\nuser = u\npassword = p\n"
                       "allow_plaintext_auth = yes\n",
                       {"SALLYPORT_RELAY_PROVIDER=gmail", password})
                   .starts_with("system.conf:3: tls: the password would go in clear"));
}

BOOST_FIXTURE_TEST_CASE(a_strangers_file_gets_no_variable_of_ours, Fixture) {
    const std::string file =
        folder.write("other.conf", "[relay]\nprovider = gmail\n", 0644);
    if (::getuid() == 0)
        BOOST_REQUIRE(::chown(file.c_str(), 65534, 65534) == 0);
    sources.argument_file = file;
    sources.environment = {"SALLYPORT_RELAY_USER=me", password};
    const Relay relay = this->relay();
    BOOST_TEST(relay.host == "smtp.gmail.com");
    BOOST_TEST(relay.user.empty());
    BOOST_TEST(!relay.has_secret());
}

BOOST_FIXTURE_TEST_CASE(in_the_query_of_a_url_without_a_host, Fixture) {
    const Relay implicit = of({"SALLYPORT_URL=smtps://me%40x:p@?provider=gmail"});
    BOOST_TEST(implicit.host == "smtp.gmail.com");
    BOOST_TEST(implicit.port == Ports{465}, boost::test_tools::per_element());
    BOOST_TEST(implicit.user == "me@x");
    BOOST_TEST((implicit.tls == TlsMode::implicit));
    const Relay starttls =
        of({"SALLYPORT_URL=smtp+starttls://?helo=a.example&provider=sendgrid", password});
    BOOST_TEST(starttls.user == "apikey");
    BOOST_TEST(starttls.port == (Ports{587, 2525}), boost::test_tools::per_element());
    const Relay elsewhere = of({"SALLYPORT_URL=smtps://:2465/?provider=resend", password});
    BOOST_TEST(elsewhere.port == Ports{2465}, boost::test_tools::per_element());
    const Relay named = of({"SALLYPORT_URL=smtps://b.example?provider=sendgrid", password});
    BOOST_TEST(named.host == "b.example");
    BOOST_TEST(named.user == "apikey");
    BOOST_TEST(why_not_of({"SALLYPORT_URL=smtps://?helo=a.example"}) ==
               "SALLYPORT_URL: [relay] needs a host, a provider or srv: set host = NAME");
    BOOST_TEST(why_not_of({"SALLYPORT_URL=smtps://?provider=acs"}) ==
               "SALLYPORT_URL: tls: provider acs has no port for that: set tls = starttls, "
               "or a port");
    BOOST_TEST(why_not_of({"SALLYPORT_URL=smtps://?provider=y"})
                   .starts_with("SALLYPORT_URL: provider: y is not known"));
}

BOOST_FIXTURE_TEST_CASE(a_url_takes_the_place_of_the_files_provider, Fixture) {
    const Relay relay =
        with("provider = sendgrid\npassword = p\n", {"SALLYPORT_URL=smtps://b.example"});
    BOOST_TEST(relay.host == "b.example");
    BOOST_TEST(relay.user.empty());
    BOOST_TEST(!relay.has_secret());
}
