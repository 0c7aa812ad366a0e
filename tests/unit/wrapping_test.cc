// SPDX-License-Identifier: MIT
//
// Bodies that are encoded already, by who forgot the line ends.
#define BOOST_TEST_MODULE wrapping
#include <boost/test/unit_test.hpp>

#include "message/reencode.h"
#include "reencoding.h"

using namespace sallyport;

namespace {

struct Fixture {
    /// Empty if the message is sent as it is.
    std::string result(const std::string& text) {
        const Message message = message_of(text);
        const auto wrapped = reencode(message, false, notes);
        if (!wrapped)
            return {};
        const Message again = message_of(octets_of(*wrapped));
        BOOST_TEST(wrapped->body_facts().longest_line == again.body_facts().longest_line);
        BOOST_TEST(again.body_facts().longest_line <= 998U);
        BOOST_TEST((Reading(message).leaves == Reading(*wrapped).leaves));
        BOOST_TEST((Reading(message).frame == Reading(*wrapped).frame));
        BOOST_TEST(!reencode(*wrapped, false, notes));
        return octets_of(*wrapped);
    }

    void check_stays(const std::string& text) {
        BOOST_TEST(result(text) == "");
        BOOST_TEST(message_of(text).binary());
    }

    std::vector<std::string> notes;
};

std::string part(const std::string& encoding, const std::string& body,
                 const std::string& type = "image/x") {
    return "Content-Type: " + type +
           "\nMIME-Version: 1.0\nContent-Transfer-Encoding: " + encoding + "\n\n" + body;
}

std::string mixed(const std::string& kind, const std::string& first,
                  const std::string& second) {
    return "MIME-Version: 1.0\nContent-Type: multipart/" + kind + "; boundary=b\n\n--b\n" +
           first + "\n--b\n" + second + "\n--b--\n";
}

std::string repeated(const std::string& text, std::size_t count) {
    std::string all;
    while (count-- > 0)
        all += text;
    return all;
}

const std::string base64 = repeated("QUJD", 300);
const std::string quoted = repeated("=C3=BC x", 200);

} // namespace

BOOST_FIXTURE_TEST_CASE(base64_in_one_line, Fixture) {
    const std::string octets = result(part("base64", base64 + "\n"));
    const auto body = octets.find("\r\n\r\n") + 4;
    BOOST_TEST(octets.substr(0, body) == "Content-Type: image/x\r\nMIME-Version: 1.0\r\n"
                                         "Content-Transfer-Encoding: base64\r\n\r\n");
    BOOST_TEST(octets.substr(body, 80) ==
               base64.substr(0, 76) + "\r\n" + base64.substr(0, 2));
    BOOST_TEST(octets.ends_with("\r\n"));
    BOOST_TEST(notes.empty());
}

BOOST_FIXTURE_TEST_CASE(quoted_printable_in_one_line, Fixture) {
    const std::string octets = result(part("Quoted-Printable", quoted + "\n", "text/html"));
    BOOST_TEST(octets.find("=C3=BC x=\r\n") != octets.npos);
    BOOST_TEST(notes.empty());
}

BOOST_FIXTURE_TEST_CASE(a_part_among_others, Fixture) {
    const std::string first = part("base64", base64);
    const std::string second = part("quoted-printable", "a=3Db");
    const std::string octets = result(mixed("mixed", second, first));
    BOOST_TEST(octets.find("\r\n\r\na=3Db\r\n--b\r\n") != octets.npos);
    BOOST_TEST(octets.ends_with("QUJD\r\n--b--\r\n"));
}

/// The octets that are left are the same; where they end does not count.
BOOST_FIXTURE_TEST_CASE(base64_that_was_put_together, Fixture) {
    const std::string several = repeated("QQ==", 300) + "\n\n" + repeated("QUI=", 20);
    const std::string octets = result(part("base64", several));
    std::string left;
    for (const char c : octets.substr(octets.find("\r\n\r\n")))
        left += c == '\r' || c == '\n' ? "" : std::string(1, c);
    BOOST_TEST(left == repeated("QQ==", 300) + repeated("QUI=", 20));
}

BOOST_FIXTURE_TEST_CASE(base64_with_something_else_in_it, Fixture) {
    for (const char* other : {" ", "-- \nfooter", "\xc3\xbc", "!", "\t", "_"}) {
        check_stays(part("base64", base64 + other + "\n"));
        check_stays(part("base64", other + base64 + "\n"));
    }
}

