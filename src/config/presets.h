// SPDX-License-Identifier: MIT
//
// What the mail path takes from `provider = KEY[:VARIANT]`: the server's name, its ports,
// and a user who has the same name for everybody.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.h"

namespace sallyport {

struct ServerPreset {
    std::size_t row = 0;  ///< of provider_rows
    std::string_view key; ///< its own
    std::string variant;  ///< or empty
    std::string host;
    std::vector<std::uint16_t> ports; ///< in the order to try them
    std::string user;                 ///< or empty
};

/// Failure (78, local) that begins with `origin` and names the nearest key, or what
/// variants there are.
ServerPreset read_server_preset(std::string_view text, const std::string& origin);

/// Sets what the relay's provider stands for and nobody has set: the host, the ports that
/// go with its `tls`, the user. Each is then one of its keys, whose origin is "provider
/// KEY". A host that is set stays, and so a server on another port or of one's own can
/// stand in. `provider` gets its key as the row has it: it may be written in capitals.
/// Failure as read_server_preset().
void apply_provider(Relay& relay);

} // namespace sallyport
