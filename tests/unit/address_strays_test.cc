// SPDX-License-Identifier: MIT
//
// Address lists that stray from RFC 5322: what is read all the same, and what is not.
#define BOOST_TEST_MODULE address_strays
#include <boost/test/unit_test.hpp>

#include <algorithm>

#include "addresses.h"

using namespace sallyport;

/// Peers send these to a wrong address.
BOOST_AUTO_TEST_CASE(what_would_have_to_be_guessed_is_refused) {
    check_refused("Jane (x <a@b>", "a comment is not closed: \"(x <a@b>\"");
    check_refused("Jane <<a@b>>", "a local part is missing before \"<a@b>>\"");
    check_refused("\"Jane <a@b>", "a quoted string is not closed: \"\"Jane <a@b>\"");
    check_refused("Jane ) <a@b>", "a comma is missing before \") <a@b>\"");
    check_refused("Jane <a@b> Doe", "a comma is missing before \"Doe\"");
    check_refused("Jane <a@b> <a@b>", "a comma is missing before \"<a@b>\"");
    check_refused("Jane <x> <a@b>", "a comma is missing before \"<a@b>\"");
}

/// "boss; Jane <jane@x>" may be two, or one with a semicolon in the name.
BOOST_AUTO_TEST_CASE(a_bare_name_and_a_semicolon_leave_nobody_out) {
    const std::string why =
        "a comma is expected for the semicolon, or quotes around a name";
    for (const std::string list :
         {"boss; <jane@x>", "boss; Jane <jane@x>", "boss;<jane>", "boss (c) ; <jane@x>",
          "\"the boss\"; <jane@x>", "a;b;c;<jane@x>", "boss; jane@x <jane@x>",
          "boss; x:; <jane@x>", "R&amp;D <d@x>", "M. M&uuml;ller <j@x>"})
        for (const std::string& text :
             {list, "a@x, b, " + list, "a@x; " + list + ", z@z"}) {
            const Failure failure = failure_of([&] { return parse_address_list(text); });
            BOOST_TEST(status_of(failure) == 65, text);
            BOOST_TEST(std::string(failure.what()).ends_with("\": " + why), failure.what());
        }
    BOOST_TEST(failure_of([] {
                   return parse_address_list("a@x, boss; Jane <jane@x>", "To:");
               }).what() == "To: \"boss; Jane <jane@x>\": " + why);
    check_refused("Jane Doe; root; Bob <b@x>",
                  "a comma is missing before \"Doe; root; Bob <b@x>\"");
    check_refused("J&ouml;rg M&uuml;ller <m@x>",
                  "a comma is missing before \"M&uuml;ller <m@x>\"");
    check({
        {"boss; jane@x; Bob <b@y>", {"boss", "jane@x", "b@y"}},
        {"boss;, Bob <b@y>", {"boss", "b@y"}},
        {"boss; bob, Al <a@x>", {"boss", "bob", "a@x"}},
        {"<boss>; Bob <b@y>", {"boss", "b@y"}},
        {"x: boss;; Bob <b@y>", {"boss", "b@y"}},
        {"\"R&amp;D; x\" <d@x>", {"d@x"}},
    });
}

BOOST_AUTO_TEST_CASE(display_names_that_want_quotes) {
    for (const std::string name : {"[Acme] Jane",
                                   "Jane [Acme]",
                                   "[]",
                                   "Acme: Support",
                                   "Acme: a: Support",
                                   "@jane",
                                   "Jane: @acme",
                                   "a@",
                                   "x \\ y",
                                   "Dr. [x]: \\",
                                   "jane@example.com",
                                   "JANE@Example.com",
                                   "'jane@example.com'",
                                   "'Jane jane@example.com'",
                                   "@ Acme",
                                   "Jane @ Acme",
                                   "Jane @acme",
                                   "Jane @ [Acme]",
                                   "[jane@example.com]",
                                   "Jane jane@example.com",
                                   "mailto:jane@example.com",
                                   "jane@example.com: Jane"}) {
        const auto found = parse_address_list("a@x, " + name + " <jane@example.com>,b@y");
        BOOST_TEST_CONTEXT(name) {
            BOOST_REQUIRE(found.size() == 3U);
            BOOST_TEST(found[1].address() == "jane@example.com");
            BOOST_TEST(found[1].display_name == name);
            BOOST_TEST(found[2].address() == "b@y");
        }
    }
    BOOST_TEST(display_name_in("[a]\r\n  \"b, c\"  (d) e:\r\n\t<a@x>") == "[a] b, c e:");
    BOOST_TEST(display_name_in("\"a@x\" [b] <c@y>") == "a@x [b]"); // quoted, it is none
    BOOST_TEST(display_name_in("[b] (a@x) <c@y>") == "[b]");
    BOOST_TEST(display_name_in("\x01 Bob <a@x>") == "\x01 Bob");
    check({{"g: [Acme] Jane <a@x>, jane@b.c <jane@b.c>;", {"a@x", "jane@b.c"}}});
}

