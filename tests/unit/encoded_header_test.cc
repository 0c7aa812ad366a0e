// SPDX-License-Identifier: MIT
//
// 8-bit text in a header: what of it is encoded, and that nothing else changes.
#define BOOST_TEST_MODULE encoded_header
#include <boost/test/unit_test.hpp>

#include "encoding.h"
#include "text/address.h"

using namespace sallyport;

BOOST_FIXTURE_TEST_CASE(text_that_people_read, Encoding) {
    for (const std::string name :
         {"Subject", "Comments", "Content-Description", "Organization", "Thread-Topic"})
        BOOST_TEST(field(name + ": Gr\xc3\xbc\xc3\x9f"
                                "e, Bob") == name + ": =?UTF-8?Q?Gr=C3=BC=C3=9Fe=2C?= Bob");
    BOOST_TEST(field("SUBJECT :\xc3\xa4") == "SUBJECT : =?UTF-8?Q?=C3=A4?=");
    BOOST_TEST(notes.empty());
}

BOOST_FIXTURE_TEST_CASE(names_in_fields_with_addresses, Encoding) {
    for (const std::string name :
         {"From", "Sender", "Reply-To", "To", "Cc", "Resent-From", "Resent-Sender",
          "Resent-Reply-To", "Resent-To", "resent-cc"})
        BOOST_TEST(field(name + ": J\xc3\xb6rg <j@x>") ==
                   name + ": =?UTF-8?Q?J=C3=B6rg?= <j@x>");
    BOOST_TEST(notes.empty());
}

BOOST_FIXTURE_TEST_CASE(what_programs_read_stays_byte_for_byte, Encoding) {
    for (const char* octets :
         {"X-SMTPAPI: {\"to\":[\"\xc3\xbc\"]}", "X-Subject: \xc3\xbc", "Keywords: \xc3\xbc",
          "In-Reply-To: <\xc3\xbc@x>", "Message-ID: <\xc3\xbc@x>", "Received: \xc3\xbc",
          "Content-Disposition: attachment; filename=\xc3\xbc.txt", "Date: \xc3\xbc",
          "List-Id: \xc3\xbc <x.y>", "Bcc: \xc3\xbc <a@x>", "Resent-Subject: \xc3\xbc"})
        check_stays(octets);
    BOOST_TEST(notes.empty());
}

BOOST_FIXTURE_TEST_CASE(ascii_stays_folded_as_it_came, Encoding) {
    for (const char* octets :
         {"Subject:a  b\r\n\tc  ", "Subject: =?UTF-8?Q?=C3=A4?= =?iso-8859-1?b?5A==?= x",
          "To:\"Doe, J\"<j@x>,(c)k@x , G:a@x,b@x;", "Subject:", "Subject: \x1b$B%F\x1b(B"})
        check_stays(octets);
}

BOOST_FIXTURE_TEST_CASE(only_words_that_need_it, Encoding) {
    BOOST_TEST(field("Subject: a  J\xc3\xb6rg\tb\r\n c  ") ==
               "Subject: a  =?UTF-8?Q?J=C3=B6rg?=\tb\r\n c  ");
    BOOST_TEST(field("To: Dr. J\xc3\xb6rg \"M.\" Doe <j@x>") ==
               "To: Dr. =?UTF-8?Q?J=C3=B6rg?= \"M.\" Doe <j@x>");
}

