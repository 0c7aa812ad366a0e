// SPDX-License-Identifier: MIT
//
// What the server offers in the current session: the reply to EHLO, and nothing remembered
// from before TLS.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "smtp/wire.h"

namespace sallyport {

struct Extensions {
    bool lmtp = false; ///< RFC 2033: the session speaks it, whatever is offered
    bool starttls = false;
    bool pipelining = false;              ///< RFC 2920
    bool chunking = false;                ///< RFC 3030
    bool binary_mime = false;             ///< RFC 3030
    bool eight_bit_mime = false;          ///< RFC 6152
    bool smtputf8 = false;                ///< RFC 6531
    bool dsn = false;                     ///< RFC 3461
    bool requiretls = false;              ///< RFC 8689
    std::optional<std::uint64_t> size;    ///< RFC 1870: offered; 0: no fixed limit
    std::optional<std::uint32_t> rcptmax; ///< RFC 9422
    std::optional<std::uint32_t> mailmax; ///< RFC 9422
    std::vector<std::string> auth;        ///< RFC 4954: mechanisms, upper case
};

/// Reads an EHLO reply. Keywords named in `ignore` (upper case) are treated as not offered.
Extensions parse_extensions(const Reply& ehlo, const std::vector<std::string>& ignore);

} // namespace sallyport
