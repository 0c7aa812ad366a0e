// SPDX-License-Identifier: MIT
//
// What counts in the end, and where it comes from; and no secret.
#define BOOST_TEST_MODULE effective
#include <boost/test/unit_test.hpp>

#include <pwd.h>

#include "base/concat.h"
#include "ctl/effective.h"
#include "unit/configuring.h"

using namespace sallyport;
using namespace sallyport::ctl;
using Texts = std::vector<std::string>;

namespace {

struct Fixture : Configuring {
    [[nodiscard]] EffectiveConfig
    effective(const std::string& file, const std::optional<std::string>& user = {}) const {
        static_cast<void>(has_system_file(file));
        return effective_config(sources, user);
    }
    /// The names of this test's directory left out.
    [[nodiscard]] std::string brief(std::string text) const {
        const std::string directory = folder.path("");
        for (auto at = text.find(directory); at != text.npos; at = text.find(directory))
            text.erase(at, directory.size());
        return text;
    }
    [[nodiscard]] Texts brief(Texts texts) const {
        for (std::string& text : texts)
            text = brief(text);
        return texts;
    }
    /// "[SECTION]", then "KEY=VALUE ORIGIN" of each value.
    [[nodiscard]] Texts lines_of(const EffectiveConfig& config) const {
        Texts lines;
        for (const EffectiveSection& section : config.sections) {
            lines.push_back("[" + section.name + "]");
            for (const EffectiveValue& value : section.values)
                lines.push_back(
                    concat({value.key, "=", value.value, " ", brief(value.origin)}));
        }
        return lines;
    }
    void check(const EffectiveConfig& config, const Texts& lines) const {
        BOOST_TEST(lines_of(config) == lines, boost::test_tools::per_element());
        BOOST_TEST(config.errors == Texts{}, boost::test_tools::per_element());
    }
};

const std::string one_relay = "[relay]\nhost = mail.example\n";

/// Of whoever runs the test; or nothing.
std::string own_name() {
    const passwd* const account = ::getpwuid(::getuid());
    return account != nullptr ? account->pw_name : "";
}

} // namespace

BOOST_FIXTURE_TEST_CASE(sections_and_keys_in_the_order_of_the_manual, Fixture) {
    const auto config =
        effective("[log]\nto = none\n[sender me]\nforce = no\n[sender]\nforce = both\n"
                  "envelope_from = a@x\n[relay b]\nuser = u\npassword_file = /p\n"
                  "host = b.example\n[relay]\nhost = c.example\n[exit]\ntempfail = 69\n");
    check(config,
          {"[relay b]", "host=b.example system.conf:11", "user=u system.conf:9",
           "password_file=/p system.conf:10", "[relay]", "host=c.example system.conf:13",
           "[sender]", "envelope_from=a@x system.conf:7", "force=both system.conf:6",
           "[sender me]", "force=no system.conf:4", "[log]", "to=none system.conf:2",
           "[exit]", "tempfail=69 system.conf:15"});
    BOOST_TEST(config.file == sources.system_file);
    BOOST_TEST(config.set_gid.empty());
}

BOOST_FIXTURE_TEST_CASE(variables_replace_what_a_file_says, Fixture) {
    sources.environment = {"SALLYPORT_RELAY_HOST=other.example",
                           "SALLYPORT_DOMAIN=x.example", "SALLYPORT_HOST=y"};
    const auto config =
        effective(one_relay + "user = me\npassword = hunter2\nauth = none\n[sender]\n"
                              "domain = example.org\n");
    check(config,
          {"[relay]", "host=other.example SALLYPORT_RELAY_HOST", "user=me system.conf:3",
           "password=(not used) system.conf:4", "auth=none system.conf:5", "[sender]",
           "domain=x.example SALLYPORT_DOMAIN"});
    BOOST_TEST((config.sections.front().values[2].kind == EffectiveValue::Kind::not_used));
    BOOST_REQUIRE(config.notes.size() == 1U);
    BOOST_TEST(holds(config.notes.front(), "SALLYPORT_HOST is not known"));
    sources.environment = {"SALLYPORT_URL=smtps://me:hunter2@mail.example"};
    sources.system_file = folder.path("none.conf");
    const auto by_url = effective_config(sources, {});
    check(by_url, {"[relay]", "host=mail.example SALLYPORT_URL", "port=465 SALLYPORT_URL",
                   "tls=implicit SALLYPORT_URL", "user=me SALLYPORT_URL",
                   "password=(set) SALLYPORT_URL"});
    BOOST_TEST(by_url.file.empty());
}

BOOST_FIXTURE_TEST_CASE(secrets_are_set_and_not_shown, Fixture) {
    const auto config = effective(one_relay + "user = (set)\npassword = hunter2\n"
                                              "proxy = socks5://p:hunter2@proxy.example:1\n"
                                              "[relay b]\nhost = b.example\n"
                                              "proxy = http://proxy.example:2\n");
    using enum EffectiveValue::Kind;
    check(config,
          {"[relay]", "host=mail.example system.conf:2", "proxy=(set) system.conf:5",
           "user=(set) system.conf:3", "password=(set) system.conf:4", "[relay b]",
           "host=b.example system.conf:7", "proxy=http://proxy.example:2 system.conf:8"});
    const auto& values = config.sections.front().values;
    BOOST_TEST((values[1].kind == secret));
    BOOST_TEST((values[2].kind == plain));
    BOOST_TEST((values[3].kind == secret));
    BOOST_TEST((config.sections.back().values[1].kind == plain));
}