/// RFC 2047 6.2: white space between two encoded words is not shown.
BOOST_FIXTURE_TEST_CASE(white_space_between_encoded_words, Encoding) {
    BOOST_TEST(field("Subject: \xc3\xa4  \xc3\xb6\r\n\t\xc3\xbc x") ==
               "Subject: =?UTF-8?Q?=C3=A4__=C3=B6=09=C3=BC?= x");
    BOOST_TEST(field("Subject: =?UTF-8?Q?a?= \xc3\xb6 =?UTF-8?Q?b?=") ==
               "Subject: =?UTF-8?Q?a?= =?UTF-8?Q?_=C3=B6_?= =?UTF-8?Q?b?=");
    BOOST_TEST(field("To: =?UTF-8?B?YQ==?= \xc3\xb6 <a@x>") ==
               "To: =?UTF-8?B?YQ==?= =?UTF-8?Q?_=C3=B6?= <a@x>");
    for (const std::string none :
         {"=?=", "=?\?=", "=?\?\?\?=", "=?a?=", "=?a?Q?=", "=?a?QQ?b?="})
        BOOST_TEST(field("Subject: " + none + "\t\xc3\xb6\t" + none) ==
                   "Subject: " + none + "\t=?UTF-8?Q?=C3=B6?=\t" + none);
}

BOOST_FIXTURE_TEST_CASE(an_encoded_word_stands_alone, Encoding) {
    BOOST_TEST(field("To: J\xc3\xb6rg<j@x>") == "To: =?UTF-8?Q?J=C3=B6rg?= <j@x>");
    BOOST_TEST(field("To:J\xc3\xb6rg(c)<j@x>") == "To: =?UTF-8?Q?J=C3=B6rg?= (c)<j@x>");
    BOOST_TEST(field("To: (c)J\xc3\xb6rg <j@x>") == "To: (c) =?UTF-8?Q?J=C3=B6rg?= <j@x>");
}

BOOST_FIXTURE_TEST_CASE(quoted_names, Encoding) {
    BOOST_TEST(field("To: \"M\xc3\xbcller, \\\"J\\\" <x>\" <j@x>") ==
               "To: =?UTF-8?Q?M=C3=BCller=2C_=22J=22_=3Cx=3E?= <j@x>");
    BOOST_TEST(field("To: \"Dr.\" \"M\xc3\xbcller\r\n J\" <j@x>") ==
               "To: \"Dr.\" =?UTF-8?Q?M=C3=BCller_J?= <j@x>");
    BOOST_TEST(field("To: \"a\"\xc3\xbc\"b\" <j@x>") == "To: =?UTF-8?Q?a=C3=BCb?= <j@x>");
    // RFC 2047 5: what looks like an encoded word is text there.
    BOOST_TEST(field("To: \"=?UTF-8?Q?a?= \xc3\xbc\" <j@x>") ==
               "To: =?UTF-8?Q?=3D=3FUTF=2D8=3FQ=3Fa=3F=3D_=C3=BC?= <j@x>");
}

