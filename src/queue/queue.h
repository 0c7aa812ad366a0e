// SPDX-License-Identifier: MIT
//
// The queue on disk: directories, files and locks. It knows no SMTP, and not when a message
// is to be tried.
//
//   DIR/queue/UID/ID    a message, written once, its journal appended to
//   DIR/queue/UID/.ID   one that is being written: nobody has been promised anything
//   DIR/failed/ID       one that nobody works on any more
//   DIR/run/slot.N      who runs the queue has its lock
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

#include "base/unique_fd.h"
#include "config/settings.h"
#include "message/message.h"
#include "queue/queued_message.h"
#include "queue/resting.h"

namespace sallyport {

class Queue {
  public:
    /// The tree at settings.directory, of which what is missing is made, for the mail of
    /// `user`. Failure: 78 (local) where somebody else could write, 75 (local) where it
    /// cannot be opened or made.
    Queue(const QueueSettings& settings, uid_t user);

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

    /// Nothing where somebody else works on it, or has finished it. Failure (75, local) if
    /// it cannot be opened; 65 (local) if it is no file of ours.
    [[nodiscard]] std::optional<QueuedMessage> lock(const std::string& id) const;
    /// The same without the lock, to be read.
    [[nodiscard]] std::optional<QueuedMessage> look_at(const std::string& id) const;

    /// What is in `failed`, as if it waited: to be listed, looked at, locked and removed,
    /// and nothing else. Failure (75, local).
    [[nodiscard]] Queue failed() const;

    /// What has that name is kept in `failed`, for a person. False if it cannot be.
    [[nodiscard]] bool set_aside(const std::string& name) const;

    /// Removes what writers who were killed left, and of `failed` what is older than
    /// keep_failed or more than max_count and max_size allow, the oldest first.
    void sweep(std::chrono::system_clock::time_point now) const;

    /// One of four runs at once; null where there are four. When the last began is its
    /// time.
    [[nodiscard]] UniqueFd take_slot() const;
    /// Seconds since 1970; 0: never.
    [[nodiscard]] std::int64_t last_run() const;
    /// One of the user's four processes that send while no caller waits; null likewise.
    [[nodiscard]] UniqueFd take_background() const;

    /// As sallyport::take_allowance, for the user.
    [[nodiscard]] bool take_allowance(const LimitSettings& limits,
                                      std::chrono::system_clock::time_point now) const;

    [[nodiscard]] RestingRelays resting_relays() const { return RestingRelays(run_.get()); }

    /// What was removed stays so after a power cut.
    void sync() const;

  private:
    Queue(const Queue& other, UniqueFd messages)
        : settings_(other.settings_), user_(other.user_), mine_(std::move(messages)) {}
    [[nodiscard]] UniqueFd open(const std::string& id, int flags) const;
    [[nodiscard]] std::string_view limit_reached(std::uint64_t size) const;
    [[nodiscard]] std::string_view reserve_needed(std::uint64_t size) const;
    [[nodiscard]] UniqueFd open_own(int parent, const char* name) const;
    template<class Predicate>
    [[nodiscard]] std::vector<std::string> names_in(int directory, Predicate is_one) const;
    void fill(int file, const std::string& head, const Message& message,
              std::string_view journal) const;
    void withdraw(std::span<QueuedMessage> messages) const;
    void sweep_unfinished(std::int64_t now) const;
    void sweep_failed(std::int64_t now) const;
    [[nodiscard]] UniqueFd take_one_of_four(int directory, std::string_view name) const;
    [[noreturn]] void fail(std::string_view what, int error) const;

    const QueueSettings& settings_;
    uid_t user_;
    UniqueFd mine_; ///< queue/UID
    UniqueFd failed_;
    UniqueFd run_;
};

} // namespace sallyport
