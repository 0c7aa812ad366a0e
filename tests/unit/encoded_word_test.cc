// SPDX-License-Identifier: MIT
//
// Encoded words in the charsets that mail was written in before UTF-8.
#define BOOST_TEST_MODULE encoded_word
#include <boost/test/unit_test.hpp>

#include <set>

#include "decoding.h"
#include "text/encoded_word.h"

using namespace sallyport;

namespace {

/// The octets in each of the words for `text`.
std::vector<std::string> parts_of(const std::string& text, const std::string& charset) {
    std::vector<std::string> parts;
    std::string words = encode_words(text, charset, 1);
    for (auto end = words.find("\r\n "); end != words.npos; end = words.find("\r\n ")) {
        BOOST_TEST(end <= 75U);
        parts.push_back(decode_q_word(words.substr(0, end)).value());
        words.erase(0, end + 3);
    }
    BOOST_TEST(words.size() <= 75U);
    BOOST_TEST(words.starts_with("=?" + charset + "?Q?"));
    parts.push_back(decode_q_word(words).value());
    return parts;
}

/// No character is split, wherever the words begin.
void check_whole(const std::string& charset, const std::vector<std::string>& characters) {
    for (std::size_t shift = 0; shift < 8; ++shift) {
        std::string text(shift, 'x');
        std::set<std::size_t> ends;
        for (std::size_t i = 0; i < 120; ++i) {
            text += characters[i % characters.size()];
            ends.insert(text.size());
        }
        std::string together;
        for (const std::string& part : parts_of(text, charset)) {
            together += part;
            BOOST_TEST((together.size() <= shift || ends.contains(together.size())),
                       charset);
        }
        BOOST_TEST((together == text), charset);
    }
}

} // namespace

BOOST_AUTO_TEST_CASE(what_text_is_in) {
    BOOST_TEST(charset_of("\xc3\xbc", "windows-1251") == "UTF-8");
    BOOST_TEST(charset_of("\xfc", "windows-1251") == "windows-1251");
    BOOST_TEST(charset_of("\xfc", std::string(40, 'x')) == std::string(40, 'x'));
    BOOST_TEST(charset_of("\xfc", "ISO_8859-1+x") == "ISO_8859-1+x");
}

BOOST_AUTO_TEST_CASE(charsets_that_it_cannot_be_in) {
    for (const char* name : {"", "utf-8", "UTF8", "utf-16le", "US-ASCII", "ISO-2022-JP",
                             "a b", "a?q?b", "a\r\nb", "\xfc", "a=b", "a.b", "\"a\""})
        BOOST_TEST(charset_of("\xfc", name) == "", name);
    BOOST_TEST(charset_of("\xfc", std::string(41, 'x')) == "");
}

BOOST_AUTO_TEST_CASE(text_with_escapes) {
    const std::string text = "a \x1b$B;3ED\x1b(B";
    for (const char* name : {"ISO-2022-JP", "iso-2022-jp-2"})
        BOOST_TEST(charset_of(text, name) == name);
    for (const char* name : {"", "utf-8", "iso-2022-kr", "iso-2022-jp?"})
        BOOST_TEST(charset_of(text, name) == "", name);
    for (const char* odd : {"\x1b$B;3ED", "\x1b$B;3ED\x1b(B\xfc", "\x1b(B\x1b$@"})
        BOOST_TEST(charset_of(odd, "iso-2022-jp") == "", odd);
    check_whole("ISO-2022-JP", {"\x1b$B;3ED\x1b(B", "\x1b(I1\x1b(B", "1"});
    BOOST_TEST(encode_words("\x1b$B" + std::string(80, '!') + "\x1b(B", "iso-2022-jp", 1) ==
               "");
    BOOST_TEST(encode_words("\x1b(B", "iso-2022-jp", 1) == "=?iso-2022-jp?Q?=1B=28B?=");
}

BOOST_AUTO_TEST_CASE(charsets_of_one_octet) {
    check_whole("ISO-8859-15", {"\xfc"});
    check_whole("Windows-1251", {"\xd0", "\xe0", "1"});
    check_whole("KOI8-R", {"\xd0"});
}

BOOST_AUTO_TEST_CASE(charsets_of_several_octets) {
    check_whole("EUC-JP", {"\xc6\xfc", "\x8e\xb1", "\x8f\xb0\xa1", "a"});
    check_whole("Shift_JIS", {"\x93\xfa", "\x95\x5c", "\xb1", "1"});
    check_whole("windows-31j", {"\xb1", "\x95\x5c"});
    check_whole("GBK", {"\xc8\xd5", "\x81\x40", " "});
    check_whole("GB18030", {"\xc8\xd5", "\x81\x30\x81\x30"});
    check_whole("Big5-HKSCS", {"\xa4\xe9", "\xa5\x5c"});
    check_whole("EUC-KR", {"\xc0\xcf", "b"});
    check_whole("ks_c_5601-1987", {"\xc0\xcf"});
}

BOOST_AUTO_TEST_CASE(an_unknown_charset_is_not_split) {
    BOOST_TEST(encode_words("\xfc x", "x-mac", 1) == "=?x-mac?Q?=FC_x?=");
    BOOST_TEST(encode_words(std::string(30, '\xfc'), "x-mac", 1) == "");
    BOOST_TEST(encode_words(std::string(21, '\xfc'), "x-mac", 1).size() == 75U);
    BOOST_TEST(encode_words(std::string(22, '\xfc'), "x-mac", 1) == "");
    // one word is not left empty, though it leaves the line
    BOOST_TEST(!encode_words(std::string(21, '\xfc'), "x-mac", 50)
                    .starts_with("=?x-mac?Q?"
                                 "?="));
}

BOOST_AUTO_TEST_CASE(the_first_word_fits_its_line) {
    for (std::size_t column = 0; column < 50; ++column) {
        const std::string words =
            encode_words(std::string(100, 'x') + "\xc3\xbc", "UTF-8", column);
        const auto end = words.find("\r\n");
        BOOST_TEST(column + end <= 76U);
        BOOST_TEST(column + end >= 75U);
        BOOST_TEST(decode_field(words) == std::string(100, 'x') + "\xc3\xbc");
    }
}
