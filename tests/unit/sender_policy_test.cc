// SPDX-License-Identifier: MIT
//
// Who may send, and in whose name: [sender] force and allow, in the envelope and the
// header.
#define BOOST_TEST_MODULE sender_policy
#include <boost/test/unit_test.hpp>

#include <tuple>

#include "failing.h"
#include "message/submission.h"

using namespace sallyport;
using Fields = std::vector<std::string>;

namespace {

struct Fixture {
    Fixture() {
        identity.login = "www-data";
        identity.host_name = "web01";
        identity.id = "id1";
        invocation.recipients = {"a@x"};
    }

    void has_forced(const std::string& header_from, bool envelope_too = true) {
        settings.sender.envelope_from = parse_reverse_path("bounce@example.org");
        settings.sender.header_from = parse_reverse_path(header_from);
        settings.sender.force_envelope = envelope_too;
        settings.sender.force_header = true;
    }

    [[nodiscard]] std::string envelope_sender(std::optional<std::string> given = {}) {
        invocation.sender = std::move(given);
        return make_envelope(invocation, settings, Header(), identity).reverse_path;
    }

    /// What is sent of `fields`, without the Date and Message-ID that all have.
    [[nodiscard]] std::string completed(const Fields& fields) {
        Header header;
        for (const std::string& field : fields)
            header.append(Field(field + "\r\n"));
        header.append(Field("Date: x\r\n"));
        header.append(Field("Message-ID: x\r\n"));
        const Envelope envelope = make_envelope(invocation, settings, header, identity);
        notes.clear();
        complete_header(header, envelope, invocation, settings, identity, notes);
        header.remove("Date");
        header.remove("Message-ID");
        return header.octets();
    }

    void check_refused(const std::string& sender, const std::string& from) {
        invocation.sender = sender;
        const Failure failure = failure_of([&] { return completed({"From: " + from}); });
        BOOST_TEST(status_of(failure) == 77, sender + " " + from);
        BOOST_TEST((failure.fault() == Fault::local));
        BOOST_TEST(failure.enhanced() == "5.7.1");
        BOOST_TEST(holds(failure.what(), "[sender] allow does not name it"));
    }

    Invocation invocation;
    Settings settings;
    Identity identity;
    std::vector<std::string> notes; ///< on what was completed last
};

} // namespace

BOOST_FIXTURE_TEST_CASE(percent_signs, Fixture) {
    BOOST_TEST(identity.fill_in("%U@%H") == "www-data@web01");
    BOOST_TEST(identity.fill_in("a%%b%%U") == "a%b%U");
    BOOST_TEST(identity.fill_in("%u%h%x%") == "%u%h%x%");
    BOOST_TEST(identity.fill_in("") == "");
    identity.login = "%H";
    BOOST_TEST(identity.fill_in("%U") == "%H"); // what is put in is not looked at again
}

BOOST_FIXTURE_TEST_CASE(senders_made_of_login_and_host, Fixture) {
    settings.sender.envelope_from = parse_reverse_path("%U+%H@example.org");
    BOOST_TEST(envelope_sender() == "www-data+web01@example.org");
    settings.sender.header_from = parse_reverse_path("%U on %H <%U@example.org>");
    BOOST_TEST(completed({}) == "From: www-data on web01 <www-data@example.org>\r\n");
}

BOOST_FIXTURE_TEST_CASE(login_that_is_no_atom_is_quoted, Fixture) {
    identity.login = "DOM\\j. doe";
    settings.sender.envelope_from = parse_reverse_path("%U@example.org");
    BOOST_TEST(envelope_sender() == "\"DOM\\\\j. doe\"@example.org");
    settings.sender.envelope_from = parse_reverse_path("\"%U \\\" x\"@example.org");
    BOOST_TEST(envelope_sender() == "\"DOM\\\\j. doe \\\" x\"@example.org");
    settings.sender.header_from = parse_reverse_path("%U <%U@example.org>");
    BOOST_TEST(completed({}) ==
               "From: \"DOM\\\\j. doe\" <\"DOM\\\\j. doe\"@example.org>\r\n");
}

BOOST_FIXTURE_TEST_CASE(without_force_the_caller_has_his_way, Fixture) {
    settings.sender.envelope_from = parse_reverse_path("bounce@example.org");
    settings.sender.header_from = parse_reverse_path("me@example.org");
    BOOST_TEST(envelope_sender("you@y") == "you@y");
    BOOST_TEST(completed({"From: you@y"}) == "From: you@y\r\n");
}

