// SPDX-License-Identifier: MIT
#include "message/store.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/concat.h"
#include "base/failure.h"

namespace sallyport {

namespace {

/// A file without a name in `directory`, or none. Not every file system has O_TMPFILE.
UniqueFd make_nameless_file(const char* directory) {
    UniqueFd file(
        ::open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, S_IRUSR | S_IWUSR));
    if (!file) {
        std::string path = concat({directory, "/sallyport-XXXXXX"});
        file = UniqueFd(::mkostemp(path.data(), O_CLOEXEC));
        if (file)
            ::unlink(path.c_str());
    }
    return file;
}

/// False if not all could be written; then what was is cut off again.
bool append_to(int fd, std::string_view octets, std::uint64_t at) {
    std::size_t done = 0;
    while (done < octets.size()) {
        const ssize_t written = ::pwrite(fd, octets.data() + done, octets.size() - done,
                                         static_cast<off_t>(at + done));
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        done += static_cast<std::size_t>(written);
    }
    return true;
}

} // namespace

void Store::append(std::string_view octets) {
    // What was in memory first stays there: the file takes what follows.
    if (!file_ && !file_refused_ && memory_.size() + octets.size() > memory_limit)
        spill();
    const std::uint64_t in_file = size_ - memory_.size();
    if (file_ && !append_to(file_.get(), octets, in_file))
        keep_in_memory();
    if (!file_) {
        if (memory_.size() + octets.size() > memory_limit_without_file)
            stop(ExitStatus::temp_fail, Fault::local,
                 {"no room for a message of this size in /tmp, /var/tmp or memory"},
                 "4.3.1");
        memory_ += octets;
    }
    size_ += octets.size();
}

std::size_t Store::read(std::uint64_t offset, std::span<char> buffer) const {
    const std::size_t wanted = static_cast<std::size_t>(
        std::min<std::uint64_t>(buffer.size(), size_ - std::min(offset, size_)));
    std::size_t done = 0;
    if (offset < memory_.size())
        done = memory_.copy(buffer.data(), wanted, offset);
    while (done < wanted) {
        const ssize_t got =
            ::pread(file_.get(), buffer.data() + done, wanted - done,
                    static_cast<off_t>(begin_ + offset + done - memory_.size()));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            stop(ExitStatus::io_error, Fault::local,
                 {"reading the stored message back: failed"}, "4.3.0");
        done += static_cast<std::size_t>(got);
    }
    return done;
}

void Store::spill() {
    for (const char* directory : {"/tmp", "/var/tmp"}) {
        file_ = make_nameless_file(directory);
        if (file_)
            return;
    }
    file_refused_ = true;
}

/// The file cannot grow: what it holds comes back to memory, if there is room.
void Store::keep_in_memory() {
    if (size_ > memory_limit_without_file)
        stop(ExitStatus::temp_fail, Fault::local,
             {"the temporary file for the message cannot grow"}, "4.3.1");
    std::string all(size_, '\0');
    read(0, all);
    memory_ = std::move(all);
    file_ = UniqueFd();
    file_refused_ = true;
}

} // namespace sallyport
