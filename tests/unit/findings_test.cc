// SPDX-License-Identifier: MIT
//
// All errors of a configuration, for who mends it: each as a delivery would tell it, and
// none that follows from another.
#define BOOST_TEST_MODULE findings
#include <boost/test/unit_test.hpp>

#include "config/strict_ini.h"
#include "configuring.h"

using namespace sallyport;
using Texts = std::vector<std::string>;

namespace {

struct Fixture : Configuring {
    /// "SECTION|TEXT" of each error, the names of this test's directory left out.
    Texts errors_of(const std::string& file, mode_t mode = 0600) {
        static_cast<void>(has_system_file(file, mode));
        findings = {};
        settings = load_settings(sources, notes, findings);
        Texts texts;
        for (std::string text : findings.errors) {
            if (const auto at = text.find(folder.path("")); at != text.npos)
                text.erase(at, folder.path("").size());
            texts.push_back(findings.sections.at(texts.size()) + "|" + text);
        }
        return texts;
    }
    void check(const std::string& file, const Texts& errors) {
        BOOST_TEST_CONTEXT(file)
        BOOST_TEST(errors_of(file) == errors, boost::test_tools::per_element());
    }
    Findings findings;
    Settings settings;
    Texts notes;
};

const std::string one_relay = "[relay]\nhost = mail.example\n";

} // namespace

BOOST_FIXTURE_TEST_CASE(nothing_is_wrong, Fixture) {
    check(one_relay, {});
    BOOST_TEST(findings.file == sources.system_file);
    BOOST_TEST(settings.relays.front().port.size() == 2U);
}

BOOST_FIXTURE_TEST_CASE(lines_keys_values_and_sections, Fixture) {
    check("[relay a]\nhost = mail.example\nport = 99999\nhelo: x\nuser = me\n"
          "[relay b]\nhost = b.example\nuser = me\n"
          "[message]\nrecieved = yes\n[log]\nto = \"syslog\nformat = xml\n",
          {"relay a|system.conf:4: = is expected after a key; files of msmtp are not read",
           "log|system.conf:12: the double quotes are not closed",
           "relay a|system.conf:3: port: a number from 1 to 65535 is expected",
           "message|system.conf:10: recieved is not known; the nearest key of [message] is "
           "received",
           "log|system.conf:13: format: text or json is expected",
           "relay b|system.conf:8: user: a log-in needs a password, password_file, "
           "password_command, token_file or token_command; without one set auth = none"});
}

BOOST_FIXTURE_TEST_CASE(what_follows_from_an_error_is_none, Fixture) {
    check("[relay]\nhost = a b\nuser = me\npasword = x\n",
          {"relay|system.conf:2: host: a host name or an address is expected",
           "relay|system.conf:4: pasword is not known; the nearest key of [relay] is "
           "password"});
    check(one_relay + "user = me\npassword = a ;b\n",
          {"relay|system.conf:4: is ; or # after a blank a comment or a part of the value? "
           "put the value in double quotes"});
    check(one_relay +
              "[sender]\nforce = both\nenvelope_from = a b@\n[sender me]\nforce = no\n",
          {"sender|system.conf:5: envelope_from: sender \"a b@\": a comma is missing "
           "before \"b@\""});
    check(one_relay + "[sender]\nforce = both\n[sender me]\ndomain = x.example\n",
          {"sender|system.conf:4: force: there is no envelope_from"});
}

BOOST_FIXTURE_TEST_CASE(keys_of_a_section_that_is_none_are_not_looked_at, Fixture) {
    const std::string unknown =
        " is not known; the sections are [relay], [sender], "
        "[recipients], [message], [log], [queue], [limits] and [exit]";
    check("[smtp]\nhost = x\nport = 99999\n" + one_relay,
          {"smtp|system.conf:1: [smtp]" + unknown});
    check("[relay\nhost = x\nport = 1\n[log]\nto = none\n",
          {"|system.conf:1: a section is [NAME], and nothing after it"});
    check("host = x\nport = 25\nuser = \"me\n",
          {"|system.conf:1: a key stands before any [section]: write [relay] above it",
           "|system.conf:3: the double quotes are not closed"});
    check(one_relay + "[log]\nto = none\n[relay]\nhost = other.example\nnone\n",
          {"|system.conf:5: the section [relay] stands here again",
           "|system.conf:7: neither a [section] nor a key = value"});
    BOOST_TEST(settings.relays.size() == 1U);
    BOOST_TEST(settings.relays.front().host == "mail.example");
}

