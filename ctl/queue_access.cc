// SPDX-License-Identifier: MIT
#include <cerrno>
#include <cstring>
#include <utility>

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/concat.h"
#include "base/failure.h"
#include "ctl/queue_action.h"
#include "ctl/words.h"
#include "queue/owner.h"
#include "text/printable.h"

namespace sallyport::ctl {

namespace {

std::string name_of(uid_t user) {
    const passwd* const entry = ::getpwuid(user);
    return entry != nullptr ? printable(entry->pw_name, 40) : std::to_string(user);
}

/// False: it is not there yet. Root may look into everybody's.
bool is_made(const std::string& directory) {
    struct stat facts {};
    const bool found = ::stat(directory.c_str(), &facts) == 0;
    const bool shut = !found && errno == EACCES;
    const bool others = found && ::geteuid() != 0 && facts.st_uid != ::geteuid();
    if (shut || others)
        stop(ExitStatus::no_perm, Fault::local,
             {printable(directory), tr(": this queue belongs to "),
              others ? name_of(facts.st_uid) : std::string(tr("somebody else")),
              tr(": only that user and root can look into it")});
    return found;
}

} // namespace

QueueAccess::QueueAccess(const Call& call) : identity_(look_up_identity()) {
    std::vector<std::string> notes;
    Settings loaded = load_settings(call.sources, notes);
    settings_ = suit(std::move(loaded), identity_);
    notes.insert(notes.end(), settings_.notes.begin(), settings_.notes.end());
    for (const std::string& note : notes)
        call.console.remark(printable(note));
    const std::string& directory = settings_.queue.directory;
    if (directory.empty())
        misconfigured(tr("no queue is configured"),
                      tr("[queue] directory names one, and \"sallyportctl setup --queue "
                         "yes\" writes that"));
    if (!is_made(directory))
        return;
    const QueueOwner owner(directory);
    owner.become();
    user_ = owner.user();
    queue_.emplace(settings_.queue, user_);
    failed_.emplace(queue_->failed());
}

} // namespace sallyport::ctl
