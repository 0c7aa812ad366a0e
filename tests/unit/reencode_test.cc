// SPDX-License-Identifier: MIT
//
// What becomes of a message that a server cannot take as it is, octet by octet.
#define BOOST_TEST_MODULE reencode
#include <boost/test/unit_test.hpp>

#include "decoding.h"
#include "failing.h"
#include "message/reencode.h"
#include "reencoding.h"

using namespace sallyport;
using namespace std::string_literals;

namespace {

constexpr bool seven_bit = true;
constexpr bool eight_bit = false;

/// Text with CRLF of text with LF.
std::string wire(std::string_view text) {
    std::string octets;
    for (const char c : text)
        octets += c == '\n' ? "\r\n" : std::string(1, c);
    return octets;
}

struct Fixture {
    /// Empty if it is sent as it is.
    std::string result(const std::string& text, bool for_seven_bit = seven_bit) {
        notes.clear();
        const auto encoded = reencode(message_of(text), for_seven_bit, notes);
        if (!encoded)
            return {};
        const std::string octets = octets_of(*encoded);
        const Message again = message_of(octets); // the facts are those of what there is
        BOOST_TEST(encoded->body_facts().eight_bit == again.body_facts().eight_bit);
        BOOST_TEST(encoded->body_facts().nul == again.body_facts().nul);
        BOOST_TEST(encoded->body_facts().longest_line == again.body_facts().longest_line);
        BOOST_TEST(!reencode(*encoded, for_seven_bit, notes));
        return octets;
    }

    void check(const std::string& text, const std::string& expected,
               bool for_seven_bit = seven_bit) {
        BOOST_TEST((result(text, for_seven_bit) == wire(expected)),
                   result(text, for_seven_bit));
    }

    void check_refused(const std::string& text) {
        const Failure failure = failure_of([&] { return result(text); });
        BOOST_TEST(status_of(failure) == 65);
        BOOST_TEST((failure.fault() == Fault::relay));
        BOOST_TEST(failure.enhanced() == "5.6.3");
        BOOST_TEST(
            failure.what() ==
            "the message holds 8-bit text, which the server does not take, where MIME "
            "does not allow an encoding"s);
    }

    /// What is left to a server that takes it.
    void check_stays(const std::string& text) {
        BOOST_TEST(result(text) == "");
        BOOST_TEST(message_of(text).binary());
        BOOST_TEST(notes.empty());
    }

    std::vector<std::string> notes;
};

const std::string nul(1, '\0');
const std::string long_line(1200, 'x');

/// Text around one octet over 127, so that quoted-printable is the shorter.
const std::string umlaut = "Gr\xc3\xbc\xc3\x9f"
                           "e aus Muenchen, und so weiter\n";
const std::string umlaut_quoted = "Gr=C3=BC=C3=9Fe aus Muenchen, und so weiter\n";

} // namespace

BOOST_FIXTURE_TEST_CASE(what_is_fit_is_sent_as_it_is, Fixture) {
    BOOST_TEST(result("A: 1\n\nplain\n") == "");
    BOOST_TEST(result("") == "");
    BOOST_TEST(result("A: \xc3\xbc\n\nplain\n") == ""); // headers are no concern of MIME
    BOOST_TEST(result("A: 1\n\n" + umlaut, eight_bit) == "");
    BOOST_TEST(result("A: 1\n\n" + std::string(998, 'x'), eight_bit) == "");
    BOOST_TEST(notes.empty());
}

BOOST_FIXTURE_TEST_CASE(text_without_mime_gets_the_fields_of_it, Fixture) {
    check("A: 1\n\n" + umlaut,
          "A: 1\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
          "Content-Transfer-Encoding: quoted-printable\n\n" +
              umlaut_quoted);
    check("A: 1\n\nGr\xfc\xdf aus Muenchen\n",
          "A: 1\nMIME-Version: 1.0\nContent-Type: text/plain; charset=unknown-8bit\n"
          "Content-Transfer-Encoding: quoted-printable\n\nGr=FC=DF aus Muenchen\n");
    check("hello\0world\n"s,
          "MIME-Version: 1.0\nContent-Type: text/plain; charset=us-ascii\n"
          "Content-Transfer-Encoding: quoted-printable\n\nhello=00world\n",
          eight_bit);
    check("A: 1\n\n\x1b$B%F%9%H\x1b(B\0\n"s,
          "A: 1\nMIME-Version: 1.0\nContent-Type: text/plain; charset=iso-2022-jp\n"
          "Content-Transfer-Encoding: quoted-printable\n\n=1B$B%F%9%H=1B(B=00\n",
          eight_bit);
}