BOOST_FIXTURE_TEST_CASE(a_forced_envelope, Fixture) {
    settings.sender.envelope_from = parse_reverse_path("Server <%U@example.org>");
    settings.sender.force_envelope = true;
    for (const char* given : {"you@y", "", "<>", "root", "not an address"})
        BOOST_TEST(envelope_sender(given) == "www-data@example.org", given);
    BOOST_TEST(envelope_sender() == "www-data@example.org");
    BOOST_TEST(completed({"From: you@y"}) == "From: you@y\r\n");
}

BOOST_FIXTURE_TEST_CASE(a_forced_header, Fixture) {
    has_forced("me@example.org", false);
    BOOST_TEST(envelope_sender("you@y") == "you@y");
    BOOST_TEST(completed({"Subject: s", "From: You <you@y>", "To: a@x"}) ==
               "Subject: s\r\nFrom: You <me@example.org>\r\nTo: a@x\r\n"
               "Reply-To: You <you@y>\r\n");
    BOOST_TEST(completed({}) == "From: me@example.org\r\n");
}

BOOST_FIXTURE_TEST_CASE(a_forced_header_leaves_no_other_author, Fixture) {
    has_forced("me@example.org");
    BOOST_TEST(completed({"Sender: you@y"}) == "From: me@example.org\r\n");
    BOOST_TEST(completed({"Resent-Date: x", "Resent-Message-ID: x", "Resent-From: you@y",
                          "Resent-Sender: you@y", "Sender: you@y"}) ==
               "Resent-Date: x\r\nResent-Message-ID: x\r\nResent-From: me@example.org\r\n"
               "From: me@example.org\r\n");
    BOOST_TEST(completed({"From: A <a@y>, b@y"}) ==
               "From: A <me@example.org>\r\nReply-To: A <a@y>,\r\n b@y\r\n");
}

BOOST_FIXTURE_TEST_CASE(all_authors_must_be_allowed, Fixture) {
    settings.sender.allow = {"*@example.org"};
    invocation.sender = "me@example.org";
    for (const char* name : {"Sender", "Resent-From", "Resent-Sender"}) {
        const std::string field = name;
        BOOST_TEST(status_of(failure_of([&] {
                       return completed({"From: me@example.org", field + ": you@y"});
                   })) == 77,
                   name);
        BOOST_TEST(holds(completed({"From: me@example.org", field + ": it@example.org"}),
                         field + ": it@example.org\r\n"));
    }
}

BOOST_FIXTURE_TEST_CASE(names_of_old_are_kept, Fixture) {
    has_forced("me@example.org");
    BOOST_TEST(completed({"From: root (Cron Daemon)"}) ==
               "From: Cron Daemon <me@example.org>\r\n");
    BOOST_TEST(completed({"From: www-data@web01"}) ==
               "From: \"www-data@web01\" <me@example.org>\r\nReply-To: www-data@web01\r\n");
    BOOST_TEST(completed({"From: \"Doe, John\" <j@y>"}) ==
               "From: \"Doe, John\" <me@example.org>\r\n"
               "Reply-To: \"Doe, John\" <j@y>\r\n");
    BOOST_TEST(completed({"From: =?UTF-8?B?SsO2cmc=?= <j@y>"}) ==
               "From: =?UTF-8?B?SsO2cmc=?= <me@example.org>\r\n"
               "Reply-To: =?UTF-8?B?SsO2cmc=?= <j@y>\r\n");
    BOOST_TEST(completed({"From: =?UTF-8?Q?J=C3=B6rg?= =?UTF-8?Q?_X?= <j@y>"}) ==
               "From: =?UTF-8?Q?J=C3=B6rg?= =?UTF-8?Q?_X?= <me@example.org>\r\n"
               "Reply-To: =?UTF-8?Q?J=C3=B6rg?= =?UTF-8?Q?_X?= <j@y>\r\n");
    BOOST_TEST(completed({"From: J\xc3\xb6rg <j@y>"}) ==
               "From: =?UTF-8?Q?J=C3=B6rg?= <me@example.org>\r\n"
               "Reply-To: =?UTF-8?Q?J=C3=B6rg?= <j@y>\r\n");
}

