// SPDX-License-Identifier: MIT
//
// What configuration files may say, and which of them is read.
#define BOOST_TEST_MODULE configuration
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <iterator>

#include <sys/stat.h>

#include "configuring.h"
#include "text/ascii.h"

using namespace sallyport;
using Texts = std::vector<std::string>;

namespace {

struct Fixture : Configuring {
    /// A file in a directory of its own, whose relay has this host.
    std::string has_file(const std::string& directory, const std::string& host) const {
        ::mkdir(folder.path(directory).c_str(), 0755);
        return folder.write(directory + "/sallyport.conf",
                            "[relay]\nhost = " + host + "\n");
    }
    [[nodiscard]] std::string host() const { return relay().host; }
};

std::string relay_with(const std::string& lines) {
    return "[relay]\nhost = mail.example\nuser = me\n" + lines;
}

} // namespace

BOOST_FIXTURE_TEST_CASE(three_lines_are_enough, Fixture) {
    has_relay("user = me@example.org\npassword = secret\n");
    const Settings settings = load();
    BOOST_REQUIRE(settings.relays.size() == 1U);
    const Relay& relay = settings.relays.front();
    BOOST_TEST(relay.host == "mail.example");
    BOOST_TEST(relay.origin == folder.path("system.conf") + ":1");
    BOOST_TEST(relay.user == "me@example.org");
    BOOST_TEST(relay.auth_wanted);
    BOOST_TEST(relay.auth.empty());
    BOOST_TEST(std::holds_alternative<std::shared_ptr<const Secret>>(relay.secret));
    BOOST_TEST(relay.port == (std::vector<std::uint16_t>{465, 587}),
               boost::test_tools::per_element());
    BOOST_TEST(!relay.tls);
    BOOST_TEST((relay.timeout == std::chrono::seconds(300)));
    BOOST_TEST((relay.greeting_timeout == std::chrono::seconds(60)));
    BOOST_TEST((relay.connect_timeout == std::chrono::seconds(30)));
    BOOST_TEST((relay.deadline == std::chrono::seconds(0)));
    BOOST_TEST(relay.max_recipients == 100U);
    BOOST_TEST((settings.tempfail == ExitStatus::temp_fail));
    BOOST_TEST((settings.log.target == LogTarget::syslog));
    BOOST_TEST(settings.message.size_limit == 0U);
    BOOST_TEST(settings.notes.empty());
}

