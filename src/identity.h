// SPDX-License-Identifier: MIT
//
// Who runs the program, and where.
#pragma once

#include "envelope.h"

namespace sallyport {

/// Asks the system: uid, passwd entry, host name, /etc/mailname, clock, random numbers.
/// What cannot be had is left as Identity says; no name is looked up in the DNS.
Identity look_up_identity();

} // namespace sallyport