BOOST_FIXTURE_TEST_CASE(encoded_words_beside_others, Fixture) {
    has_forced("me@example.org");
    BOOST_TEST(completed({"From: =?UTF-8?Q?J=C3=B6rg?= Doe <j@y>", "Reply-To: x@x"}) ==
               "From: =?UTF-8?Q?J=C3=B6rg?= Doe <me@example.org>\r\nReply-To: x@x\r\n");
    BOOST_TEST(completed({"From: Doe =?UTF-8?Q?J=C3=B6rg?= <j@y>", "Reply-To: x@x"}) ==
               "From: Doe =?UTF-8?Q?J=C3=B6rg?= <me@example.org>\r\nReply-To: x@x\r\n");
}

BOOST_FIXTURE_TEST_CASE(what_only_looks_encoded_names_no_address, Fixture) {
    has_forced("me@example.org");
    for (const char* name :
         {"=?x?= <evil@z>, =?y?=", "=?x?=, evil@z, =?y?=", "=?x?= (c) =?y?="}) {
        const std::string octets =
            completed({"From: \"" + std::string(name) + "\" <j@y>", "Reply-To: x@x"});
        BOOST_TEST(octets.ends_with(" <me@example.org>\r\nReply-To: x@x\r\n"));
        BOOST_TEST(!holds(octets, name), octets);
    }
}

BOOST_FIXTURE_TEST_CASE(the_administrators_name_where_there_is_none, Fixture) {
    has_forced("Web <me@example.org>");
    BOOST_TEST(completed({"From: www-data@web01"}) ==
               "From: Web <me@example.org>\r\nReply-To: www-data@web01\r\n");
    BOOST_TEST(completed({"From: Shop <www-data@web01>"}) ==
               "From: Shop <me@example.org>\r\nReply-To: Shop <www-data@web01>\r\n");
}

BOOST_FIXTURE_TEST_CASE(replies_go_where_the_message_says, Fixture) {
    has_forced("me@example.org");
    BOOST_TEST(completed({"From: You <you@y>", "reply-to : other@z"}) ==
               "From: You <me@example.org>\r\nreply-to : other@z\r\n");
}

BOOST_FIXTURE_TEST_CASE(an_author_beside_us_is_not_lost, Fixture) {
    has_forced("me@example.org");
    const std::string forced = "From: Me <me@example.org>\r\n";
    BOOST_TEST(completed({"From: Me <me@example.org>, K <k@h.example>"}) ==
               forced + "Reply-To: Me <me@example.org>,\r\n K <k@h.example>\r\n");
    BOOST_TEST(completed({"From: Me <ME@example.org>, g: , k@h.example;"}) ==
               forced + "Reply-To: Me <ME@example.org>,\r\n k@h.example\r\n");
    BOOST_TEST(completed({"From: K <k@h.example>, Me <me@example.org>"}) ==
               "From: K <me@example.org>\r\n"
               "Reply-To: K <k@h.example>,\r\n Me <me@example.org>\r\n");
    BOOST_TEST(completed({"From: Me <me@example.org>, me@example.org"}) == forced);
    BOOST_TEST(completed({"From: Me <me@example.org>, k@h", "Reply-To: z@z"}) ==
               forced + "Reply-To: z@z\r\n");
    BOOST_TEST(
        completed({"Resent-Date: x", "Resent-Message-ID: x",
                   "Resent-From: me@example.org, k@h", "From: Me <me@example.org>"}) ==
        "Resent-Date: x\r\nResent-Message-ID: x\r\nResent-From: me@example.org\r\n" +
            forced); // RFC 5322 3.6.6: nobody replies to who sent it again
}

BOOST_FIXTURE_TEST_CASE(a_reply_to_that_says_nothing_is_none, Fixture) {
    has_forced("me@example.org");
    for (const std::string nothing : {"", " ", " (nobody)", "\r\n ", " ,", " g:;"}) {
        BOOST_TEST(completed({"Reply-To:" + nothing, "From: You <you@y>", "reply-to : "}) ==
                       "Reply-To: You <you@y>\r\nFrom: You <me@example.org>\r\n",
                   nothing);
        BOOST_TEST(completed({"Reply-To:" + nothing, "From: you@y", "Reply-To: z@z"}) ==
                       "Reply-To:" + nothing +
                           "\r\nFrom: \"you@y\" <me@example.org>\r\nReply-To: z@z\r\n",
                   nothing);
    }
    for (const std::string odd : {" <>", " a b c", " you@"})
        BOOST_TEST(completed({"Reply-To:" + odd, "From: You <you@y>"}) ==
                   "Reply-To:" + odd + "\r\nFrom: You <me@example.org>\r\n");
}

