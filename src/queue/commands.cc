// SPDX-License-Identifier: MIT
#include "queue/commands.h"

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <optional>
#include <string>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

#include "base/concat.h"
#include "queue/mailq.h"
#include "queue/open_queue.h"
#include "queue/owner.h"
#include "queue/queue.h"
#include "queue/run.h"
#include "queue/sort_key.h"
#include "text/printable.h"

namespace sallyport {

namespace {

std::int64_t seconds_now() {
    return std::time(nullptr);
}

/// The queue of a run, which becomes its owner for good, or which was opened for a caller
/// with the program's group.
class RunsQueue {
  public:
    explicit RunsQueue(const World& world) : open_(world.queue) {
        const QueueSettings& settings = world.settings.queue;
        if (open_ != nullptr || is_missing(settings.directory))
            return;
        QueueOwner::of_runs(settings.directory).become();
        open_ = &opened_.emplace(settings, false);
    }

    /// Null where there is none yet: root makes none, it would be his. Failure as
    /// OpenQueue::require().
    [[nodiscard]] const QueueTree* tree() const {
        if (open_ == nullptr)
            return nullptr;
        open_->require();
        return &open_->tree();
    }

  private:
    static bool is_missing(const std::string& directory) {
        struct stat facts {};
        return directory.empty() ||
               (::geteuid() == 0 && ::stat(directory.c_str(), &facts) != 0 &&
                errno == ENOENT);
    }

    std::optional<OpenQueue> opened_;
    const OpenQueue* open_;
};

void complain(const World& world, const Failure& failure) {
    print(world.error, concat({"sallyport: ", failure.what(), "\n"}));
}

void add_keys(const Queue& queue, uid_t user, const World& world,
              std::vector<std::string>& keys) {
    for (const std::string& id : queue.ids()) {
        try {
            if (auto message = queue.look_at(id)) {
                message->read();
                keys.push_back(sort_key({message->header().arrived, user}, id));
            }
        } catch (const Failure& failure) {
            complain(world, failure);
        }
    }
}

/// Of all that can be read, the oldest first.
std::vector<std::string> keys_of_all(const QueueTree& tree, const World& world) {
    std::vector<std::string> keys;
    for (const uid_t user : tree.users()) {
        try {
            if (const auto queue = queue_of(tree, user))
                add_keys(*queue, user, world, keys);
        } catch (const Failure& failure) {
            complain(world, failure);
        }
    }
    std::ranges::sort(keys);
    return keys;
}

} // namespace

std::string describe_run(const Tally& tally, std::int64_t seconds) {
    const auto part = [](std::string_view name, std::int64_t number) {
        return concat({", ", name, "=", std::to_string(number)});
    };
    const std::int64_t oldest = tally.oldest == 0 ? 0 : seconds_now() - tally.oldest;
    return concat(
        {"queue run: sent=", std::to_string(tally.sent), part("deferred", tally.deferred),
         part("failed", tally.failed), part("held", tally.held),
         part("damaged", tally.damaged), part("waiting", tally.waiting),
         part("oldest", std::max<std::int64_t>(oldest, 0)), part("seconds", seconds)});
}

ExitStatus run_queue(const World& world) {
    const RunsQueue queue(world);
    const QueueTree* const tree = queue.tree();
    const UniqueFd slot = tree != nullptr ? tree->take_slot() : UniqueFd();
    if (!slot)
        return ExitStatus::ok;
    const std::int64_t begun = seconds_now();
    const auto seed = static_cast<std::uint32_t>(begun ^ (::getpid() * 65599));
    QueueRun run(*tree, world, seconds_now, seed);
    const Tally tally = run.run(world.invocation.selection);
    const std::string line = describe_run(tally, seconds_now() - begun);
    const bool for_a_person = ::isatty(world.error) != 0;
    if (!for_a_person || !world.log.on_standard_error())
        world.log.note({}, line);
    if (for_a_person || world.invocation.verbose)
        print(world.error, concat({"sallyport: ", line, "\n"}));
    return ExitStatus::ok;
}

ExitStatus show_queue(const World& world) {
    const RunsQueue queue(world);
    const QueueTree* const tree = queue.tree();
    std::vector<std::string> keys;
    if (tree != nullptr)
        keys = keys_of_all(*tree, world);
    std::size_t shown = 0;
    std::uint64_t octets = 0;
    for (const std::string& key : keys) {
        const auto its = queue_of(*tree, user_of(key));
        auto message = its ? its->look_at(id_of(key)) : std::nullopt;
        if (!message)
            continue;
        message->read();
        octets += message->header().size;
        // Its lock is asked for only where somebody may be working on it: to ask takes it.
        const bool active = message->progress().unfinished > 0 && message->is_locked();
        print(world.output,
              concat({shown++ == 0 ? mailq_heading() : std::string("\n"),
                      mailq_entry(message->header(), message->progress(), active)}));
    }
    const bool sees_all = tree == nullptr || tree->is_owned();
    print(world.output, mailq_summary(shown, octets, sees_all));
    return ExitStatus::ok;
}

} // namespace sallyport
