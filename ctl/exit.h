// SPDX-License-Identifier: MIT
//
// What sallyportctl exits with. The numbers of sysexits.h mean what they mean for sallyport
// (ExitStatus); these are beside them.
#pragma once

#include "base/failure.h"

namespace sallyport::ctl {

constexpr int done = 0;
constexpr int warned = 1;        ///< with --strict: it works, but there was a warning
constexpr int interrupted = 130; ///< SIGINT

/// As the process exits.
constexpr int number(ExitStatus status) {
    return static_cast<int>(status);
}

} // namespace sallyport::ctl
