// SPDX-License-Identifier: MIT
//
// Names of hosts and domains: one form, and what it is stretched to on purpose.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "text/ascii.h"

namespace sallyport {

constexpr std::size_t host_name_limit = 255; ///< octets, RFC 5321 4.5.3.1.2

enum class Naming {
    strict,    ///< letters, digits and hyphens: what we call ourselves (RFC 5321 4.1.2)
    lenient,   ///< and underscores, which names of servers have
    with_utf8, ///< and what is not ASCII, as in addresses (RFC 6531 3.3)
};

/// Labels with a dot between them and no hyphen in front. A dot at the end, as DNS has it,
/// was taken off before. Neither UTF-8 nor the length is checked.
constexpr bool is_host_name(std::string_view text, Naming naming = Naming::lenient) {
    return splits_at_dots(text) && text.front() != '-' &&
           std::ranges::all_of(text, [naming](char c) {
               return is_alpha(c) || is_digit(c) || c == '-' || c == '.' ||
                      (c == '_' && naming != Naming::strict) ||
                      (is_eight_bit(c) && naming == Naming::with_utf8);
           });
}

} // namespace sallyport