BOOST_AUTO_TEST_CASE(another_address_in_the_name_is_a_comma_forgotten) {
    for (const char* name :
         {"bob@x",          "bob@x jane", "jane bob@x",     "jane@b.cd",
          "xjane@b.c",      "jane@b.c.d", "[x@y]",          "mailto:bob@x",
          "jane@b.c bob@x", "a@[1]",      "\"a b\"@x",      "b\xc3\xb6@x",
          "a@b.c@d",        "o'jane@b.c", "'jane@b.c",      "o'jane@b.c'",
          "bob @ x.y",      "bob(c)@x.y", "bob@(c)x.y",     "bob@\r\n [1.2]",
          "\"a b\" @x.y",   "a. @x.y",    "[x] bob @ x.y z"})
        BOOST_CHECK_THROW(parse_address_list(std::string(name) + " <jane@b.c>"), Failure);
    check_refused("bob@x jane <jane@x>", "a comma is missing before \"jane <jane@x>\"");
    check_refused("bob @ x.y jane <jane@x>", "a comma is missing before \"jane <jane@x>\"");
    check_refused("o'jane@x <jane@x>", "a comma is missing before \"<jane@x>\"");
    check_refused("Jane <a@x>, [b] bob@x\r\n jane <j@x>",
                  "a comma is missing before \"jane <j@x>\"");
    BOOST_CHECK_THROW(parse_address_list("bob@x <bob>"), Failure);
}

BOOST_AUTO_TEST_CASE(semicolons_separate_and_may_end_the_list) {
    check({
        {"a@x; b@y", {"a@x", "b@y"}},
        {"a@x;b@y;", {"a@x", "b@y"}},
        {"a@x;", {"a@x"}},
        {";", {}},
        {";; a@x ;, b@y ,;", {"a@x", "b@y"}},
        {"Al <a@x>; Bob <b@y>;", {"a@x", "b@y"}},
        {"Al <a@x>; b@y, Cy <c@z>", {"a@x", "b@y", "c@z"}},
        {"a@x; Bob <b@y>", {"a@x", "b@y"}},
        {"root; bob", {"root", "bob"}},
        {"root; a@x; Bob <b@y>", {"root", "a@x", "b@y"}},
        {"x: a@x; b@y", {"a@x", "b@y"}},
        {"x: a@x;; y:; b@y", {"a@x", "b@y"}},
    });
}

BOOST_AUTO_TEST_CASE(a_group_stays_a_group) {
    check({
        {"Team: Bob <b@x>, c@x;", {"b@x", "c@x"}},
        {"Team: Bob <b@x>;", {"b@x"}},
        {"Acme: Support <s@x>, Team: a@x, b@x;", {"s@x", "a@x", "b@x"}},
        {"Team: Acme: Support <s@x>, b@y;", {"s@x", "b@y"}},
    });
    check_refused("Acme: R&amp;D <d@x>", "a comma is missing before \"D <d@x>\"");
    check_refused("x: root; Bob <b@x>", "a comma is missing before \"Bob <b@x>\"");
}

/// Its second octets are those of quotes, brackets, commas and backslashes.
BOOST_AUTO_TEST_CASE(names_in_iso_2022_jp) {
    for (const std::string japanese : {"\x1b$B\"(<@,;\\\x1b(B", "\x1b$@(\"\x1b(J",
                                       "\x1b(I\"<,\x1b(B", "\x1b$B\"\x1b$B(\x1b(B"}) {
        BOOST_TEST(display_name_in(japanese + " <a@x>") == japanese);
        BOOST_TEST(display_name_in("\"" + japanese + "\" <a@x>") == japanese);
        BOOST_TEST(display_name_in("a@x (" + japanese + ")") == japanese);
        check({{"b@y, " + japanese + "x <a@x>, c@z", {"b@y", "a@x", "c@z"}}});
    }
    BOOST_CHECK_THROW(parse_address_list("\x1b$B\" <a@x>"), Failure); // it never ends
    BOOST_CHECK_THROW(parse_address_list("\"\x1b$B!!\x1b(B\"@x"), Failure);
}

/// Of a character of two octets the second may be '@', '[', '\\' or ']'.
BOOST_AUTO_TEST_CASE(names_in_shift_jis) {
    for (const std::string japanese :
         {"\x95\\", "\x8e\x52\x81@\x91\xbe", "\x83[\x83]", "x\x95\\"}) {
        BOOST_TEST(display_name_in(japanese + " <a@x>") == japanese);
        BOOST_TEST(display_name_in("\"" + japanese + "\" <a@x>") == japanese);
        BOOST_TEST(display_name_in("a@x (" + japanese + ")") == japanese);
        const std::string named = "\"" + japanese + "\" <a@x>";
        check({{named + ", " + named + ", b@y (" + japanese + "), " + named,
                {"a@x", "a@x", "b@y", "a@x"}}});
    }
    // in Latin letters the backslash is one
    BOOST_TEST(display_name_in("\"\\\"Ren\xe9\\\" X\" <a@x>") == "\"Ren\xe9\" X");
}

