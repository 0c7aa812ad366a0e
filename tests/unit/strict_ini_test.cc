// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE strict_ini
#include <boost/test/unit_test.hpp>

#include "config/strict_ini.h"
#include "failing.h"

using namespace sallyport;
using namespace std::string_literals;

namespace {

/// "section|key|value|line" of each entry.
std::vector<std::string> entries_of(std::string_view text) {
    std::vector<std::string> entries;
    for (const IniEntry& entry : parse_ini(text, "conf"))
        entries.push_back(entry.section + "|" + entry.key + "|" + entry.value + "|" +
                          std::to_string(entry.line));
    return entries;
}

void check(std::string_view text, const std::vector<std::string>& entries) {
    BOOST_TEST_CONTEXT(text)
    BOOST_TEST(entries_of(text) == entries, boost::test_tools::per_element());
}

/// The only value of `[a]`, which stands after "k =".
std::string value_of(const std::string& text) {
    const auto entries = parse_ini("[a]\nk =" + text + "\n", "conf");
    BOOST_REQUIRE(entries.size() == 1U);
    return entries.front().value;
}

void check_refused(std::string_view text, const std::string& why) {
    const Failure failure = failure_of([&] { return parse_ini(text, "conf"); });
    BOOST_TEST_CONTEXT(text) {
        BOOST_TEST(status_of(failure) == 78);
        BOOST_TEST((failure.fault() == Fault::local));
        BOOST_TEST(failure.enhanced() == "4.3.5");
        BOOST_TEST(failure.what() == "conf:" + why);
    }
}

const std::string ambiguous =
    "is ; or # after a blank a comment or a part of the value? put "
    "the value in double quotes";
const std::string unknown_escape = "inside double quotes only \\\" and \\\\ have a meaning";
const std::string not_closed = "the double quotes are not closed";
const std::string text_behind =
    "text after the closing double quote: put the whole value in "
    "quotes, and write \\\" for a quote in it";
const std::string neither = "neither a [section] nor a key = value";
const std::string no_equals = "= is expected after a key; files of msmtp are not read";
const std::string bad_name = "a section's name has 1 to 49 octets and none of [ ] ; #";

} // namespace

BOOST_AUTO_TEST_CASE(sections_and_keys) {
    check("", {});
    check("[relay]\n", {});
    check("[relay]\nhost = x\nport=465\n[sender]\n[log]\nto\t=\tnone\n",
          {"relay|host|x|2", "relay|port|465|3", "log|to|none|6"});
    check("[a]\nk = 1\n[b]\nk = 2", {"a|k|1|2", "b|k|2|4"});
    check("[relay one]\nhost=x\n[relay two]\nhost=y\n",
          {"relay one|host|x|2", "relay two|host|y|4"});
}

BOOST_AUTO_TEST_CASE(blanks_around_names_and_values_do_not_count) {
    check("[  relay \t two  words ]  \nhost \t=  x y \t\n", {"relay two words|host|x y|2"});
    check("[a]\nk =\nl = \t\n", {"a|k||2", "a|l||3"});
}

BOOST_AUTO_TEST_CASE(line_ends) {
    check("[a]\r\nk = 1\r\nl = 2\n", {"a|k|1|2", "a|l|2|3"});
    check("[a]\nk = \"1\"\r", {"a|k|1|2"});
    check_refused("[a]\rk = 1\n", "1: a control character");
    check_refused("[a]\nk = 1\r\r\n", "2: a control character");
}

BOOST_AUTO_TEST_CASE(a_byte_order_mark_is_skipped_where_it_belongs) {
    check("\xef\xbb\xbf[a]\nk = 1\n", {"a|k|1|2"});
    check("\xef\xbb\xbf", {});
    check_refused("[a]\n\xef\xbb\xbfk = 1\n", "2: " + neither);
    check_refused("\xef\xbb\xbf\xef\xbb\xbf[a]\n", "1: " + neither);
}

BOOST_AUTO_TEST_CASE(comments_and_empty_lines) {
    check("; one\n# two\n\n  \t\n[a]\n \t; [b]\n#k = 0\nk = 1\n;\n", {"a|k|1|8"});
}

