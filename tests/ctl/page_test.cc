// SPDX-License-Identifier: MIT
//
// sallyportctl(8) against the table of verbs and options: what one of them knows is known
// to the other.
#define BOOST_TEST_MODULE page
#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <fstream>
#include <set>

#include "ctl/options.h"

using namespace sallyport::ctl;
using Names = std::set<std::string>;

namespace {

/// Of the manual, those from the subsection's heading to the next.
std::vector<std::string> subsection(const std::string& heading) {
    const char* const top = std::getenv("srcdir");
    std::ifstream file((top != nullptr ? top : ".") + std::string("/man/sallyportctl.8"));
    std::vector<std::string> lines;
    bool inside = false;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with(".Ss ") || line.starts_with(".Sh "))
            inside = line == ".Ss " + heading;
        else if (inside)
            lines.push_back(line);
    }
    return lines;
}

Names headings() {
    const char* const top = std::getenv("srcdir");
    std::ifstream file((top != nullptr ? top : ".") + std::string("/man/sallyportctl.8"));
    Names found;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with(".Ss "))
            found.insert(line.substr(4));
    }
    return found;
}

/// Each "Fl NAME" with what follows of its line, up to a comma of its own: "C Ar FILE".
Names flags(const std::vector<std::string>& lines, const std::string& macro) {
    Names found;
    for (const std::string& line : lines) {
        if (!line.starts_with(macro + " Fl "))
            continue;
        for (auto at = line.find(" Fl "); at != line.npos;) {
            const auto next = line.find(" , Fl ", at + 4);
            const auto end = std::min(next, line.size());
            found.insert(line.substr(at + 4, end - at - 4));
            at = next == line.npos ? next : next + 2;
        }
    }
    return found;
}

/// As the manual has an option's value.
std::string value_of(const Option& option) {
    if (option.takes == Takes::nothing)
        return {};
    if (option.takes != Takes::choice)
        return std::string(" Ar ") + option.value;
    std::string words = " Cm ";
    for (const char c : std::string(option.value))
        words += c == '|' ? std::string(" | ") : std::string(1, c);
    return words;
}

Names flags_of(std::span<const Option> options) {
    Names names;
    for (const Option& option : options) {
        names.insert(std::string("-") + option.name + value_of(option));
        if (option.letter != 0)
            names.insert(option.letter + value_of(option));
    }
    return names;
}

void check_same(const Names& found, const Names& known) {
    BOOST_TEST(found == known, boost::test_tools::per_element());
}

} // namespace

BOOST_AUTO_TEST_CASE(every_verb_is_described_and_no_other) {
    Names known{"Options of every verb", "Not in this version"};
    for (const Verb& verb : verb_table()) {
        if (!verb.reserved)
            known.insert(verb.name);
    }
    check_same(headings(), known);
}

BOOST_AUTO_TEST_CASE(every_option_of_a_verb_is_described_and_no_other) {
    for (const Verb& verb : verb_table()) {
        BOOST_TEST_CONTEXT(verb.name) {
            const auto lines = subsection(verb.name);
            BOOST_TEST(lines.empty() == verb.reserved);
            check_same(flags(lines, ".It"), flags_of(verb.options));
            check_same(flags(lines, ".Op"), flags_of(verb.options));
        }
    }
}

BOOST_AUTO_TEST_CASE(every_option_of_all_verbs_is_described_and_no_other) {
    check_same(flags(subsection("Options of every verb"), ".It"),
               flags_of(common_options()));
}

BOOST_AUTO_TEST_CASE(verbs_to_come_are_named) {
    Names known;
    for (const Verb& verb : verb_table()) {
        if (verb.reserved)
            known.insert(verb.name);
    }
    Names named;
    for (const std::string& line : subsection("Not in this version")) {
        if (line.starts_with(".Cm "))
            named.insert(line.substr(4, line.find_first_of(" ", 4) - 4));
    }
    check_same(named, known);
}

BOOST_AUTO_TEST_CASE(usage_and_manual_have_the_same_words) {
    for (const Verb& verb : verb_table()) {
        if (verb.reserved)
            continue;
        std::string words;
        for (const std::string& line : subsection(verb.name)) {
            if (line == ".Pp")
                break;
            if (line.starts_with(".Op Ar "))
                words += "[" + line.substr(7) + "]";
            if (line.starts_with(".Cm ") && line.find('|') != line.npos)
                words += line.substr(4);
        }
        std::erase(words, ' ');
        std::string known = verb.words;
        std::erase(known, ' ');
        BOOST_TEST(words == known);
    }
}
