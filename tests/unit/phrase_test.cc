// SPDX-License-Identifier: MIT
//
// The names are read back by readers of the test's own, as RFC 5322 and RFC 2047 have it.
#define BOOST_TEST_MODULE phrase
#include <boost/test/unit_test.hpp>

#include <cstdlib>

#include "text/address.h"
#include "text/ascii.h"
#include "text/printable.h"

using namespace sallyport;

namespace {

std::string repeated(std::string_view text, std::size_t count) {
    std::string all;
    while (count-- > 0)
        all += text;
    return all;
}

std::vector<std::string> words_of(const std::string& phrase) {
    std::vector<std::string> words(1);
    for (const char c : phrase) {
        if (c != ' ' && c != '\r' && c != '\n' && c != '\t')
            words.back() += c;
        else if (!words.back().empty())
            words.emplace_back();
    }
    return words;
}

/// The text of an encoded word, and its character set; checks its form (RFC 2047 2, 5).
std::string decode(const std::string& word, const std::string& charset) {
    const std::string begin = "=?" + charset + "?Q?";
    BOOST_REQUIRE(word.starts_with(begin));
    BOOST_REQUIRE(word.ends_with("?="));
    BOOST_TEST(word.size() <= 75U);
    const std::string code = word.substr(begin.size(), word.size() - begin.size() - 2);
    std::string text;
    for (std::size_t at = 0; at < code.size(); ++at) {
        const bool plain =
            is_alpha(code[at]) || is_digit(code[at]) ||
            std::string_view("!*+-/_").find(code[at]) != std::string_view::npos;
        BOOST_TEST((plain || code[at] == '='));
        if (code[at] == '=') {
            text += static_cast<char>(
                std::strtoul(code.substr(at + 1, 2).c_str(), nullptr, 16));
            at += 2;
        } else {
            text += code[at] == '_' ? ' ' : code[at];
        }
    }
    return text;
}

/// What a reader makes of several encoded words: blanks between them do not count.
std::string decode_all(const std::string& phrase, const std::string& charset) {
    std::string text;
    for (const std::string& word : words_of(phrase))
        text += decode(word, charset);
    return text;
}

/// The name that a parser finds before an address.
std::string read_back(const std::string& phrase) {
    const auto found = parse_address_list(phrase + " <a@x>");
    BOOST_REQUIRE(found.size() == 1U);
    BOOST_TEST(found.front().address() == "a@x");
    return found.front().display_name;
}

} // namespace

BOOST_AUTO_TEST_CASE(atoms_stay_as_they_are) {
    BOOST_TEST(make_phrase("CronDaemon") == "CronDaemon");
    BOOST_TEST(make_phrase("Cron Daemon") == "Cron Daemon");
    BOOST_TEST(make_phrase("O'Neill & Sons / Mail +1") == "O'Neill & Sons / Mail +1");
    BOOST_TEST(make_phrase("  Bob  ") == "Bob");
}

BOOST_AUTO_TEST_CASE(no_name) {
    BOOST_TEST(make_phrase("") == "");
    BOOST_TEST(make_phrase(" \t ") == "");
    BOOST_TEST(make_phrase("\r\n") == "");
}

BOOST_AUTO_TEST_CASE(specials_are_quoted) {
    BOOST_TEST(make_phrase("Doe, John (x)") == "\"Doe, John (x)\"");
    BOOST_TEST(make_phrase("J. Doe") == "\"J. Doe\"");
    BOOST_TEST(make_phrase("a\"b\\c") == "\"a\\\"b\\\\c\"");
    for (const char special : std::string("()<>[]:;@\\,.\"")) {
        const std::string name = std::string("a ") + special + " b";
        BOOST_TEST(read_back(make_phrase(name)) == name);
    }
    BOOST_TEST(read_back(make_phrase("Bob <evil@x>, \"")) == "Bob <evil@x>, \"");
}

BOOST_AUTO_TEST_CASE(no_field_can_be_smuggled_in) {
    for (const char* name : {"Joe\r\nBcc: evil@x", "Joe\nBcc: evil@x", "Joe\rBcc: evil@x",
                             "J\xc3\xb6\r\nBcc: evil@x", "Joe\x7f\x01"})
        BOOST_TEST(!has_control(make_phrase(name)));
    BOOST_TEST(make_phrase("Joe\r\nBcc: evil@x") == "\"JoeBcc: evil@x\"");
}

BOOST_AUTO_TEST_CASE(eight_bit_text_is_encoded) {
    BOOST_TEST(make_phrase("J\xc3\xb6rg M.") == "=?UTF-8?Q?J=C3=B6rg_M=2E?=");
    BOOST_TEST(make_phrase("a_b=c?\xc3\xa4") == "=?UTF-8?Q?a=5Fb=3Dc=3F=C3=A4?=");
    // U+200F: what printable would not show is UTF-8 all the same
    BOOST_TEST(make_phrase("\xd7\x90\xe2\x80\x8f") == "=?UTF-8?Q?=D7=90=E2=80=8F?=");
    BOOST_TEST(decode_all(make_phrase("\"J\xc3\xb6\" <b@y>, c"), "UTF-8") ==
               "\"J\xc3\xb6\" <b@y>, c");
}

BOOST_AUTO_TEST_CASE(what_looks_encoded_is_encoded) {
    BOOST_TEST(decode_all(make_phrase("=?UTF-8?Q?x?="), "UTF-8") == "=?UTF-8?Q?x?=");
}

BOOST_AUTO_TEST_CASE(long_names_are_split_between_characters) {
    std::string name;
    for (int i = 0; i < 60; ++i)
        name += i % 3 == 0 ? "\xe6\x97\xa5" : i % 3 == 1 ? "\xf0\x9f\x93\xa7" : "x ";
    name += "!";
    for (std::size_t cut = 0; cut < 3; ++cut) {
        const std::string shifted = std::string(cut, 'y') + name;
        const std::string phrase = make_phrase(shifted);
        BOOST_TEST(decode_all(phrase, "UTF-8") == shifted);
        BOOST_TEST(words_of(phrase).size() > 3U);
        for (const std::string& word : words_of(phrase)) {
            const std::string part = decode(word, "UTF-8");
            BOOST_TEST(printable(part) == part); // whole characters
        }
    }
}

BOOST_AUTO_TEST_CASE(a_word_may_be_full) {
    const auto words = words_of(make_phrase("\xc3\xa4" + std::string(200, 'x')));
    BOOST_TEST(words.front().size() == 75U);
    BOOST_TEST(words[1].size() == 75U);
}

BOOST_AUTO_TEST_CASE(no_charset_is_guessed) {
    BOOST_TEST(make_phrase("J\xf6rg") == "\"J\xf6rg\"");
    BOOST_TEST(make_phrase("\xd0\xe0\xec, \"x\"") == "\"\xd0\xe0\xec, \\\"x\\\"\"");
    BOOST_TEST(read_back(make_phrase("\x95\x5c =?a?Q?b?=")) == "\x95\x5c =?a?Q?b?=");
}

BOOST_AUTO_TEST_CASE(lines_with_encoded_words_are_short) {
    // RFC 2047 2: at most 76 octets a line
    std::size_t size = 0;
    std::size_t longest = 0;
    for (const char c : make_phrase(repeated("\xc3\xa9", 300))) {
        size = c == '\n' ? 0 : size + (c == '\r' ? 0 : 1);
        longest = std::max(longest, size);
    }
    BOOST_TEST(longest <= 76U);
    BOOST_TEST(longest >= 70U);
}
