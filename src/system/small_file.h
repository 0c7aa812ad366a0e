// SPDX-License-Identifier: MIT
//
// A file that is read once and whole.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include <sys/stat.h>

#include "system/wipe.h"

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

/// One that the settings name. As a rule it is read when it is needed; in a set-id run
/// before privileges are given up.
struct NamedFile {
    std::string path; ///< empty: there is none
    std::shared_ptr<const SmallFile> read_before = nullptr;

    [[nodiscard]] bool empty() const { return path.empty(); }
    /// Of at most 64 KiB, and one octet more where there are more.
    [[nodiscard]] std::shared_ptr<const SmallFile> read() const;
    void read_now() { read_before = read(); }
};

} // namespace sallyport
