// SPDX-License-Identifier: MIT
//
// The transfer encodings of RFC 2045 undone, plainly and strictly: what does not keep to
// the rules is a std::runtime_error. And the encoded words of RFC 2047.
#pragma once

#include <algorithm>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace sallyport {

/// With `lenient`, "=" before anything else stands for itself.
inline std::string decode_quoted_printable(std::string_view text, bool lenient = false) {
    constexpr std::string_view hex = "0123456789ABCDEF";
    std::string octets;
    while (!text.empty()) {
        const char c = text.front();
        text.remove_prefix(1);
        if (c != '=') {
            octets += c;
        } else if (text.starts_with("\r\n")) {
            text.remove_prefix(2);
        } else {
            const auto high = text.size() < 2 ? hex.npos : hex.find(text[0]);
            const auto low = text.size() < 2 ? hex.npos : hex.find(text[1]);
            if (high == hex.npos || low == hex.npos) {
                if (!lenient)
                    throw std::runtime_error("no quoted-printable");
                octets += c;
                continue;
            }
            octets += static_cast<char>(high << 4U | low);
            text.remove_prefix(2);
        }
    }
    return octets;
}

/// Line ends count for nothing.
inline std::string decode_base64_lines(std::string_view text) {
    constexpr std::string_view digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string octets;
    unsigned value = 0;
    unsigned bits = 0;
    std::size_t count = 0;
    for (const char c : text) {
        if (c == '\r' || c == '\n')
            continue;
        ++count;
        const auto digit = digits.find(c);
        if (digit == digits.npos && c != '=')
            throw std::runtime_error("no base64");
        if (c == '=')
            continue;
        value = (value << 6U | static_cast<unsigned>(digit)) & 0xffffU;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            octets += static_cast<char>(value >> bits & 0xffU);
        }
    }
    if (count % 4 != 0)
        throw std::runtime_error("base64 that is cut off");
    return octets;
}

/// What a word in the Q encoding stands for, whatever its charset; nothing if it is none.
inline std::optional<std::string> decode_q_word(std::string_view word) {
    const auto encoding = word.find('?', 2) + 1;
    if (!word.starts_with("=?") || !word.ends_with("?=") ||
        std::ranges::count(word, '?') != 4 || word.size() < encoding + 4 ||
        word[encoding + 1] != '?' || (word[encoding] != 'Q' && word[encoding] != 'q') ||
        std::ranges::any_of(word, [](char c) { return c <= ' ' || c > '~'; }))
        return std::nullopt;
    std::string text(word.substr(encoding + 2, word.size() - encoding - 4));
    std::ranges::replace(text, '_', ' ');
    try {
        return decode_quoted_printable(text);
    } catch (const std::runtime_error&) {
        return std::nullopt;
    }
}

/// The text of a field as it is shown: unfolded, its encoded words undone, without the
/// white space between two of them. Beside blanks, `ends` end a word.
inline std::string decode_field(std::string_view body, std::string_view ends = "") {
    std::string text;
    std::string gap;
    bool after_word = false;
    const std::string all_ends = " \t" + std::string(ends);
    std::string line;
    std::ranges::copy_if(body, std::back_inserter(line),
                         [](char c) { return c != '\r' && c != '\n'; });
    for (std::string_view left = line; !left.empty();) {
        if (left.front() == ' ' || left.front() == '\t') {
            gap += left.front();
            left.remove_prefix(1);
            continue;
        }
        const auto end =
            std::max<std::size_t>(std::min(left.find_first_of(all_ends), left.size()), 1);
        const std::string_view word = left.substr(0, end);
        const auto decoded = decode_q_word(word);
        if (!after_word || !decoded)
            text += gap;
        gap.clear();
        text += decoded ? *decoded : std::string(word);
        after_word = decoded.has_value();
        left.remove_prefix(end);
    }
    return text + gap;
}

} // namespace sallyport
