// SPDX-License-Identifier: MIT
//
// Where the time of a relay's steps went, as bars below each other.
#pragma once

#include <string>

#include "ctl/console.h"
#include "ctl/report.h"

namespace sallyport::ctl {

std::string waterfall(const RelayReport& relay, const Look& look);

} // namespace sallyport::ctl
