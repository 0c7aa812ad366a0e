// SPDX-License-Identifier: MIT
//
// One way to put messages into an order: texts that sort as the numbers in them do.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "message/identity.h"

namespace sallyport {

/// The numbers, none of them below 0, the first of which counts most; then the id.
inline std::string sort_key(std::initializer_list<std::int64_t> numbers,
                            std::string_view id) {
    constexpr std::size_t digits = 19; // of the largest
    std::string key;
    for (const std::int64_t number : numbers) {
        const std::string text = std::to_string(number);
        key.append(digits - text.size(), '0').append(text);
    }
    return key.append(id);
}

/// Of a key.
inline std::string id_of(const std::string& key) {
    return key.substr(key.size() - id_digits);
}

} // namespace sallyport
