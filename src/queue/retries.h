// SPDX-License-Identifier: MIT
//
// When a message is tried again, and when no more.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>

#include "config/settings.h"
#include "queue/journal.h"
#include "smtp/recipient.h"

namespace sallyport {

class Retries {
  public:
    /// `seed`: any number, so that not all machines come at once.
    Retries(const QueueSettings& settings, std::uint32_t seed)
        : settings_(settings), random_(seed) {}

    /// The least, where the server may have the message: its verdict may only be late.
    static constexpr std::chrono::seconds after_doubt{doubt_lasts};

    struct Next {
        std::chrono::seconds wait;
        unsigned raised; ///< how many times back-off was raised by now
    };
    /// After an attempt that left these open: what a server said about the message raises
    /// back-off, unless it was `forced`, out of turn; an outage does not.
    Next next(std::span<const Recipient* const> open, unsigned raised, bool forced);

    /// How long to wait once back-off was raised so many times: give or take an eighth.
    std::chrono::seconds after(unsigned raised);
    /// No wait is longer: a time further away was written by a clock that was wrong.
    [[nodiscard]] std::chrono::seconds longest() const;
    /// A message that came then has been tried for long and often enough.
    [[nodiscard]] bool expired(std::int64_t arrived, std::int64_t now,
                               unsigned attempts) const;

  private:
    [[nodiscard]] std::span<const std::chrono::milliseconds> steps() const;

    const QueueSettings& settings_;
    std::uint32_t random_;
};

} // namespace sallyport
