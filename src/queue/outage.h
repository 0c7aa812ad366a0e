// SPDX-License-Identifier: MIT
//
// What the last callers met: a relay out of reach costs each caller half a minute, and one
// of them a minute is enough to find out that it is back.
#pragma once

#include <cstdint>
#include <string>

#include "config/settings.h"
#include "queue/queue.h"

namespace sallyport {

/// Within the last minute a message was queued after an attempt, for the trouble of the
/// relays that serve this sender; whatever cannot be read is no reason not to try.
bool remembers_outage(const Queue& queue, const std::vector<Relay>& relays,
                      const std::string& reverse_path, std::int64_t now);

} // namespace sallyport
