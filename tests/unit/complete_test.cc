// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE complete
#include <boost/test/unit_test.hpp>

#include <ctime>

#include "failing.h"
#include "message/submission.h"

using namespace sallyport;

namespace {

struct Fixture {
    Fixture() {
        identity.uid = 33;
        identity.login = "www";
        identity.host_name = "host.example";
        identity.id = "id1";
        identity.now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 24) +
                       std::chrono::hours(21) + std::chrono::minutes(3) +
                       std::chrono::seconds(5) + std::chrono::milliseconds(999);
        envelope.reverse_path = "me@example.org";
    }

    /// The fields of `input` as they will be sent.
    [[nodiscard]] std::string completed(const std::vector<std::string>& fields) const {
        Header header;
        std::vector<std::string> notes;
        for (const std::string& field : fields)
            header.append(Field(field + "\r\n"));
        complete_header(header, envelope, invocation, settings, identity, notes);
        return header.octets();
    }

    /// The body of the only field that is added to what has all but it.
    std::string from() { return added("From"); }
    std::string date() { return added("Date"); }
    std::string message_id() { return added("Message-ID"); }
    std::string added(const std::string& name) const {
        std::vector<std::string> others;
        for (const std::string other : {"From", "Date", "Message-ID"}) {
            if (other != name)
                others.push_back(other + ": x@x");
        }
        const std::string octets = completed(others);
        const auto begin = octets.find("\r\n", octets.find("\r\n") + 1) + 2;
        BOOST_REQUIRE(octets.substr(begin).starts_with(name + ": "));
        return octets.substr(begin + name.size() + 2,
                             octets.size() - begin - name.size() - 4);
    }

    Invocation invocation;
    Settings settings;
    Envelope envelope;
    Identity identity;
};

const std::string own = "From: x@x\r\nDate: x\r\nMessage-ID: x\r\n";
const std::vector<std::string> own_fields{"From: x@x", "Date: x", "Message-ID: x"};

} // namespace

BOOST_FIXTURE_TEST_CASE(what_is_missing_is_added, Fixture) {
    BOOST_TEST(completed({}) == "Message-ID: <id1.6B05FB89@host.example>\r\n"
                                "Date: Tue, 24 Nov 2026 21:03:05 +0000\r\n"
                                "From: me@example.org\r\n");
}

BOOST_FIXTURE_TEST_CASE(what_is_there_stays_as_it_is, Fixture) {
    const std::vector<std::string> fields{"X-First :  odd   spacing\t",
                                          "FROM:root@x (Cron Daemon)",
                                          "subject:a\r\n\tb\r\n  c",
                                          "dAtE : never",
                                          "message-id:",
                                          "DKIM-Signature: v=1;\r\n b=x",
                                          "X: \xff\x01",
                                          "Resents: x",
                                          "Bcc-To: x"};
    std::string expected;
    for (const std::string& field : fields)
        expected += field + "\r\n";
    BOOST_TEST(completed(fields) == expected);
}

BOOST_FIXTURE_TEST_CASE(blind_copies_never_leave, Fixture) {
    for (const char* field : {"Bcc: a@x", "bcc:a@x", "BCC: a@x,\r\n\tb@x,\r\n c@x",
                              "Bcc : a@x", "Bcc\t \t: a@x", "Bcc:", "Bcc:\r\n a@x",
                              "Resent-Bcc: a@x", "RESENT-BCC \t:\r\n\ta@x"}) {
        auto fields = own_fields;
        fields.insert(fields.begin(), field);
        fields.insert(fields.begin() + 2, field);
        fields.push_back(field);
        const std::string result = completed(fields);
        BOOST_TEST(result.find("a@x") == std::string::npos, field);
        BOOST_TEST(result.ends_with(own), field);
    }
}

BOOST_FIXTURE_TEST_CASE(what_only_a_final_delivery_may_write_is_removed, Fixture) {
    BOOST_TEST(completed({"Return-Path: <a@x>", "From: x@x", "return-path : <b@x>",
                          "Date: x", "Content-Length: 5", "Message-ID: x"}) == own);
}

BOOST_FIXTURE_TEST_CASE(what_the_administrator_does_not_want_is_removed, Fixture) {
    settings.message.remove_headers = {"X-PHP-Originating-Script", "from"};
    BOOST_TEST(completed({"x-php-originating-script: 0:a.php", "From: x", "X-PHP: y",
                          "Date: x", "Message-ID: x"}) ==
               "X-PHP: y\r\nDate: x\r\nMessage-ID: x\r\nFrom: me@example.org\r\n");
}

