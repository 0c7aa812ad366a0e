// SPDX-License-Identifier: MIT
//
// What variables may say, beside a file and without one.
#define BOOST_TEST_MODULE environment
#include <boost/test/unit_test.hpp>

#include "configuring.h"
#include "text/ascii.h"

using namespace sallyport;
using Texts = std::vector<std::string>;

namespace {

struct Fixture : Configuring {
    void has_variables(Texts variables) { sources.environment = std::move(variables); }
    Relay relay_of(Texts variables) {
        has_variables(std::move(variables));
        return relay();
    }
    std::string why_not(Texts variables) {
        has_variables(std::move(variables));
        return why();
    }
};

const std::string url = "SALLYPORT_URL=smtps://me%40x@mail.example:2465";
const std::string password = "SALLYPORT_PASSWORD=secret";

} // namespace

BOOST_FIXTURE_TEST_CASE(no_file_is_needed, Fixture) {
    has_variables({"PATH=/bin", url, password, "SALLYPORT_FROM=me@example.org",
                   "SALLYPORT_DOMAIN=example.org"});
    const Settings settings = load();
    BOOST_REQUIRE(settings.relays.size() == 1U);
    const Relay& relay = settings.relays.front();
    BOOST_TEST(relay.host == "mail.example");
    BOOST_TEST(relay.port == (std::vector<std::uint16_t>{2465}),
               boost::test_tools::per_element());
    BOOST_TEST((relay.tls == TlsMode::implicit));
    BOOST_TEST(relay.user == "me@x");
    BOOST_TEST(relay.auth_wanted);
    BOOST_TEST(relay.origin == "SALLYPORT_URL");
    BOOST_TEST(settings.sender.envelope_from.address() == "me@example.org");
    BOOST_TEST(settings.sender.domain == "example.org");
    BOOST_TEST(settings.notes.empty());
}

BOOST_FIXTURE_TEST_CASE(a_password_in_a_file, Fixture) {
    const auto file = std::get<SecretFile>(
        relay_of({url, "SALLYPORT_PASSWORD_FILE=/run/secrets/smtp"}).secret);
    BOOST_TEST(file.file.path == "/run/secrets/smtp");
    BOOST_TEST(file.origin == "SALLYPORT_PASSWORD_FILE");
    BOOST_TEST(why_not({url, password, "SALLYPORT_PASSWORD_FILE=/run/secrets/smtp"}) ==
               "SALLYPORT_PASSWORD_FILE: it is set already by SALLYPORT_PASSWORD");
}

/// Secrets of Kubernetes are often made of files.
BOOST_FIXTURE_TEST_CASE(one_line_end_after_a_value_is_dropped, Fixture) {
    for (const std::string end : {"\n", "\r\n"}) {
        has_variables({"SALLYPORT_RELAY_HOST=mail.example" + end,
                       "SALLYPORT_RELAY_USER=me" + end, "SALLYPORT_PASSWORD=secret" + end,
                       "SALLYPORT_FROM=me@example.org" + end});
        const Settings settings = load();
        BOOST_TEST(settings.relays.front().host == "mail.example");
        BOOST_TEST(settings.relays.front().user == "me");
        BOOST_TEST(settings.sender.envelope_from.address() == "me@example.org");
        BOOST_TEST(relay_of({url + end, password}).port.front() == 2465);
        const std::string file =
            folder.write("named.conf", "[relay]\nhost = named.example\n", 0600);
        BOOST_TEST(relay_of({"SALLYPORT_CONFIG=" + file + end}).host == "named.example");
    }
    BOOST_TEST(why_not({url, "SALLYPORT_PASSWORD=secret\n\n"}) ==
               "SALLYPORT_PASSWORD: it holds a line end or a NUL");
    BOOST_TEST(why_not({url, "SALLYPORT_PASSWORD=\n"}) ==
               "SALLYPORT_PASSWORD: it is empty");
}

BOOST_FIXTURE_TEST_CASE(any_key_by_its_section, Fixture) {
    has_variables({url, password, "SALLYPORT_RELAY_TIMEOUT=1m", "SALLYPORT_LOG_TO=stderr",
                   "SALLYPORT_EXIT_TEMPFAIL=69", "SALLYPORT_MESSAGE_SIZE_LIMIT=1K",
                   "SALLYPORT_SENDER_HEADER_FROM=Bob <b@x>", "SALLYPORT_RELAY_TLS_CA=/ca"});
    const Settings settings = load();
    BOOST_TEST((settings.relays.front().timeout == std::chrono::minutes(1)));
    BOOST_TEST(settings.relays.front().tls_ca == "/ca");
    BOOST_TEST((settings.log.target == LogTarget::standard_error));
    BOOST_TEST(static_cast<int>(settings.tempfail) == 69);
    BOOST_TEST(settings.message.size_limit == 1024U);
    BOOST_TEST(settings.sender.header_from.address() == "b@x");
}

