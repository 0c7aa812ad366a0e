// SPDX-License-Identifier: MIT
//
// Standard input for tests: octets from a file, or in pieces, each of which is one read.
#pragma once

#include <array>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/unique_fd.h"

namespace sallyport {

/// A file that holds `octets` and is at its beginning.
inline UniqueFd file_of(std::string_view octets) {
    UniqueFd file(::memfd_create("input", MFD_CLOEXEC));
    if (::write(file.get(), octets.data(), octets.size()) !=
            static_cast<ssize_t>(octets.size()) ||
        ::lseek(file.get(), 0, SEEK_SET) != 0)
        throw std::runtime_error("no memory file");
    return file;
}

/// Gives out `piece` octets a read, however much the reader asks for.
class Feeder {
  public:
    Feeder(std::string octets, std::size_t piece, int flags = 0) {
        std::array<int, 2> ends{};
        if (::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends.data()) != 0)
            throw std::runtime_error("no socket pair");
        reader_ = UniqueFd(ends[0]);
        ::fcntl(ends[0], F_SETFL, flags);
        thread_ = std::thread(feed, ends[1], std::move(octets), piece);
    }
    Feeder(const Feeder&) = delete;
    Feeder& operator=(const Feeder&) = delete;
    ~Feeder() {
        reader_ = UniqueFd();
        thread_.join();
    }

    [[nodiscard]] int fd() const { return reader_.get(); }

  private:
    static void feed(int fd, const std::string& octets, std::size_t piece) {
        const UniqueFd writer(fd);
        for (std::string_view left = octets; !left.empty();) {
            const auto now = left.substr(0, piece);
            if (::send(fd, now.data(), now.size(), MSG_NOSIGNAL) < 0)
                return; // the reader has had enough
            left.remove_prefix(now.size());
        }
    }

    UniqueFd reader_;
    std::thread thread_;
};

} // namespace sallyport
