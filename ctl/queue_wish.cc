// SPDX-License-Identifier: MIT
#include "ctl/queue_wish.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

#include "base/concat.h"
#include "base/failure.h"
#include "config/strict_ini.h"
#include "ctl/owner.h"
#include "ctl/words.h"
#include "queue/owner.h"
#include "queue/tree.h"
#include "system/small_file.h"
#include "system/wipe.h"
#include "text/printable.h"

namespace sallyport::ctl {

namespace {

constexpr const char* section = "queue";
constexpr const char* directory_key = "directory";
constexpr std::size_t file_limit = 1024 * 1024;
constexpr mode_t mode_above = 0755;

/// Where it is to be; empty: there is to be none.
std::string wish_of(const Options& options, const Console& console,
                    const std::string& before, const std::string& usual) {
    const std::string& known = before.empty() ? usual : before;
    if (const auto given = options.value("queue")) {
        if (*given == "no")
            return {};
        if (*given == "yes" && !known.empty())
            return known;
        if (given->starts_with('/'))
            return *given;
        stop(ExitStatus::usage, Fault::local,
             {tr("option --queue: yes, no or a path that begins with / is expected")});
    }
    if (!Console::can_ask() || known.empty())
        return before;
    const char* const question =
        tr("Is mail to wait, and to be sent later, where the server cannot be reached?");
    return console.confirm(question, !before.empty()) ? known : std::string();
}

/// Found by opening it as a call would. Failure as QueueTree.
std::string whose_mail(const std::string& directory) {
    const uid_t caller = ::geteuid();
    const QueueOwner owner = QueueOwner::of_calls(directory);
    QueueSettings settings;
    settings.directory = directory;
    const QueueOwner::Acting acting(owner);
    const QueueTree tree(std::move(settings));
    if (tree.is_shared())
        return caller == 0 || tree.is_owned()
                   ? tr("The mail of all users waits there, and this run sends it.")
                   : tr("The mail of all users waits there; this run sends yours alone.");
    if (caller != 0)
        return {};
    return owner.user() == caller
               ? tr("Only root's mail waits there; that of other accounts does not.")
               : concat({tr("Only mail of root and of "), user_name(owner.user()),
                         tr(" waits there; that of other accounts does not.")});
}

} // namespace

std::vector<ConfigEntry> queue_entries_in(const std::string& path) {
    std::vector<ConfigEntry> entries;
    try {
        const SmallFile file(path, file_limit);
        for (IniEntry& entry : parse_ini(file.text, path)) {
            if (entry.section == section)
                entries.push_back({entry.section, entry.key, entry.value, "", false});
            wipe(entry.value);
        }
    } catch (const Failure&) { // what is replaced need not be a configuration
    }
    return entries;
}

std::string queue_directory(const std::vector<ConfigEntry>& entries) {
    const auto found = std::ranges::find_if(entries, [](const ConfigEntry& entry) {
        return entry.section == section && entry.key == directory_key;
    });
    return found == entries.end() ? std::string() : found->value;
}

std::vector<ConfigEntry> queue_entries(const Options& options, const Console& console,
                                       std::vector<ConfigEntry> before,
                                       const std::string& usual) {
    if (options.has("add") && options.has("queue"))
        stop(ExitStatus::usage, Fault::local,
             {tr("option --queue: not with --add, which leaves the rest of the file as it "
                 "is")});
    if (options.has("add"))
        return {};
    const std::string wish = wish_of(options, console, queue_directory(before), usual);
    if (wish.empty())
        return {};
    std::erase_if(before,
                  [](const ConfigEntry& entry) { return entry.key == directory_key; });
    before.insert(before.begin(), {section, directory_key, wish,
                                   tr("what cannot be sent at once waits there"), false});
    return before;
}

std::string make_queue(const std::string& directory) {
    const std::string path = directory.substr(0, directory.find_last_not_of('/') + 1);
    int made = 0;
    const mode_t mask = ::umask(0); // that for files with secrets
    for (std::size_t end = 0; end != path.npos;) {
        end = path.find('/', end + 1);
        made =
            ::mkdir(path.substr(0, end).c_str(), end == path.npos ? S_IRWXU : mode_above);
    }
    const int error = made == 0 ? 0 : errno;
    ::umask(mask);
    struct stat facts {};
    if (::stat(directory.c_str(), &facts) != 0 || !S_ISDIR(facts.st_mode))
        stop(ExitStatus::cannot_create, Fault::local,
             {printable(directory), tr(": the directory cannot be made: "),
              std::strerror(error)});
    try {
        return whose_mail(directory);
    } catch (const Failure& failure) { // that of a call would tell too late
        stop(ExitStatus::cannot_create, Fault::local, {printable(failure.what())});
    }
}

std::string words_about_runs(uid_t caller, const std::string& file) {
    std::array<char, PATH_MAX> path{};
    const bool named = !file.empty() && ::realpath(file.c_str(), path.data()) != nullptr;
    const bool root = caller == 0;
    std::string run = SBINDIR "/sallyport -q";
    if (named && root)
        run = concat({SBINDIR "/sallyport -C ", path.data(), " -q"});
    else if (named) // what -C names may have a queue only where it is root's
        run = concat({"SALLYPORT_CONFIG=", path.data(), " ", run});
    return concat(
        {tr("Mail that waits is sent by a run of the queue, which somebody has to start: "
            "put this line into "),
         root ? tr("root's crontab") : tr("your crontab"),
         " (crontab -e):\n    */5 * * * * ", printable(run, 2000),
         named ? ""
               : tr("\nor have a timer of systemd do it, as \"Running the queue\" in "
                    "sallyport(8) says.")});
}

} // namespace sallyport::ctl
