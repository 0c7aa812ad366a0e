// SPDX-License-Identifier: MIT
//
// Every key of sallyport.conf(5).
#define BOOST_TEST_MODULE keys
#include <boost/test/unit_test.hpp>

#include "configuring.h"

using namespace sallyport;
using Texts = std::vector<std::string>;
using namespace std::chrono_literals;

namespace {

/// A file with a relay and one more line.
struct Fixture : Configuring {
    Relay relay_with(const std::string& line) {
        has_relay(line + "\n");
        return relay();
    }
    Settings settings_with(const std::string& section, const std::string& line) {
        has_relay("[" + section + "]\n" + line + "\n");
        return load();
    }
    std::string why_not(const std::string& line, const std::string& section = {}) {
        has_relay((section.empty() ? "" : "[" + section + "]\n") + line + "\n");
        return why();
    }
};

const std::string log_in = "user = me\npassword = p\n";

} // namespace

BOOST_FIXTURE_TEST_CASE(keys_of_the_server, Fixture) {
    BOOST_TEST(relay_with("").host == "mail.example");
    BOOST_TEST(relay_with("port = 2525 25").port == (std::vector<std::uint16_t>{2525, 25}),
               boost::test_tools::per_element());
    BOOST_TEST(relay_with("protocol = lmtp").lmtp);
    BOOST_TEST(load().relays.front().port == std::vector<std::uint16_t>{24},
               boost::test_tools::per_element());
    BOOST_TEST(relay_with("protocol = lmtp\nport = 2400").port ==
                   std::vector<std::uint16_t>{2400},
               boost::test_tools::per_element());
    BOOST_TEST(!relay_with("protocol = smtp").lmtp);
    BOOST_TEST(why_not("protocol = qmqp") ==
               "system.conf:3: protocol: smtp or lmtp is expected");
    BOOST_TEST((relay_with("ip = any").ip == IpFamily::any));
    BOOST_TEST((relay_with("ip = 4").ip == IpFamily::ipv4));
    BOOST_TEST((relay_with("ip = 6").ip == IpFamily::ipv6));
    BOOST_TEST(why_not("ip = 5") == "system.conf:3: ip: any, 4 or 6 is expected");
    for (const char* address : {"192.0.2.1", "2001:db8::1", "fe80::1%eth0"})
        BOOST_TEST(relay_with(std::string("source_address = ") + address).source_address ==
                   address);
    for (const char* odd : {"localhost", "192.0.2", "eth0"})
        BOOST_TEST(why_not(std::string("source_address = ") + odd) ==
                   "system.conf:3: source_address: an IPv4 or IPv6 address is expected");
    for (const char* name :
         {"www.example.org", "localhost", "[192.0.2.1]", "[IPv6:::1]", "a_b"})
        BOOST_TEST(relay_with(std::string("helo = ") + name).helo == name);
    BOOST_TEST(relay_with("helo = www.example.org.").helo == "www.example.org");
    for (const char* odd : {"[a]", "[192.0.2.1", "[IPv6:::1", "[IPv6:a]", "[]"})
        BOOST_TEST(
            why_not(std::string("helo = ") + odd).starts_with("system.conf:3: helo: a"));
    for (const char* odd : {"", "a b", "a>", "\"a b\"", "b\xc3\xbc", "\"a\tb\"", "::1",
                            "a[b]", "192.0.2.1]", "a..b", "-a"})
        BOOST_TEST(why_not(std::string("helo = ") + odd) ==
                   "system.conf:3: helo: a host name or an address literal is expected");
    BOOST_TEST(relay_with("ignore = chunking, Pipelining 8BITMIME size dsn limits smtputf8")
                       .ignore == (Texts{"CHUNKING", "PIPELINING", "8BITMIME", "SIZE",
                                         "DSN", "LIMITS", "SMTPUTF8"}),
               boost::test_tools::per_element());
    for (const char* odd : {"auth", "starttls", "chunks"})
        BOOST_TEST(
            why_not(std::string("ignore = ") + odd) ==
            std::string("system.conf:3: ignore: ") + odd +
                " is none of 8BITMIME, BINARYMIME, CHUNKING, DSN, LIMITS, PIPELINING, "
                "SIZE, SMTPUTF8");
    BOOST_TEST(relay_with("max_messages = 1").max_messages == 1U);
    BOOST_TEST(relay_with("max_recipients = 1").max_recipients == 1U);
    BOOST_TEST(why_not("max_recipients = 0") ==
               "system.conf:3: max_recipients: a number from 1 to 1000000 is expected");
}

