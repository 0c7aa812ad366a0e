// SPDX-License-Identifier: MIT
//
// What `queue` is asked to do, and the queue that a delivery would use. Each action returns
// what the process exits with.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ctl/call.h"
#include "ctl/queue_facts.h"
#include "message/identity.h"
#include "queue/queue.h"
#include "queue/tree.h"

namespace sallyport::ctl {

/// The queue of the configuration that is in force, opened as its owner for good.
class QueueAccess {
  public:
    /// Failure: 77 (local) where it is somebody else's, 78 (local) where no queue is
    /// configured, and as load_settings() and Queue.
    explicit QueueAccess(const Call& call);

    [[nodiscard]] const Settings& settings() const { return settings_; }
    [[nodiscard]] const Identity& identity() const { return identity_; }
    /// Null: it was not made yet, and nothing is in it.
    [[nodiscard]] const QueueTree* tree() const { return tree_ ? &*tree_ : nullptr; }

    /// All ids that wait, or that are in `failed`. Failure as Queue::ids().
    [[nodiscard]] std::vector<std::string> ids(bool failed) const;
    /// Where a message with this id waits, or `failed`; null if there is none. It lives as
    /// long as this. Failure as Queue::look_at().
    const Queue* find(const std::string& id, bool failed);
    /// What was removed by way of find() stays so after a power cut.
    void sync() const;

    /// All messages, as facts_of().
    [[nodiscard]] std::vector<QueueEntry> list(bool failed) const;

  private:
    template<class Act>
    void for_each_queue(bool failed, Act act) const;

    Identity identity_;
    Settings settings_;
    std::optional<QueueTree> tree_;
    std::optional<Queue> failed_;     ///< null where it is not ours to look into
    std::map<uid_t, Queue> searched_; ///< each opened once, however many ids are sought
};

struct QueueRequest {
    const Call& call;
    QueueAccess& access;
    std::string action;
    std::vector<std::string> ids; ///< as they were typed

    [[nodiscard]] bool has(const char* option) const { return call.options.has(option); }
    [[nodiscard]] QueueFacts facts() const;
    /// With --all those of all messages, else those that were named.
    [[nodiscard]] std::vector<std::string> chosen() const;
};

/// The message, locked, of where --failed says or what waits; else nothing, and what is
/// wrong is in `entry` and `facts`.
std::optional<QueuedMessage> lock_message(const QueueRequest& request,
                                          const std::string& id, QueueEntry& entry,
                                          QueueFacts& facts);
/// The first one that is not 0 is that of all.
void take_status(QueueFacts& facts, ExitStatus status);
/// What is wrong with a message, and its status.
void take_trouble(QueueEntry& entry, QueueFacts& facts, const char* outcome,
                  ExitStatus status, std::string_view why);
/// Tells what was done to each message, and returns the status.
int tell(const QueueRequest& request, const QueueFacts& facts);

/// Failure (75, local).
void remove_message(QueuedMessage& message);

int hold_messages(const QueueRequest& request);
int release_messages(const QueueRequest& request);
int remove_messages(const QueueRequest& request);
int retry_messages(const QueueRequest& request);
int flush_queue(const QueueRequest& request);

} // namespace sallyport::ctl
