// SPDX-License-Identifier: MIT
#include "xtext.h"

#include "ascii.h"

namespace sallyport {

std::string encode_xtext(std::string_view text) {
    std::string encoded;
    for (const char c : text) {
        if (c > ' ' && c < 0x7f && c != '+' && c != '=')
            encoded += c;
        else
            append_hex(encoded, '+', c);
    }
    return encoded;
}

std::optional<std::string> decode_xtext(std::string_view text) {
    constexpr std::string_view hex = "0123456789ABCDEF";
    std::string decoded;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] <= ' ' || text[at] > '~' || text[at] == '=')
            return std::nullopt;
        if (text[at] != '+') {
            decoded += text[at];
            continue;
        }
        const auto high = at + 1 < text.size() ? hex.find(text[at + 1]) : hex.npos;
        const auto low = at + 2 < text.size() ? hex.find(text[at + 2]) : hex.npos;
        if (high == hex.npos || low == hex.npos)
            return std::nullopt;
        decoded += static_cast<char>(high << 4U | low);
        at += 2;
    }
    return decoded;
}

} // namespace sallyport
