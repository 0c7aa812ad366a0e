// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE aliases
#include <boost/test/unit_test.hpp>

#include <algorithm>

#include "failing.h"
#include "folder.h"
#include "message/aliases.h"
#include "text/ascii.h"

using namespace sallyport;
using namespace std::string_literals;
using Names = std::vector<std::string>;

namespace {

struct Fixture {
    void has_file(const std::string& text) {
        settings.aliases = folder.write("aliases", text);
    }
    /// In alphabetic order.
    [[nodiscard]] Names expand(const std::string& name) const {
        Names names;
        for (const Mailbox& mailbox : Aliases(settings).expand(name))
            names.push_back(mailbox.address());
        std::ranges::sort(names);
        return names;
    }
    [[nodiscard]] std::string why_not(const std::string& name) const {
        const Failure failure = failure_of([&] { return expand(name); });
        BOOST_TEST(status_of(failure) == 72);
        BOOST_TEST((failure.fault() == Fault::local));
        std::string text = failure.what();
        const auto at = text.find(folder.path(""));
        return at == text.npos ? text : text.erase(at, folder.path("").size());
    }
    void check(const std::string& name, const Names& expected) const {
        BOOST_TEST_CONTEXT(name)
        BOOST_TEST(expand(name) == expected, boost::test_tools::per_element());
    }

    Folder folder;
    RecipientSettings settings;
};

} // namespace

BOOST_FIXTURE_TEST_CASE(without_aliases_a_name_is_itself, Fixture) {
    check("root", {"root"});
    has_file("");
    check("root", {"root"});
    has_file("# nothing\n\n  \n\t# here\n");
    check("Root", {"Root"});
}

BOOST_FIXTURE_TEST_CASE(a_file_of_aliases, Fixture) {
    has_file("# comment\n"
             "mailer-daemon: postmaster\n"
             "postmaster: root\n"
             "root: admin@example.org, Bob <bob@example.org>\r\n"
             "empty:\n"
             "\n"
             " \t\n"
             "Webmaster :   ann@x  \n"
             "last: z@x");
    check("mailer-daemon", {"admin@example.org", "bob@example.org"});
    check("POSTMASTER", {"admin@example.org", "bob@example.org"});
    check("webmaster", {"ann@x"});
    check("last", {"z@x"});
    BOOST_TEST(why_not("empty") == "aliases:5: empty leads to nobody");
    check("other", {"other"});
}

BOOST_FIXTURE_TEST_CASE(lines_that_begin_with_a_blank_go_on, Fixture) {
    has_file("root: a@x,\n"
             "\tb@x,\n"
             "# a comment in between\n"
             "\n"
             "  c@x\n"
             "next: d@x\n");
    check("root", {"a@x", "b@x", "c@x"});
    check("next", {"d@x"});
}

BOOST_FIXTURE_TEST_CASE(names_in_quotes, Fixture) {
    has_file("\"two words\": a@x\n\"a:b\": b@x\n\"Plain\": c@x\n");
    check("\"two words\"", {"a@x"});
    check("\"a:b\"", {"b@x"});
    check("plain", {"c@x"});
    has_file("\"a\\\\b c\": d@x\n");
    check("\"a\\\\b c\"", {"d@x"});
}

BOOST_FIXTURE_TEST_CASE(the_first_of_two_entries_counts, Fixture) {
    has_file("root: a@x\nROOT: b@x\n");
    check("root", {"a@x"});
}

BOOST_FIXTURE_TEST_CASE(a_name_met_on_its_own_way_is_final, Fixture) {
    has_file("root: root, me@x\n"
             "a: b\n"
             "b: c, d@x\n"
             "c: A\n");
    check("root", {"me@x", "root"});
    check("a", {"A", "d@x"});
    check("c", {"c", "d@x"});
}

