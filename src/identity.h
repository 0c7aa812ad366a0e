// SPDX-License-Identifier: MIT
//
// Who runs the program, and where.
#pragma once

#include "envelope.h"

namespace sallyport {

/// Asks the system: uid, passwd entry, host name, /etc/mailname, clock, random numbers.
/// What cannot be had is left as Identity says; no name is looked up in the DNS.
Identity look_up_identity();

/// What was loaded, as it is for this caller on this machine: his own [sender] where there
/// is one, and the host's name among [recipients] local if it has no dot.
Settings suit(Settings loaded, const Identity& identity);

} // namespace sallyport
