// SPDX-License-Identifier: MIT
#include "text/printable.h"

#include <algorithm>

#include <unistd.h>

#include "text/ascii.h"
#include "text/utf8.h"

namespace sallyport {

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
        const auto [size, code] = utf8_character(text);
        const std::size_t taken = size == 0 ? 1 : size;
        if (result.size() + taken > limit) {
            result += "...";
            break;
        }
        result += size == 0 || is_harmful(code) ? "?" : text.substr(0, size);
        text.remove_prefix(taken);
    }
    return result;
}

void print(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(fd, text.data(), text.size());
        if (written <= 0)
            return;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

} // namespace sallyport
