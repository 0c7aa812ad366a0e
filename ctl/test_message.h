// SPDX-License-Identifier: MIT
//
// A whole message, sent as sendmail would send it: what no question before it can tell.
#pragma once

#include "config/settings.h"
#include "ctl/report.h"
#include "message/envelope.h"
#include "message/identity.h"

namespace sallyport::ctl {

struct TestMessageOrder {
    const Relay& relay; ///< over which it goes, and no other
    const Settings& settings;
    const Identity& identity;
    const Envelope& envelope;
    Clock::time_point started;
    Deadline deadline;
    Milliseconds step_limit{30'000};
    int verbose = -1; ///< where the dialogue is shown, or -1
};

struct TestMessage {
    StepReport step; ///< data, or where it got stuck
    int status = 0;
    bool sent = false; ///< a server has accepted it for everybody
};

/// At most one log-in, whatever becomes of it. Never Failure.
TestMessage send_test_message(const TestMessageOrder& order);

} // namespace sallyport::ctl
