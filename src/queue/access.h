// SPDX-License-Identifier: MIT
//
// The queue as a caller has it who hands over messages: opened as whose it is, how much he
// may put there, and when what he hands over is sent.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "deliver/world.h"
#include "queue/enqueue.h"
#include "queue/open_queue.h"
#include "queue/owner.h"
#include "queue/queue.h"

namespace sallyport {

/// There is a queue, and it is used.
bool has_queue(const Settings& settings);

class QueueAccess {
  public:
    /// Opens it, unless `world` has it open. That it cannot be had is no reason not to
    /// send: see require(). `world` must outlive it.
    explicit QueueAccess(const World& world);

    /// Failure (75 or 78, local) where it cannot be had.
    void require() const;
    /// The same, and (75, local; 452) where so many octets more are too many.
    void require_room(std::uint64_t size) const;
    /// Counts one message. Failure (75, local; 452) where the caller has sent as many as he
    /// may; as require() where there is a limit and that cannot be counted.
    void take_allowance() const;

    /// When a message of this sender is sent: as the call or the configuration asks, but
    /// not at once where the last callers met an outage.
    [[nodiscard]] Timing timing(const std::string& reverse_path) const;
    /// Why that is not at once.
    [[nodiscard]] std::string_view reason(Timing timing) const;

    /// As those of enqueue.h and Queue. Failure as require(), too.
    [[nodiscard]] std::vector<QueuedMessage> write(const Envelope& envelope,
                                                   const Message& message, Waiting waiting,
                                                   bool tried) const;
    void publish(std::span<QueuedMessage> files) const;

    /// Whose place it is to have the queue run learns it where he looks; empty where
    /// somebody runs it.
    [[nodiscard]] std::string idle_warning() const;

    /// A process of its own goes on with these and keeps their locks; only the caller's
    /// returns. What it does not finish, or where there are as many of them as may be, a
    /// run of the queue does.
    void send_in_background(std::vector<QueuedMessage>& queued);

  private:
    [[nodiscard]] const Queue& queue() const { return *open_->own(); }
    [[nodiscard]] UniqueFd take_background() const;
    void send(std::vector<QueuedMessage>& queued);

    const World& world_;
    QueueOwner owner_;
    std::optional<OpenQueue> opened_;
    const OpenQueue* open_;
};

} // namespace sallyport
