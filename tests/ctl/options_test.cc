// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE options
#include <boost/test/unit_test.hpp>

#include <cstring>
#include <set>

#include "arguments.h"
#include "ctl/options.h"
#include "unit/failing.h"

using namespace sallyport;
using namespace sallyport::ctl;
using Arguments = std::initializer_list<const char*>;

namespace {

std::string refusal(Arguments arguments) {
    const Failure failure = failure_of([&] { return options_of(arguments); });
    BOOST_TEST(status_of(failure) == 64);
    BOOST_TEST((failure.fault() == Fault::local));
    return failure.what();
}

/// All of `verb` and those that every verb has.
std::vector<const ctl::Option*> options_of_verb(const Verb& verb) {
    std::vector<const ctl::Option*> all;
    for (const auto& options : {verb.options, common_options()}) {
        for (const ctl::Option& option : options)
            all.push_back(&option);
    }
    return all;
}

/// A value that the option takes.
std::string value_for(const ctl::Option& option) {
    const std::string value = option.value;
    return option.takes == Takes::choice ? value.substr(0, value.find('|')) : "value";
}

} // namespace

BOOST_AUTO_TEST_CASE(every_option_of_every_verb_is_taken) {
    for (const Verb& verb : verb_table()) {
        if (verb.reserved)
            continue;
        for (const ctl::Option* option : options_of_verb(verb)) {
            if (std::strcmp(option->name, "help") == 0)
                continue;
            BOOST_TEST_CONTEXT(verb.name << " --" << option->name) {
                const std::string name = std::string("--") + option->name;
                const std::string value = value_for(*option);
                const bool takes = option->takes != Takes::nothing;
                const Options parsed =
                    takes ? options_of({verb.name, name.c_str(), value.c_str()})
                          : options_of({verb.name, name.c_str()});
                BOOST_TEST(parsed.has(option->name));
                BOOST_TEST(parsed.verb().name == verb.name);
                BOOST_TEST(parsed.value(option->name).value() == (takes ? value : ""));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(names_and_letters_are_unique_within_a_verb) {
    for (const Verb& verb : verb_table()) {
        std::set<std::string> names;
        std::set<char> letters{'\0'};
        for (const ctl::Option* option : options_of_verb(verb)) {
            BOOST_TEST(names.insert(option->name).second);
            BOOST_TEST((option->letter == 0 || letters.insert(option->letter).second));
        }
    }
}

BOOST_AUTO_TEST_CASE(an_option_takes_a_value_for_every_verb_or_for_none) {
    std::map<std::string, bool> known;
    for (const Verb& verb : verb_table()) {
        for (const ctl::Option* option : options_of_verb(verb)) {
            const bool takes = option->takes != Takes::nothing;
            BOOST_TEST(known.emplace(option->name, takes).first->second == takes);
            BOOST_TEST(takes == (*option->value != '\0'));
            BOOST_TEST(*option->summary != '\0');
        }
    }
}

BOOST_AUTO_TEST_CASE(no_option_takes_a_secret) {
    for (const Verb& verb : verb_table()) {
        for (const ctl::Option* option : options_of_verb(verb)) {
            const std::string name = option->name;
            const bool secret = holds(name, "password") || holds(name, "secret") ||
                                holds(name, "token") || holds(name, "key");
            const bool safe = option->takes == Takes::nothing || name.ends_with("-file") ||
                              name.ends_with("-command");
            BOOST_TEST((!secret || safe), name);
        }
    }
}

BOOST_AUTO_TEST_CASE(order_is_free) {
    for (const Arguments& arguments :
         {Arguments{"setup", "sendgrid", "--yes", "--from", "a@example.org"},
          Arguments{"--yes", "--from=a@example.org", "setup", "sendgrid"},
          Arguments{"setup", "--from", "a@example.org", "sendgrid", "--yes"},
          Arguments{"--yes", "setup", "--from=a@example.org", "--", "sendgrid"}}) {
        const Options options = options_of(arguments);
        BOOST_TEST(options.verb().name == std::string("setup"));
        BOOST_TEST(options.word().value() == "sendgrid");
        BOOST_TEST(options.has("yes"));
        BOOST_TEST(options.value("from").value() == "a@example.org");
        BOOST_TEST(!options.has("to"));
        BOOST_TEST(!options.value("to").has_value());
    }
}

BOOST_AUTO_TEST_CASE(two_hyphens_end_the_options) {
    const Options options = options_of({"providers", "--", "--names"});
    BOOST_TEST(options.word().value() == "--names");
    BOOST_TEST(!options.has("names"));
}

BOOST_AUTO_TEST_CASE(letters_may_be_joined_and_a_value_to_its_letter) {
    const Options options = options_of({"check", "-qvC/etc/other.conf"});
    BOOST_TEST(options.quiet());
    BOOST_TEST(options.verbose());
    BOOST_TEST(options.value("config").value() == "/etc/other.conf");
}

BOOST_AUTO_TEST_CASE(a_name_may_be_cut_short_where_that_is_no_other) {
    BOOST_TEST(options_of({"check", "--time", "3s"}).value("timeout").value() == "3s");
    BOOST_TEST(refusal({"setup", "--password", "x"}) ==
               "option --password: not known; the nearest is --password-stdin (see "
               "sallyportctl help)");
}

BOOST_AUTO_TEST_CASE(an_unknown_verb_is_told_the_nearest) {
    BOOST_TEST(refusal({"chekc"}) == "chekc: no such verb; the nearest is check (see "
                                     "sallyportctl help)");
    BOOST_TEST(refusal({"Provider", "--json"}) ==
               "Provider: no such verb; the nearest is providers (see sallyportctl help)");
    BOOST_TEST(holds(refusal({"a\x1b[31m"}), "a?[31m: "));
}

BOOST_AUTO_TEST_CASE(what_is_far_from_everything_has_no_nearest) {
    BOOST_TEST(refusal({"nosuch"}) == "nosuch: no such verb (see sallyportctl help)");
    BOOST_TEST(refusal({"check", "--dry-run"}) ==
               "option --dry-run: check has no such option (see sallyportctl help)");
    BOOST_TEST(refusal({"check", "--bogus"}) ==
               "option --bogus: not known (see sallyportctl help)");
}

BOOST_AUTO_TEST_CASE(an_unknown_option_is_told_the_nearest_of_its_verb) {
    BOOST_TEST(refusal({"check", "--form", "a@example.org"}) ==
               "option --form: not known; the nearest is --from (see sallyportctl help)");
    BOOST_TEST(refusal({"--from", "a@example.org", "providers"}) ==
               "option --from: providers has no such option; the nearest is --for (see "
               "sallyportctl help)");
    BOOST_TEST(holds(refusal({"check", "-qx"}), "option -x: not known"));
}

BOOST_AUTO_TEST_CASE(a_value_where_none_is_taken_and_none_where_one_is) {
    BOOST_TEST(refusal({"check", "--to"}) ==
               "option --to: its value is missing (see sallyportctl help)");
    BOOST_TEST(refusal({"check", "-C"}) ==
               "option --config: its value is missing (see sallyportctl help)");
    BOOST_TEST(refusal({"check", "--strict=yes"}) ==
               "option --strict: it takes no value (see sallyportctl help)");
}

BOOST_AUTO_TEST_CASE(what_may_be_a_secret_is_not_shown) {
    for (const Arguments& arguments :
         {Arguments{"setup", "sendgrid", "Pa55word"},
          Arguments{"setup", "--secret=Pa55word"},
          Arguments{"setup", "--password-stdin=Pa55word"}, Arguments{"check", "Pa55word"}})
        BOOST_TEST(!holds(refusal(arguments), "Pa55word"));
}

BOOST_AUTO_TEST_CASE(words_are_counted) {
    BOOST_TEST(refusal({"config", "x"}) ==
               "config: takes no further word (see sallyportctl help)");
    BOOST_TEST(refusal({"setup", "x", "y"}) ==
               "setup: takes one word and no more (see sallyportctl help)");
}

BOOST_AUTO_TEST_CASE(an_option_counts_once) {
    BOOST_TEST(refusal({"check", "--to", "a@b", "--to", "c@d"}) ==
               "option --to: given twice (see sallyportctl help)");
}

BOOST_AUTO_TEST_CASE(a_choice_is_one_of_its_words) {
    BOOST_TEST((options_of({"check", "--color=always"}).colour() == Colour::always));
    BOOST_TEST((options_of({"check", "--color", "never"}).colour() == Colour::never));
    BOOST_TEST((options_of({"check", "--color=auto"}).colour() == Colour::automatic));
    BOOST_TEST((options_of({"check"}).colour() == Colour::automatic));
    BOOST_TEST(refusal({"check", "--color=red"}) ==
               "option --color red: auto|always|never is expected (see sallyportctl help)");
    BOOST_TEST(
        holds(refusal({"setup", "--force="}), "both|envelope|header|no is expected"));
}

BOOST_AUTO_TEST_CASE(verbs_to_come_say_so_whatever_follows) {
    for (const char* verb : {"import", "token"}) {
        const std::string why = std::string(verb) + ": not in this version of sallyportctl";
        BOOST_TEST(refusal({verb}) == why);
        BOOST_TEST(refusal({verb, "login", "m365", "--microsoft", "-x"}) == why);
        BOOST_TEST(failure_of([&] { return &verb_named(verb); }).what() == why);
    }
}

BOOST_AUTO_TEST_CASE(help_is_of_the_verb) {
    for (const Arguments& arguments :
         {Arguments{"check", "--help"}, Arguments{"-h", "check"},
          Arguments{"help", "check"}}) {
        const Options options = options_of(arguments);
        BOOST_TEST(options.verb().name == std::string("help"));
        BOOST_TEST(options.word().value() == "check");
        BOOST_TEST(options.verb_given());
    }
    BOOST_TEST(options_of({"--help"}).verb().name == std::string("help"));
    BOOST_TEST(options_of({"--help"}).has("help"));
    BOOST_TEST(!options_of({}).verb_given());
}

BOOST_AUTO_TEST_CASE(usage_names_every_verb_and_its_options_within_the_width) {
    for (const unsigned width : {40U, 80U, 200U}) {
        const Look look{width, false, false, false};
        const std::string all = usage(look);
        for (const Verb& verb : verb_table()) {
            const std::string row = std::string("\n  ") + verb.name;
            BOOST_TEST((holds(all, row + " ") || holds(all, row + "\n")) == !verb.reserved);
            const std::string text = usage(look, &verb);
            for (const ctl::Option* option : options_of_verb(verb))
                BOOST_TEST(holds(text, std::string("--") + option->name));
            for (std::string rest = all + text; !rest.empty();
                 rest.erase(0, rest.find('\n') + 1))
                BOOST_TEST(columns(rest.substr(0, rest.find('\n'))) <= width,
                           rest.substr(0, rest.find('\n')));
        }
    }
}
