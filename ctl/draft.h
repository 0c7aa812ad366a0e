// SPDX-License-Identifier: MIT
//
// A configuration before it is written: what sallyport would make of it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "config/settings.h"
#include "ctl/config_text.h"

namespace sallyport::ctl {

/// As load_settings() would have them. Failure (78, local) names section and key.
Settings settings_of(std::span<const ConfigEntry> entries);

/// What the variables SALLYPORT_* say, all that sallyport knows, in the order of
/// sallyport.conf(5). A secret that a file holds stays in that file. Variables that nobody
/// knows are named in `notes`. Failure (78, local) as load_settings() has it.
std::vector<ConfigEntry> entries_of_environment(const std::vector<std::string>& environment,
                                                std::vector<std::string>& notes);

} // namespace sallyport::ctl
