// SPDX-License-Identifier: MIT
//
// The messages of one user on the disk: files and locks. It knows no SMTP, and not when a
// message is to be tried.
//
//   UID/ID    a message, written once, its journal appended to
//   UID/.ID   one that is being written: nobody has been promised anything
//
// Who has the lock (flock) of a message's file acts on it. Nothing else is locked on the
// way of a submission, and nothing is waited for.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "base/failure.h"
#include "base/unique_fd.h"
#include "config/settings.h"
#include "message/message.h"
#include "queue/queued_message.h"
#include "queue/tree.h"

namespace sallyport {

class Queue {
  public:
    /// Those of `user` in a tree, which must outlive it. Failure as QueueTree::open().
    Queue(const QueueTree& tree, uid_t user) : Queue(tree, user, tree.open(user)) {}
    /// The same in a directory that is open already.
    Queue(const QueueTree& tree, std::optional<uid_t> user, UniqueFd directory)
        : tree_(tree), user_(user), mine_(std::move(directory)) {}

    /// Writes a message, its header's size filled in, and what became of it before. It is
    /// on the disk once this returns, and promised to nobody: what is not published goes
    /// with the object. The lock is the caller's. Nothing is waited for. Failure
    /// (75, local), also as check_room().
    [[nodiscard]] QueuedMessage write(QueueHeader header, const Message& message,
                                      std::span<const JournalLine> journal) const;

    /// Failure (75, local; 452) where so many octets more are too many. A failure report
    /// has room beside max_count and max_size: else a queue full of refused messages would
    /// stay full.
    void check_room(std::uint64_t size, bool is_report) const;

    [[nodiscard]] const QueueTree& tree() const { return tree_; }

    /// All of them get their names: they are there, and will be after a power cut, once
    /// this returns. Failure (75, local): none of them is.
    void publish(std::span<QueuedMessage> messages) const;

    /// The one after the other.
    QueuedMessage add(QueueHeader header, const Message& message,
                      std::span<const JournalLine> journal) const;

    /// Those of the user, in no order; QueueSettings::most of them.
    [[nodiscard]] std::vector<std::string> ids() const;
    /// The same, but only those that were made or changed after that time.
    [[nodiscard]] std::vector<std::string> ids_since(std::int64_t time) const;

    /// Nothing where somebody else works on it, or has finished it. Failure: 75 (local) if
    /// it cannot be opened, or has another owner or a further name; 65 (local) if it is no
    /// file at all.
    [[nodiscard]] std::optional<QueuedMessage> lock(const std::string& id) const;
    /// The same without the lock, to be read.
    [[nodiscard]] std::optional<QueuedMessage> look_at(const std::string& id) const;

    /// What is in `failed` of an owned tree, as if it waited: to be listed, looked at,
    /// locked, removed and swept, and nothing else. Failure (75, local).
    static Queue failed(const QueueTree& tree);

    /// What has that name is kept in `failed`, for a person. False if it cannot be: of a
    /// tree that is not owned a run of its owner does it.
    [[nodiscard]] bool set_aside(const std::string& name) const;

    /// Removes what writers who were killed left. `now`: seconds since 1970.
    void sweep(std::int64_t now) const;
    /// Of failed(): removes what is older than keep_failed, or more of one user than
    /// max_count and max_size allow, the oldest first.
    void sweep_failed(std::int64_t now) const;

    /// One of the user's four processes that send while no caller waits; null where there
    /// are four.
    [[nodiscard]] UniqueFd take_background() const;

    /// As sallyport::take_allowance, for the user.
    [[nodiscard]] bool take_allowance(const LimitSettings& limits,
                                      std::chrono::system_clock::time_point now) const;

    /// What was removed stays so after a power cut.
    void sync() const;

  private:
    [[nodiscard]] UniqueFd open(const std::string& id, int flags) const;
    [[noreturn]] void refuse(const std::string& id, ExitStatus status,
                             std::string_view why) const;
    [[nodiscard]] std::string_view limit_reached(std::uint64_t size) const;
    [[nodiscard]] std::string_view reserve_needed(std::uint64_t size) const;
    template<class Predicate>
    [[nodiscard]] std::vector<std::string> names_in(int directory, Predicate is_one) const;
    void fill(int file, const std::string& head, const Message& message,
              std::string_view journal) const;
    void withdraw(std::span<QueuedMessage> messages) const;

    const QueueTree& tree_;
    std::optional<uid_t> user_; ///< whose files they are; nothing: anybody's
    UniqueFd mine_;
};

/// Nothing where that user has none. Failure as QueueTree::open().
std::optional<Queue> queue_of(const QueueTree& tree, uid_t user);

} // namespace sallyport
