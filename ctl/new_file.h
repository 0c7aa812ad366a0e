// SPDX-License-Identifier: MIT
//
// A file replaced as a whole: whenever the machine or the process stops, the old one or the
// new one is there, with its owner and mode.
#pragma once

#include <string>
#include <string_view>

#include <sys/types.h>

namespace sallyport::ctl {

struct Ownership {
    uid_t user = 0;
    gid_t group = 0;
    mode_t mode = 0600;
};

/// Before anybody is asked anything: whether replace_file() would take this path. Failure
/// as there.
void expect_replaceable(const std::string& path);

/// A temporary file beside it (O_EXCL, 0600), owner, mode, fsync, rename, fsync of the
/// directory; what was there stays as PATH.bak with its owner, and its mode without the
/// rights of others. Failure: 73 (local) for a symbolic link, another kind of file, a
/// directory that others may write, also as members of a group, or what the system refuses.
void replace_file(const std::string& path, std::string_view text,
                  const Ownership& ownership);

} // namespace sallyport::ctl