BOOST_AUTO_TEST_CASE(values_without_quotes) {
    BOOST_TEST(value_of("a;b#c") == "a;b#c");
    BOOST_TEST(value_of(" a=b:c") == "a=b:c");
    BOOST_TEST(value_of(" = x") == "= x");
    BOOST_TEST(value_of(" it\"s \"q\"") == "it\"s \"q\"");
    BOOST_TEST(value_of(" a\\b\\\\n") == "a\\b\\\\n");
    BOOST_TEST(value_of(" [x]") == "[x]");
    BOOST_TEST(value_of(" a\tb") == "a\tb");
    BOOST_TEST(value_of(" p\xc3\xa4\xff") == "p\xc3\xa4\xff");
    BOOST_TEST(value_of("'x'") == "'x'");
    for (const char* value :
         {" a ;b", " a #b", "\t;x", "#x", ";", " a\t#", " ;", "\"a\" \"b\""})
        BOOST_CHECK_THROW(value_of(value), Failure);
    check_refused("[a]\nk = a ;b", "2: " + ambiguous);
    check_refused("[a]\nk = #b", "2: " + ambiguous);
}

BOOST_AUTO_TEST_CASE(values_in_quotes) {
    BOOST_TEST(value_of(" \"\"") == "");
    BOOST_TEST(value_of(" \"  a ;b #c  \"") == "  a ;b #c  ");
    BOOST_TEST(value_of("\"a ;b\\\"c\"   ; a comment") == "a ;b\"c");
    BOOST_TEST(value_of(" \"a\" # \"b\"") == "a");
    BOOST_TEST(value_of(" \"a\";b") == "a");
    BOOST_TEST(value_of(" \"\\\\\"") == "\\");
    BOOST_TEST(value_of(" \"\\\\\\\"\\\\\"") == "\\\"\\");
    check_refused("[a]\nk = \"a\\n\"", "2: " + unknown_escape);
    check_refused("[a]\nk = \"a\\ \"", "2: " + unknown_escape);
    check_refused("[a]\nk = \"a", "2: " + not_closed);
    check_refused("[a]\nk = \"", "2: " + not_closed);
    check_refused("[a]\nk = \"a\\\"", "2: " + not_closed);
    check_refused("[a]\nk = \"a\\", "2: " + not_closed);
    check_refused("[a]\nk = \"a\\\\\" b", "2: " + text_behind);
    check_refused("[a]\nk = \"a\"b", "2: " + text_behind);
    check_refused("[a]\nk = \"a\"\"b\"", "2: " + text_behind);
}

BOOST_AUTO_TEST_CASE(a_quoted_value_ends_with_its_line) {
    check_refused("[a]\nk = \"a\nb\"\n", "2: " + not_closed);
}

BOOST_AUTO_TEST_CASE(lines_that_are_none_of_these) {
    for (const char* line : {"host", "=1", "\"k\" = 1", "]"})
        check_refused("[a]\n"s + line, "2: " + neither);
    for (const char* line : {"host x", "two words = 1", "k\xc3\xa4 = 1", "k.l = 1",
                             "k[] = 1", "k+=1", "export k=1"})
        check_refused("[a]\n"s + line, "2: " + no_equals);
}

BOOST_AUTO_TEST_CASE(what_editors_and_other_programs_make_of_a_line) {
    check_refused("[a]\nk: 1", "2: " + no_equals);
    check_refused("[a]\nk : 1", "2: " + no_equals);
    const std::string no_break = "2: a no-break space (U+00A0): type a plain one";
    check_refused("[a]\nk\xc2\xa0= 1", no_break);
    check_refused("[a]\n\xc2\xa0k = 1", no_break);
    check("[a]\nk = 1\xc2\xa0z", {"a|k|1\xc2\xa0z|2"});
    for (const char* mark : {"\xff\xfe", "\xfe\xff"})
        check_refused(mark + "[\0a\0]\0"s, "1: UTF-16: save it as UTF-8");
}

BOOST_AUTO_TEST_CASE(sections_that_are_none) {
    const std::string nothing_behind = "a section is [NAME], and nothing after it";
    for (const char* line : {"[a", "[a] x", "[a] ; comment", "[a]]x", "["})
        check_refused(line, "1: " + nothing_behind);
    for (const char* line : {"[]", "[ ]", "[[a]]", "[a]]", "[a;b]", "[a#b]", "[[a]"})
        check_refused(line, "1: " + bad_name);
}

BOOST_AUTO_TEST_CASE(indented_keys_would_be_continuations_to_others) {
    const std::string indented =
        "an indented line: a key begins in column 1, and no value goes on in the next line";
    check_refused("[a]\nk = 1\n l = 2\n", "3: " + indented);
    check_refused("[a]\nk = 1\n\tmore\n", "3: " + indented);
    check_refused(" [a]\n", "1: " + indented);
    check_refused("[a]\r\nk = 1\r\n  [b]\r\n", "3: " + indented);
}

