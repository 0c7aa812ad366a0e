// SPDX-License-Identifier: MIT
//
// Character classes that no locale can change: mail is ASCII with 8-bit text in between.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace sallyport {

constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

constexpr bool is_alpha(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

constexpr bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

/// C0 and DEL: what may never stand in a command, a path or a header field we make.
constexpr bool is_control(char c) {
    return (c >= 0 && c < 0x20) || c == 0x7f;
}

constexpr bool is_eight_bit(char c) {
    return (static_cast<unsigned char>(c) & 0x80U) != 0;
}

constexpr char to_lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr char to_upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

constexpr bool equals_ignoring_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, {}, to_lower, to_lower);
}

constexpr bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) {
    return equals_ignoring_case(text.substr(0, prefix.size()), prefix);
}

/// Takes from `text` what stands before the first `separator`, and that, or all of it.
constexpr std::string_view take_until(std::string_view& text, char separator) {
    const auto end = std::min(text.find(separator), text.size());
    const auto taken = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return taken;
}

/// Whether `word` is one of `words`, letters in any case: "to:cc:bcc".
constexpr bool is_one_of(std::string_view word, std::string_view words) {
    while (!words.empty()) {
        if (equals_ignoring_case(word, take_until(words, ':')))
            return true;
    }
    return false;
}

constexpr bool has_control(std::string_view text) {
    return std::ranges::any_of(text, is_control);
}

/// Eight octets at a time: every octet of a message passes here.
inline bool has_eight_bit(std::string_view text) {
    std::uint64_t all = 0;
    std::size_t at = 0;
    for (; at + sizeof all <= text.size(); at += sizeof all) {
        std::uint64_t octets = 0;
        std::memcpy(&octets, text.data() + at, sizeof octets);
        all |= octets;
    }
    for (const char c : text.substr(at))
        all |= static_cast<unsigned char>(c);
    return (all & 0x8080808080808080U) != 0;
}

inline std::string upper_case(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), to_upper);
    return result;
}

inline std::string lower_case(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), to_lower);
    return result;
}

/// The number that decimal digits stand for, if `text` has nothing else and it is below
/// 2^64.
inline std::optional<std::uint64_t> to_number(std::string_view text) {
    std::uint64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [after, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || after != end)
        return std::nullopt;
    return number;
}

/// In double quotes, with a backslash before each one within and before each backslash: a
/// quoted string of RFC 5322, and of JSON.
inline std::string quote(std::string_view text) {
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            quoted += '\\';
        quoted += c;
    }
    quoted += '"';
    return quoted;
}

/// What quote() was given; other text as it is.
inline std::string unquote(std::string_view text) {
    if (text.size() < 2 || text.front() != '"' || text.back() != '"')
        return std::string(text);
    std::string plain;
    for (std::size_t at = 1; at + 1 < text.size(); ++at) {
        at += text[at] == '\\' ? 1U : 0U;
        plain += text[at];
    }
    return plain;
}

/// RFC 5321 4.1.2: something stands before, between and after the dots.
constexpr bool splits_at_dots(std::string_view text) {
    return !text.empty() && text.front() != '.' && text.back() != '.' &&
           text.find("..") == text.npos;
}

/// Without a dot at its end, as DNS has it: certificates, SNI (RFC 6066 3) and addresses
/// have none there.
constexpr std::string_view without_final_dot(std::string_view name) {
    name.remove_suffix(name.ends_with('.') ? 1 : 0);
    return name;
}

/// Without the line end that editors and programs leave after a value; another one is part
/// of it.
constexpr std::string_view without_line_end(std::string_view text) {
    if (!text.ends_with('\n'))
        return text;
    text.remove_suffix(1);
    text.remove_suffix(text.ends_with('\r') ? 1 : 0);
    return text;
}

inline constexpr std::string_view hex_digits = "0123456789ABCDEF";

/// The last so many hexadecimal digits of a number.
inline std::string to_hex(std::uint64_t number, std::size_t digits) {
    std::string text(digits, '0');
    for (; digits > 0; number >>= 4U)
        text[--digits] = hex_digits[number & 0x0fU];
    return text;
}

/// Appends `mark` and two hexadecimal digits for `c`: "=" in RFC 2045 6.7 and RFC 2047 4.2,
/// "+" in RFC 3461 4.
inline void append_hex(std::string& to, char mark, char c) {
    const auto octet = static_cast<unsigned char>(c);
    to += mark;
    to += hex_digits[octet >> 4U];
    to += hex_digits[octet & 0x0fU];
}

/// The octet that two such digits, in upper case, stand for.
constexpr std::optional<char> decode_hex(std::string_view digits) {
    std::size_t octet = 0;
    for (const char digit : digits) {
        const auto value = hex_digits.find(digit);
        if (value == std::string_view::npos)
            return std::nullopt;
        octet = octet << 4U | value;
    }
    return digits.size() == 2 ? std::optional(static_cast<char>(octet)) : std::nullopt;
}

/// Without the blanks (space, tab) at both ends.
constexpr std::string_view trim(std::string_view text) {
    while (!text.empty() && is_blank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back()))
        text.remove_suffix(1);
    return text;
}

} // namespace sallyport
