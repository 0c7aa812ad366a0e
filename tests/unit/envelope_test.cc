// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE envelope
#include <boost/test/unit_test.hpp>

#include <algorithm>

#include "failing.h"
#include "folder.h"
#include "invoking.h"
#include "message/envelope.h"

using namespace sallyport;
using Addresses = std::vector<std::string>;
using Texts = std::vector<std::string>;

namespace {

struct Fixture {
    Fixture() {
        identity.login = "caller";
        identity.host_name = "host.example";
    }

    [[nodiscard]] Envelope make() const {
        return make_envelope(invocation, settings, header, identity);
    }
    [[nodiscard]] Addresses recipients() const { return make().recipients; }
    Addresses recipients_of(Addresses lists) {
        invocation.recipients = std::move(lists);
        return recipients();
    }
    std::string sender_of(const char* sender) {
        invocation.sender = sender;
        return make().reverse_path;
    }
    void has(const std::string& field) { header.append(Field(field + "\r\n")); }

    Invocation invocation;
    Settings settings;
    Header header;
    Identity identity;
    Texts notes;
};

/// The same with -t.
struct FromHeader : Fixture {
    FromHeader() { invocation.recipients_from_header = true; }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(arguments_are_lists, Fixture) {
    BOOST_TEST(recipients_of({"a@x, Bob <b@y>", "c@z", "g: d@z, e@z;"}) ==
                   (Addresses{"a@x", "b@y", "c@z", "d@z", "e@z"}),
               boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(without_t_the_header_names_nobody, Fixture) {
    has("To: b@y");
    has("Bcc: c@z");
    BOOST_TEST(recipients_of({"a@x"}) == (Addresses{"a@x"}),
               boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(with_t_all_such_fields_add_to_the_arguments, FromHeader) {
    has("TO: b@y,\r\n\tBob\r\n <c@y>");
    has("Subject: d@z");
    has("cc :(x) e@z");
    has("Bcc: f@z");
    has("To:g@z");
    has("Bcc:");
    has("Cc: undisclosed-recipients:;");
    for (const char* name : {"From", "Reply-To", "Sender", "Errors-To", "Resent-From",
                             "X-To", "Apparently-To", "Return-Receipt-To", "To-Do"})
        has(std::string(name) + ": nobody@x");
    BOOST_TEST(recipients_of({"a@x"}) ==
                   (Addresses{"a@x", "b@y", "c@y", "e@z", "f@z", "g@z"}),
               boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(recipients_of_a_resending_take_their_place, FromHeader) {
    has("To: a@x");
    has("Bcc: b@x");
    has("resent-cc : d@y");
    has("Resent-To: c@y");
    BOOST_TEST(recipients_of({"z@z"}) == (Addresses{"z@z", "d@y", "c@y"}),
               boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(each_kind_of_them_alone_does, FromHeader) {
    for (const char* name : {"Resent-To", "Resent-Cc", "Resent-Bcc"}) {
        header = Header();
        has("To: a@x");
        has(std::string(name) + ": b@y");
        BOOST_TEST(recipients() == (Addresses{"b@y"}), boost::test_tools::per_element());
    }
    header = Header();
    has("To: a@x");
    has("Resent-From: b@y");
    BOOST_TEST(recipients() == (Addresses{"a@x"}), boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(an_empty_resent_field_counts_too, FromHeader) {
    has("To: a@x");
    has("Resent-Bcc:");
    BOOST_TEST(status_of(failure_of([&] { return make(); })) == 64);
}

BOOST_FIXTURE_TEST_CASE(nobody_gets_two_copies, FromHeader) {
    has("To: a@X.Example, A@x.example, \"a\"@x.EXAMPLE, (c) a @ x . example");
    has("Bcc: caller, caller@HOST.example");
    BOOST_TEST(recipients_of({"a@x.example", "<a@x.example>"}) ==
                   (Addresses{"a@x.example", "A@x.example", "caller@host.example"}),
               boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(without_a_recipient, FromHeader) {
    has("To: undisclosed-recipients:;");
    has("Cc: ,");
    invocation.recipients = {"", " , "};
    const Failure failure = failure_of([&] { return make(); });
    BOOST_TEST(status_of(failure) == 64);
    BOOST_TEST((failure.fault() == Fault::local));
    BOOST_TEST(failure.what() ==
               std::string("no recipients: name them as arguments, or give "
                           "-t and a To, Cc or Bcc field"));
}

/// "sallyport check" would send an empty message to somebody.
BOOST_FIXTURE_TEST_CASE(a_word_that_looks_like_a_command, Fixture) {
    const auto call = [this](const Arguments& arguments) {
        invocation = parse(arguments, "/usr/sbin/sallyport");
        return make().recipients.front();
    };
    for (const char* word : {"check", "setup", "doctor", "test", "config", "providers",
                             "import", "queue", "token", "help"}) {
        const std::string name = word;
        const Failure failure = failure_of([&] { return call({word}); });
        BOOST_TEST(status_of(failure) == 64);
        BOOST_TEST((failure.fault() == Fault::local));
        BOOST_TEST(failure.what() ==
                   name +
                       ": there is no such command; to try the configuration, run "
                       "sallyportctl check; to send a message to " +
                       name + ", run sallyport -- " + name);
        BOOST_TEST(call({"--", word}) == name + "@host.example");
        BOOST_TEST(call({"-i", word}) == name + "@host.example");
        BOOST_TEST(call({word, "you"}) == name + "@host.example");
        invocation = parse({word}, "sallyport");
        for (const char* program : {"sendmail", "sallyport-mta", ""}) {
            invocation.program = program;
            BOOST_TEST(make().recipients.front() == name + "@host.example");
        }
    }
    for (const char* word : {"checks", "heck", "check@localhost", "you"})
        BOOST_TEST(call({word}).starts_with(std::string(word).substr(0, 3)));
}

BOOST_FIXTURE_TEST_CASE(an_alias_of_that_name_is_meant, Fixture) {
    const Folder folder;
    settings.recipients.aliases = folder.write("aliases", "test: t@x\n*: d@x\n");
    invocation = parse({"test"}, "sallyport");
    BOOST_TEST(make().recipients.front() == "t@x");
    invocation = parse({"check"}, "sallyport");
    BOOST_TEST(status_of(failure_of([&] { return make(); })) == 64);
}

BOOST_FIXTURE_TEST_CASE(one_bad_address_stops_all, FromHeader) {
    has("To: a@x");
    has("Cc: x)@y");
    const Failure failure = failure_of([&] { return make(); });
    BOOST_TEST(status_of(failure) == 65);
    BOOST_TEST(failure.what() ==
               std::string("Cc: \"x)@y\": a comma is missing before \")@y\""));
    header = Header();
    invocation.recipients = {"foo bar@@x"};
    BOOST_TEST(failure_of([&] { return make(); }).what() ==
               std::string("recipient \"foo bar@@x\": a comma is missing before "
                           "\"bar@@x\""));
    invocation.recipients = {"a@x"};
    BOOST_TEST(failure_of([&] { return sender_of("you@"); }).what() ==
               std::string("sender \"you@\": a domain is missing before the end"));
}

BOOST_FIXTURE_TEST_CASE(bare_names_are_qualified, Fixture) {
    const Addresses lists{"root, \"two words\"", "Bob <bob>", "a@x"};
    const auto expect = [](const std::string& domain) {
        return Addresses{"root@" + domain, "\"two words\"@" + domain, "bob@" + domain,
                         "a@x"};
    };
    BOOST_TEST(recipients_of(lists) == expect("host.example"),
               boost::test_tools::per_element());
    identity.mail_name = "mail.example";
    BOOST_TEST(recipients_of(lists) == expect("mail.example"),
               boost::test_tools::per_element());
    settings.sender.domain = "example.org";
    BOOST_TEST(recipients_of(lists) == expect("example.org"),
               boost::test_tools::per_element());
    BOOST_TEST(identity.domain(settings.sender) == "example.org");
}

BOOST_FIXTURE_TEST_CASE(a_name_may_be_too_long_for_its_domain, Fixture) {
    settings.sender.domain =
        std::string(63, 'd') + "." + std::string(63, 'd') + "." + std::string(63, 'd');
    BOOST_TEST(recipients_of({std::string(793, 'l')}).front().size() == address_limit);
    invocation.recipients = {std::string(794, 'l')};
    const Failure failure = failure_of([&] { return make(); });
    BOOST_TEST(status_of(failure) == 65);
    BOOST_TEST((failure.fault() == Fault::local));
}

BOOST_FIXTURE_TEST_CASE(the_sender, Fixture) {
    invocation.recipients = {"a@x"};
    BOOST_TEST(make().reverse_path == "caller@host.example");
    settings.sender.envelope_from = parse_reverse_path("Server <www>");
    BOOST_TEST(make().reverse_path == "www@host.example");
    settings.sender.envelope_from = parse_reverse_path("me@example.org");
    BOOST_TEST(make().reverse_path == "me@example.org");
    BOOST_TEST(sender_of("you@y") == "you@y");
    BOOST_TEST(sender_of("Bob <you@y>") == "you@y");
    BOOST_TEST(sender_of("root") == "root@host.example");
    BOOST_TEST(sender_of("\"b c\"@y") == "\"b c\"@y");
    for (const char* null_sender : {"", "<>", " <> "})
        BOOST_TEST(sender_of(null_sender) == "");
}

BOOST_FIXTURE_TEST_CASE(tabs_are_blanks, Fixture) {
    BOOST_TEST(recipients_of({"\ta@x", "b@x,\tBob\t<c@x>\t", "\tbob"}) ==
                   (Addresses{"a@x", "b@x", "c@x", "bob@host.example"}),
               boost::test_tools::per_element());
    BOOST_TEST(sender_of("\tBob\t<you@y>\t") == "you@y");
    BOOST_TEST(sender_of("\t<>\t") == "");
    invocation.recipients = {"\"a\tb\"@x"}; // within quotes it would be part of the address
    BOOST_TEST(status_of(failure_of([&] { return make(); })) == 65);
}

BOOST_FIXTURE_TEST_CASE(a_bad_sender, Fixture) {
    invocation.recipients = {"a@x"};
    for (const char* sender :
         {"a b", "a@x, b@y", "a@x> SIZE=1", "a@x.com>\r\nRCPT TO:<b@x"}) {
        const Failure failure = failure_of([&] { return sender_of(sender); });
        BOOST_TEST(status_of(failure) == 65, sender);
    }
}

BOOST_FIXTURE_TEST_CASE(odd_login_names_are_quoted, Fixture) {
    invocation.recipients = {"a@x"};
    identity.login = "EXAMPLE\\alice";
    BOOST_TEST(make().reverse_path == "\"EXAMPLE\\\\alice\"@host.example");
    identity.login = "alice@corp.example";
    BOOST_TEST(make().reverse_path == "\"alice@corp.example\"@host.example");
    identity.login = "www-data_1.x";
    BOOST_TEST(make().reverse_path == "www-data_1.x@host.example");
}

BOOST_FIXTURE_TEST_CASE(what_is_asked_for_on_the_command_line, Fixture) {
    invocation.recipients = {"a@x"};
    invocation.body = BodyType::eight_bit_mime;
    invocation.notify = "FAILURE";
    invocation.ret = "HDRS";
    invocation.envelope_id = "id 1";
    invocation.require_tls = true;
    invocation.smtputf8 = true;
    const Envelope envelope = make();
    BOOST_TEST((envelope.body == BodyType::eight_bit_mime));
    BOOST_TEST(envelope.notify == "FAILURE");
    BOOST_TEST(envelope.ret == "HDRS");
    BOOST_TEST(envelope.envelope_id == "id 1");
    BOOST_TEST(envelope.require_tls);
    BOOST_TEST(envelope.smtputf8);
    invocation = {};
    invocation.recipients = {"j\xc3\xb6rg@x"};
    BOOST_TEST(make().recipients.front() == "j\xc3\xb6rg@x");
    BOOST_TEST(!make().smtputf8); // nobody has asked for it: the need is seen later
}

BOOST_FIXTURE_TEST_CASE(many_recipients, FromHeader) {
    std::string list = "Bcc: r0@x";
    Addresses expected{"r0@x"};
    for (int i = 1; i < 5000; ++i) {
        expected.push_back("r" + std::to_string(i) + "@x");
        list += ",\r\n " + expected.back();
    }
    has(list);
    has(list);
    BOOST_TEST((recipients() == expected));
}

namespace {

std::string list_of(std::size_t many) {
    std::string list;
    for (std::size_t i = 0; i < many; ++i)
        list += "r" + std::to_string(i) + "@x,\r\n ";
    return list;
}

} // namespace

/// Counted once each, wherever they are named.
BOOST_FIXTURE_TEST_CASE(at_most_ten_thousand_recipients, FromHeader) {
    const auto check_too_many = [](const Failure& failure) {
        BOOST_TEST(status_of(failure) == 65);
        BOOST_TEST((failure.fault() == Fault::local));
        BOOST_TEST(failure.what() ==
                   std::string("more than 10,000 recipients: split the list"));
    };
    const std::string most = list_of(recipients_limit);
    has("To: " + most);
    BOOST_TEST(recipients_of({most, "r0@X"}).size() == recipients_limit);
    for (const char* one : {"one@x", "one"}) {
        invocation.recipients = {one};
        check_too_many(failure_of([&] { return make(); }));
    }
    invocation.recipients_from_header = false;
    invocation.recipients = {most, "one@x"};
    check_too_many(failure_of([&] { return make(); }));
    const Folder folder;
    settings.recipients.root = "r0@x, one@x";
    settings.recipients.aliases =
        folder.write("aliases", "all: " + most + "\nmore: all, one\n");
    const auto stands_for = [&](const char* name) {
        return make_recipients({name, "", "", false}, settings, identity, notes);
    };
    BOOST_TEST(stands_for("all").size() == recipients_limit);
    check_too_many(failure_of([&] { return stands_for("more"); }));
}

/// Each expansion costs ten milliseconds or so.
BOOST_FIXTURE_TEST_CASE(an_alias_that_is_repeated_is_expanded_once, Fixture,
                        *boost::unit_test::timeout(60)) {
    const Folder folder;
    settings.recipients.aliases = folder.write(
        "aliases", "everybody: everybody, " + list_of(recipients_limit - 1) + "\n");
    std::string list;
    for (int i = 0; i < 50'000; ++i)
        list += i % 2 == 0 ? "everybody," : "EveryBody,";
    BOOST_TEST(recipients_of({list}).size() == recipients_limit);
    BOOST_TEST(recipients_of({"Root, root, ROOT, Root"}).size() == 3U);
}

BOOST_FIXTURE_TEST_CASE(bare_names_stand_for_others, FromHeader) {
    const Folder folder;
    settings.recipients.aliases =
        folder.write("aliases", "ops: root, \"two words\", o@y\n");
    settings.recipients.root = "me@example.org, O@Y";
    has("To: root@x, Bob <ops>");
    has("Cc: ROOT");
    Addresses found = recipients_of({"root"});
    std::ranges::sort(found);
    BOOST_TEST(found == (Addresses{"\"two words\"@host.example", "O@Y", "me@example.org",
                                   "o@y", "root@x"}),
               boost::test_tools::per_element());
    settings.recipients.default_to = "admin@x";
    invocation.recipients_from_header = false;
    BOOST_TEST(recipients_of({"nobody, someone"}) == (Addresses{"admin@x"}),
               boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(names_in_domains_that_are_this_machine, FromHeader) {
    settings.recipients.root = "me@example.org";
    settings.recipients.local = {"vm", "vm.lan"};
    for (const char* root : {"root@localhost", "Root@LocalHost.LocalDomain", "root@VM",
                             "root@vm.lan.", "<@relay:root@localhost>", "root"})
        BOOST_TEST(recipients_of({root}) == (Addresses{"me@example.org"}),
                   boost::test_tools::per_element());
    has("To: root@localhost, me@Example.org");
    BOOST_TEST(recipients_of({"root@vm"}) == (Addresses{"me@example.org"}),
               boost::test_tools::per_element());
    for (const char* other :
         {"root@host.example", "root@localhost.example", "root@vm2", "root@[127.0.0.1]"})
        BOOST_TEST(make_recipients(parse_address_list(other).front(), settings, identity,
                                   notes) == (Addresses{other}),
                   boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(those_without_an_alias_are_put_in_the_domain, Fixture) {
    BOOST_TEST(
        recipients_of({"simon@localhost", "Simon@localhost", "\\root@localhost"}) ==
            (Addresses{"simon@host.example", "Simon@host.example", "root@host.example"}),
        boost::test_tools::per_element());
    settings.recipients.root = "me@example.org";
    settings.recipients.default_to = "d@example.org";
    BOOST_TEST(recipients_of({"simon@localhost", "simon", "root@localhost"}) ==
                   (Addresses{"simon@host.example", "d@example.org", "me@example.org"}),
               boost::test_tools::per_element());
    BOOST_TEST(recipients_of({"simon", "simon@localhost"}) ==
                   (Addresses{"d@example.org", "simon@host.example"}),
               boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(nobody_is_named_for_root, Fixture) {
    const auto notes_on = [this](const char* list) {
        invocation.recipients = {list, list};
        return make().notes;
    };
    const Texts note{"nobody is named for root, whose mail goes to root@host.example: set "
                     "root in [recipients]"};
    for (const char* root : {"root", "Root, a@x", "root@localhost"})
        BOOST_TEST(notes_on(root) == note, boost::test_tools::per_element());
    for (const char* other : {"admin", "root@host.example", "\\root", "a@x"})
        BOOST_TEST(notes_on(other).empty(), other);
    settings.recipients.default_to = "d@x";
    BOOST_TEST(notes_on("root").empty());
    BOOST_TEST(notes_on("root@localhost") == note, boost::test_tools::per_element());
    settings.recipients.root = "\\root";
    BOOST_TEST(notes_on("root").empty());
    BOOST_TEST(recipients_of({"root"}) == (Addresses{"root@host.example"}),
               boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(aliases_that_cannot_be_used, Fixture) {
    settings.recipients.aliases = "/nonexistent";
    BOOST_TEST(recipients_of({"a@x"}).size() == 1U); // read for bare names only
    invocation.recipients = {"root"};
    BOOST_TEST(status_of(failure_of([&] { return make(); })) == 72);
}

BOOST_FIXTURE_TEST_CASE(a_mailbox_alone, Fixture) {
    settings.recipients.root = "me@example.org, you@y";
    BOOST_TEST(make_recipients({"root", "", "", false}, settings, identity, notes) ==
                   (Addresses{"me@example.org", "you@y"}),
               boost::test_tools::per_element());
    BOOST_TEST(make_recipients({"you", "y", "", false}, settings, identity, notes) ==
                   (Addresses{"you@y"}),
               boost::test_tools::per_element());
}