BOOST_FIXTURE_TEST_CASE(a_variable_makes_a_relay, Fixture) {
    const Relay relay = relay_of(
        {"SALLYPORT_RELAY_HOST=mail.example", "SALLYPORT_RELAY_USER=me", password});
    BOOST_TEST(relay.host == "mail.example");
    BOOST_TEST(relay.auth_wanted);
    BOOST_TEST(why_not({"SALLYPORT_RELAY_PORT=25"}) ==
               "SALLYPORT_RELAY_PORT: [relay] needs a host, a provider or srv: set host = "
               "NAME");
}

BOOST_FIXTURE_TEST_CASE(a_variable_changes_the_only_relay_of_the_file, Fixture) {
    has_relay(
        "port = 25\nuser = me\npassword = p\n[log]\nto = none\n[sender]\ndomain = a\n");
    has_variables({"SALLYPORT_RELAY_PORT=587", "SALLYPORT_PASSWORD_FILE=/p",
                   "SALLYPORT_LOG_TO=stderr", "SALLYPORT_DOMAIN=b"});
    const Settings settings = load();
    BOOST_TEST(settings.relays.front().host == "mail.example");
    BOOST_TEST(settings.relays.front().port.front() == 587);
    BOOST_TEST(std::holds_alternative<SecretFile>(settings.relays.front().secret));
    BOOST_TEST((settings.log.target == LogTarget::standard_error));
    BOOST_TEST(settings.sender.domain == "b");
}

BOOST_FIXTURE_TEST_CASE(of_several_it_cannot_say_which, Fixture) {
    static_cast<void>(has_system_file("[relay a]\nhost = one\n[relay b]\nhost = two\n"));
    BOOST_TEST(why_not({"SALLYPORT_RELAY_PORT=25"}) ==
               "SALLYPORT_RELAY_PORT: the configuration file has several relays, and this "
               "variable cannot say which it is for");
    BOOST_TEST(
        why_not({password}).starts_with("SALLYPORT_PASSWORD: the configuration file"));
    has_variables({"SALLYPORT_LOG_TO=none"});
    BOOST_TEST(load().relays.size() == 2U);
}

BOOST_FIXTURE_TEST_CASE(the_url_replaces_all_relays, Fixture) {
    static_cast<void>(has_system_file("[relay a]\nhost = one\nuser = u\npassword = p\n"
                                      "tls_ca = /ca\n[relay b]\nhost = two\n[sender]\n"
                                      "domain = example.org\n"));
    const Relay relay =
        relay_of({"SALLYPORT_RELAY_HELO=www", "SALLYPORT_URL=smtps://three"});
    BOOST_TEST(relay.host == "three");
    BOOST_TEST(relay.tls_ca == "");
    BOOST_TEST(relay.helo == "www");
    BOOST_TEST(!relay.auth_wanted);
    BOOST_TEST(load().sender.domain == "example.org");
}

BOOST_FIXTURE_TEST_CASE(keys_in_the_url, Fixture) {
    const Relay relay = relay_of({"SALLYPORT_URL=smtp+starttls://u:p%20w@[::1]?timeout=60&"
                                  "helo=www&auth=PLAIN%20LOGIN&tls_ca=%2Fca"});
    BOOST_TEST(relay.host == "::1");
    BOOST_TEST(relay.port.front() == 587);
    BOOST_TEST((relay.tls == TlsMode::starttls));
    BOOST_TEST((relay.timeout == std::chrono::seconds(60)));
    BOOST_TEST(relay.helo == "www");
    BOOST_TEST(relay.auth == (Texts{"PLAIN", "LOGIN"}), boost::test_tools::per_element());
    BOOST_TEST(relay.tls_ca == "/ca");
    BOOST_TEST(relay.auth_wanted);
}

