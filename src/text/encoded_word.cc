// SPDX-License-Identifier: MIT
#include "text/encoded_word.h"

#include <algorithm>
#include <array>

#include "base/concat.h"
#include "text/ascii.h"
#include "text/utf8.h"

namespace sallyport {

namespace {

constexpr std::size_t charset_limit = 40;

/// Octets over 127 from `alone` to `alone_end` are characters, `of_three` begins one of
/// three; every other begins one of two, or where a digit follows of four (GB 18030).
struct Charset {
    std::array<char, 12> prefix;
    unsigned char alone = 0;
    unsigned char alone_end = 0;
    unsigned char of_three = 0;
};

constexpr std::array charsets{Charset{{"iso-8859-"}, 0x80, 0xff},
                              Charset{{"windows-125"}, 0x80, 0xff},
                              Charset{{"koi8-"}, 0x80, 0xff},
                              Charset{{"shift_jis"}, 0xa1, 0xdf},
                              Charset{{"windows-31j"}, 0xa1, 0xdf},
                              Charset{{"euc-jp"}, 0, 0, 0x8f},
                              Charset{{"euc-kr"}},
                              Charset{{"ks_c_5601"}},
                              Charset{{"gb"}},
                              Charset{{"big5"}}};

std::size_t character_size(std::string_view text, const Charset& charset) {
    const auto first = static_cast<unsigned char>(text.front());
    if (first >= charset.alone && first <= charset.alone_end)
        return 1;
    if (first == charset.of_three)
        return 3;
    return text.size() > 1 && is_digit(text[1]) ? 4 : 2;
}

/// Octets of the character that `text` begins with; all of it where nothing is known.
std::size_t character_size(std::string_view text, std::string_view charset) {
    if (text.front() == '\x1b') // RFC 1468: a word begins and ends in ASCII
        return text.find("\x1b(", 1) + 3;
    if (!is_eight_bit(text.front()))
        return 1;
    if (charset == "UTF-8")
        return std::max<std::size_t>(utf8_character(text).size, 1);
    for (const Charset& known : charsets) {
        if (starts_with_ignoring_case(charset, known.prefix.data()))
            return character_size(text, known);
    }
    return text.size();
}

/// RFC 2047 5 (3): in a phrase only letters, digits and "!*+-/" stand for themselves.
void append_octet(std::string& to, char c) {
    if (is_alpha(c) || is_digit(c))
        to += c;
    else if (c == ' ')
        to += '_';
    else if (c != '\r' && c != '\n')
        append_hex(to, '=', c);
}

bool is_charset_character(char c) {
    return is_alpha(c) || is_digit(c) || c == '-' || c == '_' || c == '+';
}

} // namespace

std::string_view charset_of(std::string_view text, std::string_view stated) {
    const auto escape = text.rfind('\x1b');
    if (escape == text.npos && is_well_formed(text))
        return "UTF-8";
    const bool japanese = starts_with_ignoring_case(stated, "iso-2022-jp");
    const bool fits =
        escape != text.npos
            ? japanese && text.substr(escape).starts_with("\x1b(") && !has_eight_bit(text)
            : !starts_with_ignoring_case(stated, "utf") &&
                  !starts_with_ignoring_case(stated, "us-ascii") &&
                  !starts_with_ignoring_case(stated, "iso-2022-");
    return fits && stated.size() <= charset_limit &&
                   std::ranges::all_of(stated, is_charset_character)
               ? stated
               : std::string_view();
}

std::string encode_words(std::string_view text, std::string_view charset,
                         std::size_t column) {
    const std::string begin = concat({"=?", charset, "?Q?"});
    std::string words = begin;
    std::string character;
    bool empty = true;
    column += begin.size();
    while (!text.empty()) {
        const auto size = std::min(character_size(text, charset), text.size());
        character.clear();
        for (const char c : text.substr(0, size))
            append_octet(character, c);
        text.remove_prefix(size);
        if (begin.size() + character.size() + 3 > encoded_line_limit)
            return {};
        column += character.size();
        if (column + 2 > encoded_line_limit && !empty) {
            words.append("?=\r\n ").append(begin);
            column = 1 + begin.size() + character.size();
        }
        words += character;
        empty = false;
    }
    return words + "?=";
}

} // namespace sallyport
