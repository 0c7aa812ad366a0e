// SPDX-License-Identifier: MIT
#pragma once

#include <cstring>
#include <string>

namespace sallyport {

/// Overwrites `text` with zeros in a way the compiler keeps, and empties it.
inline void wipe(std::string& text) noexcept {
    ::explicit_bzero(text.data(), text.size());
    text.clear();
}

} // namespace sallyport