BOOST_FIXTURE_TEST_CASE(errors_in_the_url, Fixture) {
    BOOST_TEST(why_not({"SALLYPORT_URL=http://x"}) ==
               "SALLYPORT_URL: smtps://, smtp+starttls:// or smtp:// is expected in front");
    BOOST_TEST(why_not({"SALLYPORT_URL=smtps://"}) ==
               "SALLYPORT_URL: host: a host name or an address is expected");
    BOOST_TEST(why_not({"SALLYPORT_URL=smtps://x:y"}) ==
               "SALLYPORT_URL: port: a number from 1 to 65535 is expected");
    BOOST_TEST(why_not({"SALLYPORT_URL=smtps://x?hots=y"}) ==
               "SALLYPORT_URL: hots is not known; the nearest key of [relay] is host");
    BOOST_TEST(
        why_not({"SALLYPORT_URL=smtps://x:1234?hunter2=y"})
            .starts_with(
                "SALLYPORT_URL: this key is not known; the keys of [relay] are host, "));
    BOOST_TEST(why_not({"SALLYPORT_URL=smtps://x?provider=y"}) ==
               "SALLYPORT_URL: provider: y is not known: set host = NAME instead; "
               "\"sallyportctl providers\" lists them");
    BOOST_TEST(why_not({"SALLYPORT_URL=smtps://x?tls=none"}) ==
               "SALLYPORT_URL: tls: it is set already by SALLYPORT_URL: tls");
    BOOST_TEST(
        why_not({"SALLYPORT_URL=smtps://u@x"}) ==
        "SALLYPORT_URL: user: a log-in needs a password, password_file, password_command, "
        "token_file or token_command; "
        "without one set auth = none");
    BOOST_TEST(why_not({"SALLYPORT_URL=smtps://:p@x"}) ==
               "SALLYPORT_URL: user: it is empty");
}

BOOST_FIXTURE_TEST_CASE(consent_to_clear_text_is_a_files_word, Fixture) {
    BOOST_TEST(why_not({"SALLYPORT_URL=smtp://x?allow_plaintext_auth=yes"}) ==
               "SALLYPORT_URL: allow_plaintext_auth: only a configuration file of root or "
               "your own may say that");
    BOOST_TEST(why_not({url, "SALLYPORT_RELAY_ALLOW_PLAINTEXT_AUTH=no"}) ==
               "SALLYPORT_RELAY_ALLOW_PLAINTEXT_AUTH: only a configuration file of root or "
               "your own may say that");
    BOOST_TEST(
        why_not({"SALLYPORT_RELAY_HOST=x", "SALLYPORT_RELAY_TLS=none",
                 "SALLYPORT_RELAY_USER=u", password}) ==
        "SALLYPORT_RELAY_TLS: the password would go in clear: set tls = starttls, or, in a "
        "file, allow_plaintext_auth = yes");
    BOOST_TEST(why_not({"SALLYPORT_URL=smtp://x?user=u", password})
                   .starts_with("SALLYPORT_URL: tls: the password would go in clear"));
}

BOOST_FIXTURE_TEST_CASE(consent_does_not_outlive_its_relay, Fixture) {
    has_relay("tls = none\nuser = u\npassword = p\nallow_plaintext_auth = yes\n");
    BOOST_TEST(relay().auth_wanted);
    BOOST_TEST(why_not({"SALLYPORT_URL=smtp://x?user=u", password})
                   .starts_with("SALLYPORT_URL: tls: the password would go in clear"));
}

BOOST_FIXTURE_TEST_CASE(a_password_does_not_outlive_its_host, Fixture) {
    has_relay("user = u\npassword = p\n");
    for (const char* name : {"HOST", "host", "SRV", "Srv"})
        BOOST_TEST(
            why_not({std::string("SALLYPORT_RELAY_") + name + "=other.example"})
                .starts_with(
                    "system.conf:4: password: not used where a variable names a server"));
    BOOST_TEST(relay_of({"SALLYPORT_RELAY_HELO=www"}).auth_wanted);
}

