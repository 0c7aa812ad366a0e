// SPDX-License-Identifier: MIT
//
// What `queue` is asked to do, and the queue that a delivery would use. Each action returns
// what the process exits with.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ctl/call.h"
#include "ctl/queue_facts.h"
#include "message/identity.h"
#include "queue/queue.h"

namespace sallyport::ctl {

/// The queue of the configuration that is in force, opened as its owner for good.
class QueueAccess {
  public:
    /// Failure: 77 (local) where it is somebody else's, 78 (local) where no queue is
    /// configured, and as load_settings() and Queue.
    explicit QueueAccess(const Call& call);

    [[nodiscard]] const Settings& settings() const { return settings_; }
    [[nodiscard]] const Identity& identity() const { return identity_; }
    [[nodiscard]] uid_t user() const { return user_; }
    /// Null: it was not made yet, and nothing is in it.
    [[nodiscard]] Queue* queue() { return queue_ ? &*queue_ : nullptr; }
    /// What is in `failed`; null likewise.
    [[nodiscard]] Queue* failed() { return failed_ ? &*failed_ : nullptr; }

  private:
    Identity identity_;
    Settings settings_;
    uid_t user_ = 0;
    std::optional<Queue> queue_;
    std::optional<Queue> failed_;
};

struct QueueRequest {
    const Call& call;
    QueueAccess& access;
    std::string action;
    std::vector<std::string> ids; ///< as they were typed

    [[nodiscard]] bool has(const char* option) const { return call.options.has(option); }
    /// Where --failed says, or what waits; null as there.
    [[nodiscard]] Queue* queue() const {
        return has("failed") ? access.failed() : access.queue();
    }
    [[nodiscard]] QueueFacts facts() const;
    /// With --all those of all messages, else those that were named.
    [[nodiscard]] std::vector<std::string> chosen() const;
};

/// The message, read and locked; else nothing, and what is wrong is in `entry` and `facts`.
std::optional<QueuedMessage> lock_message(const Queue* queue, const std::string& id,
                                          QueueEntry& entry, QueueFacts& facts);
/// The first one that is not 0 is that of all.
void take_status(QueueFacts& facts, ExitStatus status);
/// What is wrong with a message, and its status.
void take_trouble(QueueEntry& entry, QueueFacts& facts, const char* outcome,
                  ExitStatus status, std::string_view why);
/// Tells what was done to each message, and returns the status.
int tell(const QueueRequest& request, const QueueFacts& facts);

int hold_messages(const QueueRequest& request);
int release_messages(const QueueRequest& request);
int remove_messages(const QueueRequest& request);
int retry_messages(const QueueRequest& request);
int flush_queue(const QueueRequest& request);

} // namespace sallyport::ctl