BOOST_FIXTURE_TEST_CASE(comments, Encoding) {
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

BOOST_FIXTURE_TEST_CASE(lists_and_groups, Encoding) {
    BOOST_TEST(field("To: \xc3\xa4 <a@x>, b@x,\xc3\xb6 <c@x>; \"\xc3\xbc, z\" <d@x>") ==
               "To: =?UTF-8?Q?=C3=A4?= <a@x>, b@x, =?UTF-8?Q?=C3=B6?= <c@x>;\r\n "
               "=?UTF-8?Q?=C3=BC=2C_z?= <d@x>");
    BOOST_TEST(field("To: \xc3\x9c G: \xc3\xa4 <a@x>, b@x;") ==
               "To: =?UTF-8?Q?=C3=9C?= G: =?UTF-8?Q?=C3=A4?= <a@x>, b@x;");
    BOOST_TEST(field("To: G\xc3\x9c: a@x;") == "To: =?UTF-8?Q?G=C3=9C?= : a@x;");
}

/// What people write though RFC 5322 would have it in quotes.
BOOST_FIXTURE_TEST_CASE(names_that_are_no_phrases, Encoding) {
    BOOST_TEST(field("To: [B\xc3\xbc] M. \xc3\xbc <j@x>") ==
               "To: =?UTF-8?Q?=5BB=C3=BC=5D?= M. =?UTF-8?Q?=C3=BC?= <j@x>");
    BOOST_TEST(field("To: B\xc3\xbc: M. <j@x>") == "To: =?UTF-8?Q?B=C3=BC?= : M. <j@x>");
}

BOOST_FIXTURE_TEST_CASE(addresses_stay, Encoding) {
    for (const char* octets :
         {"To: j\xc3\xbc@x", "To: j@b\xc3\xbc.example, b@x", "To: <j\xc3\xbc@x>",
          "To: a <\"j\xc3\xbc >\"@x>", "To: \"j \xc3\xbc\"@x, b@[IPv6:::1]"})
        check_stays(octets);
    BOOST_TEST(notes.empty());
    BOOST_TEST(
        field("To: \xc3\xa4 <\"\xc3\xbc>, \xc3\xb6\"@x>, \xc3\xa4 <b@x>") ==
        "To: =?UTF-8?Q?=C3=A4?= <\"\xc3\xbc>, \xc3\xb6\"@x>, =?UTF-8?Q?=C3=A4?= <b@x>");
}

BOOST_FIXTURE_TEST_CASE(the_charset_of_the_message, Encoding) {
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

BOOST_FIXTURE_TEST_CASE(characters_that_hold_a_backslash_or_a_bracket, Encoding) {
    charset = "Shift_JIS";
    BOOST_TEST(field("To: \"\x95\x5c\" <j@x>, b@x") ==
               "To: =?Shift_JIS?Q?=95=5C?= <j@x>, b@x");
    BOOST_TEST(field("To: \"\x95\x5c\x8e\xa6, x\" <j@x>") ==
               "To: =?Shift_JIS?Q?=95=5C=8E=A6=2C_x?= <j@x>");
    BOOST_TEST(field("To: \x83\x5b\x83\x40 <j@x>, \x83\x5b <b@x>") ==
               "To: =?Shift_JIS?Q?=83=5B=83=40?= <j@x>, =?Shift_JIS?Q?=83=5B?= <b@x>");
    // the second half of a character, and a backslash of its own
    BOOST_TEST(field("To: \"\x8e\xa6\\\"x\\\"\" <j@x>") ==
               "To: =?Shift_JIS?Q?=8E=A6=22x=22?= <j@x>");
}

BOOST_FIXTURE_TEST_CASE(a_backslash_after_a_letter_quotes, Encoding) {
    charset = "windows-1252";
    BOOST_TEST(field("To: \"x \\\"Jos\xe9 \\\"\" <j@x>") ==
               "To: =?windows-1252?Q?x_=22Jos=E9_=22?= <j@x>");
    BOOST_TEST(field("To: \"J\xfcrgen \\\"J\xfc\\\" M\" <j@x>") ==
               "To: =?windows-1252?Q?J=FCrgen_=22J=FC=22_M?= <j@x>");
    BOOST_TEST(field("To: \"\xe9\\\\\" <j@x> (\xe9\\))") ==
               "To: =?windows-1252?Q?=E9=5C?= <j@x> (=?windows-1252?Q?=E9=29?=)");
    BOOST_TEST(notes.empty());
}

/// [sender] allow has seen who that is, and with force it is us.
BOOST_FIXTURE_TEST_CASE(no_name_becomes_an_author, Encoding) {
    const std::string name = "\"\xe9\\\" <evil@x>\"";
    const std::string comment = "\"\xe9\\\" <evil@x> (z\" <a@x> (\xe9\\))";
    charset = "windows-1252";
    BOOST_TEST(field("From: " + name + " <a@x>") ==
               "From: =?windows-1252?Q?=E9=22_=3Cevil=40x=3E?= <a@x>");
    BOOST_TEST(field("From: " + comment) ==
               "From: =?windows-1252?Q?=E9=22_=3Cevil=40x=3E_=28z?= <a@x>\r\n "
               "(=?windows-1252?Q?=E9=29?=)");
    BOOST_TEST(field("From: " + make_phrase("\xe9\" <evil@x> (") + " <a@x>") ==
               "From: =?windows-1252?Q?=E9=22_=3Cevil=40x=3E_=28?= <a@x>");
    // where it might be half a character, too
    charset = "Big5";
    BOOST_TEST(field("From: " + name + " <a@x>") ==
               "From: =?Big5?Q?=E9=22_=3Cevil=40x=3E?= <a@x>");
    BOOST_TEST(field("From: \"\xe9\\\" <evil@x>, \xe9\\\" <b@x>\" <a@x>") ==
               "From: =?Big5?Q?=E9=22_=3Cevil=40x=3E=2C_=E9=22_=3Cb=40x=3E?= <a@x>");
    charset.clear();
    check_noted("From: \"\xc3\xa9\\\" <evil@x>, \xff\" <a@x>");
    check_noted("From: " + name + " <a@x>");
}

BOOST_FIXTURE_TEST_CASE(an_address_list_that_we_cannot_read_stays, Encoding) {
    check_noted("To: \xc3\xb6) <a@x>");
    check_noted("To: \xc3\xb6 <a@x");
    check_noted("To: \xc3\xb6 <a@x> b@x");
    check_noted("To: j@y \xc3\xb6 <a@x>");
    check_noted("To: \xc3\xb6 <a b@x>, \xc3\xb6 <a@x>");
}

BOOST_FIXTURE_TEST_CASE(what_make_phrase_leaves, Encoding) {
    charset = "Shift_JIS";
    // quoted, so with a backslash before the one that is a part of the character
    BOOST_TEST(field("To: " + make_phrase("\x8e\xa6 \x95\x5c") + " <j@x>, b@x") ==
               "To: =?Shift_JIS?Q?=8E=A6_=95=5C?= <j@x>, b@x");
    BOOST_TEST(field("To: " + make_phrase("\x95\x5c\x8e\xa6") + " <j@x>") ==
               "To: =?Shift_JIS?Q?=95=5C=8E=A6?= <j@x>");
}

BOOST_FIXTURE_TEST_CASE(no_charset_is_guessed, Encoding) {
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

BOOST_FIXTURE_TEST_CASE(one_note_for_all_fields, Encoding) {
    const std::string octets = "Comments: \xf6\r\nComments: \xf6\r\nSubject: \xf6\r\n";
    BOOST_TEST(header(octets) == octets);
    BOOST_TEST(notes.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(the_charset_of_a_part_is_not_the_messages, Encoding) {
    const std::string octets =
        "Content-Type: multipart/mixed; boundary=x\r\nSubject: \xf6\r\n";
    BOOST_TEST(header(octets) == octets);
    BOOST_TEST(header("Content-Type: multipart/mixed; boundary=x; charset=koi8-r\r\n"
                      "Subject: \xf6\r\n")
                   .ends_with("Subject: =?koi8-r?Q?=F6?=\r\n"));
}

/// Where escape sequences of ISO-2022-JP are, nobody can tell what is a bracket.
BOOST_FIXTURE_TEST_CASE(a_field_with_iso_2022_jp, Encoding) {
    check_stays("To: \x1b$B;3ED\x1b(B <a@x>");
    BOOST_TEST(notes.empty());
    check_noted("To: \x1b$B<\x1b(B <a@x>, \xc3\xb6 <b@x>");
}

BOOST_FIXTURE_TEST_CASE(what_does_not_end, Encoding) {
    check_noted("To: \"\xc3\xb6 <a@x>");
    check_noted("To: a@x (\xc3\xb6");
    check_noted("To: \xc3\xb6 (<a@x>");
    check_stays("To: a@x (b, \"c <d");
    check_stays("To: a <\xc3\xb6");
}

BOOST_FIXTURE_TEST_CASE(what_a_signature_covers, Encoding) {
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