BOOST_FIXTURE_TEST_CASE(a_resending_gets_its_own_block_in_front, Fixture) {
    BOOST_TEST(completed({"To: a@x", "Resent-To: b@x"}) ==
               "Resent-From: me@example.org\r\n"
               "Resent-Date: Tue, 24 Nov 2026 21:03:05 +0000\r\n"
               "Resent-Message-ID: <id1.6B05FB89@host.example>\r\n"
               "To: a@x\r\nResent-To: b@x\r\n");
    BOOST_TEST(completed({"RESENT-FROM: b@x", "resent-date :x", "Resent-Message-Id: x"}) ==
               "RESENT-FROM: b@x\r\nresent-date :x\r\nResent-Message-Id: x\r\n");
    BOOST_TEST(completed({"Resent-Sender: b@x", "Resent-From: b@x", "Resent-Date: x"}) ==
               "Resent-Message-ID: <id1.6B05FB89@host.example>\r\n"
               "Resent-Sender: b@x\r\nResent-From: b@x\r\nResent-Date: x\r\n");
}

BOOST_FIXTURE_TEST_CASE(a_resending_to_blind_copies_only_is_one_too, Fixture) {
    auto fields = own_fields;
    fields.emplace_back("Resent-Bcc: a@x");
    BOOST_TEST(completed(fields) == "Resent-From: me@example.org\r\n"
                                    "Resent-Date: Tue, 24 Nov 2026 21:03:05 +0000\r\n"
                                    "Resent-Message-ID: <id1.6B05FB89@host.example>\r\n" +
                                        own);
}

BOOST_FIXTURE_TEST_CASE(received_stands_in_front_of_all, Fixture) {
    settings.message.received = true;
    identity.utc_offset = 3600;
    const std::string received = "Received: by host.example (sallyport, from userid 33)\r\n"
                                 "\tid id1; Tue, 24 Nov 2026 22:03:05 +0100\r\n";
    BOOST_TEST(completed(own_fields) == received + own);
    BOOST_TEST(completed({"Received: x", "Resent-To: a@x"})
                   .starts_with(received + "Resent-From: me@example.org\r\n"));
}

BOOST_FIXTURE_TEST_CASE(dates_in_every_zone, Fixture) {
    const auto date_at = [&](long offset) {
        identity.utc_offset = offset;
        return date();
    };
    BOOST_TEST(date_at(0) == "Tue, 24 Nov 2026 21:03:05 +0000");
    BOOST_TEST(date_at(9 * 3600) == "Wed, 25 Nov 2026 06:03:05 +0900");
    BOOST_TEST(date_at(14 * 3600) == "Wed, 25 Nov 2026 11:03:05 +1400");
    BOOST_TEST(date_at(20700) == "Wed, 25 Nov 2026 02:48:05 +0545");
    BOOST_TEST(date_at(-12600) == "Tue, 24 Nov 2026 17:33:05 -0330");
    BOOST_TEST(date_at(-1800) == "Tue, 24 Nov 2026 20:33:05 -0030");
    BOOST_TEST(date_at(-12 * 3600) == "Tue, 24 Nov 2026 09:03:05 -1200");
    // the zone has no seconds, so the time may have none of the zone's either
    BOOST_TEST(date_at(20712) == "Wed, 25 Nov 2026 02:48:05 +0545");
    BOOST_TEST(date_at(-1172) == "Tue, 24 Nov 2026 20:44:05 -0019");
    BOOST_TEST(date_at(-30) == "Tue, 24 Nov 2026 21:03:05 +0000");
}

BOOST_FIXTURE_TEST_CASE(dates_at_the_turn_of_the_year, Fixture) {
    using namespace std::chrono;
    identity.now = sys_days(year(2027) / 1 / 1) - milliseconds(1);
    BOOST_TEST(date() == "Thu, 31 Dec 2026 23:59:59 +0000");
    identity.utc_offset = 60;
    BOOST_TEST(date() == "Fri, 1 Jan 2027 00:00:59 +0001");
    identity.utc_offset = 0;
    identity.now = sys_days(year(2028) / 2 / 29) + hours(9);
    BOOST_TEST(date() == "Tue, 29 Feb 2028 09:00:00 +0000");
    identity.now = sys_days(year(1970) / 1 / 1) - seconds(1);
    BOOST_TEST(date() == "Wed, 31 Dec 1969 23:59:59 +0000");
}

