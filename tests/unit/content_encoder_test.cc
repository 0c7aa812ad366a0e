// SPDX-License-Identifier: MIT
//
// Quoted-printable and base64 text. Every case is encoded as a whole and in pieces down to
// one octet: the result must be the same.
#define BOOST_TEST_MODULE content_encoder
#include <boost/test/unit_test.hpp>

#include "decoding.h"
#include "message/content_encoder.h"

using namespace sallyport;
using namespace std::string_literals;

namespace {

template<class Encoder>
std::string encode(std::string_view octets, std::size_t piece) {
    Encoder encoder;
    std::string encoded;
    for (; !octets.empty(); octets.remove_prefix(std::min(piece, octets.size())))
        encoder.encode(octets.substr(0, piece), encoded);
    encoder.finish(encoded);
    return encoded;
}

template<class Encoder>
std::string in_all_pieces(const std::string& octets) {
    std::string whole = encode<Encoder>(octets, std::string::npos);
    for (const std::size_t piece : {1U, 2U, 3U, 7U, 57U, 76U})
        BOOST_TEST((encode<Encoder>(octets, piece) == whole), piece);
    return whole;
}

std::string quoted_printable(const std::string& octets) {
    return in_all_pieces<QuotedPrintableEncoder>(octets);
}

std::string base64(const std::string& octets) {
    return in_all_pieces<Base64Encoder>(octets);
}

std::size_t longest_line(std::string_view text) {
    std::size_t longest = 0;
    for (auto end = text.find("\r\n"); end != text.npos; end = text.find("\r\n")) {
        longest = std::max(longest, end);
        text.remove_prefix(end + 2);
    }
    return std::max(longest, text.size());
}

std::string all_octets() {
    std::string octets;
    for (int octet = 0; octet < 256; ++octet)
        octets += static_cast<char>(octet);
    return octets;
}

} // namespace

BOOST_AUTO_TEST_CASE(text_that_needs_no_encoding) {
    BOOST_TEST(quoted_printable("") == "");
    BOOST_TEST(quoted_printable("Hello, world!\r\n.\r\nFrom a\r\n") ==
               "Hello, world!\r\n.\r\nFrom a\r\n");
    BOOST_TEST(quoted_printable("\r\n\r\n") == "\r\n\r\n");
    BOOST_TEST(quoted_printable("!\"#$%&'()*+,-./:;<>?@[\\]^_`{|}~") ==
               "!\"#$%&'()*+,-./:;<>?@[\\]^_`{|}~");
}

BOOST_AUTO_TEST_CASE(octets_that_do) {
    BOOST_TEST(quoted_printable("1+1=2") == "1+1=3D2");
    BOOST_TEST(quoted_printable("gr\xc3\xbc\xc3\x9f") == "gr=C3=BC=C3=9F");
    BOOST_TEST(quoted_printable("\0\x01\x1b\x7f\xff"s) == "=00=01=1B=7F=FF");
}

BOOST_AUTO_TEST_CASE(blanks_at_the_end_of_a_line) {
    BOOST_TEST(quoted_printable("a b\tc") == "a b\tc");
    BOOST_TEST(quoted_printable("a \r\nb\t\r\n \r\n") == "a=20\r\nb=09\r\n=20\r\n");
    BOOST_TEST(quoted_printable("a  \r\n") == "a =20\r\n");
    BOOST_TEST(quoted_printable("a ") == "a=20");
    BOOST_TEST(quoted_printable("\t") == "=09");
}

BOOST_AUTO_TEST_CASE(a_cr_or_lf_alone_ends_no_line) {
    BOOST_TEST(quoted_printable("a\rb") == "a=0Db");
    BOOST_TEST(quoted_printable("a\nb") == "a=0Ab");
    BOOST_TEST(quoted_printable("a\r\r\nb\r") == "a=0D\r\nb=0D");
    BOOST_TEST(quoted_printable("\n\r") == "=0A=0D");
}

BOOST_AUTO_TEST_CASE(soft_line_ends) {
    const std::string full(75, 'x');
    BOOST_TEST(quoted_printable(full) == full);
    BOOST_TEST(quoted_printable(full + "\r\n" + full) == full + "\r\n" + full);
    BOOST_TEST(quoted_printable(full + "y") == full + "=\r\ny");
    BOOST_TEST(quoted_printable(std::string(73, 'x') + "\xff") ==
               std::string(73, 'x') + "=\r\n=FF");
    BOOST_TEST(quoted_printable(std::string(72, 'x') + "\xff") ==
               std::string(72, 'x') + "=FF");
    BOOST_TEST(quoted_printable(full + " \r\ny") == full + "=\r\n=20\r\ny");
    for (std::size_t size = 60; size < 200; ++size) {
        for (const char* end : {"", " ", "\xff", "=", " \r\n", "\r\n", "\xc3\xbc\r\nz"}) {
            const std::string octets = std::string(size, 'x') + end;
            const std::string encoded = quoted_printable(octets);
            BOOST_TEST(longest_line(encoded) <= 76U);
            BOOST_TEST((decode_quoted_printable(encoded) == octets), size);
        }
    }
}

/// RFC 2046 5.1.1: what is made must not look like a delimiter that was not there before.
BOOST_AUTO_TEST_CASE(no_line_that_was_none_begins_with_a_hyphen) {
    const std::string full(75, 'x');
    BOOST_TEST(quoted_printable("--b\r\n" + full + "--b\r\n--b") ==
               "--b\r\n" + full + "=\r\n=2D-b\r\n--b");
}

