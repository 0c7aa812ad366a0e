// SPDX-License-Identifier: MIT
//
// What configuration files may say, and which of them is read.
#define BOOST_TEST_MODULE configuration
#include <boost/test/unit_test.hpp>

#include <sys/stat.h>

#include "configuring.h"

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
    sources.privileged = true;
    static_cast<void>(has_system_file(relay_with("password_file = /p\n")));
    sources.argument_file = has_file("b", "argument");
    sources.environment = {"SALLYPORT_CONFIG=" + has_file("a", "named"),
                           "HOME=" + folder.path(""), "SALLYPORT_URL=smtps://elsewhere",
                           "SALLYPORT_FROM=a@x"};
    const Settings settings = load();
    BOOST_TEST(settings.relays.front().host == "mail.example");
    BOOST_TEST(settings.sender.envelope_from.address() == "");
    BOOST_TEST(settings.notes == (Texts{"option -C: ignored in a set-id run"}),
               boost::test_tools::per_element());
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

BOOST_FIXTURE_TEST_CASE(errors_of_syntax_name_the_line, Fixture) {
    has_relay("port: 25\n");
    BOOST_TEST(why() ==
               "system.conf:3: = is expected after a key; files of msmtp are not read");
}
