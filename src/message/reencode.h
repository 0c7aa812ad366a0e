// SPDX-License-Identifier: MIT
//
// A message whose text SMTP or the server at hand cannot carry, put into
// quoted-printable or base64 part by part, by the rules of RFC 2045.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "message/message.h"

namespace sallyport {

/// The message with lines of at most 998 octets and without NUL, and with
/// `seven_bit` without any octet over 127 in its body; or nothing if it is so
/// already, or cannot be helped. Only parts that need it change; a message
/// without MIME fields gets them, and what is in quoted-printable or base64
/// already gets other line ends. What a signature covers (multipart/signed;
/// application/pkcs7-mime; by DKIM also lines that are only too long) stays as it
/// is, as do parts in another transfer encoding. Failure (65, relay) where, with
/// `seven_bit`, 8-bit text would have to stay.
std::optional<Message> reencode(const Message& message, bool seven_bit,
                                std::vector<std::string>& notes);

} // namespace sallyport
