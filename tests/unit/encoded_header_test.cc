// SPDX-License-Identifier: MIT
//
// 8-bit text in a header: what of it is encoded, and that nothing else changes.
#define BOOST_TEST_MODULE encoded_header
#include <boost/test/unit_test.hpp>

#include "address.h"
#include "ascii.h"
#include "decoding.h"
#include "encoded_header.h"

using namespace sallyport;

namespace {

struct Fixture {
    /// `octets` of fields, as they go out.
    std::string header(const std::string& octets) {
        notes.clear();
        const auto parsed = parse_header(octets);
        BOOST_REQUIRE(parsed);
        Header header = *parsed;
        encode_header(header, notes);
        Header again = header;
        auto more_notes = notes;
        encode_header(again, more_notes);
        BOOST_TEST(again.octets() == header.octets());
        return header.octets();
    }

    /// A field and, if there is one, the charset that Content-Type states.
    std::string field(const std::string& octets) {
        const std::string type =
            charset.empty() ? "" : "Content-Type: text/plain; charset=" + charset + "\r\n";
        std::string result = header(type + octets + "\r\n");
        BOOST_REQUIRE(result.starts_with(type));
        result.erase(0, type.size());
        BOOST_REQUIRE(result.ends_with("\r\n"));
        result.resize(result.size() - 2);
        return result;
    }

    void check_stays(const std::string& octets) { BOOST_TEST(field(octets) == octets); }

    void check_noted(const std::string& octets) {
        check_stays(octets);
        BOOST_REQUIRE(notes.size() == 1U);
        BOOST_TEST(notes.front() == "8-bit text in the header is sent as it is where its "
                                    "charset or its end is not clear");
    }

    std::string charset;
    std::vector<std::string> notes;
};

} // namespace

BOOST_FIXTURE_TEST_CASE(text_that_people_read, Fixture) {
    for (const std::string name :
         {"Subject", "Comments", "Content-Description", "Organization", "Thread-Topic"})
        BOOST_TEST(field(name + ": Gr\xc3\xbc\xc3\x9f"
                                "e, Bob") == name + ": =?UTF-8?Q?Gr=C3=BC=C3=9Fe=2C?= Bob");
    BOOST_TEST(field("SUBJECT :\xc3\xa4") == "SUBJECT : =?UTF-8?Q?=C3=A4?=");
    BOOST_TEST(notes.empty());
}

BOOST_FIXTURE_TEST_CASE(names_in_fields_with_addresses, Fixture) {
    for (const std::string name :
         {"From", "Sender", "Reply-To", "To", "Cc", "Resent-From", "Resent-Sender",
          "Resent-Reply-To", "Resent-To", "resent-cc"})
        BOOST_TEST(field(name + ": J\xc3\xb6rg <j@x>") ==
                   name + ": =?UTF-8?Q?J=C3=B6rg?= <j@x>");
    BOOST_TEST(notes.empty());
}

BOOST_FIXTURE_TEST_CASE(what_programs_read_stays_byte_for_byte, Fixture) {
    for (const char* octets :
         {"X-SMTPAPI: {\"to\":[\"\xc3\xbc\"]}", "X-Subject: \xc3\xbc", "Keywords: \xc3\xbc",
          "In-Reply-To: <\xc3\xbc@x>", "Message-ID: <\xc3\xbc@x>", "Received: \xc3\xbc",
          "Content-Disposition: attachment; filename=\xc3\xbc.txt", "Date: \xc3\xbc",
          "List-Id: \xc3\xbc <x.y>", "Bcc: \xc3\xbc <a@x>", "Resent-Subject: \xc3\xbc"})
        check_stays(octets);
    BOOST_TEST(notes.empty());
}

BOOST_FIXTURE_TEST_CASE(ascii_stays_folded_as_it_came, Fixture) {
    for (const char* octets :
         {"Subject:a  b\r\n\tc  ", "Subject: =?UTF-8?Q?=C3=A4?= =?iso-8859-1?b?5A==?= x",
          "To:\"Doe, J\"<j@x>,(c)k@x , G:a@x,b@x;", "Subject:", "Subject: \x1b$B%F\x1b(B"})
        check_stays(octets);
}

