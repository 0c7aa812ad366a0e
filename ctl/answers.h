// SPDX-License-Identifier: MIT
//
// What is to be written, by options, and by questions where an option is missing and
// somebody is there to answer.
#pragma once

#include <functional>
#include <string>

#include "ctl/config_text.h"
#include "ctl/console.h"
#include "ctl/discover.h"
#include "ctl/options.h"

namespace sallyport::ctl {

/// Passed in, so that tests need neither a terminal nor a network.
struct Surroundings {
    bool can_ask = false;
    bool wants_secret = true; ///< false: whoever only looks need not have one
    std::string aliases;      ///< "/etc/aliases"
    std::function<Discovered(const std::string& domain)> discover;
};

/// The plan of a whole file; with --add that of a relay alone. Failure (64, local) that
/// names the option where a value is missing or wrong; 66 for a provider that is not known;
/// 78 for a variant that it has not, and for a server that DNS alone names where nobody can
/// confirm it. Wiping the password is the caller's.
Plan answers(const Options& options, const Console& console,
             const Surroundings& surroundings);

} // namespace sallyport::ctl
