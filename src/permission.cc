// SPDX-License-Identifier: MIT
#include "permission.h"

#include <cerrno>
#include <cstring>

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "concat.h"
#include "printable.h"

namespace sallyport {

std::string why_unreadable(const std::string& path, int error) {
    if (error != EACCES)
        return std::strerror(error);
    const passwd* const user = ::getpwuid(::geteuid());
    const std::string name = user != nullptr ? user->pw_name : "?";
    std::string text =
        concat({"user ", name, " (", std::to_string(::geteuid()), ") may not read it"});
    struct stat facts {};
    if (::stat(path.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode))
        return printable(text, text.size()); // a mode of 0640 would not help
    // One group for php-fpm, cron and more. The caller's own may be nobody's or
    // everybody's.
    const group* const owner = ::getgrgid(facts.st_gid);
    if (owner != nullptr && std::strcmp(owner->gr_name, "sallyport") == 0)
        text += concat({": usermod -aG sallyport ", name,
                        ", or SupplementaryGroups=sallyport in its unit"});
    else
        text += ": chgrp sallyport and chmod 0640; see Permissions in sallyport.conf(5)";
    return printable(text, text.size());
}

} // namespace sallyport
