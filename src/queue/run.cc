// SPDX-License-Identifier: MIT
#include "queue/run.h"

#include <algorithm>
#include <new>
#include <optional>
#include <utility>

#include <unistd.h>

#include "base/concat.h"
#include "queue/resting.h"
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

/// Of a key, what those have alike that each user takes turns in: whether a run ended with
/// it, and its relay.
constexpr std::size_t group_size = 2 * sort_key_digits;

} // namespace

QueueRun::QueueRun(const QueueTree& tree, const World& world, QueueAttempt::Now now,
                   std::uint32_t seed)
    : tree_(tree), world_(world), now_(now), retries_(world.settings.queue, seed),
      failover_(world.settings, world.network,
                {world.identity.host_name, world.started, world.transcript}, true) {}

Tally QueueRun::run(const QueueSelection& selection) {
    tally_ = {};
    try {
        sweep(); // it makes room
        try_all(selection);
    } catch (...) {
        sync();
        throw;
    }
    sync();
    return tally_;
}

void QueueRun::try_all(const QueueSelection& selection) {
    const std::int64_t begun = now_();
    std::int64_t synced = begun;
    RestingRelays resting(tree_.run());
    if (selection.kind == Kind::all)
        resting.forget();
    if (selection.kind != Kind::id)
        leave_alone(resting);
    for (const std::string& key : choose(selection)) {
        if (now_() - begun > longest_run)
            break;
        if (const Queue* const queue = queue_of(user_of(key)))
            take(*queue, id_of(key), selection);
        if (now_() != std::exchange(synced, now_()))
            sync();
    }
    remember(resting);
}

/// Null where it cannot be had, as is in the log then.
const Queue* QueueRun::queue_of(uid_t user) {
    if (queue_ && user_ == user)
        return &*queue_;
    queue_.reset();
    try {
        if (auto queue = sallyport::queue_of(tree_, user))
            queue_.emplace(std::move(*queue));
    } catch (const Failure& failure) { // of one user, and no reason to leave others alone
        world_.log.note({}, failure.what(), Priority::error);
    }
    if (!queue_)
        return nullptr;
    user_ = user;
    if (std::ranges::find(unsynced_, user) == unsynced_.end())
        unsynced_.push_back(user);
    return &*queue_;
}

void QueueRun::sweep() {
    if (tree_.is_shared() && tree_.is_owned()) {
        if (const std::string moved = tree_.move_strangers(); !moved.empty())
            world_.log.note({},
                            concat({"queue ", tree_.settings().directory,
                                    ": it was in the way of somebody's mail: ", moved}),
                            Priority::error);
    }
    if (tree_.is_owned())
        Queue::failed(tree_).sweep_failed(now_());
}