BOOST_FIXTURE_TEST_CASE(keys_of_tls, Fixture) {
    BOOST_TEST((relay_with("tls = implicit").tls == TlsMode::implicit));
    BOOST_TEST((relay_with("tls = starttls").tls == TlsMode::starttls));
    BOOST_TEST((relay_with("tls = none").tls == TlsMode::none));
    for (const char* odd : {"on", "off", "STARTTLS", "", "yes", "if-possible"})
        BOOST_TEST(
            why_not(std::string("tls = ") + odd) ==
            "system.conf:3: tls: implicit (elsewhere SSL or TLS), starttls or none is "
            "expected");
    BOOST_TEST(relay_with("tls_ca = /etc/ca").tls_ca == "/etc/ca");
    BOOST_TEST(why_not("tls_ca = ca.pem") ==
               "system.conf:3: tls_ca: a path that begins with / is expected");
    BOOST_TEST(relay_with("tls_name = other.example").tls_name == "other.example");
    BOOST_TEST((relay_with("tls_min = 1.2").tls_min == TlsVersion::tls1_2));
    BOOST_TEST((relay_with("tls_min = 1.3").tls_min == TlsVersion::tls1_3));
    for (const char* odd : {"1.1", "1.0", "2", "TLSv1.3"})
        BOOST_TEST(why_not(std::string("tls_min = ") + odd) ==
                   "system.conf:3: tls_min: 1.2 or 1.3 is expected");
    const Relay client = relay_with("tls_cert = /c\ntls_key = /k");
    BOOST_TEST(client.tls_cert.path == "/c");
    BOOST_TEST(client.tls_key.path == "/k");
    for (const char* alone : {"tls_cert = /c", "tls_key = /k"})
        BOOST_TEST(why_not(alone) == "system.conf:1: tls_cert and tls_key go together");
}

BOOST_FIXTURE_TEST_CASE(keys_of_the_log_in, Fixture) {
    const Relay relay = relay_with(log_in + "authzid = other\nrealm = r");
    BOOST_TEST(relay.user == "me");
    BOOST_TEST(relay.authzid == "other");
    BOOST_TEST(relay.realm == "r");
    const auto file =
        std::get<SecretFile>(relay_with("user = me\npassword_file = /run/secret").secret);
    BOOST_TEST(file.file.path == "/run/secret");
    BOOST_TEST(file.origin == folder.path("system.conf") + ":4: password_file");
    const auto command = std::get<SecretCommand>(
        relay_with("user = me\npassword_command = pass show x").secret);
    BOOST_TEST(command.command == "pass show x");
    BOOST_TEST(command.origin == folder.path("system.conf") + ":4: password_command");
    BOOST_TEST(why_not("user =") == "system.conf:3: user: it is empty");
    BOOST_TEST(why_not("user = \"a\tb\"") ==
               "system.conf:3: user: it holds a control character");
    BOOST_TEST(why_not("password = \"\"") == "system.conf:3: password: it is empty");
    BOOST_TEST(why_not("password = " + std::string(16385, 'p')) ==
               "system.conf:3: password: it has more than 16384 octets");
    BOOST_TEST(relay_with("user = me\npassword = " + std::string(16384, 'p')).auth_wanted);
    BOOST_TEST(why_not("password_file = secret") ==
               "system.conf:3: password_file: a path that begins with / is expected");
}

BOOST_FIXTURE_TEST_CASE(mechanisms, Fixture) {
    BOOST_TEST(relay_with(log_in + "auth = auto").auth_wanted);
    BOOST_TEST(!relay_with(log_in + "auth = none").auth_wanted);
    BOOST_TEST(!relay_with("auth = auto").auth_wanted);
    BOOST_TEST(!relay_with("auth = none\nuser = me").auth_wanted);
    BOOST_TEST(relay_with(log_in + "auth = scram-sha-256, PLAIN").auth ==
                   (Texts{"SCRAM-SHA-256", "PLAIN"}),
               boost::test_tools::per_element());
    BOOST_TEST(why_not(log_in + "auth = PLAIN, ANONYMOUS") ==
               "system.conf:5: auth: ANONYMOUS is none of OAUTHBEARER, XOAUTH2, "
               "SCRAM-SHA-512-PLUS, SCRAM-SHA-256-PLUS, SCRAM-SHA-1-PLUS, SCRAM-SHA-512, "
               "SCRAM-SHA-256, SCRAM-SHA-1, PLAIN, LOGIN, CRAM-MD5, EXTERNAL, GSSAPI, "
               "DIGEST-MD5, NTLM");
    BOOST_TEST(why_not("auth =") ==
               "system.conf:3: auth: a list is expected, and it is empty");
}

