// SPDX-License-Identifier: MIT
//
// Whose the queue is. Root may send by another user's: of the container's application, for
// cron. Then he acts there as that user, since in a tree that somebody else can rearrange
// nothing is safe to do as root.
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

namespace sallyport {

class QueueOwner {
  public:
    /// As whom a call works in the tree: where root runs us as the user whose it is, but in
    /// one of everybody's with his own rights; else as this process's.
    static QueueOwner of_calls(const std::string& directory) {
        return of(directory, false);
    }
    /// As whom a run does: where root runs us as the user whose it is, and in one of
    /// everybody's as whose its queue is, who may pass the gate.
    static QueueOwner of_runs(const std::string& directory) { return of(directory, true); }

    [[nodiscard]] uid_t user() const { return user_; }

    /// For good: a run has no other business. Failure (71, local) if the system refuses.
    void become() const;

    /// For as long as it lives, the owner's ids count. Failure as become().
    class Acting {
      public:
        explicit Acting(const QueueOwner& owner);
        Acting(const Acting&) = delete;
        Acting& operator=(const Acting&) = delete;
        ~Acting();

      private:
        bool changed_;
        gid_t group_;               ///< before, as the next
        std::vector<gid_t> groups_; ///< likewise
    };

  private:
    QueueOwner();
    static QueueOwner of(const std::string& directory, bool runs);

    uid_t user_;
    gid_t group_;
    gid_t gate_; ///< a further group, which may be the same
};

} // namespace sallyport
