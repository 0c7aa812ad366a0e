// SPDX-License-Identifier: MIT
#include "permission.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "printable.h"

namespace sallyport {

std::string why_unreadable(const std::string& path, int error) {
    if (error != EACCES)
        return std::strerror(error);
    struct stat facts {};
    const passwd* const user = ::getpwuid(::geteuid());
    const char* const name = user != nullptr ? user->pw_name : "?";
    std::array<char, 1024> text{};
    const group* const owner =
        ::stat(path.c_str(), &facts) == 0 ? ::getgrgid(facts.st_gid) : nullptr;
    // Which php-fpm, cron and more can share.
    const bool shared = owner != nullptr && std::strcmp(owner->gr_name, "sallyport") == 0;
    const group* const own = ::getgrgid(::getegid());
    if (shared)
        std::snprintf(text.data(), text.size(),
                      "user %s (%u) may not read it: usermod -aG sallyport %s, or "
                      "SupplementaryGroups=sallyport in its unit",
                      name, ::geteuid(), name);
    else
        std::snprintf(text.data(), text.size(),
                      "user %s (%u) may not read it: chgrp %s %s; chmod 0640 %s", name,
                      ::geteuid(), own != nullptr ? own->gr_name : "?", path.c_str(),
                      path.c_str());
    return printable(text.data(), text.size());
}

} // namespace sallyport
