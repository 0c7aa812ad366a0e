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

/// mailq(1).
class Listing {
  public:
    Listing(const QueueTree& tree, const World& world) : tree_(tree), world_(world) {}

    /// All that can be read, the oldest first, and what they are together.
    void show() {
        for (const uid_t user : tree_.users())
            or_complain([&] { add_those_of(user); });
        std::ranges::sort(keys_);
        for (const std::string& key : keys_)
            or_complain([&] { show_one(key); });
        if (shown_ > 0 || !complains_) // what cannot be read is not nothing
            print(world_.output, mailq_summary(shown_, octets_, tree_.is_owned()));
    }

  private:
    template<class Act>
    void or_complain(Act act) {
        try {
            act();
        } catch (const Failure& failure) {
            complains_ = true;
            print(world_.error, concat({"sallyport: ", failure.what(), "\n"}));
        }
    }

    void add_those_of(uid_t user) {
        const auto queue = queue_of(tree_, user);
        if (!queue)
            return;
        for (const std::string& id : queue->ids())
            or_complain([&] {
                if (auto message = queue->look_at(id)) {
                    message->read();
                    keys_.push_back(sort_key({message->header().arrived, user}, id));
                }
            });
    }

    void show_one(const std::string& key) {
        const auto queue = queue_of(tree_, user_of(key));
        auto message = queue ? queue->look_at(id_of(key)) : std::nullopt;
        if (!message)
            return;
        message->read();
        octets_ += message->header().size;
        // Its lock is asked for only where somebody may be working on it: to ask takes it.
        const bool active = message->progress().unfinished > 0 && message->is_locked();
        print(world_.output,
              concat({shown_++ == 0 ? mailq_heading() : std::string("\n"),
                      mailq_entry(message->header(), message->progress(), active)}));
    }

    const QueueTree& tree_;
    const World& world_;
    std::vector<std::string> keys_;
    std::size_t shown_ = 0;
    std::uint64_t octets_ = 0;
    bool complains_ = false;
};

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
    if (const QueueTree* const tree = queue.tree())
        Listing(*tree, world).show();
    else
        print(world.output, mailq_summary(0, 0, true));
    return ExitStatus::ok;
}

} // namespace sallyport