BOOST_AUTO_TEST_CASE(keys_before_the_first_section) {
    check_refused("k = 1\n[a]\n",
                  "1: a key stands before any [section]: write [relay] above it");
    check_refused("\n# x\nk = 1\n",
                  "3: a key stands before any [section]: write [relay] above it");
    // A file with a password, given as the configuration: nothing of it is shown.
    check_refused("aHVudGVyMg==\n",
                  "1: a key stands before any [section]: write [relay] above it");
}

BOOST_AUTO_TEST_CASE(repeated_names) {
    check_refused("[a]\nk = 1\nk = 1\n", "3: the key k stands here again");
    check_refused("[a]\n[b]\n[a]\n", "3: the section [a] stands here again");
    check_refused("[a b]\n[ a\t b ]\n", "2: the section [a b] stands here again");
    check("[a]\nk = 1\nK = 2\n[A]\nk = 3\n", {"a|k|1|2", "a|K|2|3", "A|k|3|5"});
}

BOOST_AUTO_TEST_CASE(control_characters) {
    for (int octet = 0; octet < 0x80; ++octet) {
        const std::string c(1, static_cast<char>(octet));
        if (octet == '\t' || octet == '\n' || (octet >= ' ' && octet != 0x7f))
            continue;
        check_refused("[a]\nk = 1" + c + "2\n", "2: a control character");
        check_refused("[a]\n; " + c + "2\n", "2: a control character");
        check_refused("[a" + c + "b]\n", "1: a control character");
        check_refused("[a]\nk = \"1" + c + "2\"\n", "2: a control character");
    }
}

BOOST_AUTO_TEST_CASE(what_a_nul_would_hide) {
    check_refused("[a]\nk = 1\0; and more\n"s, "2: a control character");
    check_refused("[a]\nk = 1\n\0"s, "3: a control character");
}

BOOST_AUTO_TEST_CASE(names_that_inih_would_cut) {
    const std::string most(49, 'n');
    check("[" + most + "]\n" + most + " = 1\n", {most + "|" + most + "|1|2"});
    check_refused("[" + most + "n]\n", "1: " + bad_name);
    check_refused("[a]\n" + most + "n = 1\n", "2: a key has at most 49 octets");
}

BOOST_AUTO_TEST_CASE(lines_that_inih_would_split) {
    const std::string comment = "; " + std::string(197, 'x') + "tls = none\n";
    check("[a]\n" + comment + "k = 1\n", {"a|k|1|3"});
    for (const std::size_t size : {190U, 198U, 199U, 200U, 201U, 400U, 16384U}) {
        const std::string value = std::string(size - 1, 'v') + "l = 2";
        check("[a]\nk = " + value + "\nm = 3\n", {"a|k|" + value + "|2", "a|m|3|3"});
        check("[a]\nk = \"" + value + " ;\"\n", {"a|k|" + value + " ;|2"});
    }
}

BOOST_AUTO_TEST_CASE(long_lines_have_a_limit) {
    const std::string value(65536 - 4, 'v');
    check("[a]\nk = " + value + "\r\n", {"a|k|" + value + "|2"});
    check_refused("[a]\nk = " + value + "v\n", "2: the line has more than 64 KiB");
    check_refused("#" + std::string(65536, 'x'), "1: the line has more than 64 KiB");
}

BOOST_AUTO_TEST_CASE(many_entries) {
    std::string text;
    std::vector<std::string> entries;
    for (int i = 0; i < 1000; ++i) {
        const std::string number = std::to_string(i);
        text += "[relay " + number + "]\nhost = " + number + "\n";
        entries.push_back("relay " + number + "|host|" + number + "|" +
                          std::to_string(2 * i + 2));
    }
    check(text, entries);
}

BOOST_AUTO_TEST_CASE(no_error_quotes_a_value) {
    for (const char* line :
         {"password = se ;cret", "password = \"se\\cret\"", "password = \"secret",
          "password = \"se\"cret", " password = secret", "password: secret",
          "pass word = secret", "password = se\x01cret", "[secret", "secret"}) {
        const Failure failure =
            failure_of([&] { return parse_ini("[a]\n"s + line, "conf"); });
        BOOST_TEST(!holds(failure.what(), "cret"), line);
    }
}

BOOST_AUTO_TEST_CASE(the_path_is_shown_harmless) {
    const Failure failure = failure_of([] { return parse_ini("x", "/a\n\x1b.conf"); });
    BOOST_TEST(failure.what() == "/a??.conf:1: " + neither);
}