BOOST_FIXTURE_TEST_CASE(no_control_character_is_shown, Fixture) {
    const auto config = effective(one_relay + "user = a\xe2\x80\xae"
                                              "b\npassword = x\n[log]\nto = \"a\tb\n");
    BOOST_TEST(config.sections.front().values[1].value == "a?b");
    BOOST_TEST(config.errors.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(errors_in_the_order_of_the_file, Fixture) {
    sources.environment = {"SALLYPORT_LOG_FORMAT=xml"};
    const auto config =
        effective("[sender]\nforce = both\n[relay]\nhost = mail.example\nport = 99999\n"
                  "password = hunter2 ;x\n[log]\nto = hunter2\n");
    BOOST_TEST(brief(config.errors) ==
                   (Texts{"system.conf:2: force: there is no envelope_from",
                          "system.conf:5: port: a number from 1 to 65535 is expected",
                          "system.conf:6: is ; or # after a blank a comment or a part of "
                          "the value? put the value in double quotes",
                          "system.conf:8: to: syslog, stderr, none or file:/path is "
                          "expected",
                          "SALLYPORT_LOG_FORMAT: text or json is expected"}),
               boost::test_tools::per_element());
    BOOST_TEST(lines_of(config) == (Texts{"[relay]", "host=mail.example system.conf:4"}),
               boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(an_error_of_the_file_is_told_once, Fixture) {
    static_cast<void>(
        has_system_file("[relay a]\nhost = x\nuser = u\npassword = p\n[relay b]\nhost = y\n"
                        "user = u\npassword = q\nport = z\n",
                        0644));
    const auto config = effective_config(sources, {});
    BOOST_REQUIRE(config.errors.size() == 2U);
    BOOST_TEST(holds(config.errors[0], "others can read it"));
    BOOST_TEST(holds(config.errors[1], ":9: port: "));
    static_cast<void>(has_system_file(one_relay, 0602));
    BOOST_TEST(effective_config(sources, {}).errors.size() == 1U);
    sources.argument_file = folder.path("none.conf");
    const auto missing = effective_config(sources, {});
    BOOST_TEST(brief(missing.errors) == (Texts{"none.conf: No such file or directory"}),
               boost::test_tools::per_element());
    BOOST_TEST(missing.sections.empty());
}

BOOST_FIXTURE_TEST_CASE(for_a_user, Fixture) {
    const std::string file = one_relay + "[sender me]\nforce = no\n[sender]\nforce = both\n"
                                         "envelope_from = a@x\n";
    const auto mine = effective(file, "me");
    check(mine, {"[relay]", "host=mail.example system.conf:2", "[sender]",
                 "envelope_from=a@x system.conf:7", "force=no system.conf:4"});
    BOOST_TEST(mine.has_users_section);
    const auto others = effective(file, "other");
    check(others, {"[relay]", "host=mail.example system.conf:2", "[sender]",
                   "envelope_from=a@x system.conf:7", "force=both system.conf:6"});
    BOOST_TEST(!others.has_users_section);
}

BOOST_FIXTURE_TEST_CASE(what_a_set_group_id_run_takes_otherwise, Fixture) {
    const auto sentences = [&](const std::string& file) {
        return brief(effective(file, "nosuchuser").set_gid);
    };
    const auto check_said = [&](const std::string& file, const Texts& said) {
        BOOST_TEST(sentences(file) == said, boost::test_tools::per_element());
    };
    const std::string run = "a set-group-ID run by nosuchuser ";
    check_said(one_relay, {run + "takes all of this"});
    sources.environment = {"PATH=/bin", "SALLYPORT_FROM=a@x", "SALLYPORT_LOG_TO=none"};
    check_said(one_relay + "user = u\npassword_command = echo hunter2\n",
               {run + "ignores the environment: SALLYPORT_FROM, SALLYPORT_LOG_TO",
                run + "refuses password_command (system.conf:4), with status 78: no "
                      "command is run"});
    sources.environment = {"SALLYPORT_RELAY_TIMEOUT=5s"};
    check_said(one_relay, {run + "has no rights of the group, because of "
                                 "SALLYPORT_RELAY_TIMEOUT, and does not read system.conf"});
    sources.environment.clear();
    sources.argument_file = folder.write("other.conf", one_relay);
    check_said(one_relay, {run + "has no rights of the group, because of -C, and does not "
                                 "read system.conf"});
    sources = {};
    sources.system_file = folder.path("system.conf");
    sources.environment = {"XDG_CONFIG_HOME=" + folder.path(".")};
    static_cast<void>(folder.write("sallyport.conf", one_relay));
    check_said(one_relay, {run + "reads system.conf, and not ./sallyport.conf"});
    sources.environment = {"SALLYPORT_URL=smtps://mail.example"};
    sources.system_file = folder.path("none.conf");
    BOOST_TEST(brief(effective_config(sources, "nosuchuser").set_gid) ==
                   (Texts{run + "has no rights of the group: there is no none.conf"}),
               boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(no_command_is_run_and_no_file_of_a_secret_is_read, Fixture) {
    const std::string made = folder.path("made");
    const auto config =
        effective(one_relay + "user = u\npassword_command = touch " + made +
                      "\n[relay b]\nhost = b.example\nuser = u\npassword_file = " +
                      folder.path("none") + "\n",
                  own_name());
    BOOST_TEST(config.errors == Texts{}, boost::test_tools::per_element());
    BOOST_TEST(::access(made.c_str(), F_OK) != 0);
}
