// SPDX-License-Identifier: MIT
//
// The queue as this process has it. A set-group-ID run opens it while it has the group, and
// works in its caller's directory without it from then on.
#pragma once

#include <optional>

#include "base/failure.h"
#include "config/settings.h"
#include "queue/queue.h"
#include "queue/tree.h"

namespace sallyport {

class OpenQueue {
  public:
    /// Opens the tree and in it the directory of the effective user, which is made where it
    /// is missing, or only where it is to be `made` if the tree is everybody's. That it
    /// cannot be had is kept for require().
    OpenQueue(const QueueSettings& settings, bool made);
    OpenQueue(const OpenQueue&) = delete;
    OpenQueue& operator=(const OpenQueue&) = delete;
    ~OpenQueue() = default;

    /// Failure (75 or 78, local) where it cannot be had: as QueueTree.
    void require() const;

    /// False: the others are not to be asked.
    [[nodiscard]] bool is_usable() const { return !trouble_; }
    [[nodiscard]] const QueueTree& tree() const { return *tree_; }
    /// Null where it was not to be made and is not there.
    [[nodiscard]] const Queue* own() const { return own_ ? &*own_ : nullptr; }

  private:
    std::optional<QueueTree> tree_;
    std::optional<Queue> own_;
    std::optional<Failure> trouble_;
};

} // namespace sallyport
