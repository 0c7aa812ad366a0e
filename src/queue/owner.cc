// SPDX-License-Identifier: MIT
#include "queue/owner.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/concat.h"
#include "base/failure.h"
#include "queue/tree.h"

namespace sallyport {

namespace {

[[noreturn]] void refused() {
    stop(ExitStatus::os_error, Fault::local,
         {"acting as the owner of the queue: ", std::strerror(errno)});
}

std::vector<gid_t> supplementary_groups() {
    const int count = ::getgroups(0, nullptr);
    std::vector<gid_t> groups(count > 0 ? static_cast<std::size_t>(count) : 0);
    if (count < 0 || ::getgroups(count, groups.data()) != count)
        refused();
    return groups;
}

} // namespace

QueueOwner::QueueOwner() : user_(::geteuid()), group_(::getegid()), gate_(group_) {}

QueueOwner QueueOwner::of(const std::string& directory, bool runs) {
    QueueOwner owner;
    struct stat top {};
    struct stat queue {};
    if (owner.user_ != 0 || ::stat(directory.c_str(), &top) != 0)
        return owner;
    const std::string below = concat({directory, "/queue"});
    const bool shared = ::lstat(below.c_str(), &queue) == 0 && QueueTree::is_for_all(queue);
    if (shared && !runs)
        return owner;
    owner.user_ = shared ? queue.st_uid : top.st_uid;
    owner.group_ = shared ? queue.st_gid : top.st_gid;
    owner.gate_ = top.st_gid;
    return owner;
}

void QueueOwner::become() const {
    if (user_ == ::geteuid())
        return;
    if (::setgroups(1, &gate_) != 0 || ::setresgid(group_, group_, group_) != 0 ||
        ::setresuid(user_, user_, user_) != 0)
        refused();
}

QueueOwner::Acting::Acting(const QueueOwner& owner)
    : changed_(owner.user_ != ::geteuid()), group_(::getegid()) {
    if (!changed_)
        return;
    groups_ = supplementary_groups();
    if (::setgroups(1, &owner.gate_) != 0 || ::setegid(owner.group_) != 0 ||
        ::seteuid(owner.user_) != 0)
        refused();
}

/// A process that is somebody else from here on would send his mail with root's word.
QueueOwner::Acting::~Acting() {
    if (changed_ && (::seteuid(::getuid()) != 0 || ::setegid(group_) != 0 ||
                     ::setgroups(groups_.size(), groups_.data()) != 0))
        std::abort();
}

} // namespace sallyport
