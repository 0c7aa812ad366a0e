// SPDX-License-Identifier: MIT
//
// What -v shows: the dialogue as it happens, for a person. Credentials never reach it,
// because those who send them pass a mask in their place.
#pragma once

#include <string_view>

namespace sallyport {

class Transcript {
  public:
    /// Writes to `fd`, which stays the caller's; -1: to nobody.
    explicit Transcript(int fd = -1) : fd_(fd) {}

    [[nodiscard]] bool wanted() const { return fd_ >= 0; }
    /// Commands, CRLF included; shown line by line after "> ".
    void sent(std::string_view commands) const;
    /// One reply line without its end, shown after "< ".
    void received(std::string_view line) const;
    /// A remark of our own, after "* ".
    void remark(std::string_view text) const;

  private:
    void show(std::string_view mark, std::string_view line) const;

    int fd_;
};

} // namespace sallyport
