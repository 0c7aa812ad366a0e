// SPDX-License-Identifier: MIT
#include "printable.h"

#include <algorithm>
#include <cstdint>

#include "ascii.h"

namespace sallyport {

namespace {

/// Octets of the UTF-8 character that `first` begins (RFC 3629 4), 0 if it begins none.
constexpr std::size_t character_size(unsigned first) {
    if (first < 0x80)
        return 1;
    if (first < 0xc2 || first > 0xf4)
        return 0;
    return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

} // namespace

std::size_t utf8_character(std::string_view text, std::uint32_t& code) {
    constexpr unsigned mask[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    constexpr std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const auto first = static_cast<unsigned char>(text.front());
    const std::size_t size = character_size(first);
    if (size == 0 || size > text.size())
        return 0;
    code = first & mask[size];
    for (const char c : text.substr(1, size - 1)) {
        const auto octet = static_cast<unsigned char>(c);
        if ((octet & 0xc0U) != 0x80U)
            return 0;
        code = code << 6U | (octet & 0x3fU);
    }
    const bool surrogate = code >= 0xd800 && code <= 0xdfff;
    return code < least[size] || surrogate || code > 0x10ffff ? 0 : size;
}

/// C0, DEL, C1, the line ends that Unicode adds, and its twelve characters of the property
/// Bidi_Control: where bidirectional text is rendered, a server could have its refusal read
/// `status=sent` by these. What is merely invisible (joiners, U+00AD, U+FEFF, tags) moves
/// nothing, and names and emoji are written with it.
bool is_harmful(std::uint32_t code) {
    return code < 0x20 || (code >= 0x7f && code <= 0x9f) || code == 0x061c ||
           code == 0x200e || code == 0x200f || (code >= 0x2028 && code <= 0x202e) ||
           (code >= 0x2066 && code <= 0x2069);
}

namespace {

/// Octets of ASCII without control characters at the front of `text`.
std::size_t plain_size(std::string_view text) {
    const auto* const end =
        std::ranges::find_if(text, [](char c) { return is_control(c) || is_eight_bit(c); });
    return static_cast<std::size_t>(end - text.begin());
}

} // namespace

std::string printable(std::string_view text, std::size_t limit) {
    std::string result;
    while (!text.empty()) {
        // Most text is ASCII from end to end.
        const std::size_t plain = std::min(plain_size(text), limit - result.size());
        result += text.substr(0, plain);
        text.remove_prefix(plain);
        if (text.empty())
            break;
        std::uint32_t code = 0;
        const std::size_t size = utf8_character(text, code);
        const std::size_t taken = size == 0 ? 1 : size;
        if (result.size() + taken > limit) {
            result += "...";
            break;
        }
        if (size == 0 || is_harmful(code))
            result += '?';
        else
            result += text.substr(0, size);
        text.remove_prefix(taken);
    }
    return result;
}

bool is_well_formed(std::string_view text) {
    std::uint32_t code = 0;
    for (std::size_t size = 1; !text.empty() && size != 0; text.remove_prefix(size))
        size = utf8_character(text, code);
    return text.empty();
}

} // namespace sallyport
