// SPDX-License-Identifier: MIT
//
// Whose the configuration is: where it stands, who may read it, and what to say of that.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <sys/stat.h>

#include "config/configuration.h"
#include "ctl/new_file.h"

namespace sallyport::ctl {

/// Where the file goes of a caller who names none: root's is the system's, that of anybody
/// else his own. Failure (78, local) where he has no home.
std::string usual_file(const ConfigurationSources& sources, uid_t caller);

/// Where the messages of a caller wait who names no directory: root's in /var/spool, those
/// of anybody else in his home. Empty: he has none.
std::string usual_queue(const ConfigurationSources& sources, uid_t caller);

/// The directory of somebody's own file, made with mode 0700 where it is missing. Failure
/// (73, local).
void make_directory_of(const std::string& path);

struct Owner {
    Ownership ownership;
    std::string group;  ///< its name, where one may read the file
    std::string remark; ///< what whoever writes it ought to know
};

/// `readable_by` is the group of --readable-by. Failure (64, local): no such group.
Owner owner_of_file(uid_t caller, const std::optional<std::string>& readable_by);

/// Of a file that is there and keeps its owner: what its mode has of 0640. Failure (73,
/// local) where that is neither root nor `caller`.
Owner owner_kept(const std::string& path, const struct stat& facts, uid_t caller);

/// His name, or his number where he has none.
std::string user_name(uid_t user);

/// "root:sallyport 0640"
std::string shown(const Ownership& ownership);

} // namespace sallyport::ctl
