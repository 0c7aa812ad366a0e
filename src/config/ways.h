// SPDX-License-Identifier: MIT
//
// By which ways a relay is reached: keys with values of many parts, and what goes together
// with what. Every Failure is 78 (local), begins with `origin` and quotes no secret.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/settings.h"

namespace sallyport {

/// "socks5://host:port" or "http://host:port", with user:password@ or without.
Proxy read_proxy(std::string_view text, const std::string& origin);

/// "pop3s://host:port", or pop3:// for STLS; without a port 995 or 110.
PopServer read_pop_server(std::string_view text, const std::string& origin);

/// When all keys are known: refuses what does not go together, and sets what depends on
/// several. What is odd and may be meant goes to `notes`.
void finish_relay(Relay& relay, std::vector<std::string>& notes);

} // namespace sallyport