BOOST_FIXTURE_TEST_CASE(its_own_address_needs_no_reply_to, Fixture) {
    has_forced("me@example.org");
    BOOST_TEST(completed({"From: You <ME@Example.ORG>"}) ==
               "From: You <me@example.org>\r\n");
    BOOST_TEST(completed({"From: me@example.org"}) == "From: me@example.org\r\n");
}

BOOST_FIXTURE_TEST_CASE(sender_fields_are_removed, Fixture) {
    has_forced("me@example.org");
    BOOST_TEST(completed({"Sender: www-data@web01", "From: me@example.org",
                          "SENDER: b@y"}) == "From: me@example.org\r\n");
    settings.sender.force_header = false;
    BOOST_TEST(completed({"Sender: www-data@web01", "From: me@example.org"}) ==
               "Sender: www-data@web01\r\nFrom: me@example.org\r\n");
}

BOOST_FIXTURE_TEST_CASE(of_several_from_fields_one_is_left, Fixture) {
    has_forced("me@example.org");
    BOOST_TEST(completed({"From: A <a@y>", "X: 1", "FROM: B <b@y>"}) ==
               "From: A <me@example.org>\r\nX: 1\r\nReply-To: A <a@y>,\r\n B <b@y>\r\n");
    BOOST_TEST(
        completed({"From: Me <me@example.org>", "From: B <b@y>"}) ==
        "From: Me <me@example.org>\r\nReply-To: Me <me@example.org>,\r\n B <b@y>\r\n");
    BOOST_TEST(completed({"From: a b c", "From: B <b@y>"}) ==
               "From: \"a b c  , B\" <me@example.org>\r\n"
               "Reply-To: \"a b c  , B\" <b@y>\r\n");
    BOOST_TEST(completed({"From: me@example.org", "From: Me <me@example.org>"}) ==
               "From: me@example.org\r\n");
}

BOOST_FIXTURE_TEST_CASE(an_empty_from_field_is_replaced, Fixture) {
    has_forced("Web <me@example.org>");
    for (const char* nothing : {"From:", "From: ,", "From: (me)", "From: Nobody:;"}) {
        BOOST_TEST(completed({nothing}) == "From: Web <me@example.org>\r\n", nothing);
        BOOST_TEST(notes.empty());
    }
}

/// Who fills in a form is to be answered, however his name is written.
BOOST_FIXTURE_TEST_CASE(visitors_whose_name_wants_quotes, Fixture) {
    has_forced("Web <me@example.org>");
    for (const auto& [from, name, address] :
         {std::tuple("Doe, Jane <jane@x>", "\"Doe, Jane\"", "jane@x"),
          {"Doe, Jane, Dr. <jane@x>", "\"Doe, Jane, Dr.\"", "jane@x"},
          {"Jane <jane@x>, Doe", "Jane", "jane@x"},
          {"[Acme] Jane <jane@x>", "\"[Acme] Jane\"", "jane@x"},
          {"Acme: Support <jane@x>", "\"Acme: Support\"", "jane@x"},
          {"jane@x <jane@x>", "\"jane@x\"", "jane@x"},
          {"bob@x <jane@x>", "\"bob@x\"", "jane@x"},
          {"bob@x jane <jane@x>", "\"bob@x jane\"", "jane@x"},
          {"Jane (x <jane@x>", "\"Jane (x\"", "jane@x"},
          {"Jane :) <jane@x>", "\"Jane :)\"", "jane@x"},
          {"\"Jane <jane@x>", "Jane", "jane@x"},
          {"Jane <<jane@x>>", "Jane", "jane@x"},
          {"<x> Jane <jane@x> <3", "x Jane  3", "jane@x"},
          {"Jane Doe jane@x", "Jane Doe", "jane@x"},
          {"Jane <jane@x", "Jane", "jane@x"},
          {"Jane\r\n\t[Doe jane@x", "\"Jane   [Doe\"", "jane@x"}}) {
        const auto is = [&, name = std::string(name)](const char* reply_to) {
            return "From: " + name + " <me@example.org>\r\nReply-To: " + reply_to + "\r\n";
        };
        const std::string answer = std::string(name) + " <" + address + ">";
        BOOST_TEST(completed({std::string("From: ") + from}) == is(answer.c_str()), from);
        BOOST_TEST(completed({std::string("From: ") + from, "Reply-To: b@y"}) == is("b@y"));
        BOOST_TEST(notes.empty());
    }
}

