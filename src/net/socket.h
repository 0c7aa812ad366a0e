// SPDX-License-Identifier: MIT
//
// A connected socket as a Stream.
#pragma once

#include <utility>

#include "base/stream.h"
#include "base/unique_fd.h"

namespace sallyport {

class SocketStream : public Stream {
  public:
    /// `fd` is connected and non-blocking.
    explicit SocketStream(UniqueFd fd) : fd_(std::move(fd)) {}

    Transfer read(std::span<char> buffer, Deadline deadline) override;
    Transfer read_arrived(std::span<char> buffer) override;
    Transfer write(std::string_view octets, Deadline deadline) override;

  private:
    UniqueFd fd_;
};

} // namespace sallyport
