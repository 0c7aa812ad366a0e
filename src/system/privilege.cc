// SPDX-License-Identifier: MIT
#include "system/privilege.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/failure.h"

namespace sallyport {

namespace {

constexpr auto same = static_cast<uid_t>(-1);

[[noreturn]] void refused() {
    stop(ExitStatus::os_error, Fault::local, {"the set-id bits cannot be given up"});
}

/// Ids that are right are not set again: a filter of system calls may forbid it.
bool are_the_callers() {
    uid_t user[3];
    gid_t group[3];
    if (::getresuid(&user[0], &user[1], &user[2]) != 0 ||
        ::getresgid(&group[0], &group[1], &group[2]) != 0)
        refused();
    return user[0] == user[1] && user[0] == user[2] && group[0] == group[1] &&
           group[0] == group[2];
}

/// Of a file that has capabilities instead of a set-id bit.
bool drop_capabilities() {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    const __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {};
    return ::getuid() == 0 || ::syscall(SYS_capset, &header, none) == 0;
}

} // namespace

Privilege::Privilege(bool has) : held_(has), user_(::geteuid()), group_(::getegid()) {
    if (held_)
        count(::getuid(), ::getgid());
}

void Privilege::count(uid_t user, gid_t group) {
    if (::setresgid(same, group, same) != 0 || ::setresuid(same, user, same) != 0)
        refused();
}

void Privilege::give_up() {
    if (!held_)
        return;
    const gid_t group = ::getgid();
    const uid_t user = ::getuid();
    const bool given_up =
        are_the_callers() || (::setresgid(group, group, group) == 0 &&
                              ::setresuid(user, user, user) == 0 && are_the_callers());
    if (!given_up || !drop_capabilities())
        refused();
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); // a change of ids has reset it
    held_ = false;
}

} // namespace sallyport
