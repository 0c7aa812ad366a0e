// SPDX-License-Identifier: MIT
//
// A session with a relay by the mail path's own code, recorded: what it meets is what a
// delivery would meet.
#pragma once

#include <optional>
#include <string>

#include "base/failure.h"
#include "config/settings.h"
#include "ctl/dialogue.h"
#include "ctl/report.h"
#include "message/identity.h"

namespace sallyport::ctl {

struct TrialOrder {
    const Relay& relay; ///< as it is to be tried
    const Settings& settings;
    const Identity& identity;
    std::string from; ///< of MAIL and RCPT
    std::string to;
    bool log_in = true; ///< false: it ends after EHLO
    Clock::time_point started;
    int verbose = -1; ///< where the dialogue is shown, or -1
};

struct Trial {
    Entries entries;
    std::optional<Failure> failure; ///< of the step that went wrong
    Clock::time_point ended{};
    std::string peer; ///< host[address]:port; empty: not connected
    TlsReport tls;    ///< version empty: not verified
};

/// Connects, and goes as far as RCPT; RSET and QUIT follow.
Trial try_session(const TrialOrder& order);

/// `relay` as it is tried over `port` (0: over all that it has): no step takes longer than
/// `longest`, and nothing goes on after `deadline`.
Relay tried_relay(Relay relay, std::uint16_t port, Milliseconds longest,
                  Clock::time_point started, Deadline deadline);

} // namespace sallyport::ctl