BOOST_FIXTURE_TEST_CASE(a_log_in_needs_all_its_parts, Fixture) {
    BOOST_TEST(
        why_not("user = me") ==
        "system.conf:3: user: a log-in needs a password, password_file, password_command, "
        "token_file or token_command; without one set auth = none");
    for (const std::string key : {"password", "password_file"})
        BOOST_TEST(why_not(key + " = /p") ==
                   "system.conf:3: " + key + ": a log-in needs a user");
    BOOST_TEST(why_not("auth = PLAIN") == "system.conf:1: a log-in needs a user");
    BOOST_TEST(why_not("user = me\nauth = PLAIN")
                   .starts_with("system.conf:3: user: a log-in needs"));
}

BOOST_FIXTURE_TEST_CASE(tokens, Fixture) {
    const Relay file = relay_with("user = me\ntoken_file = /run/token");
    BOOST_TEST(file.is_token);
    BOOST_TEST(std::get<SecretFile>(file.secret).file.path == "/run/token");
    const Relay command = relay_with("user = me\ntoken_command = oama access me");
    BOOST_TEST(command.is_token);
    BOOST_TEST(std::get<SecretCommand>(command.secret).command == "oama access me");
    BOOST_TEST(!relay_with(log_in).is_token);
    BOOST_TEST(
        relay_with(log_in + "require_channel_binding = yes").require_channel_binding);
    BOOST_TEST(!relay_with(log_in).require_channel_binding);
}

BOOST_FIXTURE_TEST_CASE(pins_and_revocations, Fixture) {
    const std::string pin = "sha256//" + std::string(42, 'A') + "8=";
    const Relay relay = relay_with("tls_pin = " + pin + ", " + pin + "\ntls_crl = /crl");
    BOOST_TEST(relay.tls_pin.size() == 2U);
    BOOST_TEST(relay.tls_pin.front().size() == 32U);
    BOOST_TEST(!relay.tls_pin_only);
    BOOST_TEST(relay.tls_crl == "/crl");
    BOOST_TEST(relay_with("tls_ca = none\ntls_pin = " + pin).tls_pin_only);
    BOOST_TEST(why_not("tls_ca = none") == "system.conf:1: tls_ca = none needs a tls_pin");
    BOOST_TEST(why_not("tls_ca = none\ntls_crl = /crl\ntls_pin = " + pin) ==
               "system.conf:1: tls_crl needs a tls_ca that is not none");
    for (const char* odd : {"AAAA", "sha256//AAAA", "sha256//?", "sha1//AAAA"})
        BOOST_TEST(
            why_not(std::string("tls_pin = ") + odd) ==
            "system.conf:3: tls_pin: sha256// and 44 characters of base64 are expected");
}

BOOST_FIXTURE_TEST_CASE(in_clear_only_where_a_file_says_so, Fixture) {
    const std::string in_clear = log_in + "tls = none\n";
    BOOST_TEST(
        why_not(in_clear) ==
        "system.conf:5: tls: the password would go in clear: set tls = starttls, or, "
        "in a file, allow_plaintext_auth = yes");
    BOOST_TEST(why_not(in_clear + "allow_plaintext_auth = no")
                   .starts_with("system.conf:5: tls: the password would go in clear"));
    BOOST_TEST(relay_with(in_clear + "allow_plaintext_auth = yes")
                   .allow_plaintext_auth.has_value());
    BOOST_TEST(relay_with(in_clear + "auth = none").auth_wanted == false);
    BOOST_TEST(!relay_with("allow_plaintext_auth = no").allow_plaintext_auth);
}