BOOST_FIXTURE_TEST_CASE(a_message_id_has_a_domain_that_is_one, Fixture) {
    const auto id_at = [&](const char* domain) {
        settings.sender.domain = domain;
        return message_id();
    };
    BOOST_TEST(id_at("example.org") == "<id1.6B05FB89@example.org>");
    for (const char* odd :
         {"[192.0.2.1]", "b\xc3\xbc\x63her.example", "a b", "x>", "a..b", ".a", "a_b"})
        BOOST_TEST(id_at(odd) == "<id1.6B05FB89@localhost>", odd);
}

BOOST_FIXTURE_TEST_CASE(from_is_made_of_the_envelope_sender, Fixture) {
    BOOST_TEST(from() == "me@example.org");
    identity.full_name = "World Wide Web";
    BOOST_TEST(from() == "World Wide Web <me@example.org>");
    envelope.reverse_path = "\"b c\"@x";
    BOOST_TEST(from() == "World Wide Web <\"b c\"@x>");
    envelope.reverse_path = "j\xc3\xb6rg@x";
    BOOST_TEST(from() == "World Wide Web <j\xc3\xb6rg@x>");
    settings.sender.domain = "example.net"; // of the null sender no field can be made
    envelope.reverse_path = "";
    BOOST_TEST(from() == "World Wide Web <www@example.net>");
}

BOOST_FIXTURE_TEST_CASE(from_as_the_administrator_wants_it, Fixture) {
    identity.full_name = "World Wide Web";
    settings.sender.header_from = parse_reverse_path("you@x");
    BOOST_TEST(from() == "World Wide Web <you@x>");
    settings.sender.header_from = parse_reverse_path("\"Example, Inc.\" <you@x>");
    BOOST_TEST(from() == "\"Example, Inc.\" <you@x>");
    settings.sender.header_from = parse_reverse_path("Server <www>");
    BOOST_TEST(from() == "Server <www@host.example>");
    invocation.full_name = "CronDaemon";
    BOOST_TEST(from() == "CronDaemon <www@host.example>");
}

BOOST_FIXTURE_TEST_CASE(names_on_the_command_line, Fixture) {
    identity.full_name = "World Wide Web";
    const auto from_with = [&](const char* name) {
        invocation.full_name = name;
        return from();
    };
    BOOST_TEST(from_with("Anacron") == "Anacron <me@example.org>");
    BOOST_TEST(from_with("Doe, John (x)") == "\"Doe, John (x)\" <me@example.org>");
    BOOST_TEST(from_with("J\xc3\xb6rg") == "=?UTF-8?Q?J=C3=B6rg?= <me@example.org>");
    BOOST_TEST(from_with("") == "me@example.org");
    BOOST_TEST(from_with("  ") == "me@example.org");
    BOOST_TEST(completed(own_fields) == own); // theirs stays
}

BOOST_FIXTURE_TEST_CASE(odd_login_names, Fixture) {
    envelope.reverse_path = "";
    identity.login = "EXAMPLE\\alice";
    BOOST_TEST(from() == "\"EXAMPLE\\\\alice\"@host.example");
}

BOOST_FIXTURE_TEST_CASE(an_empty_from_counts_as_missing, Fixture) {
    for (const std::string nothing : {"", " ", "\r\n ", " (nobody)", " ,"})
        BOOST_TEST(completed({"From:" + nothing, "Date: x", "Message-ID: x"}) ==
                       "Date: x\r\nMessage-ID: x\r\nFrom: me@example.org\r\n",
                   nothing);
    BOOST_TEST(completed({"From: ", "from: a@x", "Date: x", "Message-ID: x", "From: "}) ==
               "from: a@x\r\nDate: x\r\nMessage-ID: x\r\n");
    BOOST_TEST(completed({"Resent-From: ", "Resent-Date: x", "Resent-Message-ID: x"}) ==
               "Resent-From: me@example.org\r\nResent-Date: x\r\nResent-Message-ID: x\r\n");
    // RFC 6854: it says that nobody is meant
    BOOST_TEST(completed({"From: Nobody:;", "Date: x", "Message-ID: x"}) ==
               "From: Nobody:;\r\nDate: x\r\nMessage-ID: x\r\n");
}