BOOST_FIXTURE_TEST_CASE(what_counts_as_utf8, Fixture) {
    const auto charset = [&](const std::string& text) {
        const std::string octets = result(text + std::string(100, ' ') + "\n");
        const auto at = octets.find("charset=") + 8;
        return octets.substr(at, octets.find("\r\n", at) - at);
    };
    for (const char* good : {"\xc3\xbc", "\xe6\x97\xa5", "\xf0\x9f\x98\x80", "\xc2\x80"})
        BOOST_TEST(charset(good) == "utf-8", good);
    for (const char* bad : {"\xfc", "\xc3", "\xc3 \xbc", "\xbc", "\xc0\x80", "\xe6\x97",
                            "\xf5\x80\x80\x80", "\xff", "\xc3\xbc\xfc",
                            "\xed\xa0\xbd\xed\xb8\x80", "\xe0\x80\xaf", "\xf4\x90\x80\x80"})
        BOOST_TEST(charset(bad) == "unknown-8bit", bad);
}

BOOST_FIXTURE_TEST_CASE(fields_that_are_there_stay, Fixture) {
    const std::string type = "Content-Type: text/html;\n\tcharset=\"iso-8859-1\"\n";
    check("Mime-version: 1.0 (old)\n" + type + "A: 1\n\n<p>\xfc and more text</p>\n",
          "Mime-version: 1.0 (old)\n" + type +
              "A: 1\nContent-Transfer-Encoding: quoted-printable\n\n"
              "<p>=FC and more text</p>\n");
    check(type + "content-transfer-encoding : 8BIT\nA: 1\n\n\xfc and more text\n",
          type + "A: 1\nMIME-Version: 1.0\nContent-Transfer-Encoding: quoted-printable\n\n"
                 "=FC and more text\n");
}

BOOST_FIXTURE_TEST_CASE(base64_where_it_is_shorter, Fixture) {
    const std::string head = "A: 1\nMIME-Version: 1.0\nContent-Type: text/plain; "
                             "charset=utf-8\nContent-Transfer-Encoding: base64\n\n";
    check("A: 1\n\n\xe6\x97\xa5\xe6\x9c\xac\n", head + "5pel5pysDQo=\n");
    // Of 12 octets two may be over 127, three are too many.
    BOOST_TEST(holds(result("A: 1\n\n\xc3\xbc"
                            "67890123\n"),
                     "quoted-printable"));
    BOOST_TEST(holds(result("A: 1\n\n\xe6\x97\xa5"
                            "6789012\n"),
                     "base64"));
    check("Content-Type: application/x-y\nMIME-Version: 1.0\n\n\xff\n",
          "Content-Type: application/x-y\nMIME-Version: 1.0\n"
          "Content-Transfer-Encoding: base64\n\n/w0K\n");
}

BOOST_FIXTURE_TEST_CASE(lines_that_are_too_long, Fixture) {
    const std::string text(999, 'x');
    const std::string octets = result("A: 1\n\n" + text + "\ny\n", eight_bit);
    const std::string head = "A: 1\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; "
                             "charset=us-ascii\r\nContent-Transfer-Encoding: "
                             "quoted-printable\r\n\r\n";
    BOOST_REQUIRE(octets.starts_with(head));
    BOOST_TEST((decode_quoted_printable(octets.substr(head.size())) == text + "\r\ny\r\n"));
    BOOST_TEST(notes.empty());
}