BOOST_FIXTURE_TEST_CASE(times, Fixture) {
    const Relay relay = relay_with("connect_timeout = 5\ntimeout = 2m\ndeadline = 1h");
    BOOST_TEST((relay.connect_timeout == 5s));
    BOOST_TEST((relay.timeout == 120s));
    BOOST_TEST((relay.greeting_timeout == 120s));
    BOOST_TEST((relay.deadline == 3600s));
    BOOST_TEST((relay_with("deadline = 0").deadline == 0s));
    for (const char* key : {"connect_timeout", "timeout"})
        BOOST_TEST(
            why_not(std::string(key) + " = 0") ==
            std::string("system.conf:3: ") + key +
                ": a time from 1s to 30d is expected, in seconds or with s, m, h or d");
}

BOOST_FIXTURE_TEST_CASE(senders, Fixture) {
    BOOST_TEST(settings_with("sender", "domain = example.org").sender.domain ==
               "example.org");
    BOOST_TEST(settings_with("sender", "domain = [192.0.2.1]").sender.domain ==
               "[192.0.2.1]");
    BOOST_TEST(
        settings_with("sender", "envelope_from = a@x").sender.envelope_from.address() ==
        "a@x");
    BOOST_TEST(settings_with("sender", "header_from = Bob <a@x>")
                   .sender.header_from.display_name == "Bob");
    for (const char* odd : {"", "a b", "a@x", "x>", "a, b", "<x>"})
        BOOST_TEST(why_not(std::string("domain = ") + odd, "sender")
                       .starts_with("system.conf:4: domain: "));
    for (const char* odd : {"", "a b", "a@x, b@y", "<>", "a@"}) {
        BOOST_TEST(why_not(std::string("envelope_from = ") + odd, "sender")
                       .starts_with("system.conf:4: envelope_from: "));
        BOOST_TEST(why_not(std::string("header_from = ") + odd, "sender")
                       .starts_with("system.conf:4: header_from: "));
    }
}

BOOST_FIXTURE_TEST_CASE(which_senders, Fixture) {
    BOOST_TEST(relay_with("match = *@example.org, ?@x").match ==
                   (Texts{"*@example.org", "?@x"}),
               boost::test_tools::per_element());
    BOOST_TEST(relay_with("").match.empty());
    BOOST_TEST(why_not("match =") ==
               "system.conf:3: match: a list is expected, and it is empty");
    BOOST_TEST(
        settings_with("sender", "allow = *@example.org *@example.net").sender.allow ==
            (Texts{"*@example.org", "*@example.net"}),
        boost::test_tools::per_element());
    const auto forced = [&](const char* what) {
        const SenderSettings sender =
            settings_with("sender", std::string("envelope_from = a@x\nforce = ") + what)
                .sender;
        return (sender.force_envelope ? 2 : 0) + (sender.force_header ? 1 : 0);
    };
    BOOST_TEST(forced("no") == 0);
    BOOST_TEST(forced("header") == 1);
    BOOST_TEST(forced("envelope") == 2);
    BOOST_TEST(forced("both") == 3);
    for (const char* odd : {"", "yes", "Both", "envelope, header"})
        BOOST_TEST(why_not(std::string("force = ") + odd, "sender") ==
                   "system.conf:4: force: no, envelope, header or both is expected");
}

BOOST_FIXTURE_TEST_CASE(what_is_forced_must_be_there, Fixture) {
    BOOST_TEST(why_not("force = envelope\nheader_from = a@x", "sender") ==
               "system.conf:4: force: there is no envelope_from");
    BOOST_TEST(why_not("force = both\nheader_from = a@x", "sender") ==
               "system.conf:4: force: there is no envelope_from");
    BOOST_TEST(why_not("force = header", "sender") ==
               "system.conf:4: force: there is no header_from or envelope_from");
    for (const char* key : {"header_from", "envelope_from"})
        BOOST_TEST(settings_with("sender", std::string("force = header\n") + key + " = a@x")
                       .sender.force_header);
}

