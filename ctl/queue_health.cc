// SPDX-License-Identifier: MIT
#include "ctl/queue_health.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/concat.h"
#include "base/failure.h"
#include "ctl/words.h"
#include "queue/owner.h"
#include "queue/queue.h"
#include "text/printable.h"

namespace sallyport::ctl {

namespace {

void count(const Queue& queue, QueueHealth& health) {
    for (const std::string& id : queue.ids()) {
        try {
            auto message = queue.look_at(id);
            if (!message)
                continue;
            ++health.waiting;
            message->read();
            health.held += message->progress().held ? 1U : 0U;
        } catch (const Failure&) { // the next run puts it aside
        }
    }
}

/// Why no call can make it; empty: one can.
std::string missing(const std::string& directory) {
    const std::string above = directory.substr(0, directory.rfind('/') + 1);
    if (::access(above.c_str(), W_OK | X_OK) == 0)
        return {};
    return printable(concat({"queue ", directory,
                             tr(": it is not there, and cannot be "
                                "made: "),
                             above, ": ", std::strerror(errno)}));
}

} // namespace

QueueHealth health_of(const QueueSettings& settings, std::span<const long> remote) {
    QueueHealth health;
    struct stat facts {};
    if (::stat(settings.directory.c_str(), &facts) != 0 && errno == ENOENT) {
        health.trouble = missing(settings.directory);
        return health;
    }
    struct statfs disk {};
    health.remote = ::statfs(settings.directory.c_str(), &disk) == 0 &&
                    std::ranges::find(remote, disk.f_type) != remote.end();
    try {
        const QueueOwner owner = QueueOwner::of_runs(settings.directory);
        const QueueOwner::Acting acting(owner);
        const QueueTree tree(settings);
        health.last_run = tree.last_run();
        for (const uid_t user : tree.users()) {
            if (const auto queue = queue_of(tree, user))
                count(*queue, health);
        }
    } catch (const Failure& failure) {
        health.trouble = printable(failure.what());
    }
    return health;
}

} // namespace sallyport::ctl
