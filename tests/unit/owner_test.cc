// SPDX-License-Identifier: MIT
//
// Whose configuration: which files are passed over, and what a stranger's may say.
#define BOOST_TEST_MODULE owner
#include <boost/test/unit_test.hpp>

#include <cstdio>
#include <set>

#include <sys/stat.h>
#include <unistd.h>

#include "config/keys.h"
#include "configuring.h"

using namespace sallyport;
using Texts = std::vector<std::string>;

namespace {

constexpr uid_t somebody = 1234;

/// Only root can give a file away.
boost::test_tools::assertion_result by_root(boost::unit_test::test_unit_id id) {
    if (::geteuid() == 0)
        return true;
    const auto& test = boost::unit_test::framework::get(id, boost::unit_test::TUT_ANY);
    std::printf("SKIP %s: not root\n", test.p_name->c_str());
    return false;
}

void give_away(const std::string& path) {
    BOOST_REQUIRE(::lchown(path.c_str(), somebody, static_cast<gid_t>(-1)) == 0);
}

struct Fixture : Configuring {
    /// A file for -C that is not root's.
    void has_strangers_file(const std::string& text) {
        sources.argument_file = folder.write("argument.conf", text);
        if (::geteuid() == 0)
            give_away(*sources.argument_file);
    }
    /// A file of somebody else's where the caller's own is looked for, and where it is.
    std::string has_foreign_home(const std::string& text, mode_t mode = 0600) {
        ::mkdir(folder.path("xdg").c_str(), 0755);
        sources.environment = {"XDG_CONFIG_HOME=" + folder.path("xdg")};
        std::string path = folder.write("xdg/sallyport.conf", text, mode);
        give_away(path);
        return path;
    }
};

const std::string a_relay = "[relay]\nhost = mail.example\nuser = me\n";
const std::string foreign_relay = "[relay]\nhost = foreign.example\n";
const std::string rest = ": not taken from a file that -C names and root does not own, nor "
                         "from a stranger's: put it into ~/.config/sallyport.conf";

/// A key and the beginning of a value that names a path; the section where it may stand.
struct PathKey {
    std::string section;
    std::string key;
    std::string begin;
};

const std::vector<PathKey> path_keys{
    {"relay", "tls_ca", ""},        {"relay", "tls_crl", ""},
    {"relay", "tls_cert", ""},      {"relay", "tls_key", ""},
    {"relay", "password_file", ""}, {"relay", "token_file", ""},
    {"recipients", "aliases", ""},  {"relay", "host", "unix:"},
    {"log", "to", "file:"}};

/// A whole file in which this key has this value, in the fourth line.
std::string file_with(const PathKey& key, const std::string& value) {
    const std::string line = key.key + " = " + key.begin + value + "\n";
    if (key.section != "relay")
        return "[relay]\nhost = mail.example\n[" + key.section + "]\n" + line;
    return (key.key == "host" ? "[relay]\nuser = me\nport = 25\n" : a_relay) + line;
}

} // namespace

BOOST_FIXTURE_TEST_CASE(a_strangers_file_names_no_path, Fixture) {
    BOOST_REQUIRE(::mkfifo(folder.path("fifo").c_str(), 0600) == 0);
    const Texts paths{"/",
                      "/etc/passwd",
                      "/nowhere/at/all",
                      "/dev/null",
                      folder.path("fifo"),
                      folder.write("closed", "secret", 0),
                      folder.write("key.pem", "-----BEGIN PRIVATE KEY-----\n")};
    for (const PathKey& key : path_keys) {
        for (const std::string& path : paths) {
            has_strangers_file(file_with(key, path));
            BOOST_TEST(why() == "argument.conf:4: " + key.key + rest);
        }
    }
}

BOOST_FIXTURE_TEST_CASE(and_no_command_or_other_place, Fixture) {
    for (const char* line :
         {"password_command = id", "token_command = id", "proxy = socks5://127.0.0.1:1080",
          "proxy = http://u:p@127.0.0.1:1", "pop_before = pop3s://127.0.0.1",
          "allow_plaintext_auth = yes", "allow_plaintext_auth = no"}) {
        has_strangers_file(a_relay + line + "\n");
        const std::string text(line);
        BOOST_TEST(why() == "argument.conf:4: " + text.substr(0, text.find(' ')) + rest);
    }
}