BOOST_FIXTURE_TEST_CASE(two_ways_to_a_name_are_no_loop, Fixture) {
    has_file("admins: postmaster, webmaster, root\n"
             "postmaster: root\n"
             "webmaster: root\n"
             "root: me@x\n");
    Names names = expand("admins");
    names.erase(std::unique(names.begin(), names.end()), names.end());
    BOOST_TEST(names == (Names{"me@x"}), boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(a_loop_after_a_name_is_met_from_both_ends, Fixture) {
    has_file("a: b, c\nb: c\nc: b\n");
    BOOST_TEST(!expand("a").empty()); // nobody is lost
}

BOOST_FIXTURE_TEST_CASE(a_long_chain, Fixture) {
    std::string text;
    for (int i = 0; i < 2000; ++i)
        text += "n" + std::to_string(i) + ": n" + std::to_string(i + 1) + "\n";
    has_file(text + "n2000: end@x\n");
    check("n0", {"end@x"});
}

BOOST_FIXTURE_TEST_CASE(root_of_the_configuration, Fixture) {
    has_file("root: file@x\npostmaster: root\n");
    settings.root = "conf@x, ops";
    check("root", {"conf@x", "ops"});
    check("postmaster", {"conf@x", "ops"});
    settings.aliases.clear();
    check("ROOT", {"conf@x", "ops"});
}

BOOST_FIXTURE_TEST_CASE(for_whom_there_is_no_entry, Fixture) {
    has_file("root: r@x\nops: root\n");
    settings.default_to = "d@x";
    check("ops", {"r@x"});
    check("nobody", {"d@x"});
    settings.default_to = "root";
    check("nobody", {"r@x"});
    settings.default_to = "admin";
    check("nobody", {"admin"});
    check("admin", {"admin"});
}

/// dma and msmtp write it so.
BOOST_FIXTURE_TEST_CASE(an_entry_for_all_the_others, Fixture) {
    for (const char* name : {"*", "default", "Default "}) {
        has_file("root: r@x\n" + std::string(name) + ": d@x, root\ndefault: e@x\n");
        check("nobody", {"d@x", "r@x"});
        check("root", {"r@x"});
        settings.default_to = "k@x";
        check("nobody", {"k@x"});
        settings.default_to.clear();
    }
    has_file("*:\n");
    BOOST_TEST(why_not("nobody") == "aliases:1: nobody leads to nobody");
    has_file("\"default\": d@x\n\"*\": s@x\n");
    check("nobody", {"nobody"});
    check("default", {"d@x"});
    check("*", {"s@x"});
}

BOOST_FIXTURE_TEST_CASE(names_of_this_machine_are_looked_up, Fixture) {
    settings.local = {"vm.lan"};
    has_file("root: Admin@LocalHost, other@vm.lan, \\root@localhost, b@vm.lan.example\n"
             "admin: me@example.org\n"
             "loop: loop@localhost.localdomain, x@y\n");
    settings.default_to = "d@x";
    check("root", {"b@vm.lan.example", "me@example.org", "other", "root"});
    check("loop", {"loop", "x@y"});
    settings.default_to = "root@localhost";
    check("nobody", {"b@vm.lan.example", "me@example.org", "other", "root"});
    settings.default_to = "other@localhost";
    check("nobody", {"other"});
}

BOOST_FIXTURE_TEST_CASE(what_needs_a_local_mailer, Fixture) {
    const Names odd{"|/bin/cat", "\"|/bin/cat -n\"", "/var/mail/x", ":include:/etc/l",
                    "a@x, |/bin/cat", "a@x,/dev/null", "\"/dev/null\"", "a@x,, :include:/l",
                    // after a semicolon, in a group, after a backslash or in brackets, too
                    "a@x; |/bin/cat", "a@x; /var/mail/x", "a@x; \"|/bin/cat -n\"",
                    "a@x;:include:/l", "g: /dev/null;", "a@x;; g: |cat, b@x;",
                    "\\|/bin/cat", "Al </dev/null>", "(c) |/bin/cat",
                    "a@x; /dev/null@localhost", "a@x; |/bin/cat -n"};
    for (const std::string& list : odd) {
        has_file("ok: a@x\nbad: " + list + "\nway: bad\n");
        for (const char* name : {"bad", "way"})
            BOOST_TEST(why_not(name) ==
                       "aliases:2: pipes, files and :include: are not for this program");
        check("ok", {"a@x"}); // only who meets it is stopped
    }
}

BOOST_FIXTURE_TEST_CASE(files_that_cannot_be_understood, Fixture) {
    for (const char* text : {"root\n", "a: b\nroot a@x\n", ": a@x\n", "\"\": a@x\n",
                             "\"a: b@x\n", "a\x01: b@x\n"}) {
        has_file(text);
        BOOST_TEST(holds(why_not("x"), ": no name: address, ..."), text);
    }
    has_file("a: x@y\n\n# c\nroot\n");
    BOOST_TEST(why_not("x") == "aliases:4: no name: address, ...");
}

BOOST_FIXTURE_TEST_CASE(a_file_that_begins_with_a_continuation, Fixture) {
    const std::string why = ": it begins with a blank, and there is no line to continue";
    has_file(" root: a@x\nbob: b@x\n");
    BOOST_TEST(why_not("x") == "aliases:1" + why);
    has_file("# c\n\n \t\n\ta@x\n");
    BOOST_TEST(why_not("x") == "aliases:4" + why);
    has_file("# c\n  # c\nroot: a@x,\n  # c\n b@x\n");
    check("root", {"a@x", "b@x"});
}

BOOST_FIXTURE_TEST_CASE(every_fault_names_file_and_line, Fixture) {
    const std::string nul(1, '\0');
    const std::string long_name(1000, 'l');
    for (const std::string& list : {"b@"s,
                                    "b@x c@x"s,
                                    "\"b@x"s,
                                    "b@x\x01"s,
                                    "\"b\x01\"@x"s,
                                    "b@x\rc: d@x"s,
                                    "b@x" + nul,
                                    nul,
                                    "\xe2\x80\xae@x"s,
                                    "b@\xff"s,
                                    long_name + "@x",
                                    "<b@x"s,
                                    "g: b@x"s,
                                    "|cat"s,
                                    "/dev/null"s,
                                    ":include:/x"s,
                                    ""s,
                                    ","s,
                                    "(nobody)"s,
                                    "g:;"s}) {
        has_file("ok: a@x\n# c\nbad:\n " + list + "\nway: bad\n");
        for (const char* name : {"bad", "BAD"}) {
            const std::string why = why_not(name);
            BOOST_TEST(why.starts_with("aliases:3: "), why);
            BOOST_TEST(!has_control(why), why);
            BOOST_TEST(why.size() < 300U);
        }
        BOOST_TEST(why_not("way").starts_with("aliases:"), why_not("way"));
        check("ok", {"a@x"});
    }
    for (const std::string& line :
         {"bad"s, ":"s, "bad b@x"s, nul + ": b@x", "b" + nul + ": x"s, "\"bad: b@x"s,
          "\x7f: b@x"s, long_name + long_name}) {
        has_file("ok: a@x\n" + line + "\n");
        BOOST_TEST(why_not("ok").starts_with("aliases:2: "), why_not("ok"));
    }
}

BOOST_FIXTURE_TEST_CASE(a_backslash_ends_the_way, Fixture) {
    has_file("root: me@x, \\root, \\bob\nbob: bob@y\n");
    check("root", {"bob", "me@x", "root"});
}

BOOST_FIXTURE_TEST_CASE(an_address_that_is_none, Fixture) {
    has_file("ok: a@x\nbad: b@\n");
    BOOST_TEST(why_not("bad").starts_with("aliases:2: "), why_not("bad"));
    check("ok", {"a@x"});
}

BOOST_FIXTURE_TEST_CASE(files_that_cannot_be_read, Fixture) {
    settings.aliases = folder.path("none");
    BOOST_TEST(why_not("x") == "none: No such file or directory");
    settings.aliases = folder.path("");
    BOOST_TEST(why_not("x").ends_with(": not a regular file"));
    has_file(std::string((16 << 20) + 1, '\n'));
    BOOST_TEST(why_not("x") == "aliases: it has more than 16 MiB");
}
