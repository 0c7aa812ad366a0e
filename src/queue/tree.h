// SPDX-License-Identifier: MIT
//
// The directories of a queue, which belong to one user, or to all: then each has one of his
// own in them, behind a gate that only the program's group passes.
//
//   DIR             the gate of a shared tree: root's, its group may pass, nobody list it
//   DIR/queue       of a shared tree: whose user runs it; all past the gate may add to it
//   DIR/queue/UID   the messages of that user
//   DIR/failed      what nobody works on any more
//   DIR/run         who runs the queue, and which relays rest
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <sys/stat.h>
#include <sys/types.h>

#include "base/unique_fd.h"
#include "config/settings.h"

namespace sallyport {

class QueueTree {
  public:
    /// Opens settings.directory for the effective user. Of one that is his alone what is
    /// missing is made. Failure: 78 (local) where somebody else could take away what was
    /// promised, or may not pass the gate; 75 (local) where it cannot be opened or made.
    explicit QueueTree(QueueSettings settings);

    [[nodiscard]] const QueueSettings& settings() const { return settings_; }
    /// Whether a DIR/queue like this makes the tree everybody's.
    static bool is_for_all(const struct stat& queue) {
        return (queue.st_mode & S_IWOTH) != 0;
    }
    [[nodiscard]] bool is_shared() const { return shared_; }
    /// Whoever opened it runs it, for all whose messages wait there.
    [[nodiscard]] bool is_owned() const { return owned_; }

    /// Whose messages may wait there, in no order: of a tree that is not owned those of
    /// whoever opened it.
    [[nodiscard]] std::vector<uid_t> users() const;

    /// The directory of that user. His own is made where it is missing; of another, or
    /// where it is not to be `made`, it is null then. Failure (75, local) where it cannot
    /// be had, also where somebody else has taken its name.
    [[nodiscard]] UniqueFd open(uid_t user, bool made = true) const;

    /// Gives other names to what stands where a user's directory is to be: it keeps his
    /// mail out. What that was; empty: nothing. Of an owned, shared tree.
    [[nodiscard]] std::string move_strangers() const;

    /// Null where whoever opened the tree has no business there.
    [[nodiscard]] int failed() const { return failed_.get(); }
    [[nodiscard]] int run() const { return run_.get(); }

    /// The file in that directory, made for whoever may work on it: `flags` of open(2) are
    /// O_RDWR, O_CREAT, O_EXCL. Null: see errno.
    [[nodiscard]] UniqueFd make_file(int directory, const char* name, int flags) const;

    /// One of four runs at once, of a tree that is not owned one of four of the user's;
    /// null where there are four. When the last began is its time. Failure (75, local).
    [[nodiscard]] UniqueFd take_slot() const;
    /// Seconds since 1970; 0: never.
    [[nodiscard]] std::int64_t last_run() const;
    /// The lock of one of the files NAME0 to NAME3; null where all are locked.
    [[nodiscard]] UniqueFd take_one_of_four(int directory, std::string_view name) const;

    /// "queue DIR: WHAT: why", 75.
    [[noreturn]] void fail(std::string_view what, int error) const;

  private:
    void open_own(int top, const struct stat& facts);
    void open_shared(int top, const struct stat& gate, const struct stat& queue);
    [[nodiscard]] UniqueFd open_part(int parent, const char* name, int flags) const;
    [[nodiscard]] UniqueFd make_shared(const char* name) const;
    [[nodiscard]] bool is_there(const std::string& name, uid_t user) const;
    void expect_own(const struct stat& facts, const char* name) const;

    QueueSettings settings_;
    bool shared_ = false;
    bool owned_ = true;
    UniqueFd queue_;
    UniqueFd failed_;
    UniqueFd run_;
};

} // namespace sallyport
