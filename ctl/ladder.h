// SPDX-License-Identifier: MIT
//
// One relay, rung by rung. Each needs the one before; a rung that fails ends its relay. At
// most one log-in that is refused.
#pragma once

#include <string>
#include <vector>

#include "config/settings.h"
#include "ctl/first_words.h"
#include "ctl/report.h"
#include "message/identity.h"

namespace sallyport::ctl {

struct LadderOptions {
    std::vector<std::uint16_t> other_ports{25, 465, 587, 2525}; ///< beside the configured
    Milliseconds others_wait{1'000}; ///< for those, from the time when they are asked
    std::chrono::milliseconds port_timeout{5'000};
    bool log_in = true;
    std::string from; ///< the reverse-path to ask for
    std::string to;   ///< the recipient to ask for
    Clock::time_point started;
    Deadline deadline;               ///< of the whole run
    int verbose = -1;                ///< where the dialogue is shown, or -1
    FirstWaits waits{};              ///< for who speaks first, where that is in doubt
    Milliseconds step_limit{30'000}; ///< of each step after connecting
};

/// Climbs from names to rcpt, and fills in all of the report but the message's step. Never
/// Failure.
RelayReport climb(const Relay& relay, const Settings& settings, const Identity& identity,
                  const LadderOptions& options);

/// From names to TLS only, for a server that is not configured yet: which of `ports` to
/// write, and whether it is trusted. No log-in, nothing but EHLO and STARTTLS.
RelayReport probe_server(const Relay& relay, const Settings& settings,
                         const Identity& identity, const LadderOptions& options);

} // namespace sallyport::ctl
