// SPDX-License-Identifier: MIT
//
// The manuals against the tables in the source: every option and key that one of them knows
// is known to the other, and the examples are accepted.
#define BOOST_TEST_MODULE manual
#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "config/invocation.h"
#include "config/key_names.h"
#include "configuring.h"

using namespace sallyport;
using Lines = std::vector<std::string>;

namespace {

Lines lines_of(const std::string& name) {
    const char* const top = std::getenv("srcdir");
    std::ifstream file((top != nullptr ? top : ".") + ("/" + name));
    Lines lines;
    for (std::string line; std::getline(file, line);)
        lines.push_back(line);
    BOOST_REQUIRE(!lines.empty());
    return lines;
}

/// The word after `macro` in a line of mdoc, or nothing.
std::string word_after(const std::string& line, const std::string& macro) {
    if (!line.starts_with(macro + " "))
        return {};
    const auto begin = macro.size() + 1;
    return line.substr(begin, line.find(' ', begin) - begin);
}

/// [section] of the configuration that `.Sh NAME` describes.
const std::map<std::string, std::string> sections{
    {"RELAY", "relay"},     {"SENDER", "sender"}, {"RECIPIENTS", "recipients"},
    {"MESSAGE", "message"}, {"LOG", "log"},       {"QUEUE", "queue"},
    {"LIMITS", "limits"},   {"EXIT", "exit"}};

/// Keys that sallyport.conf(5) describes, as "section.key".
std::set<std::string> described_keys() {
    std::set<std::string> keys;
    std::string section;
    for (const std::string& line : lines_of("man/sallyport.conf.5")) {
        if (line.starts_with(".Sh ")) {
            const auto found = sections.find(line.substr(4));
            section = found != sections.end() ? found->second : "";
        }
        std::string rest =
            line.starts_with(".It ") && !section.empty() ? line.substr(3) : "";
        for (auto at = rest.find(" Ic "); at != rest.npos; at = rest.find(" Ic ")) {
            rest.erase(0, at + 4);
            keys.insert(section + "." + rest.substr(0, rest.find(' ')));
        }
    }
    return keys;
}

/// Keys that sallyport.conf(5) says a stranger's file may not hold.
std::set<std::string> keys_of_no_stranger() {
    std::set<std::string> keys;
    bool inside = false;
    for (const std::string& line : lines_of("man/sallyport.conf.5")) {
        if (line.starts_with(".S"))
            inside = line == ".Ss Whose it is";
        if (inside && line.starts_with(".Ic "))
            keys.insert(word_after(line, ".Ic"));
    }
    return keys;
}

/// Keys that are refused there, be it with some values only.
std::set<std::string> refused_keys() {
    std::set<std::string> refused;
    for (const Key& key : key_table()) {
        if (!key.is_harmless("/path"))
            refused.insert(std::string(key.name));
    }
    return refused;
}

/// The text of each display block that begins with a section.
std::vector<std::string> examples() {
    std::vector<std::string> found;
    bool inside = false;
    std::string text;
    for (std::string line : lines_of("man/sallyport.conf.5")) {
        if (line.starts_with(".Bd ")) {
            inside = true;
            text.clear();
        } else if (line == ".Ed") {
            inside = false;
            if (text.starts_with("[relay"))
                found.push_back(text);
        } else if (inside) {
            for (auto at = line.find("\\e"); at != line.npos; at = line.find("\\e", at + 1))
                line.replace(at, 2, "\\");
            text += line + "\n";
        }
    }
    return found;
}

} // namespace

BOOST_AUTO_TEST_CASE(every_option_is_described_and_no_other) {
    std::set<char> described;
    for (const std::string& line : lines_of("man/sallyport.8")) {
        const std::string letter = word_after(line, ".It Fl");
        if (letter.size() == 1)
            described.insert(letter.front());
    }
    std::set<char> known;
    for (const Option& option : option_table())
        known.insert(option.letter);
    BOOST_TEST(described == known, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(options_that_may_follow_a_recipient_are_told) {
    std::set<char> told;
    bool inside = false;
    for (const std::string& line : lines_of("man/sallyport.8")) {
        inside = inside ? !line.starts_with(".Pp") : line.ends_with("after a recipient:");
        std::string rest = inside && line.starts_with(".Fl") ? line + " , " : "";
        for (auto at = rest.find("Fl "); at != rest.npos; at = rest.find("Fl "))
            told.insert(rest.erase(0, at + 3).front());
    }
    std::set<char> allowed;
    for (const Option& option : option_table()) {
        if (option.after_recipient != AfterRecipient::refused)
            allowed.insert(option.letter);
    }
    BOOST_TEST(told == allowed, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(every_key_that_is_described_is_known) {
    const auto keys = described_keys();
    BOOST_TEST(keys.size() == 63U);
    for (const std::string& key : keys) {
        const auto dot = key.find('.');
        BOOST_CHECK_NO_THROW(find_key(key.substr(0, dot), key.substr(dot + 1), "conf"));
    }
}

BOOST_AUTO_TEST_CASE(what_a_strangers_file_may_not_hold_is_described) {
    BOOST_TEST(keys_of_no_stranger() == refused_keys(), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(examples_are_accepted) {
    const auto found = examples();
    BOOST_TEST(found.size() >= 8U);
    const Configuring configuring;
    for (const std::string& text : found) {
        static_cast<void>(configuring.has_system_file(text));
        BOOST_TEST(!configuring.load().relays.front().host.empty(), text);
    }
}

BOOST_AUTO_TEST_CASE(the_file_of_examples_is_accepted) {
    const Configuring configuring;
    std::string as_shipped;
    for (const std::string& line : lines_of("examples/sallyport.conf"))
        as_shipped += line + "\n";
    static_cast<void>(configuring.has_system_file(as_shipped));
    BOOST_TEST(configuring.relay().host == "smtp.example.org");
}

/// One for each of the providers that most people have.
BOOST_AUTO_TEST_CASE(the_examples_of_providers_are_accepted) {
    const Configuring configuring;
    for (const char* name : {"acs", "brevo", "gmail", "icloud", "m365", "mailgun",
                             "postmark", "sendgrid", "ses", "xserver"}) {
        std::string as_shipped;
        for (const std::string& line : lines_of(std::string("examples/") + name + ".conf"))
            as_shipped += line + "\n";
        static_cast<void>(configuring.has_system_file(as_shipped));
        const Settings settings = configuring.load();
        const Relay& relay = settings.relays.front();
        BOOST_TEST(relay.provider.substr(0, relay.provider.find(':')) == name);
        BOOST_TEST(relay.auth_wanted, name);
        BOOST_TEST(settings.sender.force_envelope, name);
        BOOST_TEST(!settings.recipients.root.empty(), name);
        BOOST_TEST(settings.notes.empty(), name);
    }
}

BOOST_AUTO_TEST_CASE(what_it_comments_out_is_a_key_as_well) {
    std::string section;
    for (const std::string& line : lines_of("examples/sallyport.conf")) {
        const std::string text = line.starts_with("; ") ? line.substr(2) : line;
        if (text.starts_with('['))
            section = text.substr(1, text.find(']') - 1);
        const auto equals = text.find(" = ");
        if (equals != text.npos && text.find(' ') == equals)
            BOOST_CHECK_NO_THROW(find_key(section, text.substr(0, equals), "conf"));
    }
}