BOOST_FIXTURE_TEST_CASE(only_words_that_need_it, Fixture) {
    BOOST_TEST(field("Subject: a  J\xc3\xb6rg\tb\r\n c  ") ==
               "Subject: a  =?UTF-8?Q?J=C3=B6rg?=\tb\r\n c  ");
    BOOST_TEST(field("To: Dr. J\xc3\xb6rg \"M.\" Doe <j@x>") ==
               "To: Dr. =?UTF-8?Q?J=C3=B6rg?= \"M.\" Doe <j@x>");
}

/// RFC 2047 6.2: white space between two encoded words is not shown.
BOOST_FIXTURE_TEST_CASE(white_space_between_encoded_words, Fixture) {
    BOOST_TEST(field("Subject: \xc3\xa4  \xc3\xb6\r\n\t\xc3\xbc x") ==
               "Subject: =?UTF-8?Q?=C3=A4__=C3=B6=09=C3=BC?= x");
    BOOST_TEST(field("Subject: =?UTF-8?Q?a?= \xc3\xb6 =?UTF-8?Q?b?=") ==
               "Subject: =?UTF-8?Q?a?= =?UTF-8?Q?_=C3=B6_?= =?UTF-8?Q?b?=");
    BOOST_TEST(field("To: =?UTF-8?B?YQ==?= \xc3\xb6 <a@x>") ==
               "To: =?UTF-8?B?YQ==?= =?UTF-8?Q?_=C3=B6?= <a@x>");
}

BOOST_FIXTURE_TEST_CASE(an_encoded_word_stands_alone, Fixture) {
    BOOST_TEST(field("To: J\xc3\xb6rg<j@x>") == "To: =?UTF-8?Q?J=C3=B6rg?= <j@x>");
    BOOST_TEST(field("To:J\xc3\xb6rg(c)<j@x>") == "To: =?UTF-8?Q?J=C3=B6rg?= (c)<j@x>");
    BOOST_TEST(field("To: (c)J\xc3\xb6rg <j@x>") == "To: (c) =?UTF-8?Q?J=C3=B6rg?= <j@x>");
}

BOOST_FIXTURE_TEST_CASE(quoted_names, Fixture) {
    BOOST_TEST(field("To: \"M\xc3\xbcller, \\\"J\\\" <x>\" <j@x>") ==
               "To: =?UTF-8?Q?M=C3=BCller=2C_=22J=22_=3Cx=3E?= <j@x>");
    BOOST_TEST(field("To: \"Dr.\" \"M\xc3\xbcller\r\n J\" <j@x>") ==
               "To: \"Dr.\" =?UTF-8?Q?M=C3=BCller_J?= <j@x>");
    BOOST_TEST(field("To: \"a\"\xc3\xbc\"b\" <j@x>") == "To: =?UTF-8?Q?a=C3=BCb?= <j@x>");
}

BOOST_FIXTURE_TEST_CASE(comments, Fixture) {
    BOOST_TEST(field("From: root (K. M\xc3\xbcller)") ==
               "From: root (K. =?UTF-8?Q?M=C3=BCller?=)");
    BOOST_TEST(field("From: a@x (\xc3\xbc), b@x (a(\xc3\xbc)b \xc3\xbc\\) c)") ==
               "From: a@x (=?UTF-8?Q?=C3=BC?=), b@x (a(=?UTF-8?Q?=C3=BC?=)b\r\n "
               "=?UTF-8?Q?=C3=BC=29?= c)");
    BOOST_TEST(field("From: J\xc3\xb6 (\xc3\xbc) <a@x>") ==
               "From: =?UTF-8?Q?J=C3=B6?= (=?UTF-8?Q?=C3=BC?=) <a@x>");
    check_stays("Subject: (a) \"b\"");
    BOOST_TEST(field("Subject: (\xc3\xa4) \"\xc3\xb6\"") ==
               "Subject: =?UTF-8?Q?=28=C3=A4=29_=22=C3=B6=22?=");
}

