// SPDX-License-Identifier: MIT
#include "text/xtext.h"

#include "text/ascii.h"

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
    std::string decoded;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] <= ' ' || text[at] > '~' || text[at] == '=')
            return std::nullopt;
        if (text[at] != '+') {
            decoded += text[at];
            continue;
        }
        const auto octet = decode_hex(text.substr(at + 1, 2));
        if (!octet)
            return std::nullopt;
        decoded += *octet;
        at += 2;
    }
    return decoded;
}

bool is_typed_xtext(std::string_view text) {
    const auto type = text.find(';');
    return type != text.npos && type > 0 && !has_control(text) && !has_eight_bit(text) &&
           decode_xtext(text.substr(type + 1));
}

} // namespace sallyport
