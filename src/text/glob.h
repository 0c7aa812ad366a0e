// SPDX-License-Identifier: MIT
//
// Patterns of addresses: `*` stands for any octets, `?` for one; the case of
// letters does not count.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "text/ascii.h"

namespace sallyport {

constexpr bool matches_glob(std::string_view text, std::string_view pattern) {
    std::string_view retry_text;
    std::string_view retry_pattern;
    bool star_seen = false;
    while (!text.empty()) {
        if (!pattern.empty() && pattern.front() == '*') {
            pattern.remove_prefix(1);
            retry_text = text;
            retry_pattern = pattern;
            star_seen = true;
        } else if (!pattern.empty() &&
                   (pattern.front() == '?' ||
                    to_lower(pattern.front()) == to_lower(text.front()))) {
            text.remove_prefix(1);
            pattern.remove_prefix(1);
        } else if (star_seen) { // the last star takes one octet more
            retry_text.remove_prefix(1);
            text = retry_text;
            pattern = retry_pattern;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*') == std::string_view::npos;
}

inline bool matches_any(std::string_view text, const std::vector<std::string>& patterns) {
    return std::ranges::any_of(patterns, [text](const std::string& pattern) {
        return matches_glob(text, pattern);
    });
}

} // namespace sallyport