BOOST_FIXTURE_TEST_CASE(lists_and_groups, Fixture) {
    BOOST_TEST(field("To: \xc3\xa4 <a@x>, b@x,\xc3\xb6 <c@x>; \"\xc3\xbc, z\" <d@x>") ==
               "To: =?UTF-8?Q?=C3=A4?= <a@x>, b@x, =?UTF-8?Q?=C3=B6?= <c@x>;\r\n "
               "=?UTF-8?Q?=C3=BC=2C_z?= <d@x>");
    BOOST_TEST(field("To: \xc3\x9c G: \xc3\xa4 <a@x>, b@x;") ==
               "To: =?UTF-8?Q?=C3=9C?= G: =?UTF-8?Q?=C3=A4?= <a@x>, b@x;");
    BOOST_TEST(field("To: G\xc3\x9c: a@x;") == "To: =?UTF-8?Q?G=C3=9C?= : a@x;");
}

/// What people write though RFC 5322 would have it in quotes.
BOOST_FIXTURE_TEST_CASE(names_that_are_no_phrases, Fixture) {
    BOOST_TEST(field("To: [B\xc3\xbc] M. j@y \xc3\xbc <j@x>") ==
               "To: =?UTF-8?Q?=5BB=C3=BC=5D?= M. j@y =?UTF-8?Q?=C3=BC?= <j@x>");
    BOOST_TEST(field("To: B\xc3\xbc: M. <j@x>") == "To: =?UTF-8?Q?B=C3=BC?= : M. <j@x>");
}

BOOST_FIXTURE_TEST_CASE(addresses_stay, Fixture) {
    for (const char* octets :
         {"To: j\xc3\xbc@x", "To: j@b\xc3\xbc.example, b@x", "To: <j\xc3\xbc@x>",
          "To: a <\"j\xc3\xbc >\"@x>", "To: \"j \xc3\xbc\"@x, b@[IPv6:::1]"})
        check_stays(octets);
    BOOST_TEST(notes.empty());
    BOOST_TEST(
        field("To: \xc3\xa4 <\"\xc3\xbc>, \xc3\xb6\"@x>, \xc3\xa4 <b@x>") ==
        "To: =?UTF-8?Q?=C3=A4?= <\"\xc3\xbc>, \xc3\xb6\"@x>, =?UTF-8?Q?=C3=A4?= <b@x>");
}

BOOST_FIXTURE_TEST_CASE(the_charset_of_the_message, Fixture) {
    charset = "windows-1251";
    BOOST_TEST(field("From: \xd0\xe0\xec <j@x>") ==
               "From: =?windows-1251?Q?=D0=E0=EC?= <j@x>");
    BOOST_TEST(field("Subject: \xd0\xe0\xec x") ==
               "Subject: =?windows-1251?Q?=D0=E0=EC?= x");
    BOOST_TEST(field("Subject: \xc3\xbc") == "Subject: =?UTF-8?Q?=C3=BC?=");
    // Each name has a writer of its own.
    BOOST_TEST(field("To: \xc3\xbc <a@x>, \xd0 <b@x>") ==
               "To: =?UTF-8?Q?=C3=BC?= <a@x>, =?windows-1251?Q?=D0?= <b@x>");
    charset = "\"EUC-JP\"";
    BOOST_TEST(field("To: \"\xc6\xfc\xcb\xdc\" <j@x>") ==
               "To: =?EUC-JP?Q?=C6=FC=CB=DC?= <j@x>");
    BOOST_TEST(notes.empty());
}

