// SPDX-License-Identifier: MIT
//
// [limits] per_user: what one user may hand over, so that a form that somebody abuses does
// not spend what the relay allows for all.
#pragma once

#include <chrono>

#include "config/settings.h"

namespace sallyport {

/// Counts one message in the file `.limit` of that directory. False: it is one too many,
/// and not counted. Waits for other calls of the same user, each of which has it for the
/// moment that this takes. Failure (75, local) if it cannot be counted.
bool take_allowance(int directory, const LimitSettings& limits,
                    std::chrono::system_clock::time_point now);

} // namespace sallyport
