// SPDX-License-Identifier: MIT
//
// A server as people write it down, taken apart.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::ctl {

struct ServerWord {
    std::string host;                   ///< as read_server() has it
    std::vector<std::uint16_t> ports{}; ///< empty: none is named
    std::string tls{};                  ///< a value of the key, or empty
};

/// "HOST", "HOST:PORT", "smtps://HOST[:PORT]", "smtp+starttls://HOST[:PORT]" and
/// "smtp://HOST[:PORT]", which says nothing of TLS: nobody's password shall go in clear.
/// Failure (78, local) quotes nothing of the text, for there may be a password in it: a URL
/// with a user is refused.
ServerWord read_server_word(std::string_view text, const std::string& origin);

} // namespace sallyport::ctl
