// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace sallyport {

/// What `error`, an errno of opening `path` to read, means. Where it is a matter of
/// permission: who the process is, and for a file the commands that would let it.
std::string why_unreadable(const std::string& path, int error);

} // namespace sallyport