BOOST_FIXTURE_TEST_CASE(recipients, Fixture) {
    const auto setting = [&](const std::string& line) {
        return settings_with("recipients", line).recipients;
    };
    BOOST_TEST(setting("aliases = /etc/aliases").aliases == "/etc/aliases");
    BOOST_TEST(setting("root = a@x, Bob <b@y>").root == "a@x, Bob <b@y>");
    BOOST_TEST(setting("default = admin").default_to == "admin");
    BOOST_TEST(setting("local = web1.example.org., VM").local ==
                   (Texts{"web1.example.org", "VM"}),
               boost::test_tools::per_element());
    for (const char* odd : {"192.0.2.1", "a@x", "x>"})
        BOOST_TEST(why_not(std::string("local = ") + odd, "recipients")
                       .starts_with("system.conf:4: local: a "));
    BOOST_TEST(why_not("aliases = etc", "recipients") ==
               "system.conf:4: aliases: a path that begins with / is expected");
    for (const char* key : {"root", "default"}) {
        for (const char* odd : {"", ",", "a b", "a@"})
            BOOST_TEST(why_not(std::string(key) + " = " + odd, "recipients")
                           .starts_with(std::string("system.conf:4: ") + key + ": "));
    }
    BOOST_TEST(why_not("alias = /x", "recipients") ==
               "system.conf:4: alias is not known; the nearest key of [recipients] is "
               "aliases");
}

BOOST_FIXTURE_TEST_CASE(a_domain_is_kept_as_it_goes_into_an_address, Fixture) {
    for (const char* written : {"example.org.", "example.org (ours)", "example . org"})
        BOOST_TEST(
            settings_with("sender", std::string("domain = ") + written).sender.domain ==
            "example.org");
}

BOOST_FIXTURE_TEST_CASE(messages, Fixture) {
    BOOST_TEST(settings_with("message", "size_limit = 25M").message.size_limit ==
               26214400U);
    BOOST_TEST(settings_with("message", "received = yes").message.received);
    BOOST_TEST(settings_with("message", "received = yes").message.encode_header);
    BOOST_TEST(!settings_with("message", "encode_header = no").message.encode_header);
    BOOST_TEST(
        settings_with("message", "remove_headers = X-A, X-B").message.remove_headers ==
            (Texts{"X-A", "X-B"}),
        boost::test_tools::per_element());
    BOOST_TEST(
        why_not("remove_headers = X-A:", "message") ==
        "system.conf:4: remove_headers: names of header fields are expected, without "
        "colons");
    BOOST_TEST(why_not("received = on", "message") ==
               "system.conf:4: received: yes or no is expected");
}

BOOST_FIXTURE_TEST_CASE(logs_and_exits, Fixture) {
    const auto target = [&](const char* to) {
        return settings_with("log", std::string("to = ") + to).log.target;
    };
    BOOST_TEST((target("syslog") == LogTarget::syslog));
    BOOST_TEST((target("stderr") == LogTarget::standard_error));
    BOOST_TEST((target("none") == LogTarget::none));
    BOOST_TEST((target("file:/l") == LogTarget::file));
    BOOST_TEST(load().log.path == "/l");
    BOOST_TEST(why_not("to = file:l", "log") ==
               "system.conf:4: to: a path that begins with / is expected");
    BOOST_TEST(why_not("to = /l", "log") ==
               "system.conf:4: to: syslog, stderr, none or file:/path is expected");
    BOOST_TEST((settings_with("log", "format = json").log.format == LogFormat::json));
    BOOST_TEST(why_not("format = xml", "log") ==
               "system.conf:4: format: text or json is expected");
    for (const int status : {64, 69, 78})
        BOOST_TEST(
            static_cast<int>(
                settings_with("exit", "tempfail = " + std::to_string(status)).tempfail) ==
            status);
    for (const char* odd : {"0", "63", "79", "x"})
        BOOST_TEST(why_not(std::string("tempfail = ") + odd, "exit") ==
                   "system.conf:4: tempfail: a number from 64 to 78 is expected");
}

