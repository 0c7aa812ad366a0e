// SPDX-License-Identifier: MIT
//
// What `check` found, for a person: a line a rung, advice below it, the waterfall, and in a
// sentence whether it works.
#pragma once

#include <string>

#include "ctl/console.h"
#include "ctl/report.h"

namespace sallyport::ctl {

/// `pins`: keys to pin are shown.
std::string shown(const CheckReport& report, const Look& look, bool pins);

} // namespace sallyport::ctl
