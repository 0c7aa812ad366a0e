// SPDX-License-Identifier: MIT
#pragma once

#include <cerrno>

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/owned.h"

namespace sallyport {

/// Calls `take` with each name in the directory, in no order, until it says false. Returns
/// false, with errno, where they cannot be seen; that is not taken for none.
template<class Take>
bool for_each_name(int directory, Take take) {
    // A descriptor of its own: the other's place in the directory is everybody's.
    const int fd = ::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const Owned<DIR, ::closedir> stream(fd >= 0 ? ::fdopendir(fd) : nullptr);
    if (stream == nullptr) {
        const int error = errno;
        if (fd >= 0)
            ::close(fd);
        errno = error;
        return false;
    }
    for (;;) {
        errno = 0;
        const dirent* const entry = ::readdir(stream.get());
        if (entry == nullptr)
            return errno == 0;
        if (!take(entry->d_name))
            return true;
    }
}

} // namespace sallyport