BOOST_FIXTURE_TEST_CASE(a_visitor_whose_name_is_in_iso_2022_jp, Fixture) {
    has_forced("Web <me@example.org>");
    const std::string name = "\x1b$B;3ED\x1b(B";
    const std::string encoded = "=?iso-2022-jp?Q?=1B=24B=3B3ED=1B=28B?=";
    const std::string type = "Content-Type: text/plain; charset=";
    const auto is = [](const std::string& written) {
        return "From: " + written + " <me@example.org>\r\nReply-To: " + written +
               " <jane@x>\r\n";
    };
    for (const std::string& from : {name + " <jane@x>", "\"" + name + "\" <jane@x>"}) {
        BOOST_TEST(completed({type + "iso-2022-jp", "From: " + from}) ==
                   type + "iso-2022-jp\r\n" + is(encoded));
        BOOST_TEST(notes.empty());
        for (const std::string stated : {"utf-8", "shift_jis", "iso-2022-kr"}) {
            BOOST_TEST(completed({type + stated, "From: " + from}) ==
                       type + stated +
                           "\r\nFrom: Web <me@example.org>\r\n"
                           "Reply-To: jane@x\r\n");
            BOOST_REQUIRE(notes.size() == 1U);
            BOOST_TEST(notes.front() ==
                       "a name in the From field is left out: its charset is not clear");
        }
    }
    BOOST_TEST(completed({type + "iso-2022-jp", "From: " + name + " <bob>, X <jane@x>"}) ==
               type + "iso-2022-jp\r\n" +
                   is("=?iso-2022-jp?Q?=1B=24B=3B3ED=1B=28B=2C_X?="));
}

/// What does not return to ASCII may hold anything.
BOOST_FIXTURE_TEST_CASE(names_of_iso_2022_jp_that_are_broken, Fixture) {
    has_forced("Web <me@example.org>");
    for (const std::string broken :
         {"\x1b$B;3ED", "\x1b$B;3ED\xf6\x1b(B", "\x1b$B;3\x1b$", "\x1b$B;3ED\x1b(B, X"}) {
        BOOST_TEST(completed({"Content-Type: text/plain; charset=iso-2022-jp",
                              "From: " + broken + " <jane@x>"}) ==
                   "Content-Type: text/plain; charset=iso-2022-jp\r\n"
                   "From: Web <me@example.org>\r\nReply-To: jane@x\r\n");
        BOOST_TEST(notes.size() == 1U);
    }
}

BOOST_FIXTURE_TEST_CASE(each_author_keeps_the_words_before_him, Fixture) {
    has_forced("me@example.org");
    BOOST_TEST(completed({"From: Doe, Jane <jane@x>, Roe, b@y"}) ==
               "From: \"Doe, Jane\" <me@example.org>\r\n"
               "Reply-To: \"Doe, Jane\" <jane@x>,\r\n Roe <b@y>\r\n");
}

BOOST_FIXTURE_TEST_CASE(no_word_becomes_an_address, Fixture) {
    has_forced("Web <me@example.org>");
    BOOST_TEST(completed({"From: Jane"}) == "From: Jane <me@example.org>\r\n");
    BOOST_TEST(completed({"From: Doe, Jane <jane>"}) ==
               "From: \"Doe, Jane\" <me@example.org>\r\n");
    BOOST_TEST(notes.empty());
}

BOOST_FIXTURE_TEST_CASE(where_nobody_can_be_answered_there_is_a_note, Fixture) {
    has_forced("Web <me@example.org>");
    for (const std::string odd : {"Jane Mary Doe", "a@y b@z", "<<>>", "a@@b"}) {
        const std::string octets = completed({"From: " + odd});
        BOOST_TEST(octets.ends_with(" <me@example.org>\r\n"), octets);
        BOOST_TEST(!holds(octets, "Reply-To"), octets);
        BOOST_REQUIRE(notes.size() == 1U);
        BOOST_TEST(notes.front() ==
                   "no address to answer to can be read in the From field; "
                   "its text is kept as the name");
    }
    BOOST_TEST(completed({"From: Jane Mary Doe"}) ==
               "From: Jane Mary Doe <me@example.org>\r\n");
}