BOOST_FIXTURE_TEST_CASE(characters_that_hold_a_backslash_or_a_bracket, Fixture) {
    charset = "Shift_JIS";
    BOOST_TEST(field("To: \"\x95\x5c\" <j@x>, b@x") ==
               "To: =?Shift_JIS?Q?=95=5C?= <j@x>, b@x");
    BOOST_TEST(field("To: \"\x95\x5c\x8e\xa6, x\" <j@x>") ==
               "To: =?Shift_JIS?Q?=95=5C=8E=A6=2C_x?= <j@x>");
    BOOST_TEST(field("To: \x83\x5b\x83\x40 <j@x>, \x83\x5b <b@x>") ==
               "To: =?Shift_JIS?Q?=83=5B=83=40?= <j@x>, =?Shift_JIS?Q?=83=5B?= <b@x>");
    // Where it is none, the quotation marks may not be what they seem.
    charset = "windows-1252";
    BOOST_TEST(field("To: \"x \\\"Jos\xe9 \\\"\" <j@x>") ==
               "To: =?windows-1252?Q?x_=22Jos=E9_=22?= <j@x>");
    check_noted("To: \"x \\\"Jos\xe9\\\"\" <j@x>");
}

BOOST_FIXTURE_TEST_CASE(what_make_phrase_leaves, Fixture) {
    charset = "Shift_JIS";
    // quoted, so with a backslash before the one that is a part of the character
    BOOST_TEST(field("To: " + make_phrase("\x8e\xa6 \x95\x5c") + " <j@x>, b@x") ==
               "To: =?Shift_JIS?Q?=8E=A6_=95=5C?= <j@x>, b@x");
    BOOST_TEST(field("To: " + make_phrase("\x95\x5c\x8e\xa6") + " <j@x>") ==
               "To: =?Shift_JIS?Q?=95=5C=8E=A6?= <j@x>");
}