BOOST_FIXTURE_TEST_CASE(bare_names_are_put_in_a_domain, Fixture) {
    settings.sender.domain = "example.org";
    const auto check = [&](const std::string& before, const std::string& after) {
        BOOST_TEST(completed({"X: y", before, "From: x@x", "Date: x", "Message-ID: x"}) ==
                   "X: y\r\n" + after + "\r\n" + own);
    };
    check("To: root", "To: root@example.org");
    check("TO :\troot (Cron Daemon) ", "TO :\troot@example.org (Cron Daemon) ");
    check("Cc: a@x,\r\n root,\r\n\t\"Doe, J\" < bob >,(c)\\ann(d) ;",
          "Cc: a@x,\r\n root@example.org,\r\n\t\"Doe, J\" < bob@example.org >,"
          "(c)\\ann@example.org(d) ;");
    check("Reply-To: x: \"two words\", a . b ;, c",
          "Reply-To: x: \"two words\"@example.org, a . b@example.org ;, c@example.org");
    check("Sender: x@y <root>", "Sender: x@y <root>"); // it cannot be parsed
    check("Sender: [x] <root>", "Sender: [x] <root@example.org>");
    check("To: a b, root", "To: a b, root");
    for (const std::string stays :
         {"Subject: root", "X-To: root", "Reply: root", "To: a@x, <b@y>;", "To:", "To: g:;",
          "Cc: root@x (root)", "Return-Receipt-To: root"})
        check(stays, stays);
    settings.sender.domain.clear();
    check("To: root", "To: root@host.example");
}

BOOST_FIXTURE_TEST_CASE(bare_names_in_every_field_of_addresses, Fixture) {
    std::vector<std::string> fields;
    std::string after;
    for (const std::string name :
         {"From", "Sender", "Reply-To", "To", "Cc", "Resent-From", "Resent-Sender",
          "Resent-Reply-To", "Resent-To", "Resent-Cc"}) {
        fields.push_back(name + ": root");
        after += fields.back() + "@host.example\r\n";
    }
    fields.emplace_back("Resent-Bcc: root");
    fields.emplace_back("Resent-Date: x");
    fields.emplace_back("Resent-Message-ID: x");
    BOOST_TEST(completed(fields) == after + "Resent-Date: x\r\nResent-Message-ID: x\r\n");
}

BOOST_FIXTURE_TEST_CASE(what_a_dkim_signature_covers_stays, Fixture) {
    const std::vector<std::string> fields{"To: root",      "Cc: root", "Reply-To: root",
                                          "Message-ID: x", "Date: x",  "From: x@x"};
    const auto check = [&](const std::string& signature, const std::string& names) {
        auto all = fields;
        all.push_back("DKIM-Signature: " + signature);
        std::string after;
        for (const std::string& field : all) {
            const bool stays = !field.ends_with(": root") ||
                               holds(names, " " + field.substr(0, field.find(':') + 1));
            after += field + (stays ? "\r\n" : "@host.example\r\n");
        }
        BOOST_TEST(completed(all) == after, signature);
    };
    check("v=1; h=from:to:cc; b=x", " To: Cc:");
    check("v=1; h = From : TO\r\n\t: reply-to; b=x", " To: Reply-To:");
    check("h=reply-to", " Reply-To:");
    check("v=1; b=x; h=xto:too; x=:to:", "");
}

/// Every name costs memory.
BOOST_FIXTURE_TEST_CASE(bare_names_in_a_field_of_more_than_64_kib_stay, Fixture) {
    std::string field = "To: root";
    while (field.size() < 65534)
        field += field.size() % 70 == 0 ? "\r\n " : ",";
    BOOST_TEST(holds(completed({field}), "root@host.example"));
    BOOST_TEST(!holds(completed({field + ",,,"}), "root@"));
}

BOOST_FIXTURE_TEST_CASE(bare_names_stay_where_they_would_make_a_header_of_4_mib, Fixture) {
    std::string field = "Cc:";
    while (field.size() < 64'000)
        field += "a,";
    const std::string all = completed(std::vector<std::string>(20, field));
    BOOST_TEST(all.size() < Header::size_limit / 4 * 5); // with a blank after each comma
    BOOST_TEST(holds(all, "Cc:a@host.example"));
    BOOST_TEST(holds(all, "Cc:a, a, "));
}

BOOST_FIXTURE_TEST_CASE(a_line_that_grows_is_folded, Fixture) {
    std::string list = "To:";
    while (list.size() < 980)
        list += " root,";
    for (const std::string& line : {completed({list})})
        BOOST_TEST(line.substr(0, line.find("\r\n")).size() <= 998U);
    BOOST_TEST(holds(completed({list}), "root@host.example,\r\n root@host.example,"));
}