BOOST_FIXTURE_TEST_CASE(all_else_it_may_say, Fixture) {
    has_strangers_file(
        "[relay]\nhost = mail.example\nmatch = *\nport = 25\nprotocol = smtp\nip = 4\n"
        "source_address = 192.0.2.1\nhelo = a\nignore = dsn\nmax_recipients = 1\n"
        "max_messages = 1\ntls = starttls\ntls_ca = none\ntls_name = b\ntls_min = 1.3\n"
        "tls_pin = sha256//" +
        std::string(42, 'A') +
        "8=\nuser = me\npassword = p\nauth = PLAIN\nauthzid = c\nrealm = r\n"
        "require_channel_binding = no\nconnect_timeout = 1\ntimeout = 1\ndeadline = 1\n"
        "[relay 2]\nsrv = example.org\n"
        "[relay 3]\nprovider = gmail\n[sender]\ndomain = x\nenvelope_from = a@x\n"
        "header_from = a@x\nforce = both\nallow = *\n[sender me]\nallow = a@x\n"
        "[recipients]\nroot = a@x\ndefault = a@x\nlocal = a\n[message]\nsize_limit = 1K\n"
        "received = yes\nremove_headers = X-A\n[log]\nto = stderr\nformat = json\n"
        "[exit]\ntempfail = 69\n");
    // No variable of ours brings a secret to his server.
    sources.environment = {"SALLYPORT_PASSWORD=secret", "SALLYPORT_LOG_TO=file:/l"};
    const Settings settings = load();
    BOOST_TEST(settings.relays.size() == 3U);
    BOOST_TEST(settings.relays.front().tls_pin_only);
    BOOST_TEST((settings.log.target == LogTarget::standard_error));
    for (const char* to : {"syslog", "none"}) {
        has_strangers_file(a_relay + "auth = none\n[log]\nto = " + to + "\n");
        BOOST_TEST(load().log.path == "");
    }
}

/// Which it may not say has been decided for each key, and is no for one of tomorrow.
BOOST_AUTO_TEST_CASE(a_key_is_refused_unless_it_is_allowed) {
    BOOST_TEST(!(Key{"relay", "new", nullptr}.is_harmless("")));
    std::set<std::string_view> refused;
    for (const Key& key : key_table()) {
        const bool waits = key.section == "queue" || key.section == "limits";
        BOOST_TEST((!waits || !key.is_harmless("")), key.name); // none of them
        if (!waits && !key.is_harmless(""))
            refused.insert(key.name);
    }
    BOOST_TEST(refused == (std::set<std::string_view>{
                              "proxy", "tls_crl", "tls_cert", "tls_key", "password_file",
                              "password_command", "token_file", "token_command",
                              "pop_before", "allow_plaintext_auth", "aliases"}),
               boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(a_file_that_a_variable_names_is_not_passed_over, Fixture,
                        *boost::unit_test::precondition(by_root)) {
    static_cast<void>(has_system_file("[relay]\nhost = system\n"));
    for (const PathKey& key : path_keys) {
        const std::string path = folder.write("named.conf", file_with(key, "/p"));
        give_away(path);
        sources.environment = {"SALLYPORT_CONFIG=" + path};
        BOOST_TEST(why() == "named.conf:4: " + key.key + rest);
    }
    give_away(folder.write("named.conf", foreign_relay));
    BOOST_TEST(load().relays.front().host == "foreign.example");
    BOOST_TEST(load().notes.empty());
}

BOOST_FIXTURE_TEST_CASE(one_that_was_only_found_is, Fixture,
                        *boost::unit_test::precondition(by_root)) {
    static_cast<void>(has_system_file("[relay]\nhost = system\n"));
    const Texts note{folder.path("xdg/sallyport.conf") +
                     " belongs neither to the caller nor to root: passed over"};
    const auto is_passed_over = [&] {
        const Settings settings = load();
        BOOST_TEST(settings.relays.front().host == "system");
        BOOST_TEST(settings.notes == note, boost::test_tools::per_element());
    };
    for (const mode_t mode : {0600U, 0644U, 0666U}) {
        has_foreign_home(foreign_relay, mode);
        is_passed_over();
    }
    const std::string path = has_foreign_home("no configuration at all");
    is_passed_over();
    ::unlink(path.c_str());
    BOOST_REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    give_away(path);
    is_passed_over();
    // Whose the link is does not count.
    ::unlink(path.c_str());
    const std::string other = folder.write("other.conf", foreign_relay);
    BOOST_REQUIRE(::symlink(other.c_str(), path.c_str()) == 0);
    give_away(path);
    BOOST_TEST(load().relays.front().host == "foreign.example");
    give_away(other);
    BOOST_REQUIRE(::lchown(path.c_str(), 0, 0) == 0);
    is_passed_over();
}

BOOST_FIXTURE_TEST_CASE(and_variables_count_without_it, Fixture,
                        *boost::unit_test::precondition(by_root)) {
    const std::string path = has_foreign_home(foreign_relay);
    BOOST_TEST(why() ==
               "system.conf: there is no such file, no [relay] in a file of yours, and "
               "SALLYPORT_URL is not set; see EXAMPLES in sallyport.conf(5); "
               "xdg/sallyport.conf belongs neither to the caller nor to root: "
               "passed over");
    sources.environment.emplace_back("SALLYPORT_URL=smtps://variable.example");
    BOOST_TEST(load().relays.front().host == "variable.example");
    BOOST_TEST(load().notes.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(ones_own_place_may_hold_roots_file, Fixture,
                        *boost::unit_test::precondition(by_root)) {
    const std::string path = has_foreign_home(a_relay + "password_command = id\n");
    BOOST_REQUIRE(::chown(path.c_str(), 0, 0) == 0);
    give_away(folder.path("xdg"));
    BOOST_TEST(std::holds_alternative<SecretCommand>(load().relays.front().secret));
}
