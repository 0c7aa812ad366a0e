// SPDX-License-Identifier: MIT
//
// Encoded words (RFC 2047): text that is not ASCII, in the header of a message.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sallyport {

/// Octets of a line that holds an encoded word (RFC 2047 2).
constexpr std::size_t encoded_line_limit = 76;

/// What `text` is in, which holds 8-bit octets or the escapes of ISO-2022-JP (RFC 1468):
/// "UTF-8" if it is well-formed and without escapes, else `stated`, a charset that somebody
/// named for it; empty if that is no atom of at most 40 characters, or a charset without
/// what the text holds, or if the text does not return to ASCII.
std::string_view charset_of(std::string_view text, std::string_view stated);

/// The words that make such `text`, line ends left out: in the Q encoding, of which all
/// that a phrase may hold, each of at most 75 octets, with "CRLF blank" between them, so
/// that no line has more than 76 where the first begins in `column`. They are split between
/// characters only: empty where one has no room in a word, or where that would need to know
/// more of the charset.
std::string encode_words(std::string_view text, std::string_view charset,
                         std::size_t column);

} // namespace sallyport
