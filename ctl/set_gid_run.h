// SPDX-License-Identifier: MIT
//
// What a set-user-ID or set-group-ID run by somebody takes otherwise than an ordinary one:
// see choose_world() in src/main.cc.
#pragma once

#include <string>
#include <vector>

#include "config/configuration.h"
#include "config/settings.h"

namespace sallyport::ctl {

/// A sentence for each thing of these sources, of what was loaded from them, and of the
/// user's home; `file`: that was read, or empty. His environment is not known: the one at
/// hand stands for it.
std::vector<std::string> set_gid_run(const ConfigurationSources& sources,
                                     const Settings& settings, const std::string& file,
                                     const std::string& user);

} // namespace sallyport::ctl
