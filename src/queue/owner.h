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
    /// The user whose the directory is, if root runs us; else this process's.
    explicit QueueOwner(const std::string& directory);

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
    uid_t user_;
    gid_t group_;
};

} // namespace sallyport
