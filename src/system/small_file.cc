// SPDX-License-Identifier: MIT
#include "system/small_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

#include "base/unique_fd.h"
#include "system/permission.h"

namespace sallyport {

SmallFile::SmallFile(const std::string& path, std::size_t limit) {
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (!file || ::fstat(file.get(), &facts) != 0)
        trouble = why_unreadable(path, errno);
    else if (!S_ISREG(facts.st_mode))
        trouble = "not a regular file";
    else
        read(file.get(), limit);
}

/// The text never grows, so that no copy of a secret is left behind.
void SmallFile::read(int fd, std::size_t limit) {
    constexpr std::size_t least = 32768; // what is in /proc says that it has none
    const auto expected = std::max(least, static_cast<std::size_t>(facts.st_size));
    text.resize(std::min(limit, expected) + 1);
    std::size_t size = 0;
    ssize_t got = 0;
    do {
        got = ::read(fd, text.data() + size, text.size() - size);
        size += static_cast<std::size_t>(std::max<ssize_t>(got, 0));
    } while ((got > 0 && size < text.size()) || (got < 0 && errno == EINTR));
    if (got < 0)
        trouble = std::strerror(errno);
    else if (size == text.size() && size <= limit)
        trouble = "it grows while it is read";
    text.resize(size);
}

std::shared_ptr<const SmallFile> NamedFile::read() const {
    constexpr std::size_t limit = 65536;
    return read_before ? read_before : std::make_shared<const SmallFile>(path, limit);
}

} // namespace sallyport
