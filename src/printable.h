// SPDX-License-Identifier: MIT
//
// Text that came from outside (a server, an argument, a file) made fit for a terminal or
// one line of a log.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sallyport {

/// A copy in which every control character (C0, DEL, C1, U+2028/2029, and those that
/// Unicode calls Bidi_Control) and every byte that is not well-formed UTF-8 is `?`, cut
/// with
/// "..." after `limit` bytes.
std::string printable(std::string_view text, std::size_t limit = 512);

/// Octets of the well-formed UTF-8 character (RFC 3629) at the front of `text`, which is
/// not empty; 0 if there is none. `code` is its number.
std::size_t utf8_character(std::string_view text, std::uint32_t& code);

/// A control character, as printable() counts them.
bool is_harmful(std::uint32_t code);

/// All of it is well-formed UTF-8 (RFC 3629), whatever it may do to a terminal.
bool is_well_formed(std::string_view text);

} // namespace sallyport
