// SPDX-License-Identifier: MIT
//
// Whether mail is to wait where the server cannot be reached: what `setup` writes about
// that, and makes.
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

#include "ctl/config_text.h"
#include "ctl/console.h"
#include "ctl/options.h"

namespace sallyport::ctl {

/// The keys of [queue] in a file; none if it is not there, or no configuration.
std::vector<ConfigEntry> queue_entries_in(const std::string& path);

/// Those of [queue] in the new file, or none: as --queue says, or else whoever can be
/// asked; without both as `before`. With --add none. Failure (64, local): --queue stands
/// beside that, is neither yes, no nor an absolute path, or is yes where there is no
/// `usual` one.
std::vector<ConfigEntry> queue_entries(const Options& options, const Console& console,
                                       std::vector<ConfigEntry> before,
                                       const std::string& usual);

/// The directory of these, or empty.
std::string queue_directory(const std::vector<ConfigEntry>& entries);

/// Makes it, with mode 0700, and what is missing above it, with 0755, and opens it as a
/// call would. Whose mail waits there; empty: the caller's alone, who is not root. Failure
/// (73, local), also where it is not fit.
std::string make_queue(const std::string& directory);

/// Who has to send what waits there. `file`: the configuration, or empty if it is
/// in the usual place.
std::string words_about_runs(uid_t caller, const std::string& file);

} // namespace sallyport::ctl