BOOST_FIXTURE_TEST_CASE(more_blanks_in_a_row_than_are_looked_through, Fixture) {
    const std::string blanks(900, ' ');
    result(part("quoted-printable", "x" + blanks + "\n" + std::string(1200, 'x') + "\n"));
    result(part("quoted-printable", std::string(700, 'x') + blanks + "y\n"));
    check_stays(part("quoted-printable", blanks + " " + std::string(1200, 'x') + "\n"));
    check_stays(part("quoted-printable", std::string(1200, 'x') + blanks + "\t\n"));
}

BOOST_FIXTURE_TEST_CASE(what_may_be_signed_stays, Fixture) {
    check_stays(
        mixed("signed; micalg=x; protocol=y", part("base64", base64), part("7bit", "x")));
    check_stays(mixed("signed", part("7bit", "x"), part("quoted-printable", quoted)));
    for (const char* type :
         {"application/pkcs7-mime", "application/x-pkcs7-mime; name=smime.p7m",
          "Application/PKCS7-MIME; smime-type=signed-data"}) {
        check_stays(part("base64", base64, type));
        check_stays(mixed("mixed", part("base64", base64, type), part("7bit", "x")));
    }
    check_stays("DKIM-Signature: v=1\n" + part("base64", base64));
    check_stays("DKIM-Signature: v=1\n" + part("quoted-printable", quoted));
    const std::string attached =
        part("7bit", "DKIM-Signature: v=1\n" + part("base64", base64), "message/rfc822");
    check_stays(attached);
    check_stays(mixed("mixed", attached, part("7bit", "x")));
    check_stays(part("7bit",
                     "DKIM-Signature: v=1\n" +
                         mixed("mixed", part("base64", base64), part("7bit", "x")),
                     "message/rfc822"));
    // beside what is signed, all else is wrapped
    const auto wrapped =
        reencode(message_of(mixed("mixed", part("base64", base64, "application/pkcs7-mime"),
                                  part("base64", base64))),
                 false, notes);
    BOOST_REQUIRE(wrapped);
    const std::string octets = octets_of(*wrapped);
    const auto kept = octets.find("\r\n\r\n" + base64 + "\r\n");
    BOOST_TEST(kept != octets.npos);
    BOOST_TEST(octets.find("\r\n\r\n" + base64.substr(0, 76) + "\r\n", kept) !=
               octets.npos);
}

BOOST_FIXTURE_TEST_CASE(with_a_dkim_signature_not_even_beside_what_must_be_encoded,
                        Fixture) {
    const std::string text = "DKIM-Signature: v=1\n" +
                             mixed("mixed", part("base64", base64), part("8bit", "\xff"));
    const auto encoded = reencode(message_of(text), true, notes);
    BOOST_REQUIRE(encoded);
    BOOST_TEST(octets_of(*encoded).find("\r\n\r\n" + base64 + "\r\n") != std::string::npos);
}

/// It is no quoted-printable, and some readers make one sign of the two.
BOOST_FIXTURE_TEST_CASE(two_equals_signs_stay_together, Fixture) {
    for (std::size_t size = 60; size < 90; ++size) {
        const std::string wrapped = result(part(
            "quoted-printable", std::string(size, 'x') + "==ab" + std::string(1000, 'y')));
        BOOST_TEST(wrapped.find("==ab") != wrapped.npos);
    }
}

/// RFC 2046 5.1.1: a new line may not look like a delimiter.
BOOST_FIXTURE_TEST_CASE(a_new_line_is_no_delimiter, Fixture) {
    for (std::size_t size = 70; size < 80; ++size)
        BOOST_TEST(!result(mixed("mixed",
                                 part("quoted-printable", std::string(size, 'x') + "--b--" +
                                                              std::string(1000, 'y')),
                                 "\nz"))
                        .empty());
}

BOOST_FIXTURE_TEST_CASE(bodies_beyond_what_is_kept_in_memory, Fixture) {
    const std::string octets =
        result(mixed("mixed", part("base64", repeated(base64, 500)),
                     part("quoted-printable", repeated(quoted, 300) + "\n")));
    BOOST_TEST(octets.size() > 1'000'000U);
}
