// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE address
#include <boost/test/unit_test.hpp>

#include "addresses.h"

using namespace sallyport;

BOOST_AUTO_TEST_CASE(plain_addresses) {
    check({
        {"a@x", {"a@x"}},
        {"a@x.example", {"a@x.example"}},
        {"<a@x>", {"a@x"}},
        {" a@x ", {"a@x"}},
        {"first.last+tag@x-y.example", {"first.last+tag@x-y.example"}},
        {"!#$%&'*+-/=?^_`{|}~@x", {"!#$%&'*+-/=?^_`{|}~@x"}},
        {"a@_tcp.x", {"a@_tcp.x"}},
        {"A@X.Example", {"A@X.Example"}},
        {"-f@x", {"-f@x"}},
        {"1@2.3", {"1@2.3"}},
    });
}

BOOST_AUTO_TEST_CASE(bare_names) {
    check({
        {"root", {"root"}},
        {"<root>", {"root"}},
        {"www-data", {"www-data"}},
        {"root, Bob <bob>, (c) daemon", {"root", "bob", "daemon"}},
        {"first.last", {"first.last"}},
        {"\"two words\"", {"\"two words\""}},
    });
}

BOOST_AUTO_TEST_CASE(lists) {
    check({
        {"", {}},
        {" \t\r\n ", {}},
        {"a@x,b@y", {"a@x", "b@y"}},
        {"a@x, b@y , c@z", {"a@x", "b@y", "c@z"}},
        {"a@x,\r\n\tb@y\r\n", {"a@x", "b@y"}},
        {"Bob <b@y>,<c@z>", {"b@y", "c@z"}},
        {"a@x, a@x", {"a@x", "a@x"}},
        // RFC 5322 4.4: empty elements; procmail leaves a comma at the end
        {"bob@x,", {"bob@x"}},
        {",a@x", {"a@x"}},
        {"a@x,,b@y", {"a@x", "b@y"}},
        {", , (only) , ", {}},
        {"a@x, (no one) ,b@y", {"a@x", "b@y"}},
    });
}

BOOST_AUTO_TEST_CASE(groups) {
    check({
        {"undisclosed-recipients:;", {}},
        {"undisclosed-recipients: ;", {}},
        {"x: a@x, Bob <b@y>;", {"a@x", "b@y"}},
        {"x:a@x,,b@y,;", {"a@x", "b@y"}},
        {"A group (c) : (c) a@x (c) ; (c)", {"a@x"}},
        {"\"Quoted, name\": a@x;, c@z", {"a@x", "c@z"}},
        {"c@z, x: a@x; , y:;, b@y", {"c@z", "a@x", "b@y"}},
        {"x: root;", {"root"}},
        {"x:\r\n a@x,\r\n b@y;\r\n", {"a@x", "b@y"}},
    });
}

BOOST_AUTO_TEST_CASE(display_names_are_not_addresses) {
    check({
        {"\"b, c@z\" <a@x>", {"a@x"}},
        {"\"\\\"<b@y>\\\"\" <a@x>", {"a@x"}},
        {"Doe, John <a@x>", {"Doe", "a@x"}}, // unquoted, it is two
        {"John Q. Public <a@x>", {"a@x"}},   // obs-phrase
        {". <a@x>", {"a@x"}},
        {"\"a\"\"b\" c <a@x>", {"a@x"}},
        {"=?UTF-8?Q?Doe=2C_John?= <a@x>", {"a@x"}},
        {"J\xc3\xb6rg M\xc3\xbcller <a@x>", {"a@x"}},
        {"J\xf6rg <a@x>", {"a@x"}}, // not UTF-8, and not passed on
        {"\"tab\there\" <a@x>", {"a@x"}},
    });
}

BOOST_AUTO_TEST_CASE(comments_and_folding) {
    check({
        {"(c)a@x(c)", {"a@x"}},
        {"a@x (Cron Daemon)", {"a@x"}},
        {"a(c)@(c)x", {"a@x"}},
        {"a @ x", {"a@x"}},
        {"a . b @ x . y", {"a.b@x.y"}},
        {"a(1).(2)b(3)@(4)x(5).(6)y", {"a.b@x.y"}},
        {"(a (nested (deep)) comment) a@x", {"a@x"}},
        {"(with \\) and \\( and \\\\)a@x", {"a@x"}},
        {"(b@y, <c@z>) a@x", {"a@x"}},
        {"()()a@x", {"a@x"}},
        {"(\xff\x01)a@x", {"a@x"}},
        {"a\r\n @\r\n\tx", {"a@x"}},
        {"Bob\r\n <\r\n a@x\r\n >\r\n", {"a@x"}},
        {"< (c) a (c) @ (c) x (c) >", {"a@x"}},
        {std::string(99, '(') + std::string(99, ')') + "a@x", {"a@x"}},
    });
}