BOOST_FIXTURE_TEST_CASE(variables, Fixture) {
    sources.environment = {"SALLYPORT_URL=smtps://mail.example?tls=maybe&port=0&helo=x.y",
                           "SALLYPORT_RELAY_IP=5", "SALLYPORT_LOG_FORMAT=xml",
                           "SALLYPORT_HOST=x"};
    check("[relay]\nhost = a b\n",
          {"relay|system.conf:2: host: a host name or an address is expected",
           "relay|SALLYPORT_URL: tls: it is set already by SALLYPORT_URL: tls",
           "relay|SALLYPORT_RELAY_IP: any, 4 or 6 is expected",
           "log|SALLYPORT_LOG_FORMAT: text or json is expected"});
    BOOST_TEST(notes.size() == 1U);
    sources.environment = {"SALLYPORT_URL=https://mail.example"};
    check(one_relay,
          {"relay|SALLYPORT_URL: smtps://, smtp+starttls:// or smtp:// is expected "
           "in front"});
    sources.environment = {"SALLYPORT_PASSWORD_FILE=p"};
    BOOST_TEST(errors_of("[relay main]\nhost = mail.example\nuser = me\n").size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_file_that_others_can_read, Fixture) {
    const auto errors =
        errors_of(one_relay + "user = me\npassword = hunter2\nport = x\n", 0644);
    BOOST_REQUIRE(errors.size() == 2U);
    BOOST_TEST(holds(errors[0], "others can read it"));
    BOOST_TEST(holds(errors[1], "system.conf:5: port: "));
}

BOOST_FIXTURE_TEST_CASE(no_relay_at_all, Fixture) {
    const Failure failure = failure_of([&] { return errors_of("[log]\nto = none\n"); });
    BOOST_TEST(holds(failure.what(), "no [relay] here"));
    BOOST_TEST(findings.errors.empty());
    BOOST_TEST(errors_of("[log]\nto = x\n").size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_file_as_a_whole_is_still_thrown, Fixture) {
    for (const auto& [text, mode] :
         {std::pair{one_relay, 0602U}, std::pair{std::string("\xff\xfe["), 0600U}}) {
        const Failure failure =
            failure_of([&, text = text, mode = mode] { return errors_of(text, mode); });
        BOOST_TEST(status_of(failure) == 78);
        BOOST_TEST(findings.errors.empty());
    }
}

BOOST_FIXTURE_TEST_CASE(a_delivery_is_told_the_first_of_the_lines_then_of_the_keys,
                        Fixture) {
    const std::string broken = one_relay + "port = x\n[log]\nto = \"\n";
    const auto errors = errors_of(broken);
    BOOST_REQUIRE(errors.size() == 2U);
    BOOST_TEST(errors.front() == "log|" + why());
    static_cast<void>(has_system_file(one_relay + "port = x\nip = 5\n"));
    BOOST_TEST(holds(why(), "system.conf:3: port: "));
}

BOOST_AUTO_TEST_CASE(entries_beside_refused_lines) {
    Findings findings;
    const auto entries = parse_ini("[a]\nk = 1\n l = 2\nk = 3\nm = \"4\" 5\nn = 6\n[b\nk = "
                                   "7\n[c]\nk = 8\n",
                                   "conf", findings);
    BOOST_TEST(findings.errors.size() == 4U);
    Texts read;
    for (const IniEntry& entry : entries)
        read.push_back(entry.section + "|" + entry.key + "|" + entry.value + "|" +
                       std::to_string(entry.line) + "|" +
                       std::to_string(entry.section_line));
    BOOST_TEST(read == (Texts{"a|k|1|2|1", "a|n|6|6|1", "c|k|8|10|9"}),
               boost::test_tools::per_element());
}
