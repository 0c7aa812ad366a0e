// SPDX-License-Identifier: MIT
//
// A run of the queue: what is due, the oldest first, over one connection to each relay.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "deliver/world.h"
#include "queue/attempt.h"
#include "queue/queue.h"
#include "queue/resting.h"

namespace sallyport {

/// What a run has done and left.
struct Tally {
    unsigned sent = 0;     ///< to all that were left
    unsigned failed = 0;   ///< not to all, as their senders were told
    unsigned deferred = 0; ///< tried in vain
    unsigned held = 0;     ///< now, so that nothing more is tried
    unsigned waiting = 0;  ///< all that are left and can be read
    unsigned damaged = 0;
    std::int64_t oldest = 0; ///< when the first of what is left arrived; 0: nothing is
};

class QueueRun {
  public:
    /// Everything must outlive it. `seed`: see Retries.
    QueueRun(const QueueTree& tree, const World& world, QueueAttempt::Now now,
             std::uint32_t seed);

    /// An hour at most is gone on for. What is wrong with a message is in the log. Failure
    /// (75, local) if a journal cannot be written: then nothing more is sent.
    Tally run(const QueueSelection& selection);

  private:
    void leave_alone(const RestingRelays& resting);
    void remember(RestingRelays& resting) const;
    std::vector<std::string> choose(const QueueSelection& selection);
    void choose_of(uid_t user, std::size_t most, const QueueSelection& selection,
                   std::vector<std::string>& chosen);
    const Queue* queue_of(uid_t user);
    std::optional<std::string> key_of(const Queue& queue, uid_t user, const std::string& id,
                                      const QueueSelection& selection);
    void try_all(const QueueSelection& selection);
    void sweep();
    void sync();
    bool is_chosen(const QueueHeader& header, const Progress& progress,
                   const QueueSelection& selection) const;
    std::optional<QueuedMessage> lock(const Queue& queue, const std::string& id);
    void take(const Queue& queue, const std::string& id, const QueueSelection& selection);
    void try_one(const Queue& queue, QueuedMessage& message,
                 const QueueSelection& selection);
    void count(Outcome outcome, const QueueHeader& header);
    void left(const QueueHeader& header);
    void leave(const Queue& queue, QueuedMessage& message, const Failure& failure);
    [[nodiscard]] std::int64_t first_relay(const std::string& sender) const;

    const QueueTree& tree_;
    const World& world_;
    QueueAttempt::Now now_;
    Retries retries_;
    Failover failover_;
    std::optional<Queue> queue_;  ///< of the user whose turn it was last
    uid_t user_ = 0;              ///< he
    std::vector<uid_t> unsynced_; ///< whose messages have been removed since
    Tally tally_;
    unsigned broken_ = 0; ///< messages in a row whose journal could not be written
};

} // namespace sallyport