BOOST_AUTO_TEST_CASE(quoted_local_parts_keep_only_the_quotes_they_need) {
    check({
        {"\"b c\"@x", {"\"b c\"@x"}},
        {"\"a\"@x", {"a@x"}},
        {"\"a.b\"@x", {"a.b@x"}},
        {"\"a..b\"@x", {"\"a..b\"@x"}},
        {"\".a\"@x", {"\".a\"@x"}},
        {"\"a.\"@x", {"\"a.\"@x"}},
        {"\"\"@x", {"\"\"@x"}},
        {"\"a@b\"@x", {"\"a@b\"@x"}},
        {"\"a,b;c:d<e>\"@x", {"\"a,b;c:d<e>\"@x"}},
        {"\"\\a\\b\"@x", {"ab@x"}},
        {"\"a\\\"b\\\\c\"@x", {"\"a\\\"b\\\\c\"@x"}},
        {"\"a\".\"b\"@x", {"a.b@x"}}, // obs-local-part
        {"\"a b\".c@x", {"\"a b.c\"@x"}},
        {"a.\"b\".c@x", {"a.b.c@x"}},
        {"<\"b c\"@x>", {"\"b c\"@x"}},
        {"\"(no comment)\"@x", {"\"(no comment)\"@x"}},
        {"\"a\r\n b\"@x", {"\"a b\"@x"}}, // folded
        {"\"a/b=c\"@x", {"a/b=c@x"}},
    });
}

BOOST_AUTO_TEST_CASE(source_routes_are_dropped) {
    check({
        {"<@relay:a@x>", {"a@x"}},
        {"<@r1,@r2:a@x>", {"a@x"}},
        {"<@r1.example , @[192.0.2.1] : a@x>", {"a@x"}},
        {"Bob <,@r1,,@r2,:a@x>", {"a@x"}}, // obs-domain-list
        {"<@relay:root>", {"root"}},
    });
}

BOOST_AUTO_TEST_CASE(address_literals) {
    check({
        {"a@[192.0.2.1]", {"a@[192.0.2.1]"}},
        {"<a@[IPv6:2001:db8::1]>", {"a@[IPv6:2001:db8::1]"}},
        {"a@ (c) [ 192.0.2.1 ] (c)", {"a@[192.0.2.1]"}},
        {"a@[x-tag:odd$but!legal]", {"a@[x-tag:odd$but!legal]"}},
        {"a@[192.\r\n 0.2.1]", {"a@[192.0.2.1]"}},
    });
}

BOOST_AUTO_TEST_CASE(domains) {
    check({
        {"a@x.", {"a@x"}},
        {"a@x.example. , b@y", {"a@x.example", "b@y"}},
        {"a@xn--bcher-kva.example", {"a@xn--bcher-kva.example"}},
    });
}

BOOST_AUTO_TEST_CASE(utf8) {
    check({
        {"j\xc3\xb6rg@x", {"j\xc3\xb6rg@x"}},
        {"a@b\xc3\xbc\x63her.example", {"a@b\xc3\xbc\x63her.example"}},
        {"\"j\xc3\xb6 rg\"@x", {"\"j\xc3\xb6 rg\"@x"}},
        {"\xe6\x97\xa5\xe6\x9c\xac <\xe6\x97\xa5@x>", {"\xe6\x97\xa5@x"}},
    });
}

BOOST_AUTO_TEST_CASE(display_names) {
    const auto name = display_name_in;
    BOOST_TEST(name("a@x") == "");
    BOOST_TEST(name("<a@x>") == "");
    BOOST_TEST(name("a@x (Bob)") == "Bob"); // as it was done of old
    BOOST_TEST(name("root (Cron Daemon)") == "Cron Daemon");
    BOOST_TEST(name("(one) a@x (two)") == "two");
    BOOST_TEST(name("a@x (a (b) c)") == "a (b) c");
    BOOST_TEST(name("Bob <a@x> (c)") == "Bob");
    BOOST_TEST(name("a@x ()") == "");
    BOOST_TEST(name("Bob <a@x>") == "Bob");
    BOOST_TEST(name("Bob B. <a@x>") == "Bob B.");
    BOOST_TEST(name("  Bob   (c)  Builder  <a@x>") == "Bob Builder");
    BOOST_TEST(name("\"Doe, \\\"J\\\\\" <a@x>") == "Doe, \"J\\");
    BOOST_TEST(name("\"Doe,\r\n John\" <a@x>") == "Doe, John");
    BOOST_TEST(name("\"a\" b <a@x>") == "a b");
    BOOST_TEST(name("=?UTF-8?Q?B=C3=B6b?= <a@x>") == "=?UTF-8?Q?B=C3=B6b?=");
}