/// Whatever may be looked for further on is looked for once: else these take hours.
BOOST_AUTO_TEST_CASE(long_lists_take_no_longer_than_they_are,
                     *boost::unit_test::timeout(120)) {
    for (const char* part :
         {"a:",  "a;",    "a ",     "a@",    ":",          "[",          "<",
          "\"",  "(",     "\x1b$",  "\x1b(", "a@b ",       "a@b;",       "a;b@",
          "a:;", "a: b;", "\x95\\", "\\",    "a@b <a@b>,", "a; b <a@b>,"}) {
        std::string list;
        while (list.size() < 1'000'000)
            list += part;
        static_cast<void>(try_address_list(list));
        static_cast<void>(try_address_list(list + " <a@x>"));
    }
}

/// What is pasted with an address and not seen.
BOOST_AUTO_TEST_CASE(blanks_that_are_not_ascii) {
    for (const char* text : {"a@x.example\xc2\xa0",
                             "\xc2\xa0"
                             "a@x",
                             "<a@x\xc2\xa0>"})
        check_refused(text, "it holds a blank that is not ASCII (U+00A0)");
    for (const auto& [text, name] : {std::pair("a@x\xe2\x80\x8b", "U+200B"),
                                     {"\xef\xbb\xbf"
                                      "a@x",
                                      "U+FEFF"},
                                     {"a@x\xe3\x80\x80", "U+3000"},
                                     {"\"a\xe2\x80\xaf\"@x", "U+202F"}})
        check_refused(text,
                      std::string("it holds a blank that is not ASCII (") + name + ")");
    check({{"Jane\xc2\xa0"
            "Doe <a@x>",
            {"a@x"}}});
}

/// RFC 5321 4.5.3.1: what is longer than it asks for may be fine.
BOOST_AUTO_TEST_CASE(only_what_does_not_fit_into_a_line_is_too_long) {
    const auto octets = [](std::size_t size) { return std::string(size, 'l'); };
    const std::string most = octets(address_limit - 2) + "@x";
    for (const std::string& text :
         {octets(65) + "@x", "a@" + octets(300) + ".example", most,
          "a@" + octets(address_limit - 2), octets(address_limit - 1)})
        check({{text, {text}}, {"Bob <" + text + ">", {text}}});
    const std::string why = "it has more than 985 octets";
    check_refused("l" + most, why);
    check_refused("\"" + octets(address_limit - 4) + " \"@x", why);
    BOOST_TEST(qualify({"root", "", "", false}, octets(address_limit - 5)).size() ==
               address_limit);
    const Failure failure = failure_of([&] {
        return qualify({"roots", "", "", false}, octets(address_limit - 5));
    });
    BOOST_TEST(status_of(failure) == 65);
    BOOST_TEST(holds(failure.what(), why));
}

BOOST_AUTO_TEST_CASE(where_the_domain_of_a_bare_name_would_stand) {
    std::string text =
        "root (Cron Daemon), \\a , x: \"two words\" ;,\r\n Bob < bob >, c@x, d.e";
    const auto found = parse_address_list(text);
    for (auto mailbox = found.rbegin(); mailbox != found.rend(); ++mailbox) {
        if (mailbox->domain.empty())
            text.insert(mailbox->end, "@y");
    }
    BOOST_TEST(text == "root@y (Cron Daemon), \\a@y , x: \"two words\"@y ;,\r\n "
                       "Bob < bob@y >, c@x, d.e@y");
}

/// Who reads the list otherwise than we do must not find anybody else in it.
BOOST_AUTO_TEST_CASE(a_strict_reading_is_that_of_rfc_5322) {
    for (const char* text :
         {"[Acme] Jane <a@x>", "Acme: Jane <a@x>", "a@x <a@x>",
          "\x1b$B <b@y>, \x1b(B <a@x>", "\"\x95\\\" <a@x>", "a@x (\x1b$B!!\x1b(B)",
          "a@x (\x0e!!\x0f)", "\"\x1b\" <a@x>"}) {
        BOOST_TEST(try_address_list(text).has_value(), text);
        BOOST_TEST(!try_address_list(text, true).has_value(), text);
    }
    BOOST_TEST(!try_address_list("\"\x1b$B\" (\x1b(B\" <b@y>,)) <a@x>", true));
    BOOST_TEST(try_address_list("J\xf6rg\t<a@x>,\r\n b@y; g: c@z;", true)->size() == 3U);
}
