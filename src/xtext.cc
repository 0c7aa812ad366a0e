// SPDX-License-Identifier: MIT
#include "xtext.h"

namespace sallyport {

std::string encode_xtext(std::string_view text) {
    constexpr std::string_view hex = "0123456789ABCDEF";
    std::string encoded;
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        if (octet > ' ' && octet < 0x7f && c != '+' && c != '=') {
            encoded += c;
        } else {
            encoded += '+';
            encoded += hex[octet >> 4U];
            encoded += hex[octet & 0x0fU];
        }
    }
    return encoded;
}

} // namespace sallyport
