// SPDX-License-Identifier: MIT
//
// What a session did, step by step: shown to a person as it happens (-v), or kept and read
// afterwards. Credentials never reach it, because those who send them pass a mask in their
// place.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/step.h"
#include "base/stream.h"

namespace sallyport {

class Transcript {
  public:
    enum class Kind : unsigned char { began, sent, received, remark };

    /// A step has begun at its first entry, or where its command went out in one flight
    /// with another's at the last that was sent before it; it has ended at its last entry,
    /// or by a Failure of that step. Connecting begins with the look-up of names, and has
    /// nothing after that where no way is left to try.
    struct Entry {
        Clock::time_point at;
        Step step; ///< none: QUIT, RSET, and what is read in vain
        Kind kind;
        std::string text; ///< a line, fit to be shown; empty where a step began
    };

    /// So many are kept at most, the first.
    static constexpr std::size_t entry_limit = 10000;

    /// Shows to `fd`, which stays the caller's; -1: to nobody. Keeps in `kept`, which
    /// outlives this; null: nowhere.
    explicit Transcript(int fd = -1, std::vector<Entry>* kept = nullptr)
        : fd_(fd), kept_(kept) {}

    [[nodiscard]] bool wanted() const { return fd_ >= 0 || kept_ != nullptr; }
    /// Of one that does not begin with a command: a person is not told.
    void begin(Step step) const;
    /// Commands, CRLF included; shown line by line after "> ".
    void sent(Step step, std::string_view commands) const;
    /// One reply line without its end, shown after "< ".
    void received(Step step, std::string_view line) const;
    /// A remark of our own, after "* ".
    void remark(Step step, std::string_view text) const;

  private:
    void add(Step step, Kind kind, std::string_view line) const;

    int fd_;
    std::vector<Entry>* kept_;
};

/// `plain`, made a verified stream by `securer`: a step that `transcript` is told of.
/// Failure as Securer.
std::unique_ptr<VerifiedStream> secure(Securer& securer, std::unique_ptr<Stream> plain,
                                       const std::string& peer, Deadline deadline,
                                       const Transcript& transcript);

} // namespace sallyport