BOOST_FIXTURE_TEST_CASE(keys_of_the_queue, Fixture) {
    using When = QueueSettings::When;
    const auto queue = [&](const std::string& line) {
        return settings_with("queue", "directory = /spool\n" + line).queue;
    };
    const auto why = [&](const std::string& line) {
        return why_not("directory = /spool\n" + line, "queue");
    };
    BOOST_TEST(queue("").directory == "/spool");
    BOOST_TEST(load().limits.per_user == 0U);
    BOOST_TEST(why_not("directory = spool", "queue") ==
               "system.conf:4: directory: a path that begins with / is expected");
    BOOST_TEST((queue("when = temporary").when == When::temporary));
    BOOST_TEST((queue("when = background").when == When::background));
    BOOST_TEST((queue("when = always").when == When::always));
    BOOST_TEST((queue("when = never").when == When::never));
    BOOST_TEST(why("when = later") ==
               "system.conf:5: when: temporary, background, always or never is expected");
    BOOST_TEST((queue("retry = 1m, 1d").retry ==
                std::vector<std::chrono::milliseconds>{1min, 24h}));
    for (const char* odd : {"59", "5s", "1m, 25h"})
        BOOST_TEST(why(std::string("retry = ") + odd) ==
                   "system.conf:5: retry: a time from 1m to 1d is expected, in seconds or "
                   "with s, m, h or d");
    BOOST_TEST((queue("lifetime = 1h").lifetime == 1h));
    BOOST_TEST((queue("lifetime = 30d").lifetime == 720h));
    for (const char* odd : {"59m", "31d"})
        BOOST_TEST(why(std::string("lifetime = ") + odd) ==
                   "system.conf:5: lifetime: a time from 1h to 30d is expected, in seconds "
                   "or with s, m, h or d");
    BOOST_TEST(queue("in_doubt = hold").hold_in_doubt);
    BOOST_TEST(!queue("in_doubt = retry").hold_in_doubt);
    BOOST_TEST(!queue("bounce = no").bounce);
    BOOST_TEST(queue("bounce = yes").bounce);
    BOOST_TEST(queue("bounce = it@example.org").bounce_to.address() == "it@example.org");
    BOOST_TEST(queue("").bounce_to.local.empty());
    for (const char* odd : {"maybe", ""})
        BOOST_TEST(why(std::string("bounce = ") + odd) ==
                   "system.conf:5: bounce: yes, no or an address is expected");
    BOOST_TEST(queue("max_count = 5").max_count == 5U);
    BOOST_TEST(queue("max_size = 1K").max_size == 1024U);
    BOOST_TEST(queue("reserve = 0").reserve == 0U);
    BOOST_TEST((queue("keep_failed = 0").keep_failed == 0h));
}

BOOST_FIXTURE_TEST_CASE(a_queue_needs_a_directory, Fixture) {
    const std::string why = "there is no directory in [queue]";
    BOOST_TEST(why_not("when = always", "queue") == "system.conf:4: when: " + why);
    BOOST_TEST(why_not("per_user = 1/1h", "limits") == "system.conf:4: per_user: " + why);
}

BOOST_FIXTURE_TEST_CASE(what_one_user_may_send, Fixture) {
    const std::string queue = "directory = /spool\n[limits]\n";
    const Settings settings = settings_with("queue", queue + "per_user = 100/1h");
    BOOST_TEST(settings.limits.per_user == 100U);
    BOOST_TEST((settings.limits.time == 1h));
    for (const char* odd : {"100", "/1h", "0/1h", "1/", "1/0"})
        BOOST_TEST(why_not(queue + "per_user = " + odd, "queue")
                       .starts_with("system.conf:6: per_user: "));
}

BOOST_FIXTURE_TEST_CASE(a_run_of_the_queue_would_not_know_another_relay, Fixture) {
    has_relay("[queue]\ndirectory = /spool\n[limits]\nper_user = 1/1h\n");
    for (const char* moved :
         {"SALLYPORT_RELAY_HOST=b", "SALLYPORT_RELAY_PORT=25",
          "SALLYPORT_RELAY_TLS=starttls", "SALLYPORT_RELAY_PROXY=socks5://p:1080",
          "SALLYPORT_URL=smtps://b"}) {
        sources.environment = {moved};
        const Settings settings = load();
        BOOST_TEST(settings.queue.directory.empty(), moved);
        BOOST_TEST(settings.limits.per_user == 0U);
        BOOST_TEST(settings.notes.back().find("a run of the queue would not know it") !=
                   std::string::npos);
    }
    for (const char* same : {"SALLYPORT_LOG_TO=none", "SALLYPORT_RELAY_TIMEOUT=5",
                             "SALLYPORT_QUEUE_WHEN=always"}) {
        sources.environment = {same};
        BOOST_TEST(load().queue.directory == "/spool", same);
    }
    sources.environment = {"SALLYPORT_RELAY_HOST=b", "SALLYPORT_QUEUE_DIRECTORY=/other"};
    BOOST_TEST(load().queue.directory == "/other");
}

