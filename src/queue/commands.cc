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

/// The queue, opened as its owner for good. Root makes none: it would be his.
std::optional<Queue> open_queue(const QueueSettings& settings) {
    struct stat facts {};
    const bool missing = ::stat(settings.directory.c_str(), &facts) != 0 && errno == ENOENT;
    if (settings.directory.empty() || (missing && ::geteuid() == 0))
        return std::nullopt;
    const QueueOwner owner(settings.directory);
    owner.become();
    return std::optional<Queue>(std::in_place, settings, owner.user());
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
    std::optional<Queue> queue = open_queue(world.settings.queue);
    const UniqueFd slot = queue ? queue->take_slot() : UniqueFd();
    if (!slot)
        return ExitStatus::ok;
    const std::int64_t begun = seconds_now();
    const auto seed = static_cast<std::uint32_t>(begun ^ (::getpid() * 65599));
    QueueRun run(*queue, world, seconds_now, seed);
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
    const std::optional<Queue> queue = open_queue(world.settings.queue);
    std::vector<std::string> ids = queue ? queue->ids() : std::vector<std::string>();
    std::vector<std::string> keys;
    for (const std::string& id : ids) {
        try {
            if (auto message = queue->look_at(id)) {
                message->read();
                keys.push_back(sort_key({message->header().arrived}, id));
            }
        } catch (const Failure& failure) {
            print(world.error, concat({"sallyport: ", failure.what(), "\n"}));
        }
    }
    std::ranges::sort(keys);
    std::size_t shown = 0;
    std::uint64_t octets = 0;
    for (const std::string& key : keys) {
        auto message = queue->look_at(id_of(key));
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
    print(world.output, mailq_summary(shown, octets));
    return ExitStatus::ok;
}

} // namespace sallyport
