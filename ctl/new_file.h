// SPDX-License-Identifier: MIT
//
// A file replaced as a whole: whenever the machine or the process stops, the old one or the
// new one is there, with its owner and mode.
#pragma once

#include <string>
#include <string_view>

#include <sys/stat.h>
#include <sys/types.h>

#include "base/unique_fd.h"

namespace sallyport::ctl {

struct Ownership {
    uid_t user = 0;
    gid_t group = 0;
    mode_t mode = 0600;
};

/// Where a file is or will be. Its directory is opened once, so that what is looked at,
/// read and written stands in the same one.
class Place {
  public:
    /// Failure (73, local): a directory that others may write, also as members of a group,
    /// or that belongs to somebody else.
    explicit Place(std::string path);

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] const std::string& name() const { return name_; }
    /// The directory.
    [[nodiscard]] int fd() const { return fd_.get(); }

    /// Whether there is a file. Failure (73, local) if there is something else, such as a
    /// symbolic link.
    [[nodiscard]] bool is_taken() const;
    /// What stands in it, and its `facts`. Failure (73, local) where it cannot be read or
    /// has more than 1 MiB. Wiping it is the caller's.
    std::string read(struct stat& facts) const;

  private:
    std::string path_;
    std::string name_;
    UniqueFd fd_;
};

/// A temporary file beside it (O_EXCL, 0600), owner, mode, fsync, rename, fsync of the
/// directory; what was there stays as PATH.bak with its owner, and its mode without the
/// rights of others. Failure: 73 (local) as is_taken(), and for what the system refuses.
void replace_file(const Place& place, std::string_view text, const Ownership& ownership);

} // namespace sallyport::ctl
