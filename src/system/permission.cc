// SPDX-License-Identifier: MIT
#include "system/permission.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text/printable.h"

namespace sallyport {

std::string why_unreadable(const std::string& path, int error) {
    if (error != EACCES)
        return std::strerror(error);
    struct stat facts {};
    const bool file = ::stat(path.c_str(), &facts) == 0 && S_ISREG(facts.st_mode);
    const passwd* const user = ::getpwuid(::geteuid());
    const char* const name = user != nullptr ? user->pw_name : "?";
    const group* const owner = file ? ::getgrgid(facts.st_gid) : nullptr;
    std::array<char, 512> text{};
    // One group for php-fpm, cron and more. The caller's own may be nobody's or
    // everybody's.
    if (owner != nullptr && std::strcmp(owner->gr_name, "sallyport") == 0)
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