BOOST_FIXTURE_TEST_CASE(several_relays_in_the_order_of_the_file, Fixture) {
    static_cast<void>(has_system_file("[relay b]\nhost = one\n[sender]\ndomain = x\n"
                                      "[relay]\nhost = two\n[relay a  c]\nhost = three\n"));
    Texts found;
    for (const Relay& relay : load().relays)
        found.push_back(relay.name + "=" + relay.host);
    BOOST_TEST(found == (Texts{"b=one", "=two", "a c=three"}),
               boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(each_relay_has_its_own_keys, Fixture) {
    static_cast<void>(
        has_system_file("[relay a]\nhost = one\nport = 25\n[relay b]\nhost = two\n"
                        "user = u\npassword = p\n"));
    const Settings settings = load();
    BOOST_TEST(settings.relays[0].port.front() == 25);
    BOOST_TEST(settings.relays[1].port.front() == 465);
    BOOST_TEST(!settings.relays[0].auth_wanted);
    BOOST_TEST(settings.relays[1].auth_wanted);
}

BOOST_FIXTURE_TEST_CASE(which_file_is_read, Fixture) {
    static_cast<void>(has_system_file("[relay]\nhost = system\n"));
    const std::string home = folder.path("");
    BOOST_TEST(host() == "system");
    sources.environment = {"HOME=" + home, "XDG_CONFIG_HOME=" + folder.path("xdg")};
    BOOST_TEST(host() == "system"); // nothing is there
    has_file(".config", "home");
    BOOST_TEST(host() == "system"); // XDG_CONFIG_HOME is set
    has_file("xdg", "xdg");
    BOOST_TEST(host() == "xdg");
    for (const char* unset : {"XDG_CONFIG_HOME=", "XDG_CONFIG_HOME=relative"}) {
        sources.environment[1] = unset;
        BOOST_TEST(host() == "home");
    }
    sources.environment = {"HOME=relative"};
    BOOST_TEST(host() == "system");
    sources.environment = {"HOME=" + home, "SALLYPORT_CONFIG=" + has_file("a", "named")};
    BOOST_TEST(host() == "named");
    sources.argument_file = has_file("b", "argument");
    BOOST_TEST(host() == "argument");
}

BOOST_FIXTURE_TEST_CASE(a_file_that_was_asked_for_must_exist, Fixture) {
    has_relay("");
    sources.environment = {"SALLYPORT_CONFIG=" + folder.path("none")};
    BOOST_TEST(why() == "none: No such file or directory");
    sources.environment.clear();
    sources.argument_file = folder.path("none");
    BOOST_TEST(why() == "none: No such file or directory");
}

BOOST_FIXTURE_TEST_CASE(without_any_file, Fixture) {
    BOOST_TEST(why() ==
               "system.conf: there is no such file, no [relay] in a file of yours, and "
               "SALLYPORT_URL is not set; see EXAMPLES in sallyport.conf(5)");
    static_cast<void>(has_system_file("[sender]\ndomain = example.org\n"));
    BOOST_TEST(why().starts_with("system.conf: no [relay] here"));
}

BOOST_FIXTURE_TEST_CASE(what_is_no_file, Fixture) {
    BOOST_REQUIRE(::mkfifo(folder.path("fifo").c_str(), 0600) == 0);
    for (const auto& path :
         {folder.path("fifo"), folder.path(""), std::string("/dev/zero")}) {
        sources.argument_file = path;
        BOOST_TEST(refusal().what() == path + ": not a regular file");
    }
}

BOOST_FIXTURE_TEST_CASE(a_file_with_a_password_is_not_for_others, Fixture) {
    const std::string text = relay_with("password = secret\n");
    for (const mode_t mode : {0600U, 0640U, 0400U, 0660U}) {
        static_cast<void>(has_system_file(text, mode));
        BOOST_TEST(relay().auth_wanted);
    }
    static_cast<void>(has_system_file(text, 0644));
    BOOST_TEST(why() ==
               "system.conf: it holds a password, and others can read it: chmod 0600, "
               "or 0640 with a group");
    static_cast<void>(has_system_file(relay_with("password_file = /p\n"), 0644));
    BOOST_TEST(relay().auth_wanted);
    static_cast<void>(has_system_file(relay_with("password_file = /p\n"), 0646));
    BOOST_TEST(why() == "system.conf: others can write to it: chmod o-w");
}

BOOST_FIXTURE_TEST_CASE(a_file_of_roots_may_say_all, Fixture) {
    for (const char* line : {"password_file = /p\n", "password_command = id\n",
                             "password = p\n[log]\nto = file:/l\n"}) {
        sources.argument_file = folder.write("argument.conf", relay_with(line));
        if (::geteuid() == 0)
            BOOST_TEST(relay().auth_wanted);
    }
}

BOOST_FIXTURE_TEST_CASE(ones_own_file_may_say_all, Fixture) {
    const std::string path = folder.write(
        "own.conf", relay_with("password_command = id\n[log]\nto = file:/l\n"));
    sources.environment = {"SALLYPORT_CONFIG=" + path};
    BOOST_TEST(std::holds_alternative<SecretCommand>(relay().secret));
    BOOST_TEST((load().log.target == LogTarget::file));
}

BOOST_FIXTURE_TEST_CASE(a_set_id_run_reads_the_systems_file_only, Fixture) {
    Privilege privilege;
    sources.privilege = &privilege;
    static_cast<void>(has_system_file(relay_with("password_file = /p\n")));
    sources.argument_file = has_file("b", "argument");
    sources.environment = {"SALLYPORT_CONFIG=" + has_file("a", "named"),
                           "HOME=" + folder.path(""), "SALLYPORT_URL=smtps://elsewhere",
                           "SALLYPORT_FROM=a@x"};
    const Settings settings = load();
    BOOST_TEST(settings.relays.front().host == "mail.example");
    BOOST_TEST(settings.sender.envelope_from.address() == "");
    static_cast<void>(has_system_file(relay_with("password_command = id\n")));
    BOOST_TEST(why() == "system.conf:4: password_command: no command is run set-user-ID or "
                        "set-group-ID");
    ::unlink(folder.path("system.conf").c_str());
    BOOST_TEST(why() == "system.conf: No such file or directory");
}

BOOST_FIXTURE_TEST_CASE(a_file_has_a_limit, Fixture) {
    const std::string text = "[relay]\nhost = x\n";
    std::string padding;
    while (padding.size() + text.size() + 1024 <= 1024 * 1024)
        padding += "#" + std::string(1022, 'x') + "\n";
    static_cast<void>(has_system_file(text + padding));
    BOOST_TEST(host() == "x");
    static_cast<void>(has_system_file(text + padding + padding));
    BOOST_TEST(why() == "system.conf: it has more than 1 MiB");
}

/// Each key stands once in these; of those that exclude each other the others are below.
const std::string each_key =
    "[relay a]\nhost = mail.example.\nmatch = *@x, ?@y\nport = 2525 25\n"
    "protocol = smtp\nip = 4\nsource_address = 192.0.2.1\n"
    "proxy = http://p.example:3128\nhelo = www.example\nignore = chunking dsn\n"
    "max_recipients = 7\nmax_messages = 9\ntls = none\ntls_ca = none\n"
    "tls_name = other.example\ntls_min = 1.3\n"
    "tls_pin = sha256//YLh1dUR9y6Kja30RrAn7JKnbQG/uEtLMkBgFF2Fuihg=\n"
    "tls_cert = /c\ntls_key = /k\nuser = \"me ; x\"\npassword_file = /p\nauth = plain\n"
    "authzid = a\nrealm = r\nrequire_channel_binding = no\n"
    "pop_before = pop3://pop.example\nallow_plaintext_auth = yes\n"
    "connect_timeout = 5\ntimeout = 2m\ndeadline = 1h\n"
    "[relay b]\nsrv = example.org\ntls_crl = /crl\nuser = u\ntoken_command = id\n"
    "[sender]\ndomain = example.org\nenvelope_from = a@x\n"
    "header_from = Bob <b@x>\nforce = both\nallow = *@x\n"
    "[recipients]\naliases = /etc/aliases\nroot = a@x, b@y\ndefault = c@z\n"
    "local = vm.\n[message]\nsize_limit = 25M\nreceived = yes\nencode_header = no\n"
    "remove_headers = X-A, X-B\n[log]\nto = file:/l\nformat = json\n"
    "[exit]\ntempfail = 69\n";

/// As a file has it.
std::string written(const std::string& section, const SetKeys& keys) {
    std::string text = "[" + section + "]\n";
    for (const Setting& setting : keys)
        text += std::string(setting.key) + " = " + quote(setting.text) + "\n";
    return text;
}

std::string written(const Settings& settings) {
    std::string text;
    for (const Relay& relay : settings.relays)
        text += written("relay " + relay.name, relay.keys);
    text += written("sender", settings.sender.keys);
    for (const char* section : {"recipients", "message", "log", "exit"}) {
        SetKeys keys;
        std::ranges::copy_if(settings.keys, std::back_inserter(keys),
                             [&](const Setting& set) { return set.section == section; });
        text += written(section, keys);
    }
    return text;
}

BOOST_FIXTURE_TEST_CASE(what_is_kept_of_each_key_says_the_same_when_read_again, Fixture) {
    static_cast<void>(has_system_file(each_key));
    const std::string first = written(load());
    BOOST_TEST(std::ranges::count(first, '=') == std::ranges::count(each_key, '='));
    static_cast<void>(has_system_file(first));
    const Settings again = load();
    BOOST_TEST(written(again) == first);
    const Relay& a = again.relays[0];
    BOOST_TEST(a.host == "mail.example");
    BOOST_TEST(a.user == "me ; x");
    BOOST_TEST(a.tls_pin.front().size() == 32U);
    BOOST_TEST(a.tls_pin_only);
    BOOST_TEST((a.greeting_timeout == std::chrono::minutes(2)));
    BOOST_TEST(a.ignore == (Texts{"CHUNKING", "DSN"}), boost::test_tools::per_element());
    BOOST_TEST(again.relays[1].srv);
    BOOST_TEST(again.relays[1].is_token);
    BOOST_TEST(again.message.size_limit == 26214400U);
    BOOST_TEST(again.log.path == "/l");
    BOOST_TEST(static_cast<int>(again.tempfail) == 69);
}

BOOST_FIXTURE_TEST_CASE(every_key_is_kept_once_with_its_origin, Fixture) {
    has_relay("user = me\npassword = hunter2\nproxy = http://u:hunter2@p:1\n"
              "[sender me]\nforce = no\n[sender]\nforce = both\nenvelope_from = a@x\n");
    sources.environment = {"SALLYPORT_RELAY_HELO=www", "SALLYPORT_SENDER_DOMAIN=x.example"};
    const auto shown = [](const SetKeys& keys) {
        Texts lines;
        for (const Setting& setting : keys)
            lines.push_back(std::string(setting.key) + "=" + setting.text + " " +
                            setting.origin.substr(setting.origin.rfind('/') + 1));
        return lines;
    };
    const Settings settings = load();
    BOOST_TEST(
        shown(settings.relays.front().keys) ==
            (Texts{"host=mail.example system.conf:2: host", "user=me system.conf:3: user",
                   "password=(set) system.conf:4: password",
                   "proxy=(set) system.conf:5: proxy", "helo=www SALLYPORT_RELAY_HELO"}),
        boost::test_tools::per_element());
    BOOST_TEST(shown(settings.sender.keys) ==
                   (Texts{"force=both system.conf:9: force",
                          "envelope_from=a@x system.conf:10: envelope_from",
                          "domain=x.example SALLYPORT_SENDER_DOMAIN"}),
               boost::test_tools::per_element());
    BOOST_TEST(shown(settings.user_senders.at("me").keys) ==
                   (Texts{"envelope_from=a@x system.conf:10: envelope_from",
                          "force=no system.conf:7: force",
                          "domain=x.example SALLYPORT_SENDER_DOMAIN"}),
               boost::test_tools::per_element());
    sources.environment = {"SALLYPORT_URL=smtps://me:hunter2@other.example"};
    BOOST_TEST(
        shown(relay().keys) ==
            (Texts{"tls=implicit SALLYPORT_URL: tls", "port=465 SALLYPORT_URL: port",
                   "host=other.example SALLYPORT_URL: host", "user=me SALLYPORT_URL: user",
                   "password=(set) SALLYPORT_URL: password"}),
        boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(what_a_variable_replaces_is_forgotten, Fixture) {
    has_relay("tls = none\nuser = me\ntoken_file = /t\nallow_plaintext_auth = yes\n");
    sources.environment = {"SALLYPORT_RELAY_SRV=example.org",
                           "SALLYPORT_RELAY_TLS=implicit", "SALLYPORT_PASSWORD=p"};
    const Relay changed = relay();
    Texts keys;
    for (const Setting& setting : changed.keys)
        keys.emplace_back(setting.key);
    BOOST_TEST(keys == (Texts{"user", "allow_plaintext_auth", "srv", "tls", "password"}),
               boost::test_tools::per_element());
    BOOST_TEST(find_setting(changed.keys, "relay", "allow_plaintext_auth")->text ==
               "(not used)");
    BOOST_TEST(changed.srv);
    BOOST_TEST(!changed.is_token);
    BOOST_TEST(!changed.allow_plaintext_auth);
}

BOOST_FIXTURE_TEST_CASE(errors_of_syntax_name_the_line, Fixture) {
    has_relay("port: 25\n");
    BOOST_TEST(why() ==
               "system.conf:3: = is expected after a key; files of msmtp are not read");
}