void QueueRun::sync() {
    for (const uid_t user : unsynced_) {
        if (const Queue* const queue = queue_of(user))
            queue->sync();
    }
    unsynced_.clear();
    if (queue_)
        unsynced_.push_back(user_);
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
/// ended with come last, then those of one relay together; of these what has been due
/// longest of each user, then each user's next, and so on: who has many is in nobody's way.
std::vector<std::string> QueueRun::choose(const QueueSelection& selection) {
    std::vector<std::string> chosen;
    const std::vector<uid_t> users = tree_.users();
    const std::size_t most =
        QueueSettings::most / std::max<std::size_t>(users.size(), 1) + 1;
    for (const uid_t user : users)
        choose_of(user, most, selection, chosen);
    std::ranges::sort(chosen);
    return chosen;
}

void QueueRun::choose_of(uid_t user, std::size_t most, const QueueSelection& selection,
                         std::vector<std::string>& chosen) {
    const Queue* const queue = queue_of(user);
    if (queue == nullptr)
        return;
    queue->sweep(now_());
    std::vector<std::string> keys;
    for (const std::string& id : queue->ids()) {
        if (const auto key = key_of(*queue, user, id, selection))
            keys.push_back(*key);
    }
    std::ranges::sort(keys);
    std::int64_t turn = 0;
    std::string_view before;
    for (std::size_t i = 0; i < std::min(keys.size(), most); ++i) {
        const std::string_view key = keys[i];
        const std::string_view group = key.substr(0, group_size);
        turn = std::exchange(before, group) == group ? turn + 1 : 0;
        chosen.push_back(concat({group, sort_key({turn}, {}), key.substr(group_size)}));
    }
}

/// Nothing for one that is left alone, and counted.
std::optional<std::string> QueueRun::key_of(const Queue& queue, uid_t user,
                                            const std::string& id,
                                            const QueueSelection& selection) {
    try {
        auto message = queue.look_at(id);
        if (!message)
            return std::nullopt;
        message->read();
        const QueueHeader& header = message->header();
        const Progress& progress = message->progress();
        if (is_chosen(header, progress, selection))
            return sort_key({progress.unfinished > 0 ? 1 : 0,
                             first_relay(header.envelope.reverse_path),
                             std::max(progress.next, header.arrived), user},
                            id);
        left(header);
        return std::nullopt;
    } catch (const Failure&) { // it is told of when it is locked
        return sort_key({2, 0, 0, user}, id);
    }
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
    switch (selection.kind) {
    case Kind::due:
        return !progress.held &&
               (progress.next <= now || progress.next > now + retries_.longest().count());
    case Kind::all:
        return !progress.held && !progress.is_in_fresh_doubt(now);
    case Kind::id:
        return has_text(header.id, selection.text);
    case Kind::recipient:
        return !progress.is_in_fresh_doubt(now) &&
               std::ranges::any_of(header.recipients, [&](const Recipient& recipient) {
                   return has_text(recipient.address, selection.text);
               });
    case Kind::sender:
        return !progress.is_in_fresh_doubt(now) &&
               has_text(header.envelope.reverse_path, selection.text);
    }
    return false;
}

/// What is no file of ours is no message, and is not counted again.
std::optional<QueuedMessage> QueueRun::lock(const Queue& queue, const std::string& id) {
    try {
        return queue.lock(id);
    } catch (const Failure& failure) {
        ++tally_.damaged;
        world_.log.note(id, failure.what(), Priority::error);
        if (failure.status() == ExitStatus::data_error && !queue.set_aside(id))
            world_.log.note(id, "it cannot be moved to failed/", Priority::error);
        return std::nullopt;
    }
}

void QueueRun::take(const Queue& queue, const std::string& id,
                    const QueueSelection& selection) {
    auto message = lock(queue, id);
    if (!message)
        return;
    try {
        message->read();
        if (is_chosen(message->header(), message->progress(), selection))
            try_one(queue, *message, selection);
        else
            left(message->header());
        broken_ = 0;
    } catch (const Failure& failure) {
        leave(queue, *message, failure);
    } catch (const std::bad_alloc&) {
        ++tally_.deferred;
    }
}

void QueueRun::try_one(const Queue& queue, QueuedMessage& message,
                       const QueueSelection& selection) {
    QueueAttempt attempt(queue, world_, failover_, retries_, now_);
    if (const auto settled = attempt.settle(message, selection.kind == Kind::id))
        return count(*settled, message.header());
    const std::string& sender = message.header().envelope.reverse_path;
    failover_.require_relay(sender);
    if (failover_.leaves_all_alone(sender))
        return left(message.header());
    count(attempt.run(message, selection.kind != Kind::due), message.header());
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
void QueueRun::leave(const Queue& queue, QueuedMessage& message, const Failure& failure) {
    world_.log.note(message.name(), failure.what(), Priority::error);
    const ExitStatus status = failure.status();
    if (status == ExitStatus::temp_fail && ++broken_ >= broken_limit)
        throw Failure{failure};
    if (status == ExitStatus::config || status == ExitStatus::temp_fail)
        return left(message.header());
    ++tally_.damaged;
    const bool unfit = status == ExitStatus::data_error || status == ExitStatus::no_perm;
    if (unfit && !queue.set_aside(message.name()))
        world_.log.note(message.name(), "it cannot be moved to failed/", Priority::error);
}

} // namespace sallyport
