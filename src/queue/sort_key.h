// SPDX-License-Identifier: MIT
//
// One way to put messages into an order: texts that sort as the numbers in them do.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include <sys/types.h>

#include "message/identity.h"
#include "text/ascii.h"

namespace sallyport {

constexpr std::size_t sort_key_digits = 19; ///< of the largest number

/// The numbers, none of them below 0, the first of which counts most; then the id.
inline std::string sort_key(std::initializer_list<std::int64_t> numbers,
                            std::string_view id) {
    std::string key;
    for (const std::int64_t number : numbers) {
        const std::string text = std::to_string(number);
        key.append(sort_key_digits - text.size(), '0').append(text);
    }
    return key.append(id);
}

/// The last number of a key, which is a user's.
inline uid_t user_of(const std::string& key) {
    const auto at = key.size() - id_digits - sort_key_digits;
    return static_cast<uid_t>(
        to_number(std::string_view(key).substr(at, sort_key_digits)).value_or(0));
}

/// Of a key.
inline std::string id_of(const std::string& key) {
    return key.substr(key.size() - id_digits);
}

} // namespace sallyport