/// No octet of a stranger's text ends a field or makes an address.
BOOST_FIXTURE_TEST_CASE(a_name_that_cannot_be_parsed_is_quoted, Fixture) {
    has_forced("me@example.org");
    BOOST_TEST(completed({"From: (\\\r\n Bcc: a@b, <x@y>"}) ==
               "From: \"(\\\\   Bcc: a@b,\" <me@example.org>\r\n"
               "Reply-To: \"(\\\\   Bcc: a@b,\" <x@y>\r\n");
}

/// What we take for a name somebody else may read as an author.
BOOST_FIXTURE_TEST_CASE(who_is_allowed_is_read_strictly, Fixture) {
    settings.sender.allow = {"me@example.org"};
    check_refused("me@example.org", "\x1b$B <you@y>, \x1b(B <me@example.org>");
    check_refused("me@example.org", "\"\x1b$B\" (\x1b(B\" <you@y>,)) <me@example.org>");
    check_refused("me@example.org", "you @ y <me@example.org>");
    check_refused("me@example.org", "[x] <me@example.org>");
}

BOOST_FIXTURE_TEST_CASE(without_header_from_the_forced_address_is_that_of_the_envelope,
                        Fixture) {
    has_forced("");
    BOOST_TEST(completed({"From: You <you@y>"}) ==
               "From: You <bounce@example.org>\r\nReply-To: You <you@y>\r\n");
    settings.sender.force_envelope = false;
    invocation.sender = "other@y";
    BOOST_TEST(completed({"From: You <you@y>"}) ==
               "From: You <bounce@example.org>\r\nReply-To: You <you@y>\r\n");
    BOOST_TEST(completed({}) == "From: bounce@example.org\r\n");
}

BOOST_FIXTURE_TEST_CASE(who_is_allowed, Fixture) {
    settings.sender.allow = {"*@example.org", "root@web??"};
    for (const char* sender : {"me@example.org", "ME@EXAMPLE.ORG", "root"}) {
        invocation.sender = sender;
        BOOST_TEST(completed({"From: root@web01"}) == "From: root@web01\r\n");
        BOOST_TEST(completed({"From: You <you@example.org>"}) ==
                   "From: You <you@example.org>\r\n");
    }
}

BOOST_FIXTURE_TEST_CASE(the_null_sender_always_is, Fixture) {
    settings.sender.allow = {"me@example.org"};
    for (const char* null_sender : {"", "<>"})
        BOOST_TEST(envelope_sender(null_sender) == "");
    BOOST_TEST(completed({"From: me@example.org"}) == "From: me@example.org\r\n");
}

BOOST_FIXTURE_TEST_CASE(who_is_not, Fixture) {
    settings.sender.allow = {"*@example.org"};
    check_refused("me@example.com", "me@example.org");
    check_refused("me@example.org", "me@example.com");
    check_refused("me@example.org", "root (me@example.org)");
    check_refused("me@example.org", "\"me@example.org\" <you@y>");
    check_refused("me@example.org", "Nobody:;");
    check_refused("me@example.org", "a b me@example.org");
    invocation.sender.reset();
    BOOST_TEST(status_of(failure_of([&] { return envelope_sender(); })) == 77);
}

BOOST_FIXTURE_TEST_CASE(of_several_authors_each_must_be, Fixture) {
    settings.sender.allow = {"*@example.org"};
    invocation.sender = "me@example.org";
    BOOST_TEST(completed({"From: a@example.org, b@example.org"}) ==
               "From: a@example.org, b@example.org\r\n");
    check_refused("me@example.org", "me@example.org, you@y");
    check_refused("me@example.org", "g: me@example.org, you@y;");
}

BOOST_FIXTURE_TEST_CASE(what_is_forced_must_be_allowed_too, Fixture) {
    has_forced("me@example.com");
    settings.sender.allow = {"*@example.org"};
    BOOST_TEST(status_of(failure_of([&] { return completed({"From: you@y"}); })) == 77);
    settings.sender.header_from = parse_reverse_path("me@example.org");
    BOOST_TEST(completed({"From: You <you@y>"}) ==
               "From: You <me@example.org>\r\nReply-To: You <you@y>\r\n");
}
