// SPDX-License-Identifier: MIT
//
// The daemon that listens at /dev/log. syslog(3) waits without a limit for one that does
// not read; so nobody calls it here, and libraries that do get nowhere.
#pragma once

#include <chrono>
#include <string>

#include "base/unique_fd.h"

namespace sallyport {

class LogSocket {
  public:
    /// `patience`: for how long a daemon that does not read is waited for, in all.
    explicit LogSocket(std::string path = "/dev/log",
                       std::chrono::milliseconds patience = std::chrono::seconds(1));

    /// Before this call a daemon that does not read is not waited for.
    void may_wait() { may_wait_ = true; }

    /// Whether a daemon listens, even one that does not read.
    bool is_there();

    /// One datagram, or on a stream one record with a NUL at its end, as glibc sends them.
    /// False: it is lost.
    bool send(const std::string& record);

    /// What is left of it.
    [[nodiscard]] std::chrono::milliseconds patience() const { return patience_; }

  private:
    int connect();
    bool write(const std::string& record);
    int try_write(const std::string& record);
    bool pause();

    std::string path_;
    std::chrono::milliseconds patience_;
    bool may_wait_ = false;
    bool is_stream_ = false;
    UniqueFd fd_;
};

} // namespace sallyport
