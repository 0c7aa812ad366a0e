// SPDX-License-Identifier: MIT
//
// How the queue of a configuration fares: whether it can be used, and whether anybody does.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "config/settings.h"

namespace sallyport::ctl {

struct QueueHealth {
    std::string trouble;       ///< why it cannot be used here; empty: it can
    unsigned waiting = 0;      ///< messages
    unsigned held = 0;         ///< of them
    std::int64_t last_run = 0; ///< seconds since 1970; 0: there was none
    bool remote = false;       ///< it is on one of those file systems
};

/// Of the queue that is configured, as its owner. `remote`: file systems by the numbers of
/// statfs(2). A directory that the first call will make is not made.
QueueHealth health_of(const QueueSettings& settings, std::span<const long> remote);

} // namespace sallyport::ctl
