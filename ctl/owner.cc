// SPDX-License-Identifier: MIT
#include "ctl/owner.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/concat.h"
#include "base/failure.h"
#include "ctl/words.h"
#include "text/printable.h"

namespace sallyport::ctl {

namespace {

constexpr const char* senders_group = "sallyport";

std::optional<std::string> variable(const ConfigurationSources& sources,
                                    std::string_view name) {
    for (const std::string& entry : sources.environment) {
        if (entry.starts_with(name) && entry.size() > name.size() + 1 &&
            entry[name.size()] == '=')
            return entry.substr(name.size() + 1);
    }
    return std::nullopt;
}

std::optional<gid_t> find_group(const char* name) {
    const group* const found = ::getgrnam(name);
    return found == nullptr ? std::nullopt : std::optional(found->gr_gid);
}

constexpr mode_t readable_by_group = 0640;

std::string name_of(gid_t number) {
    const group* const found = ::getgrgid(number);
    return found == nullptr ? std::to_string(number) : found->gr_name;
}

std::string warning_of_readers(const std::string& group) {
    return concat({tr("warning: every member of the group "), printable(group),
                   tr(" can read the password")});
}

} // namespace

std::string usual_file(const ConfigurationSources& sources, uid_t caller) {
    if (caller == 0)
        return sources.system_file;
    for (const auto& [name, file] : {std::pair{"XDG_CONFIG_HOME", "/sallyport.conf"},
                                     std::pair{"HOME", "/.config/sallyport.conf"}}) {
        const auto directory = variable(sources, name);
        if (directory && directory->starts_with('/'))
            return concat({*directory, file});
    }
    misconfigured("HOME", tr("it is not set: name a file by --output"));
}

std::string usual_queue(const ConfigurationSources& sources, uid_t caller) {
    if (caller == 0)
        return "/var/spool/sallyport";
    for (const auto& [name, directory] :
         {std::pair{"XDG_DATA_HOME", "/sallyport/queue"},
          std::pair{"HOME", "/.local/share/sallyport/queue"}}) {
        const auto home = variable(sources, name);
        if (home && home->starts_with('/'))
            return concat({*home, directory});
    }
    return {};
}

void make_directory_of(const std::string& path) {
    const std::string directory = path.substr(0, path.rfind('/'));
    if (::mkdir(directory.c_str(), S_IRWXU) != 0 && errno != EEXIST)
        stop(ExitStatus::cannot_create, Fault::local,
             {printable(directory), tr(": the directory cannot be made: "),
              std::strerror(errno)});
}

Owner owner_of_file(uid_t caller, const std::optional<std::string>& readable_by) {
    if (readable_by) {
        const auto group = find_group(readable_by->c_str());
        if (!group)
            stop(ExitStatus::usage, Fault::local,
                 {"option --readable-by: ", printable(*readable_by, 40),
                  tr(": there is no such group")});
        return {{caller, *group, readable_by_group},
                *readable_by,
                warning_of_readers(*readable_by)};
    }
    if (caller != 0)
        return {{caller, ::getegid(), S_IRUSR | S_IWUSR},
                {},
                tr("This file is yours alone: cron jobs of root and the web server do not "
                   "read it.")};
    if (const auto group = find_group(senders_group))
        return {{caller, *group, readable_by_group},
                senders_group,
                tr("Who else is to send goes into the group sallyport (usermod -a -G "
                   "sallyport USER), and can read the password then.")};
    return {{caller, ::getegid(), S_IRUSR | S_IWUSR},
            {},
            tr("Only root can send by it. For other users make the group sallyport "
               "(groupadd -r sallyport) and run this again, or see --readable-by.")};
}

Owner owner_kept(const std::string& path, const struct stat& facts, uid_t caller) {
    if (facts.st_uid != 0 && facts.st_uid != caller)
        stop(ExitStatus::cannot_create, Fault::local,
             {printable(path), tr(": somebody else owns this file, and would have the new "
                                  "secret")});
    Owner owner{{facts.st_uid, facts.st_gid, facts.st_mode & readable_by_group}, {}, {}};
    if ((facts.st_mode & S_IRGRP) != 0) {
        owner.group = name_of(facts.st_gid);
        owner.remark = warning_of_readers(owner.group);
    }
    return owner;
}

std::string user_name(uid_t user) {
    const passwd* const entry = ::getpwuid(user);
    return entry != nullptr ? printable(entry->pw_name, 40) : std::to_string(user);
}

std::string shown(const Ownership& ownership) {
    std::array<char, 8> mode{};
    std::snprintf(mode.data(), mode.size(), "%04o", ownership.mode & 07777U);
    return concat(
        {user_name(ownership.user), ":", name_of(ownership.group), " ", mode.data()});
}

} // namespace sallyport::ctl
