// SPDX-License-Identifier: MIT
//
// Base64 (RFC 4648 4) by libsasl2, for AUTH and for the bodies of messages.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sallyport {

std::string encode_base64(std::string_view octets);

/// Nothing if `text` is no base64.
std::optional<std::string> decode_base64(std::string_view text);

} // namespace sallyport