BOOST_FIXTURE_TEST_CASE(unknown_variables_are_noted_only, Fixture) {
    has_variables({url, password, "SALLYPORT_PORT=tcp://10.0.0.1:25",
                   "SALLYPORT_SERVICE_HOST=x", "SALLYPORT_RELAY_HOTS=x", "SALLYPORT_=x",
                   "SALLYPORT=x", "XSALLYPORT_A=x", "SALLYPORT_A\x1b\x01=x",
                   "SALLYPORT_NEITHER_NOR=x", "SALLYPORT_EMPTY=", "SALLYPORT_NOTHING"});
    const auto ignored = [](const std::string& name, const std::string& nearest) {
        return "the variable SALLYPORT_" + name +
               " is not known: ignored; is it SALLYPORT_" + nearest + "?";
    };
    const Texts notes = load().notes;
    BOOST_REQUIRE(notes.size() == 4U);
    BOOST_TEST(notes[0] == ignored("RELAY_HOTS", "RELAY_HOST"));
    BOOST_TEST(notes[2].starts_with("the variable SALLYPORT_A?? is not known"));
    for (const auto& [wrong, right] : {std::pair{"HOST", "RELAY_HOST"},
                                       {"USER", "RELAY_USER"},
                                       {"FORM", "FROM"},
                                       {"Pasword", "PASSWORD"},
                                       {"TO", "LOG_TO"},
                                       {"ULR", "URL"}}) {
        has_variables({url, password, std::string("SALLYPORT_") + wrong + "=x"});
        BOOST_TEST(load().notes == Texts{ignored(wrong, right)},
                   boost::test_tools::per_element());
    }
    has_variables({url, password, "SALLYPORT_" + std::string(100'000, 'x') + "=y"});
    BOOST_TEST(load().notes.front().size() < 200U);
}

BOOST_FIXTURE_TEST_CASE(an_unknown_variable_is_noted_of_a_failure_too, Fixture) {
    has_variables({password, "SALLYPORT_HOST=x"});
    std::vector<std::string> notes;
    BOOST_CHECK_THROW(load_settings(sources, notes), Failure);
    BOOST_TEST(notes.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(what_kubernetes_sets_is_no_relay, Fixture) {
    // beside a service called "sallyport-relay"
    has_relay("");
    const Relay relay = relay_of({"SALLYPORT_RELAY_PORT=tcp://10.0.0.1:25"});
    BOOST_TEST(relay.port.front() == 465);
}

BOOST_FIXTURE_TEST_CASE(tls_in_a_variable_chooses_the_port_of_the_file_too, Fixture) {
    has_relay("");
    BOOST_TEST(relay_of({"SALLYPORT_RELAY_TLS=starttls"}).port ==
                   std::vector<std::uint16_t>{587},
               boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(empty_variables_are_none, Fixture) {
    has_relay("");
    BOOST_TEST(relay_of({"SALLYPORT_URL=", "SALLYPORT_PASSWORD=", "SALLYPORT_CONFIG=",
                         "SALLYPORT_RELAY_PORT=", "SALLYPORT_FROM="})
                   .host == "mail.example");
}

BOOST_FIXTURE_TEST_CASE(bad_values_name_the_variable, Fixture) {
    BOOST_TEST(why_not({url, password, "SALLYPORT_RELAY_TLS_MIN=1.0"}) ==
               "SALLYPORT_RELAY_TLS_MIN: 1.2 or 1.3 is expected");
    BOOST_TEST(why_not({url, password, "SALLYPORT_FROM=a b"}) ==
               "SALLYPORT_FROM: sender \"a b\": a comma is missing before \"b\"");
    BOOST_TEST(why_not({url, "SALLYPORT_PASSWORD_FILE=p"}) ==
               "SALLYPORT_PASSWORD_FILE: a path that begins with / is expected");
}

BOOST_FIXTURE_TEST_CASE(nothing_of_the_environment_brings_control_characters, Fixture) {
    for (const char* variable :
         {"SALLYPORT_DOMAIN=x\r\n\n", "SALLYPORT_DOMAIN=x\n\n", "SALLYPORT_FROM=a@x\r",
          "SALLYPORT_FROM=a@x\r\nRCPT TO:<b@x>", "SALLYPORT_RELAY_HELO=x\r\n\r\n",
          "SALLYPORT_SENDER_HEADER_FROM=\"a\r\n b\" <a@x>", "SALLYPORT_RELAY_AUTHZID=a\nb",
          "SALLYPORT_RELAY_TLS_NAME=\nx", "SALLYPORT_LOG_TO=file:/a\nb",
          "SALLYPORT_PASSWORD=a\nb", "SALLYPORT_MESSAGE_REMOVE_HEADERS=a\x01",
          "SALLYPORT_RELAY_TLS_CA=/a\x1b", "SALLYPORT_RELAY_USER=\x7f"}) {
        const std::string text = why_not({"SALLYPORT_URL=smtps://mail.example", variable});
        BOOST_TEST(!has_control(text), text);
    }
    for (const char* odd :
         {"SALLYPORT_URL=smtps://x?a\x1b[2J=1", "SALLYPORT_URL=smtps://x:1\r\n\n",
          "SALLYPORT_URL=smtps://x?ignore=a%1b", "SALLYPORT_URL=\x1b"})
        BOOST_TEST(!has_control(why_not({odd})));
}

BOOST_FIXTURE_TEST_CASE(no_error_quotes_a_secret, Fixture) {
    for (const Texts& variables : std::initializer_list<Texts>{
             {"SALLYPORT_URL=smtps://u:hunter2@"},
             {"SALLYPORT_URL=smtps://u:hunter2@x:y"},
             {"SALLYPORT_URL=smtps://u:hunter2@x?password=hunter2"},
             {"SALLYPORT_URL=smtp://x", "SALLYPORT_PASSWORD=hunter2"},
             {"SALLYPORT_URL=smtps://u:hunter2@x", "SALLYPORT_PASSWORD=hunter2"},
             {"SALLYPORT_PASSWORD=hunter2"},
             {"SALLYPORT_URL=smtps://u@x", "SALLYPORT_PASSWORD=hunter2\n\n"}}) {
        const std::string text = why_not(variables);
        BOOST_TEST(!holds(text, "hunter2"), text);
    }
}
