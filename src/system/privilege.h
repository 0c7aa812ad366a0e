// SPDX-License-Identifier: MIT
//
// What a set-user-ID or set-group-ID run has over its caller. It is there for files that
// the system's configuration names, and for nothing else.
#pragma once

#include <sys/auxv.h>
#include <sys/types.h>
#include <unistd.h>

namespace sallyport {

class Privilege {
  public:
    /// The caller's ids count from here on; those of the program's file, if its run `has`
    /// some, are kept aside.
    explicit Privilege(bool has = ::getauxval(AT_SECURE) != 0);
    Privilege(const Privilege&) = delete;
    Privilege& operator=(const Privilege&) = delete;
    ~Privilege() = default;

    /// False in an ordinary run, and once it has been given up.
    [[nodiscard]] bool held() const { return held_; }

    /// What `open` returns. The owner's ids count while it runs.
    template<class Open>
    auto as_owner(Open open) {
        const Raised raised(*this);
        return open();
    }

    /// For good: real, effective and saved ids are the caller's, and he has no capability
    /// of the program's file. Failure (71, local) if the system refuses, or says that it is
    /// not so.
    void give_up();

  private:
    struct Raised {
        explicit Raised(const Privilege& owner) { count(owner.user_, owner.group_); }
        Raised(const Raised&) = delete;
        Raised& operator=(const Raised&) = delete;
        ~Raised() { count(::getuid(), ::getgid()); }
    };

    /// Effective ids from here on.
    static void count(uid_t user, gid_t group);

    bool held_;
    uid_t user_;
    gid_t group_;
};

} // namespace sallyport