BOOST_AUTO_TEST_CASE(comments_belong_to_their_address) {
    const auto found = parse_address_list("a@x (A), b@x, g: c@x (C), d@x;, e@x (E)");
    std::vector<std::string> names;
    for (const Mailbox& mailbox : found)
        names.push_back(mailbox.display_name);
    BOOST_TEST(names == (std::vector<std::string>{"A", "", "C", "", "E"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_list_that_may_be_none) {
    BOOST_TEST(try_address_list(" Bob <a@x>, b@x\r\n")->front().display_name == "Bob");
    BOOST_TEST(try_address_list("g: ;, root")->front().address() == "root");
    for (const char* empty : {"", ",", "g:;", " (c)\r\n"})
        BOOST_TEST(try_address_list(empty)->empty(), empty);
    for (const char* none : {"a b@x", "a@x b", "a@x, b c", "<>"})
        BOOST_TEST(!try_address_list(none), none);
}

/// A list of any length takes the memory of as many mailboxes as are asked for.
BOOST_AUTO_TEST_CASE(no_more_of_a_list_is_read_than_is_asked_for) {
    for (const char* list :
         {"a@x, b@x", "g: a@x, b@x;", "a@x, <<", "g: a@x, <<", ";, a@x;<"})
        BOOST_TEST(try_address_list(list, false, 1)->size() == 1U, list);
    BOOST_TEST(try_address_list(", g:; (c)", false, 1)->empty());
    BOOST_TEST(!try_address_list("<<", false, 1));
}

BOOST_AUTO_TEST_CASE(unparsable_ones_are_refused_and_not_guessed) {
    const std::string comma = "a comma is missing before ";
    const std::string local = "a local part is missing before ";
    check_refused("a b@x", comma + "\"b@x\"");
    check_refused("a@x b@y", comma + "\"b@y\"");
    check_refused("a@x b", comma + "\"b\"");
    check_refused("a@x <b@y>", comma + "\"<b@y>\"");
    check_refused("<a@x> b@y", comma + "\"b@y\"");
    check_refused("a@x@y", comma + "\"@y\"");
    check_refused("x)@y", comma + "\")@y\"");
    check_refused("\"a\" \"b\"@x", comma + "\"\"b\"@x\"");
    check_refused("\"a\"b@x", comma + "\"b@x\"");
    check_refused("a\\b@x", comma + "\"\\b@x\"");
    check_refused("<a@x", "'>' is missing before the end");
    check_refused("Bob <a@x, c@z", "'>' is missing before \", c@z\"");
    check_refused("<a@x b>", comma + "\"b>\"");
    check_refused("<<a@x>>", local + "\"<a@x>>\"");
    check_refused("<a@x>>", comma + "\">\"");
    check_refused("@x", local + "\"@x\"");
    check_refused("<@x>", "'@' or ':' of a source route is missing before \">\"");
    check_refused("<>", local + "\">\"");
    check_refused("Bob <>", local + "\">\"");
    check_refused("a@", "a domain is missing before the end");
    check_refused("a@,b@y", "a domain is missing before \",b@y\"");
    check_refused("[192.0.2.1]", local + "\"[192.0.2.1]\"");
    check_refused(">", local + "\">\"");
    check_refused("a@x, !, )", local + "\")\"");
}

/// Japanese mobile carriers gave out addresses that RFC 5322 does not know.
BOOST_AUTO_TEST_CASE(dots_in_odd_places) {
    for (const auto& [written, address] :
         {std::pair(".a@x", "\".a\"@x"), {"a..b@x", "\"a..b\"@x"}, {"a.@x", "\"a.\"@x"}})
        BOOST_TEST(parse_address_list(written).front().address() == address);
    for (const char* none : {".@x", "..@x"})
        check_refused(none, "a local part is missing before \"@x\"");
    check_refused(".", "a local part is missing before the end");
    for (const std::string domain : {".x", "x..y", ".", "x.."})
        check_refused("a@" + domain, "a domain is not valid: \"" + domain + "\"");
}

BOOST_AUTO_TEST_CASE(names_that_no_alias_stands_for) {
    const auto found = parse_address_list("\\root, root, \\a@x");
    BOOST_TEST(found.size() == 3U);
    BOOST_TEST(found[0].local == "root");
    BOOST_TEST(found[0].final);
    BOOST_TEST(!found[1].final);
    BOOST_TEST(found[2].address() == "a@x");
    check_refused("\\", "a local part is missing before the end");
}

BOOST_AUTO_TEST_CASE(odd_domains) {
    for (const std::string domain :
         {"-x", "x!", "x/y", "x=y", "$x", "x?y", "x%y", "\"x\"", "x.\"y\"", "[]", "[ ]",
          "[1.2.3.4", "[[1]]", "[1\\2]", "[\xc3\xa4]"})
        check_refused("a@" + domain, "a domain is not valid: \"" + domain + "\"");
    check_refused("a@[1\x01]", "a domain is not valid: \"[1?]\"");
    check_refused("a@[1.2.3.4]x", "a comma is missing before \"x\"");
}

BOOST_AUTO_TEST_CASE(groups_that_are_none) {
    const std::string semicolon = "the semicolon of a group is missing before ";
    check_refused("x: a@x", semicolon + "the end");
    check_refused("mailto:a@x", semicolon + "the end");
    check_refused("x: y: a@x;;", semicolon + "\": a@x;;\"");
    check_refused("x: a@x b@y;", "a comma is missing before \"b@y;\"");
}

BOOST_AUTO_TEST_CASE(quotes_and_comments_that_do_not_end) {
    for (const std::string text : {"\"a@x", "\"a\\\"@x", "\"a\\"})
        check_refused(text, "a quoted string is not closed: \"" + text + "\"");
    for (const std::string text : {"(a@x", "(a\\)@x", "(\\"})
        check_refused(text, "a comment is not closed: \"" + text + "\"");
    check_refused("a@x (", "a comment is not closed: \"(\"");
    check_refused(std::string(100000, '('),
                  "a comment is not closed: \"" + std::string(40, '(') + "...\"");
}

BOOST_AUTO_TEST_CASE(controls_never_get_through) {
    for (int octet = 0; octet < 0x20; ++octet) {
        const std::string c(1, static_cast<char>(octet));
        BOOST_TEST_CONTEXT("octet " << octet)
        for (const std::string& text :
             {"a" + c + "b@x", "\"a" + c + "b\"@x", "\"a\\" + c + "b\"@x", "a@x" + c + "y",
              "a@[1" + c + "2]"})
            BOOST_CHECK_THROW(parse_address_list(text), Failure);
    }
    for (const auto& [text, name] : {std::pair("\"a\x7f\"@x", "^?"),
                                     {"\"a\tb\"@x", "^I"},
                                     {"\"a\\\tb\"@x", "^I"},
                                     {"\"a\r\nb\nc\"@x", "^J"},
                                     {"\x02\x02"
                                      "foo@x",
                                      "^B"},
                                     {"foo\x02@x", "^B"},
                                     {"a@x\x1b", "^["}})
        check_refused(text, std::string("it holds a control character (") + name + ")");
    check_refused(std::string("a\0@x", 4), "it holds a control character (^@)");
}

BOOST_AUTO_TEST_CASE(what_is_not_utf8_or_a_control_in_it) {
    for (const char* text :
         {"j\xf6rg@x", "a@b\xfc.example", "\"\xff\"@x", "\xc0\xaf@x", "\xed\xa0\x80@x"})
        check_refused(text, "it is not UTF-8");
    for (const auto& [text, name] : {std::pair("\xc2\x85@x", "U+0085"),
                                     {"a\xe2\x80\xa8@x", "U+2028"},
                                     {"a\xe2\x80\xae@x", "U+202E"},
                                     {"a@b\xd8\x9c.example", "U+061C"}})
        check_refused(text, std::string("it holds a control character (") + name + ")");
}

BOOST_AUTO_TEST_CASE(the_failure_quotes_some_of_the_text) {
    const auto text = [](std::string_view list) {
        return std::string(failure_of([&] { return parse_address_list(list); }).what());
    };
    BOOST_TEST(text(" a b@x\x1b") ==
               "address \"a b@x?\": a comma is missing before \"b@x?\"");
    BOOST_TEST(text("a@x, b\r\n c@x\r\n") ==
               "address \"b c@x\": a comma is missing before \"c@x\"");
    BOOST_TEST(text("a@x, " + std::string(200, 'b') + " " + std::string(50, 'c')) ==
               "address \"" + std::string(80, 'b') + "...\": a comma is missing before \"" +
                   std::string(40, 'c') + "...\"");
    const Failure failure =
        failure_of([] { return parse_address_list("foo bar@@x", "To:"); });
    BOOST_TEST(failure.what() ==
               std::string("To: \"foo bar@@x\": a comma is missing before \"bar@@x\""));
}
