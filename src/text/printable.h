// SPDX-License-Identifier: MIT
//
// Text for a terminal or a log: what came from outside (a server, an argument, a file) made
// fit for one line of it, and the way there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sallyport {

/// A copy in which every control character (C0, DEL, C1, U+2028/2029, and those that
/// Unicode calls Bidi_Control) and every byte that is not well-formed UTF-8 is `?`, cut
/// with "..." after `limit` bytes.
std::string printable(std::string_view text, std::size_t limit = 512);

/// A control character, as printable() counts them.
bool is_harmful(std::uint32_t code);

/// Writes all of `text` to a descriptor, or as much as can be written: that nobody reads it
/// stops nothing.
void print(int fd, std::string_view text);

} // namespace sallyport
