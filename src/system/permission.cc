// SPDX-License-Identifier: MIT
#include "system/permission.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include <grp.h>
#include <pwd.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text/printable.h"

namespace sallyport {

namespace {

/// Our own set-group-ID bit would have given us this group: NoNewPrivileges, nosuid, a
/// tracer or a user namespace took it away.
bool lacks_own_bit(gid_t group) {
    struct stat program {};
    return ::getauxval(AT_SECURE) == 0 && ::stat("/proc/self/exe", &program) == 0 &&
           (program.st_mode & S_ISGID) != 0 && program.st_gid == group;
}

} // namespace

std::string why_unreadable(const std::string& path, int error) {
    if (error != EACCES)
        return std::strerror(error);
    struct stat facts {};
    const bool there = ::stat(path.c_str(), &facts) == 0;
    const bool file = there && S_ISREG(facts.st_mode);
    const passwd* const user = ::getpwuid(::geteuid());
    const char* const name = user != nullptr ? user->pw_name : "?";
    const group* const owner = there ? ::getgrgid(facts.st_gid) : nullptr;
    std::array<char, 512> text{};
    // One group for php-fpm, cron and more. The caller's own may be nobody's or
    // everybody's.
    if (there && lacks_own_bit(facts.st_gid))
        std::snprintf(text.data(), text.size(),
                      "user %s (%u) may not read it, and the set-group-ID bit of this "
                      "program has no effect here (NoNewPrivileges?): "
                      "SupplementaryGroups=%s in its unit",
                      name, ::geteuid(), owner != nullptr ? owner->gr_name : "sallyport");
    else if (owner != nullptr && std::strcmp(owner->gr_name, "sallyport") == 0)
        std::snprintf(text.data(), text.size(),
                      "user %s (%u) may not read it: usermod -aG sallyport %s, or "
                      "SupplementaryGroups=sallyport in its unit",
                      name, ::geteuid(), name);
    else // to what is no file a mode of 0640 would not help
        std::snprintf(text.data(), text.size(), "user %s (%u) may not read it%s", name,
                      ::geteuid(),
                      file ? ": chgrp sallyport and chmod 0640; see Permissions in "
                             "sallyport.conf(5)"
                           : "");
    return printable(text.data(), text.size());
}

} // namespace sallyport
