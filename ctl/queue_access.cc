// SPDX-License-Identifier: MIT
#include <cerrno>
#include <cstring>
#include <ctime>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

#include "base/concat.h"
#include "base/failure.h"
#include "ctl/owner.h"
#include "ctl/queue_action.h"
#include "ctl/words.h"
#include "queue/owner.h"
#include "text/printable.h"

namespace sallyport::ctl {

namespace {

/// Whose group we are in; then one sees what is his own.
bool is_everybodys(const std::string& directory) {
    struct stat queue {};
    return ::lstat(concat({directory, "/queue"}).c_str(), &queue) == 0 &&
           QueueTree::is_for_all(queue);
}

/// False: it is not there yet. Root may look into everybody's.
bool is_made(const std::string& directory) {
    struct stat facts {};
    const bool found = ::stat(directory.c_str(), &facts) == 0;
    const bool shut = !found && errno == EACCES;
    const bool others = found && ::geteuid() != 0 && facts.st_uid != ::geteuid() &&
                        !is_everybodys(directory);
    if (shut || others)
        stop(ExitStatus::no_perm, Fault::local,
             {printable(directory), tr(": this queue belongs to "),
              others ? user_name(facts.st_uid) : std::string(tr("somebody else")),
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
    QueueOwner::of_runs(directory).become();
    tree_.emplace(settings_.queue);
    if (tree_->is_owned())
        failed_.emplace(Queue::failed(*tree_));
}

template<class Act>
void QueueAccess::for_each_queue(bool failed, Act act) const {
    if (failed && failed_)
        act(*failed_);
    if (failed || !tree_)
        return;
    for (const uid_t user : tree_->users()) {
        if (const auto queue = queue_of(*tree_, user))
            act(*queue);
    }
}

std::vector<std::string> QueueAccess::ids(bool failed) const {
    std::vector<std::string> all;
    for_each_queue(failed, [&](const Queue& queue) {
        const auto ids = queue.ids();
        all.insert(all.end(), ids.begin(), ids.end());
    });
    return all;
}

const Queue* QueueAccess::find(const std::string& id, bool failed) {
    if (!tree_ || !is_queue_id(id))
        return nullptr;
    if (failed)
        return failed_ && failed_->look_at(id) ? &*failed_ : nullptr;
    for (const uid_t user : tree_->users()) {
        auto known = searched_.find(user);
        if (known == searched_.end()) {
            auto queue = queue_of(*tree_, user);
            if (!queue)
                continue;
            known = searched_.emplace(user, std::move(*queue)).first;
        }
        if (known->second.look_at(id))
            return &known->second;
    }
    return nullptr;
}

void QueueAccess::sync() const {
    for (const auto& [user, queue] : searched_)
        queue.sync();
}

std::vector<QueueEntry> QueueAccess::list(bool failed) const {
    std::vector<QueueEntry> entries;
    for_each_queue(failed, [&](const Queue& queue) { add_facts(queue, failed, entries); });
    put_in_order(entries, std::time(nullptr));
    return entries;
}

} // namespace sallyport::ctl