BOOST_FIXTURE_TEST_CASE(no_charset_is_guessed, Fixture) {
    for (const char* stated :
         {"", "us-ascii", "utf-8", "iso-2022-jp", "\"a b\"", "\"a?Q?b\""}) {
        charset = stated;
        check_noted("Subject: J\xf6rg M.");
        check_noted("From: \"J\xf6rg\" <a@x>");
        check_noted("To: b@x (J\xf6rg)");
    }
    charset = "x-unknown";
    BOOST_TEST(field("Subject: \xf6") == "Subject: =?x-unknown?Q?=F6?=");
    check_noted("Subject: a " + std::string(60, '\xf6') + " b");
    charset.clear();
    // and what can be encoded beside it, is
    BOOST_TEST(field("To: \xf6 <a@x>, \xc3\xb6 <b@x>") ==
               "To: \xf6 <a@x>, =?UTF-8?Q?=C3=B6?= <b@x>");
    BOOST_TEST(notes.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(one_note_for_all_fields, Fixture) {
    const std::string octets = "Comments: \xf6\r\nComments: \xf6\r\nSubject: \xf6\r\n";
    BOOST_TEST(header(octets) == octets);
    BOOST_TEST(notes.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(the_charset_of_a_part_is_not_the_messages, Fixture) {
    const std::string octets =
        "Content-Type: multipart/mixed; boundary=x\r\nSubject: \xf6\r\n";
    BOOST_TEST(header(octets) == octets);
    BOOST_TEST(header("Content-Type: multipart/mixed; boundary=x; charset=koi8-r\r\n"
                      "Subject: \xf6\r\n")
                   .ends_with("Subject: =?koi8-r?Q?=F6?=\r\n"));
}

/// Where escape sequences of ISO-2022-JP are, nobody can tell what is a bracket.
BOOST_FIXTURE_TEST_CASE(a_field_with_iso_2022_jp, Fixture) {
    check_stays("To: \x1b$B;3ED\x1b(B <a@x>");
    BOOST_TEST(notes.empty());
    check_noted("To: \x1b$B<\x1b(B <a@x>, \xc3\xb6 <b@x>");
}

BOOST_FIXTURE_TEST_CASE(what_does_not_end, Fixture) {
    check_noted("To: \"\xc3\xb6 <a@x>");
    check_noted("To: a@x (\xc3\xb6");
    check_noted("To: \xc3\xb6 (<a@x>");
    check_stays("To: a@x (b, \"c <d");
    check_stays("To: a <\xc3\xb6");
    BOOST_TEST(field("To: \xc3\xb6) <a@x>") == "To: =?UTF-8?Q?=C3=B6=29?= <a@x>");
    BOOST_TEST(field("To: \xc3\xb6 <a@x") == "To: =?UTF-8?Q?=C3=B6?= <a@x");
}

BOOST_FIXTURE_TEST_CASE(what_a_signature_covers, Fixture) {
    const std::string from = "From: \xc3\xb6 <a@x>\r\n";
    const std::string fields = "SUBJECT: \xc3\xb6\r\nTo: \xc3\xb6 <a@x>\r\n";
    for (const std::string name :
         {"dkim-signature", "DKIM-Signature ", "ARC-Message-Signature"}) {
        const std::string begin = from + name + ": v=1; h=";
        BOOST_TEST(header(begin + "to:subject; b=x\r\n" + fields) ==
                   begin + "to:subject; b=x\r\n" + fields);
        BOOST_TEST(header(begin + "from:to\r\n" + fields) ==
                   begin + "from:to\r\nSUBJECT: =?UTF-8?Q?=C3=B6?=\r\n"
                           "To: \xc3\xb6 <a@x>\r\n");
        // names that are not there: nobody may add them
        BOOST_TEST(header(begin + "cc : Subject\r\n" + fields) ==
                   begin + "cc : Subject\r\nSUBJECT: \xc3\xb6\r\n"
                           "To: =?UTF-8?Q?=C3=B6?= <a@x>\r\n");
        BOOST_TEST(notes.empty());
    }
}

/// RFC 2047 2: lines with encoded words have at most 76 octets.
BOOST_FIXTURE_TEST_CASE(long_text, Fixture) {
    std::string text;
    for (int i = 0; i < 40; ++i)
        text += " Stra\xc3\x9f"
                "e plain " +
                std::string(static_cast<std::size_t>(i) * 3, 'x');
    const std::string encoded = field("Subject:" + text);
    BOOST_TEST(decode_field(encoded) == "Subject:" + text);
    std::string words;
    for (int i = 0; i < 500; ++i)
        words += "\xe6\x97\xa5\xe6\x9c\xac";
    const std::string one = field("Subject: " + words);
    BOOST_TEST((decode_field(one) == "Subject: " + words));
    for (std::size_t at = 0; at < one.size();) {
        const auto end = std::min(one.find("\r\n", at), one.size());
        BOOST_TEST(end - at <= 76U);
        at = end + 2;
    }
}

BOOST_FIXTURE_TEST_CASE(a_word_far_from_the_start_begins_a_line, Fixture) {
    BOOST_TEST(field("Subject: " + std::string(60, 'x') + "  \xc3\xb6 y") ==
               "Subject: " + std::string(60, 'x') + "\r\n  =?UTF-8?Q?=C3=B6?= y");
    const std::string blanks(80, ' ');
    BOOST_TEST(field("Subject: a\r\n" + blanks + "\xc3\xb6") ==
               "Subject: a\r\n" + blanks + "=?UTF-8?Q?=C3=B6?=");
}

BOOST_FIXTURE_TEST_CASE(lines_that_get_too_long_are_folded, Fixture) {
    const std::string octets = "To: \xc3\xb6 <a@x>," + std::string(980, 'x') + "@x,b@x";
    const std::string encoded = field(octets);
    BOOST_TEST(encoded ==
               "To: =?UTF-8?Q?=C3=B6?= <a@x>,\r\n " + std::string(980, 'x') + "@x, b@x");
}

BOOST_FIXTURE_TEST_CASE(many_names_take_time_in_proportion, Fixture) {
    std::string octets = "To:";
    for (int i = 0; i < 50'000; ++i)
        octets += " \xc3\xb6 (\xc3\xbc) <a@x>,";
    std::string comments = "Cc: ";
    for (int i = 0; i < 200'000; ++i)
        comments += '(';
    BOOST_TEST(!has_eight_bit(field(octets)));
    check_noted(comments + "\xc3\xb6");
    check_stays("To: " + std::string(200'000, '<') + "\xf6");
    std::string fields;
    for (int i = 0; i < 20'000; ++i)
        fields += "Subject: \xf6\r\n";
    BOOST_TEST((header(fields) == fields));
}
