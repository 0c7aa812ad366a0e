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
#include "system/withheld.h"

namespace sallyport {

/// One exchange over a stream that somebody else goes on with: never is an octet read that
/// is not a part of it, since what comes after is for whoever comes next. Failure: 75
/// (address) for trouble on the line.
class Exchange {
  public:
    /// `peer` and `step` begin every error text. Every wait ends at `deadline`.
    Exchange(Stream& stream, std::string peer, Deadline deadline, Step step)
        : stream_(stream), peer_(std::move(peer)), deadline_(deadline), step_(step) {}

    [[nodiscard]] Step step() const { return step_; }
    void enter(Step step, Deadline deadline) {
        step_ = step;
        deadline_ = deadline;
    }

    void write(std::string_view octets);

    /// So many octets.
    std::string read(std::size_t size);

    /// A line, without its CRLF or LF. Failure (76, relay) if all the lines of the exchange
    /// have more than 16 KiB.
    std::string read_line();

    /// From now on a line that gives `octets` away is not shown: they are a credential.
    void withhold(std::string_view octets) { withheld_.add(octets); }

    /// `line`, fit to be shown and cut after `limit` octets. If it is not to be shown,
    /// `code` stands for it.
    [[nodiscard]] std::string quote(std::string_view line, std::size_t limit,
                                    std::string_view code = {}) const;

    /// "peer: step: what", thrown; see Failure.
    [[noreturn]] void fail(ExitStatus status, Fault fault,
                           std::initializer_list<std::string_view> what,
                           const char* enhanced, bool credentials_refused = false) const;

  private:
    Stream& stream_;
    std::string peer_;
    Deadline deadline_;
    Step step_;
    Withheld withheld_;
    std::size_t left_ = 16384; ///< octets that lines may still have
};

} // namespace sallyport
