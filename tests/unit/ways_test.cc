// SPDX-License-Identifier: MIT
//
// Proxies and the like, as a configuration has them.
#define BOOST_TEST_MODULE ways
#include <boost/test/unit_test.hpp>

#include "config/ways.h"
#include "configuring.h"

using namespace sallyport;

namespace {

std::string why_no_proxy(const std::string& url) {
    const Failure failure = failure_of([&] { return read_proxy(url, "conf:3: proxy"); });
    BOOST_TEST(status_of(failure) == 78);
    BOOST_TEST((failure.fault() == Fault::local));
    BOOST_TEST(!holds(failure.what(), "hunter2"));
    const std::string text = failure.what();
    BOOST_TEST(text.starts_with("conf:3: proxy: "));
    return text.substr(15);
}

} // namespace

BOOST_AUTO_TEST_CASE(proxies) {
    const Proxy socks = read_proxy("socks5://proxy.example:1080", "conf");
    BOOST_TEST((socks.kind == Proxy::Kind::socks5));
    BOOST_TEST(socks.host == "proxy.example");
    BOOST_TEST(socks.port == 1080);
    BOOST_TEST(!socks.password);
    const Proxy http = read_proxy("HTTP://me%40x:p%20%3A@[2001:db8::1]:3128/", "conf");
    BOOST_TEST((http.kind == Proxy::Kind::http));
    BOOST_TEST(http.host == "2001:db8::1");
    BOOST_TEST(http.port == 3128);
    BOOST_TEST(http.user == "me@x");
    BOOST_TEST(http.password->reveal() == "p :");
    BOOST_TEST(read_proxy("socks5://a%3Ab:c@h:1", "conf").user == "a:b");
}

BOOST_AUTO_TEST_CASE(what_is_no_proxy) {
    for (const char* odd : {"", "proxy.example:1080", "socks4://h:1", "https://h:1",
                            "socks5:h:1", "socks5h://h:1"})
        BOOST_TEST(why_no_proxy(odd) == "socks5:// or http:// is expected in front");
    for (const char* odd : {"socks5://h", "http://h:0", "http://h:x", "http://h:65536"})
        BOOST_TEST(why_no_proxy(odd) == "a number from 1 to 65535 is expected");
    for (const char* odd : {"socks5://:1", "http://a%2Fb:1", "http://unix%3A%2Fa:1"})
        BOOST_TEST(why_no_proxy(odd).starts_with("a host name "));
    for (const char* odd : {"socks5://me@h:1", "http://:hunter2@h:1"})
        BOOST_TEST(why_no_proxy(odd).starts_with(
            odd[0] == 's' ? "a user and a password go together" : "it is empty"));
    BOOST_TEST(why_no_proxy("http://a%3Ab:hunter2@h:1") ==
               "a user with a colon cannot be sent by HTTP");
    for (const char* odd : {"http://h:1/path", "http://h:1?a=b", "http://a:hunter2@h@i:1",
                            "http://a:hunter2%@h:1", "http://a:hunter2%0d@h:1"})
        BOOST_TEST(!why_no_proxy(odd).empty());
    BOOST_TEST(why_no_proxy("socks5://a:" + std::string(256, 'p') + "@h:1") ==
               "a part of it has more than 255 octets");
}

BOOST_FIXTURE_TEST_CASE(a_proxy_in_a_file, Configuring) {
    has_relay("proxy = socks5://proxy.example:1080\n");
    BOOST_TEST(relay().proxy->host == "proxy.example");
    const std::string text = "[relay]\nhost = h\nproxy = http://me:hunter2@p:3128\n";
    static_cast<void>(has_system_file(text));
    BOOST_TEST(relay().proxy->password->reveal() == "hunter2");
    static_cast<void>(has_system_file(text, 0644));
    BOOST_TEST(why() == "system.conf: it holds a password, and others can read it: chmod "
                        "0600, or 0640 with a group");
    static_cast<void>(
        has_system_file("[relay]\nhost = h\nproxy = socks5://p:1080\n", 0644));
    BOOST_TEST(relay().proxy->port == 1080);
    static_cast<void>(has_system_file("[relay]\nhost = unix:/s\nproxy = http://p:1\n"));
    BOOST_TEST(why() == "system.conf:1: unix: is not reached through a proxy");
}

BOOST_FIXTURE_TEST_CASE(the_servers_of_a_domain, Configuring) {
    const auto why_not = [this](const std::string& lines) {
        static_cast<void>(has_system_file("[relay]\nsrv = example.org\n" + lines));
        return why();
    };
    static_cast<void>(has_system_file("[relay]\nsrv = example.org.\ntls = starttls\n"));
    BOOST_TEST(relay().srv);
    BOOST_TEST(relay().host == "example.org");
    for (const char* odd : {"192.0.2.1", "::1"}) {
        static_cast<void>(has_system_file(std::string("[relay]\nsrv = ") + odd + "\n"));
        BOOST_TEST(why() == "system.conf:2: srv: a domain is expected");
    }
    static_cast<void>(has_system_file("[relay]\nsrv = unix:/s\n"));
    BOOST_TEST(why().starts_with("system.conf:2: srv: a host name alone is expected"));
    BOOST_TEST(why_not("host = mail.example.org\n") ==
               "system.conf:3: host: it is set already by system.conf:2: srv");
    for (const char* port : {"port = 587\n", "port = 465, 587\n"})
        BOOST_TEST(why_not(port) ==
                   "system.conf:1: srv finds the ports: port goes with host");
    BOOST_TEST(why_not("tls = none\n") == "system.conf:1: srv finds servers with TLS only");
    BOOST_TEST(why_not("proxy = http://p:1\n") ==
               "system.conf:1: srv cannot be looked up through a proxy");
}

