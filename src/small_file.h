// SPDX-License-Identifier: MIT
//
// A file that is read once and whole.
#pragma once

#include <cstddef>
#include <string>

#include <sys/stat.h>

#include "wipe.h"

namespace sallyport {

/// What stands in a regular file: wiped when it goes, since it may be a secret. Nothing
/// else is read, or waited for.
struct SmallFile {
    /// Reads one octet more than `limit` and no further.
    SmallFile(const std::string& path, std::size_t limit);
    SmallFile(const SmallFile&) = delete;
    SmallFile& operator=(const SmallFile&) = delete;
    ~SmallFile() { wipe(text); }

    struct stat facts {};
    std::string text;    ///< longer than the limit if the file is
    std::string trouble; ///< why it cannot be read, or empty

  private:
    void read(int fd, std::size_t limit);
};

} // namespace sallyport
