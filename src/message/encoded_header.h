// SPDX-License-Identifier: MIT
//
// A header whose 8-bit text for people is in ASCII: RFC 2047.
#pragma once

#include <string>
#include <vector>

#include "message/header.h"

namespace sallyport {

/// Puts 8-bit text into encoded words in text_fields, and in the display names and comments
/// of address_fields; folds lines. The text is taken for UTF-8 if it is that, else for what
/// the header's Content-Type states; where that cannot be, it stays, and a note says so.
/// Only words that need it are encoded; no address is changed, no other field, and none
/// that a signature covers.
void encode_header(Header& header, std::vector<std::string>& notes);

} // namespace sallyport
