// SPDX-License-Identifier: MIT
//
// Display names on their way into a field: RFC 5322 phrases and RFC 2047 encoded words.
#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

#include "address.h"
#include "ascii.h"
#include "printable.h"

namespace sallyport {

namespace {

constexpr std::size_t encoded_word_limit = 75; // RFC 2047 2

bool needs_no_quotes(std::string_view name) {
    return name.find_first_of("()<>[]:;@\\,.\"") == std::string_view::npos;
}

/// RFC 2047 5 (3): in a phrase only letters, digits and "!*+-/" stand for themselves.
std::string encode_octet(char c) {
    constexpr std::string_view hex = "0123456789ABCDEF";
    if (is_alpha(c) || is_digit(c))
        return std::string(1, c);
    if (c == ' ')
        return "_";
    const auto octet = static_cast<unsigned char>(c);
    return {'=', hex[octet >> 4U], hex[octet & 0x0fU]};
}

bool continues_character(char c, bool utf8) {
    return utf8 && (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
}

/// Words of at most 75 octets, parted between characters, never within one.
std::string encode(std::string_view name) {
    const bool utf8 = is_well_formed(name);
    const std::string begin = utf8 ? "=?UTF-8?Q?" : "=?ISO-8859-1?Q?";
    std::string words = begin;
    std::size_t word_size = begin.size();
    for (std::size_t at = 0; at < name.size();) {
        std::string character;
        do
            character += encode_octet(name[at++]);
        while (at < name.size() && continues_character(name[at], utf8));
        if (word_size + character.size() + 2 > encoded_word_limit) {
            words.append("?=\r\n ").append(begin); // RFC 2047 2: lines of at most 76 octets
            word_size = begin.size();
        }
        words += character;
        word_size += character.size();
    }
    return words + "?=";
}

} // namespace

std::string make_phrase(std::string_view name) {
    std::string clean;
    std::ranges::remove_copy_if(name, std::back_inserter(clean), is_control);
    const std::string_view text = trim(clean);
    if (text.empty())
        return {};
    if (has_eight_bit(text) || text.find("=?") != std::string_view::npos)
        return encode(text);
    return needs_no_quotes(text) ? std::string(text) : quote(text);
}

} // namespace sallyport
