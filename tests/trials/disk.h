// SPDX-License-Identifier: MIT
//
// A file system of this process's own, as small as a trial needs it.
#pragma once

#include <string>

#include "trials/plan.h"

namespace sallyport::trials {

/// Whether a process of this user can have one.
bool can_have_disks();

/// At that directory, seen by this process and its children alone.
void mount_disk(const std::string& directory);
void set_room(const std::string& directory, Room room);

} // namespace sallyport::trials