BOOST_FIXTURE_TEST_CASE(of_several_parts_those_that_need_it, Fixture) {
    const std::string before = "MIME-Version: 1.0\nContent-Type: multipart/mixed; "
                               "boundary=\"b b\"\n";
    const std::string plain = "preamble\n--b b\n\nplain text\n--b b\n";
    const std::string after = "--b b--  \nepilogue\n";
    check(before + "Content-Transfer-Encoding: 8bit\n\n" + plain +
              "Content-Type: text/plain; charset=utf-8\n"
              "Content-Transfer-Encoding: 8bit\n\n" +
              umlaut + after,
          before + "Content-Transfer-Encoding: 7bit\n\n" + plain +
              "Content-Type: text/plain; charset=utf-8\n"
              "Content-Transfer-Encoding: quoted-printable\n\n" +
              umlaut_quoted + after);
    check(before + "\n" + plain + "\n" + umlaut + "--b b\nContent-Type: image/x\n\n\xff\n" +
              after,
          before + "\n" + plain +
              "Content-Type: text/plain; charset=utf-8\n"
              "Content-Transfer-Encoding: quoted-printable\n\n" +
              umlaut_quoted +
              "--b b\nContent-Type: image/x\n"
              "Content-Transfer-Encoding: base64\n\n/w==\n" +
              after);
}

BOOST_FIXTURE_TEST_CASE(parts_of_parts, Fixture) {
    const auto text = [](const std::string& encoding, const std::string& part) {
        return "Content-Type: multipart/mixed; boundary=out\nMIME-Version: 1.0\n\n"
               "--out\nContent-Type: multipart/alternative; boundary=outer\n\n"
               "--outer\nContent-Type: text/plain; charset=utf-8\n" +
               encoding + "\n" + part +
               "--outer\nContent-Type: text/html; charset=utf-8\n"
               "Content-Transfer-Encoding: base64\n\nPGI+\n--outer--\n\n"
               "--out\nContent-Type: text/plain\n\n--outer\nis text here\n--out--\n";
    };
    check(text("", umlaut),
          text("Content-Transfer-Encoding: quoted-printable\n", umlaut_quoted));
}

BOOST_FIXTURE_TEST_CASE(attached_messages, Fixture) {
    const auto attached = [](const std::string& outer, const std::string& inner,
                             const std::string& part) {
        return "MIME-Version: 1.0\nContent-Type: message/rfc822\n" + outer +
               "\nSubject: in\nMIME-Version: 1.0\n"
               "Content-Type: text/plain; charset=utf-8\n" +
               inner + "\n" + part;
    };
    check(attached("Content-Transfer-Encoding: 8bit\n", "", umlaut),
          attached("Content-Transfer-Encoding: 7bit\n",
                   "Content-Transfer-Encoding: quoted-printable\n", umlaut_quoted));
    // RFC 2045 6.4: in base64 it may not be, and what it holds is unknown
    BOOST_TEST(result(attached("Content-Transfer-Encoding: base64\n", "", "eA==\n")) == "");
}

/// RFC 2045 4: without MIME-Version a message is not MIME.
BOOST_FIXTURE_TEST_CASE(an_attached_message_becomes_mime, Fixture) {
    check("MIME-Version: 1.0\nContent-Type: message/rfc822\n\nA: 1\n\n\xc3\xb6\n",
          "MIME-Version: 1.0\nContent-Type: message/rfc822\n\nA: 1\nMIME-Version: 1.0\n"
          "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n"
          "w7YNCg==\n");
}

