// SPDX-License-Identifier: MIT
//
// Recipients from a stranger, and what they can do to a command line.
#define BOOST_TEST_MODULE operands
#include <boost/test/unit_test.hpp>

#include "config/invocation.h"
#include "failing.h"
#include "invoking.h"

using namespace sallyport;

/// Who writes one of them beside anything else wants something done, and would hear 0.
BOOST_AUTO_TEST_CASE(long_options_stand_alone) {
    for (const std::string option : {"--help", "--version"}) {
        const char* text = option.c_str();
        for (const Arguments& arguments :
             {Arguments{"-t", text}, Arguments{text, "-t"}, Arguments{"-i", text},
              Arguments{text, "a@x"}, Arguments{text, ""}, Arguments{text, text},
              Arguments{text, "--"}, Arguments{"-bv", text}})
            check_refused(arguments, "option " + option + ": not beside other arguments");
        BOOST_TEST(summary(parse({"--", text})) == "deliver <" + option + ">");
        BOOST_TEST(summary(parse({"-f", text, "a@x"})) == "deliver f=" + option + " <a@x>");
    }
}

/// A recipient from a stranger that looks like an option takes nobody's place.
BOOST_AUTO_TEST_CASE(options_after_a_recipient_that_are_refused) {
    for (const char* option : {"--help",   "--version",
                               "--foo",    "-t",
                               "-ti",      "-it",
                               "-iq",      "-q",
                               "-q30m",    "-bp",
                               "-bs",      "-bm",
                               "-I",       "-C/x",
                               "-c",       "-x",
                               "-Ltag",    "-h3",
                               "-Ac",      "-px",
                               "-X/x",     "-Nnever",
                               "-Rfull",   "-Vx",
                               "-Oa=b",    "-Orequiretls=yes",
                               "-f",       "-F",
                               "-r",       "-B",
                               "-e",       "-o",
                               "-h",       "-A",
                               "-L",       "-p",
                               "-X",       "-N",
                               "-if",      "-ifb@x",
                               "-vFb",     "-ioi",
                               "-oMs",     "-oMa",
                               "-odq",     "-oie",
                               "-oe",      "-oemm",
                               "-emm",     "-o7",
                               "-Z",       "-iZ",
                               "-i-",      "-1",
                               "-\xc3\xa4"}) {
        for (const Arguments& arguments :
             {Arguments{"a@x", option, "b@x"}, Arguments{"a@x", option},
              Arguments{"", "-v", option}})
            check_refused(arguments, std::string("option ") + option +
                                         ": options go before recipients (or use --)");
        BOOST_TEST(summary(parse({"a@x", "--", option})) ==
                   "deliver <a@x> <" + std::string(option) + ">");
    }
}

BOOST_AUTO_TEST_CASE(options_after_a_recipient_that_count) {
    check({
        {{"a@x", "-i", "-fb@x"}, "deliver i f=b@x <a@x>"},
        {{"a@x", "-rb@x", "b@y", "-FBob", "-B8BITMIME"},
         "deliver f=b@x F=Bob B=8 <a@x> <b@y>"},
        {{"a@x", "-m", "-n", "-U", "-G", "-v"}, "deliver v <a@x>"},
        {{"a@x", "-ivGmnU", "b@x"}, "deliver i v <a@x> <b@x>"},
        {{"a@x", "-oi", "-om", "-oem", "-oeq", "-em", "-eq"}, "deliver i <a@x>"},
        {{"a@x", "-f-t"}, "deliver f=-t <a@x>"},
        {{"-bv", "a@x", "-v"}, "verify v <a@x>"},
    });
    check_refused({"a@x", "-BX"}, "option -B X: 7BIT or 8BITMIME is expected");
}

/// The few that may, so that a new row of the table does not slip in.
BOOST_AUTO_TEST_CASE(the_table_says_what_may_follow_a_recipient) {
    std::string may;
    for (const Option& option : option_table()) {
        if (option.after_recipient != AfterRecipient::refused)
            may += option.letter;
        if (option.after_recipient == AfterRecipient::letter)
            BOOST_TEST((option.value == OptionValue::none));
    }
    BOOST_TEST(may == "BeFfGimnorUv");
}

/// The address parser knows what to do with one; where nobody else would, it is a blank.
BOOST_AUTO_TEST_CASE(tabs_are_blanks) {
    check({
        {{"\tbob@x", "a@x,\tb@x"}, "deliver <\tbob@x> <a@x,\tb@x>"},
        {{"-f\ta@x", "b@x"}, "deliver f=\ta@x <b@x>"},
        {{"-F\tBob\tX", "b@x"}, "deliver F= Bob X <b@x>"},
        {{"b@x", "-FBob\tX"}, "deliver F=Bob X <b@x>"},
        {{"-V", "a\tb", "b@x"}, "deliver V=a b <b@x>"},
        {{"-O", "requiretls\t=\tyes", "b@x"}, "deliver requiretls <b@x>"},
        {{"-C", "a\tb", "b@x"}, "deliver C=a\tb <b@x>"}, // it has that name or is not there
    });
    BOOST_TEST(parse({"-Rfull\t"}).notes.front() == "option -R full?: ignored");
    check_refused({"-b", "m\t"}, "option -b m?: this mode is not known; nothing was read");
    check_refused({"b@x", "-\t"}, "option -?: options go before recipients (or use --)");
}
