// SPDX-License-Identifier: MIT
//
// RFC 3461 4: how a value travels as an SMTP parameter.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sallyport {

/// Printable ASCII stays, "+", "=" and all else become +XX.
std::string encode_xtext(std::string_view text);

/// Nothing if `text` is no xtext.
std::optional<std::string> decode_xtext(std::string_view text);

/// RFC 3461 4.2: the type of an address, a semicolon and xtext, printable ASCII all of it.
bool is_typed_xtext(std::string_view text);

} // namespace sallyport