BOOST_AUTO_TEST_CASE(all_octets_come_back) {
    const std::string octets = all_octets() + "\r\n" + all_octets() + all_octets();
    for (const std::string& encoded : {quoted_printable(octets), base64(octets)}) {
        BOOST_TEST(longest_line(encoded) <= 76U);
        BOOST_TEST(encoded.find('\0') == std::string::npos);
        for (const char c : encoded)
            BOOST_REQUIRE(((c >= ' ' && c <= '~') || c == '\t' || c == '\r' || c == '\n'));
    }
    BOOST_TEST((decode_quoted_printable(quoted_printable(octets)) == octets));
    BOOST_TEST((decode_base64_lines(base64(octets)) == octets));
}

namespace {

std::string wrap(std::string_view text, bool base64, std::size_t piece) {
    LineWrapper wrapper(base64);
    std::string wrapped;
    for (; !text.empty(); text.remove_prefix(std::min(piece, text.size())))
        wrapper.encode(text.substr(0, piece), wrapped);
    wrapper.finish(wrapped);
    return wrapped;
}

std::string wrapped(const std::string& text, bool base64 = false) {
    std::string whole = wrap(text, base64, std::string::npos);
    for (const std::size_t piece : {1U, 2U, 3U, 7U, 75U})
        BOOST_TEST((wrap(text, base64, piece) == whole), piece);
    return whole;
}

} // namespace

BOOST_AUTO_TEST_CASE(quoted_printable_with_more_line_ends) {
    const std::string full(75, 'x');
    for (const std::string& text :
         {std::string(), full, full + "\r\n" + full + "\r\n",
          std::string("a =\r\nb \r\n\r\n"), std::string("=3D=\r\n"),
          std::string("a=20\r\n.\r\n--b")})
        BOOST_TEST(wrapped(text) == text);
    BOOST_TEST(wrapped(full + "y") == full + "=\r\ny");
    BOOST_TEST(wrapped(full + "=3D") == full + "=\r\n=3D");
    BOOST_TEST(wrapped(full.substr(1) + "=3d=C3") == full.substr(1) + "=\r\n=3d=C3");
    BOOST_TEST(wrapped(full.substr(2) + "=3dx") == full.substr(2) + "=\r\n=3dx");
    BOOST_TEST(wrapped(full.substr(3) + "=3dx") == full.substr(3) + "=3d=\r\nx");
    BOOST_TEST(wrapped(full + "=\r\n") == full + "=\r\n=\r\n"); // nothing between them
    BOOST_TEST(wrapped(full + "--b") == full + "=\r\n=2D-b");
}

/// RFC 2045 6.7 (3): a reader drops them, unless a soft line end follows.
BOOST_AUTO_TEST_CASE(blanks_at_the_end_of_a_quoted_printable_line_stay_there) {
    const std::string full(74, 'x');
    BOOST_TEST(wrapped(full + " \t  \r\ny") == full + " \t  \r\ny");
    BOOST_TEST(wrapped(full + "   ") == full + "   ");
    BOOST_TEST(wrapped(full + "   y") == full + "   =\r\ny");
    BOOST_TEST(wrapped(full + " -y") == full + " =\r\n=2Dy");
}

BOOST_AUTO_TEST_CASE(quoted_printable_of_every_length) {
    for (std::size_t size = 0; size < 200; ++size) {
        for (const char* unit : {"=", "\xff", "\xc3\xbc", "-", "x y"}) {
            std::string octets(size, 'x');
            for (int i = 0; i < 400; ++i)
                octets += unit;
            // in one line, as who forgets to wrap it has it
            std::string text = quoted_printable(octets + ".\r\n");
            for (auto at = text.find("=\r\n"); at != text.npos; at = text.find("=\r\n"))
                text.erase(at, 3);
            const std::string result = wrapped(text);
            BOOST_TEST(longest_line(result) <= 77U); // a blank may stand before the "="
            BOOST_TEST((decode_quoted_printable(result) == octets + ".\r\n"), size);
        }
    }
}

BOOST_AUTO_TEST_CASE(what_is_no_quoted_printable_keeps_its_octets) {
    const std::string full(75, 'x');
    BOOST_TEST(wrapped("a=b=\r\n==\r\n=x\r\n") == "a=b=\r\n==\r\n=x\r\n");
    BOOST_TEST(wrapped("= \r\n=  \t\r\n") == "= \r\n=  \t\r\n");
    BOOST_TEST(wrapped(full + "==3D") == full + "=\r\n==3D");
    BOOST_TEST(wrapped(full.substr(2) + "==3D") == full.substr(2) + "=\r\n==3D");
    BOOST_TEST(wrapped(full.substr(3) + "==3D") == full.substr(3) + "==3D");
    BOOST_TEST(wrapped(full + "=Zy\xff") == full + "=\r\n=Zy\xff");
}

BOOST_AUTO_TEST_CASE(base64_with_other_line_ends) {
    const std::string line(76, 'A');
    BOOST_TEST(wrapped("", true) == "");
    BOOST_TEST(wrapped(line, true) == line);
    BOOST_TEST(wrapped(line + line, true) == line + "\r\n" + line);
    BOOST_TEST(wrapped(line + "A\r\nA=\r\n\r\n=YQ==", true) == line + "\r\nAA==YQ==");
}

BOOST_AUTO_TEST_CASE(base64_in_lines) {
    BOOST_TEST(base64("") == "");
    BOOST_TEST(base64("foob") == "Zm9vYg==");
    const std::string full(57, '\0');
    const std::string line(76, 'A');
    BOOST_TEST(base64(full) == line);
    BOOST_TEST(base64(full + full) == line + "\r\n" + line);
    BOOST_TEST(base64(full + "f") == line + "\r\nZg==");
    for (std::size_t size = 0; size < 200; ++size) {
        const std::string octets(size, '\xfe');
        BOOST_TEST(longest_line(base64(octets)) <= 76U);
        BOOST_TEST((decode_base64_lines(base64(octets)) == octets), size);
    }
}
