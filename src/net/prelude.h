// SPDX-License-Identifier: MIT
//
// What is said before SMTP begins, to a proxy or to a POP server: short, and bounded as a
// whole.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/failure.h"
#include "base/stream.h"
#include "net/transcript.h"
#include "system/withheld.h"

namespace sallyport {

/// Over a stream that somebody else goes on with: never is an octet read that is not a part
/// of it, since what comes after is for whoever comes next. Failure: 75
/// (address) for trouble on the line.
class Prelude {
  public:
    /// `peer` and `step` begin every error text. Every wait ends at `deadline`.
    Prelude(Stream& stream, std::string peer, Deadline deadline, Step step,
            const Transcript& transcript)
        : stream_(stream), peer_(std::move(peer)), deadline_(deadline), step_(step),
          transcript_(transcript) {}

    [[nodiscard]] Step step() const { return step_; }
    void enter(Step step, Deadline deadline) {
        step_ = step;
        deadline_ = deadline;
    }

    /// What -v shows of the octets is `shown`.
    void write(std::string_view octets, std::string_view shown = {});

    /// So many octets.
    std::string read(std::size_t size);

    /// A line, without its CRLF or LF. Failure (76, relay) if all lines together have
    /// more than 16 KiB.
    std::string read_line();

    /// From now on a line that gives `octets` away is not shown: they are a credential.
    void withhold(std::string_view octets) { withheld_.add(octets); }

    /// `line`, fit to be shown and cut after `limit` octets. If it is not to be shown,
    /// `code` stands for it.
    [[nodiscard]] std::string quote(std::string_view line, std::size_t limit,
                                    std::string_view code = {}) const;

    /// For -v: a line that was read, as quote() has it, or what else there is to say.
    void show(std::string_view line, std::string_view code) const {
        transcript_.received(step_, quote(line, std::string_view::npos, code));
    }
    void remark(std::initializer_list<std::string_view> text) const;

    /// "peer: step: what", thrown; see Failure.
    [[noreturn]] void fail(ExitStatus status, Fault fault,
                           std::initializer_list<std::string_view> what,
                           const char* enhanced, bool credentials_refused = false) const;

  private:
    Stream& stream_;
    std::string peer_;
    Deadline deadline_;
    Step step_;
    const Transcript& transcript_;
    Withheld withheld_;
    std::size_t left_ = 16384; ///< octets that lines may still have
};

} // namespace sallyport
