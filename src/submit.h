// SPDX-License-Identifier: MIT
//
// What the program is run for: a message, a dialogue, or a look at recipients.
#pragma once

#include "base/failure.h"
#include "deliver/world.h"

namespace sallyport {

/// As the invocation's mode asks (deliver, serve, verify): remarks for the log first. What
/// became of each recipient is in the log and on `error`. Failure for what ends the run
/// before a server was asked, and as Server.
ExitStatus carry_out(const World& world);

} // namespace sallyport
