// SPDX-License-Identifier: MIT
#include "queue/run.h"

#include <algorithm>
#include <new>
#include <optional>
#include <utility>

#include "base/concat.h"
#include "queue/sort_key.h"
#include "text/ascii.h"

namespace sallyport {

namespace {

using Kind = QueueSelection::Kind;

constexpr std::int64_t longest_run = 3600; // seconds: the rest is the next one's
constexpr unsigned broken_limit = 2;       // whose journal could not be written, likewise

bool has_text(std::string_view text, std::string_view part) {
    return lower_case(text).find(lower_case(part)) != std::string::npos;
}

/// However the run ends.
struct Synced {
    explicit Synced(const Queue& its_queue) : queue(its_queue) {}
    Synced(const Synced&) = delete;
    Synced& operator=(const Synced&) = delete;
    ~Synced() { queue.sync(); }

    const Queue& queue;
};

} // namespace

QueueRun::QueueRun(Queue& queue, const World& world, QueueAttempt::Now now,
                   std::uint32_t seed)
    : queue_(queue), world_(world), now_(now), retries_(world.settings.queue, seed),
      failover_(world.settings, world.network,
                {world.identity.host_name, world.started, world.transcript}, true),
      attempt_(queue, world, failover_, retries_, now) {}

Tally QueueRun::run(const QueueSelection& selection) {
    tally_ = {};
    queue_.sweep(std::chrono::system_clock::from_time_t(now_())); // it makes room
    const Synced synced_at_end{queue_};
    const std::int64_t begun = now_();
    std::int64_t synced = begun;
    RestingRelays resting = queue_.resting_relays();
    if (selection.kind == Kind::all || selection.kind == Kind::id)
        resting.forget();
    leave_alone(resting);
    for (const std::string& key : choose(selection)) {
        if (now_() - begun > longest_run)
            break;
        take(id_of(key), selection);
        if (now_() != std::exchange(synced, now_()))
            queue_.sync();
    }
    remember(resting);
    return tally_;
}

void QueueRun::leave_alone(const RestingRelays& resting) {
    const auto& relays = world_.settings.relays;
    for (std::size_t at = 0; at < relays.size(); ++at) {
        if (resting.rests(relays[at], now_()))
            failover_.give_up_relay(at);
    }
}

void QueueRun::remember(RestingRelays& resting) const {
    const auto& relays = world_.settings.relays;
    for (std::size_t at = 0; at < relays.size(); ++at) {
        const auto welcome = failover_.welcome(at);
        if (welcome == Failover::Welcome::refused)
            resting.add(relays[at], now_());
        else if (welcome == Failover::Welcome::had)
            resting.remove(relays[at]);
    }
    resting.save();
}

/// Which are read without a lock: each is looked at again when it is had. Those that a run
/// ended with come last, then those of one relay together, the oldest first.
std::vector<std::string> QueueRun::choose(const QueueSelection& selection) {
    std::vector<std::string> chosen;
    for (const std::string& id : queue_.ids()) {
        try {
            auto message = queue_.look_at(id);
            if (!message)
                continue;
            message->read();
            const QueueHeader& header = message->header();
            const Progress& progress = message->progress();
            if (is_chosen(header, progress, selection))
                chosen.push_back(
                    sort_key({progress.unfinished > 0 ? 1 : 0,
                              first_relay(header.envelope.reverse_path), header.arrived},
                             id));
            else
                left(header);
        } catch (const Failure&) { // it is told of when it is locked
            chosen.push_back(sort_key({2, 0, 0}, id));
        }
    }
    std::ranges::sort(chosen);
    return chosen;
}

/// Over whose connection it goes, most likely.
std::int64_t QueueRun::first_relay(const std::string& sender) const {
    const auto& relays = world_.settings.relays;
    return std::ranges::find_if(relays,
                                [&](const Relay& relay) { return relay.serves(sender); }) -
           relays.begin();
}

bool QueueRun::is_chosen(const QueueHeader& header, const Progress& progress,
                         const QueueSelection& selection) const {
    const std::int64_t now = now_();
    const bool rests =
        progress.next > now && progress.next <= now + retries_.longest().count();
    switch (selection.kind) {
    case Kind::due:
        return !progress.held && !rests;
    case Kind::all:
        return !progress.held &&
               (!rests || std::ranges::none_of(progress.recipients, [](const auto& fate) {
                   return fate.doubts > 0;
               }));
    case Kind::id:
        return has_text(header.id, selection.text);
    case Kind::recipient:
        return std::ranges::any_of(header.recipients, [&](const Recipient& recipient) {
            return has_text(recipient.address, selection.text);
        });
    case Kind::sender:
        return has_text(header.envelope.reverse_path, selection.text);
    }
    return false;
}

/// What is no file of ours is no message, and is not counted again.
std::optional<QueuedMessage> QueueRun::lock(const std::string& id) {
    try {
        return queue_.lock(id);
    } catch (const Failure& failure) {
        ++tally_.damaged;
        world_.log.note(id, failure.what(), Priority::error);
        if (failure.status() == ExitStatus::data_error && !queue_.set_aside(id))
            world_.log.note(id, "it cannot be moved to failed/", Priority::error);
        return std::nullopt;
    }
}

void QueueRun::take(const std::string& id, const QueueSelection& selection) {
    auto message = lock(id);
    if (!message)
        return;
    try {
        message->read();
        if (is_chosen(message->header(), message->progress(), selection))
            try_one(*message, selection);
        else
            left(message->header());
        broken_ = 0;
    } catch (const Failure& failure) {
        leave(*message, failure);
    } catch (const std::bad_alloc&) {
        ++tally_.deferred;
    }
}

void QueueRun::try_one(QueuedMessage& message, const QueueSelection& selection) {
    if (const auto settled = attempt_.settle(message, selection.kind == Kind::id))
        return count(*settled, message.header());
    const std::string& sender = message.header().envelope.reverse_path;
    failover_.require_relay(sender);
    if (failover_.leaves_all_alone(sender))
        return left(message.header());
    count(attempt_.run(message, selection.kind != Kind::due), message.header());
}

void QueueRun::count(Outcome outcome, const QueueHeader& header) {
    switch (outcome) {
    case Outcome::sent:
        ++tally_.sent;
        return;
    case Outcome::failed:
        ++tally_.failed;
        return;
    case Outcome::waiting:
        ++tally_.deferred;
        break;
    case Outcome::held:
        ++tally_.held;
        break;
    }
    left(header);
}

void QueueRun::left(const QueueHeader& header) {
    ++tally_.waiting;
    tally_.oldest =
        tally_.oldest == 0 ? header.arrived : std::min(tally_.oldest, header.arrived);
}

/// What is wrong with one message, or is not configured for it, stops no other; a disk that
/// is full is wrong with each. One of another version is for a program that knows it.
void QueueRun::leave(QueuedMessage& message, const Failure& failure) {
    world_.log.note(message.name(), failure.what(), Priority::error);
    const ExitStatus status = failure.status();
    if (status == ExitStatus::temp_fail && ++broken_ >= broken_limit)
        throw Failure{failure};
    if (status == ExitStatus::config || status == ExitStatus::temp_fail)
        return left(message.header());
    ++tally_.damaged;
    if (status == ExitStatus::data_error && !queue_.set_aside(message.name()))
        world_.log.note(message.name(), "it cannot be moved to failed/", Priority::error);
}

} // namespace sallyport
