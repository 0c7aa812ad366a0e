// SPDX-License-Identifier: MIT
//
// The transfer encodings of RFC 2045 undone, plainly and strictly: what does not keep to
// the rules is a std::runtime_error.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace sallyport {

inline std::string decode_quoted_printable(std::string_view text) {
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
            if (high == hex.npos || low == hex.npos)
                throw std::runtime_error("no quoted-printable");
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

} // namespace sallyport