BOOST_FIXTURE_TEST_CASE(a_socket_of_this_machine, Fixture) {
    const auto with = [&](const std::string& lines) {
        static_cast<void>(has_system_file("[relay]\nhost = unix:/run/smtp\n" + lines));
    };
    with("");
    BOOST_TEST(relay().is_local());
    BOOST_TEST((relay().tls == TlsMode::none));
    with("tls = starttls\ntls_name = mail.example\n" + log_in);
    BOOST_TEST((relay().tls == TlsMode::starttls));
    with(log_in + "allow_plaintext_auth = yes\n");
    BOOST_TEST(relay().auth_wanted);
    with(log_in);
    BOOST_TEST(why().starts_with("system.conf:1: the password would go in clear: "));
    with("tls = implicit\n");
    BOOST_TEST(why() == "system.conf:1: TLS over unix: needs tls_name");
    with("source_address = ::1\n");
    BOOST_TEST(why() == "system.conf:1: unix: has no source_address");
    has_relay("tls_name = unix:/run/smtp\n");
    BOOST_TEST(why().starts_with("system.conf:3: tls_name: a host name alone is expected"));
}

BOOST_FIXTURE_TEST_CASE(unknown_names_and_the_nearest_known_one, Fixture) {
    BOOST_TEST(why_not("hots = x") ==
               "system.conf:3: hots is not known; the nearest key of [relay] is host");
    BOOST_TEST(
        why_not("passwd = x") ==
        "system.conf:3: passwd is not known; the nearest key of [relay] is password");
    BOOST_TEST(why_not("Port = x") ==
               "system.conf:3: Port is not known; the nearest key of [relay] is port");
    BOOST_TEST(why_not("helo = x", "log") == "system.conf:4: helo belongs to [relay]");
    const std::string longest(49, 'x');
    const std::string relay_keys =
        "host, srv, provider, match, port, protocol, ip, source_address, proxy, helo, "
        "ignore, "
        "max_recipients, max_messages, tls, tls_ca, tls_name, tls_min, tls_pin, tls_crl, "
        "tls_cert, tls_key, user, password, password_file, password_command, token_file, "
        "token_command, auth, authzid, realm, require_channel_binding, pop_before, "
        "allow_plaintext_auth, connect_timeout, timeout, deadline";
    BOOST_TEST(why_not(longest + " = x") == "system.conf:3: " + longest +
                                                " is not known; the keys of [relay] are " +
                                                relay_keys);
    BOOST_TEST(why_not("username = x") ==
               "system.conf:3: username is not known; the keys of "
               "[relay] are " +
                   relay_keys);
    BOOST_TEST(why_not("forse = x") ==
               "system.conf:3: forse is not known; the nearest key of [sender] is force");
    BOOST_TEST(why_not("default = x") == "system.conf:3: default belongs to [recipients]");
    BOOST_TEST(why_not("provider = x", "log") ==
               "system.conf:4: provider belongs to [relay]");
    BOOST_TEST(why_not("subject = x", "exit") ==
               "system.conf:4: subject is not known; the keys of [exit] are tempfail");
    // What ends a secret in base64 is not shown, unless it is like a key.
    for (const char* line : {"d29ybGQ=", "d29ybGQ==", "d29ybGQ = \"\""})
        BOOST_TEST(why_not(line).starts_with("system.conf:3: this key is not known; the "
                                             "keys of [relay] are host, "));
    BOOST_TEST(why_not("hots =") ==
               "system.conf:3: hots is not known; the nearest key of [relay] is host");
    for (const char* section : {"logs", "log x", "smtp"})
        BOOST_TEST(why_not("to = x", section) ==
                   std::string("system.conf:3: [") + section +
                       "] is not known; the sections are [relay], [sender], [recipients], "
                       "[message], [log], [queue], [limits] and [exit]");
}

BOOST_FIXTURE_TEST_CASE(a_relay_needs_a_host, Fixture) {
    static_cast<void>(has_system_file("[relay]\nport = 25\n"));
    BOOST_TEST(why() ==
               "system.conf:1: [relay] needs a host, a provider or srv: set host = "
               "NAME");
}

BOOST_FIXTURE_TEST_CASE(no_error_quotes_a_secret, Fixture) {
    for (const char* line :
         {"password = hunter2\npassword = hunter2", "password = hunter2",
          "pasword = hunter2", "password = hunter2 ;x",
          "password_command = echo hunter2\npassword = hunter2",
          "user = me\npassword = hunter2\ntls = none", "password = \"hunter2"})
        BOOST_TEST(why_not(line).find("hunter2") == std::string::npos, line);
}