BOOST_FIXTURE_TEST_CASE(tls_that_is_set_chooses_the_port, Configuring) {
    using Ports = std::vector<std::uint16_t>;
    const auto ports = [this](const std::string& lines) {
        has_relay(lines);
        BOOST_TEST(load().notes.empty());
        return relay().port;
    };
    BOOST_TEST(ports("") == (Ports{465, 587}), boost::test_tools::per_element());
    BOOST_TEST(ports("tls = implicit\n") == (Ports{465}), boost::test_tools::per_element());
    BOOST_TEST(ports("tls = starttls\n") == (Ports{587}), boost::test_tools::per_element());
    BOOST_TEST(ports("tls = none\n") == (Ports{587}), boost::test_tools::per_element());
    BOOST_TEST(ports("tls = starttls\nport = 2525 25\n") == (Ports{2525, 25}),
               boost::test_tools::per_element());
    BOOST_TEST(ports("tls = starttls\nprotocol = lmtp\n") == (Ports{24}),
               boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(a_port_for_the_other_kind_of_tls_is_noted, Configuring) {
    const auto notes = [this](const std::string& lines) {
        has_relay(lines);
        std::string text;
        for (const std::string& note : load().notes)
            text += note.substr(note.find("system.conf")) + ";";
        return text;
    };
    BOOST_TEST(
        notes("tls = starttls\nport = 587, 465\n") ==
        "system.conf:1: port 465 is for tls = implicit, and tls is set to the other;");
    BOOST_TEST(
        notes("tls = implicit\nport = 465, 587\n") ==
        "system.conf:1: port 587 is for tls = starttls, and tls is set to the other;");
    for (const char* fine : {"tls = starttls\nport = 587\n", "tls = implicit\nport = 465\n",
                             "port = 465, 587\n", "tls = none\nport = 465\n",
                             "tls = starttls\nport = 465\nprotocol = lmtp\n"})
        BOOST_TEST(notes(fine) == "");
    static_cast<void>(has_system_file("[relay]\nsrv = example.org\ntls = starttls\n"));
    BOOST_TEST(load().notes.empty());
    static_cast<void>(has_system_file(
        "[relay]\nhost = unix:/s\ntls = starttls\ntls_name = x\nport = 465\n"));
    BOOST_TEST(load().notes.empty());
}

BOOST_AUTO_TEST_CASE(pop_servers) {
    const PopServer at_once = read_pop_server("pop3s://pop.example", "conf");
    BOOST_TEST(at_once.host == "pop.example");
    BOOST_TEST(at_once.port == 995);
    BOOST_TEST((at_once.tls == TlsMode::implicit));
    const PopServer stls = read_pop_server("pop3://[::1]:1110", "conf");
    BOOST_TEST(stls.host == "::1");
    BOOST_TEST(stls.port == 1110);
    BOOST_TEST((stls.tls == TlsMode::starttls));
    BOOST_TEST(read_pop_server("pop3://h", "conf").port == 110);
    const auto why_not = [](const char* url) {
        return std::string(failure_of([&] { return read_pop_server(url, "conf"); }).what());
    };
    BOOST_TEST(why_not("pop.example") == "conf: pop3s:// or pop3:// is expected in front");
    BOOST_TEST(why_not("pop3s://me@h") ==
               "conf: the user is that of the relay, and so is the password");
    BOOST_TEST(why_not("pop3s://h:0") == "conf: a number from 1 to 65535 is expected");
}

BOOST_FIXTURE_TEST_CASE(one_password_is_enough, Configuring) {
    for (const char* second :
         {"password_file = /p", "password_command = id", "token_file = /t"}) {
        has_relay(std::string("user = me\npassword = p\n") + second + "\n");
        BOOST_TEST(why().ends_with(": it is set already by system.conf:4: password"));
    }
    has_relay("token_file = /t\npassword_command = id\n");
    BOOST_TEST(why() == "system.conf:4: password_command: it is set already by "
                        "system.conf:3: token_file");
}

BOOST_FIXTURE_TEST_CASE(a_log_in_without_a_secret, Configuring) {
    const std::string certificate = "tls_cert = /c\ntls_key = /k\n";
    for (const auto& lines :
         {std::string("auth = GSSAPI\n"), certificate, certificate + "auth = EXTERNAL\n",
          certificate + "auth = external, gssapi\n"}) {
        has_relay(lines);
        BOOST_TEST(relay().auth_wanted);
        BOOST_TEST(!relay().has_secret());
    }
    for (const char* line : {"tls = none\n", "auth = none\n"}) {
        has_relay(certificate + line);
        BOOST_TEST(!relay().auth_wanted);
    }
    has_relay(certificate + "auth = EXTERNAL PLAIN\n");
    BOOST_TEST(why() == "system.conf:1: a log-in needs a user");
    has_relay("auth = EXTERNAL\n");
    BOOST_TEST(why() == "system.conf:1: EXTERNAL needs tls_cert and tls_key");
}

BOOST_FIXTURE_TEST_CASE(a_pin_that_nothing_is_checked_against, Configuring) {
    const std::string pin =
        "tls_pin = sha256//YLh1dUR9y6Kja30RrAn7JKnbQG/uEtLMkBgFF2Fuihg=\n";
    has_relay(pin + "tls = none\n");
    BOOST_TEST(why() == "system.conf:1: tls_pin has nothing to check where tls = none");
    has_relay(pin + "tls = none\npop_before = pop3s://p\nuser = me\npassword = p\n");
    BOOST_TEST(relay().tls_pin.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(pop_before_smtp, Configuring) {
    const std::string pop = "pop_before = pop3s://pop.example\n";
    has_relay(pop + "user = me\npassword = p\ntls = none\n");
    BOOST_TEST(relay().pop_before->host == "pop.example");
    BOOST_TEST(!relay().auth_wanted);
    has_relay(pop + "user = me\npassword = p\nauth = PLAIN\n");
    BOOST_TEST(relay().auth_wanted);
    has_relay(pop + "user = me\npassword = p\ntls_cert = /c\ntls_key = /k\n");
    BOOST_TEST(!relay().auth_wanted);
    has_relay(pop + "user = me\npassword = p\nauth = PLAIN\ntls = none\n");
    BOOST_TEST(why().starts_with("system.conf:7: tls: the password would go in clear"));
    has_relay(pop + "user = me\n");
    BOOST_TEST(why().starts_with("system.conf:4: user: a log-in needs a password"));
    has_relay(pop + "password = p\n");
    BOOST_TEST(why() == "system.conf:4: password: a log-in needs a user");
    has_relay(pop + "user = me\ntoken_file = /t\n");
    BOOST_TEST(why() == "system.conf:1: pop_before needs a password, and not a token");
    has_relay(pop + "user = me\npassword = p\nrequire_channel_binding = yes\n");
    BOOST_TEST(why() == "system.conf:1: POP sends the password itself: pop_before does not "
                        "go with require_channel_binding");
    has_relay("user = me\npassword = p\n");
    sources.environment = {"SALLYPORT_RELAY_POP_BEFORE=pop3s://other.example"};
    // The password was not given for that.
    BOOST_TEST(why().starts_with("system.conf:4: password: not used where a variable"));
    // That of a URL was.
    sources.environment.emplace_back("SALLYPORT_URL=smtps://me:p@other.example");
    BOOST_TEST(relay().has_secret());
}

BOOST_FIXTURE_TEST_CASE(the_password_for_another_host_is_not_for_the_pop_server_of_the_file,
                        Configuring) {
    has_relay("pop_before = pop3s://pop.example\nuser = me\npassword = p\n");
    const std::string host = "SALLYPORT_RELAY_HOST=other.example";
    const std::string pop = "SALLYPORT_RELAY_POP_BEFORE=pop3s://pop.other.example";
    sources.environment = {host, "SALLYPORT_PASSWORD=q"};
    BOOST_TEST(!relay().pop_before);
    for (const auto& both : {std::vector{host, pop}, std::vector{pop, host}}) {
        sources.environment = both;
        sources.environment.emplace_back("SALLYPORT_PASSWORD=q");
        BOOST_TEST(relay().pop_before->host == "pop.other.example");
    }
}

BOOST_FIXTURE_TEST_CASE(a_domain_in_the_environment, Configuring) {
    has_relay("user = me\npassword = p\n");
    sources.environment = {"SALLYPORT_RELAY_SRV=example.org"};
    // The password was not given for that.
    BOOST_TEST(why().starts_with("system.conf:4: password: not used where a variable"));
    sources.environment.emplace_back("SALLYPORT_PASSWORD=q");
    BOOST_TEST(relay().srv);
    static_cast<void>(has_system_file("[relay]\nsrv = example.org\n"));
    sources.environment = {"SALLYPORT_RELAY_HOST=mail.example"};
    BOOST_TEST(!relay().srv);
    BOOST_TEST(relay().host == "mail.example");
}

BOOST_FIXTURE_TEST_CASE(a_proxy_in_the_environment, Configuring) {
    has_relay("user = me\npassword = p\ntls = none\nallow_plaintext_auth = yes\n");
    BOOST_TEST(relay().allow_plaintext_auth.has_value());
    // The word of the file was not given for that.
    sources.environment = {"SALLYPORT_RELAY_PROXY=socks5://p:1"};
    BOOST_TEST(why().starts_with("system.conf:5: tls: the password would go in clear: "));
    sources.environment = {"SALLYPORT_URL=smtps://h?proxy=http://me:hunter2@p:3128"};
    BOOST_TEST(relay().proxy->password->reveal() == "hunter2");
}
