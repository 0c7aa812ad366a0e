// SPDX-License-Identifier: MIT
//
// One queued message, locked by us: an attempt to send it, and all that comes of it written
// down, before and after.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "deliver/delivery.h"
#include "deliver/world.h"
#include "queue/queue.h"
#include "queue/retries.h"

namespace sallyport {

/// What became of one.
enum class Outcome : unsigned char {
    sent,    ///< all have it
    failed,  ///< nobody is tried any more, and the sender has been told who has it not
    waiting, ///< somebody is tried again later
    held,    ///< a person has to look at it
};

class QueueAttempt {
  public:
    /// Seconds since 1970, asked anew each time.
    using Now = std::int64_t (*)();

    /// Of messages of that queue. Everything must outlive it.
    QueueAttempt(const Queue& queue, const World& world, Failover& failover,
                 Retries& retries, Now now)
        : queue_(queue), world_(world), failover_(failover), retries_(retries), now_(now) {}

    /// `message` has been read, and a relay can be asked. `forced`: it is out of turn, so
    /// that back-off is not raised. Failure (65, local): the message is damaged, or (77,
    /// local) its sender is none that its user may name, and nothing was sent; (75, local):
    /// the journal cannot be written, and no other message is to be tried.
    Outcome run(QueuedMessage& message, bool forced);

    /// What a run that ended too early left: who was in doubt is written down as such, and
    /// who is not to be tried any more is told. Nothing if the message can be tried.
    [[nodiscard]] std::optional<Outcome> settle(QueuedMessage& message, bool forced);

  private:
    void write_down(QueuedMessage& message, const Report& report) const;
    Outcome conclude(QueuedMessage& message, const Report& report, bool forced);
    Outcome finish(QueuedMessage& message);
    bool hold_doubtful(QueuedMessage& message) const;
    void hold(QueuedMessage& message, std::string_view why) const;
    void wait(QueuedMessage& message, std::chrono::seconds time, unsigned raised) const;
    void expire(QueuedMessage& message) const;
    bool report_failures(QueuedMessage& message);
    [[nodiscard]] std::vector<std::string> readers_of(const QueueHeader& header) const;
    [[nodiscard]] std::string sender_of_reports() const;
    bool queue_report(const QueuedMessage& message, const std::vector<std::size_t>& failed,
                      const std::vector<std::string>& readers);
    Report ask(const QueuedMessage& message, const Message& octets, Witness& witness);
    void add(QueuedMessage& message, JournalLine line) const;

    const Queue& queue_;
    const World& world_;
    Failover& failover_;
    Retries& retries_;
    Now now_;
};

} // namespace sallyport