BOOST_FIXTURE_TEST_CASE(more_parts_than_are_remembered, Fixture) {
    std::string text = "Content-Type: multipart/mixed; boundary=a\n\n";
    for (int i = 0; i < 10'000; ++i)
        text += "--a\n\nx\n";
    result(text + "--a--\n", eight_bit); // nothing to encode
    const Failure failure = failure_of([&] { return result(text + "--a\n\n\xc3\xb6\n"); });
    BOOST_TEST(status_of(failure) == 65);
    BOOST_TEST(holds(failure.what(), "more than 10,000 parts"));
}

BOOST_FIXTURE_TEST_CASE(parts_of_a_digest_are_messages, Fixture) {
    const auto digest = [](const std::string& field, const std::string& text) {
        return "MIME-Version: 1.0\nContent-Type: multipart/digest; boundary=b\n\n"
               "--b\n\nSubject: one\nMIME-Version: 1.0\n"
               "Content-Type: text/plain; charset=utf-8\n" +
               field + "\n" + text + "--b\nContent-Type: text/plain; charset=utf-8\n" +
               field + "\n" + text + "--b--\n";
    };
    check(digest("", umlaut),
          digest("Content-Transfer-Encoding: quoted-printable\n", umlaut_quoted));
}

namespace {

std::string signed_part(const std::string& field, const std::string& text) {
    return "MIME-Version: 1.0\nContent-Type: multipart/signed; boundary=b; micalg=x;\n"
           " protocol=\"application/x\"\n\n--b\nContent-Type: multipart/mixed; "
           "boundary=c\n\n--c\nContent-Type: text/plain\n" +
           field + "\n" + text +
           "--c--\n\n--b\nContent-Type: application/x\n\nsignature\n--b--\n";
}

std::string mixed(const std::string& first, const std::string& second) {
    return "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=a\n\n"
           "--a\n" +
           first + "--a\n" + second + "--a--\n";
}

} // namespace

BOOST_FIXTURE_TEST_CASE(what_a_signature_covers_is_not_changed, Fixture) {
    check_refused(signed_part("", umlaut));
    check_stays(signed_part("", "a" + nul + "\n"));
    check_stays(signed_part("", long_line + "\n"));
}

BOOST_FIXTURE_TEST_CASE(beside_it_other_parts_are, Fixture) {
    const std::string covered = signed_part("", "covered\n");
    check(mixed(covered, "\n" + umlaut),
          mixed(covered, "Content-Type: text/plain; charset=utf-8\n"
                         "Content-Transfer-Encoding: quoted-printable\n\n" +
                             umlaut_quoted));
}

BOOST_FIXTURE_TEST_CASE(not_even_a_label_within_a_signature_is_changed, Fixture) {
    const std::string covered =
        signed_part("Content-Transfer-Encoding: 8bit\nX: 1\n", "covered\n");
    check(mixed(covered, "\n" + umlaut),
          mixed(covered, "Content-Type: text/plain; charset=utf-8\n"
                         "Content-Transfer-Encoding: quoted-printable\n\n" +
                             umlaut_quoted));
}

BOOST_FIXTURE_TEST_CASE(what_has_an_encoding_already, Fixture) {
    const std::string head = "MIME-Version: 1.0\nContent-Type: text/plain\n"
                             "Content-Transfer-Encoding: ";
    for (const char* name : {"quoted-printable", "base64", "x-uuencode", "BASE64 (c)"}) {
        check_refused(head + name + "\n\n" + umlaut);
        check_stays(head + name + "\n\n" + nul + "\n");
    }
    check_stays(head + "x-uuencode\n\n" + long_line + "\n");
    for (const char* name : {"7BIT", "8bit", "Binary", "(c) 8bit"})
        BOOST_TEST(holds(result(head + name + "\n\n" + umlaut),
                         "Content-Transfer-Encoding: quoted-printable\r\n\r\n"));
}

BOOST_FIXTURE_TEST_CASE(what_mime_gives_no_encoding, Fixture) {
    for (const char* type : {"message/partial; id=x", "message/delivery-status",
                             "multipart/mixed", "message/external-body"}) {
        const std::string head =
            std::string("MIME-Version: 1.0\nContent-Type: ") + type + "\n\n";
        check_refused(head + umlaut);
        check_stays(head + nul + "\n");
        check_stays(head + long_line + "\n");
    }
}

BOOST_FIXTURE_TEST_CASE(around_the_parts_nothing_can_be_encoded, Fixture) {
    const std::string head = "MIME-Version: 1.0\nContent-Type: multipart/mixed; "
                             "boundary=b\n\n";
    check_refused(head + umlaut + "--b\n\nx\n--b--\n");
    check_stays(head + "--b\n\nx\n--b--\n" + nul + "\n");
    check_refused(head + "--b\nX: \xc3\xbc\n\nx\n--b--\n");
    check_stays(head + long_line + "\n--b\n\nx\n--b--\n");
}

BOOST_FIXTURE_TEST_CASE(what_dkim_has_signed, Fixture) {
    const std::string dkim = "DKIM-Signature: v=1; b=x\n";
    check_stays(dkim + "\n" + long_line + "\n");
    check(dkim + "\n" + umlaut,
          dkim +
              "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
              "Content-Transfer-Encoding: quoted-printable\n\n" +
              umlaut_quoted);
    result(dkim + "\n" + umlaut);
    BOOST_TEST(notes == std::vector<std::string>{"the message is encoded anew, so its DKIM "
                                                 "signature no longer holds"},
               boost::test_tools::per_element());
    check_stays("MIME-Version: 1.0\nContent-Type: message/rfc822\n\n" + dkim + "\n" +
                long_line + "\n");
}
