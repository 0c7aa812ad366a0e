// SPDX-License-Identifier: MIT
#include "queue/access.h"

#include <ctime>
#include <exception>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/concat.h"
#include "queue/attempt.h"
#include "queue/outage.h"

namespace sallyport {

namespace {

using When = QueueSettings::When;

constexpr std::int64_t idle_after = 3600; // seconds without a run

std::int64_t seconds_now() {
    return std::time(nullptr);
}

Timing timing_of(const World& world) {
    if (world.invocation.timing != Timing::configured)
        return world.invocation.timing;
    switch (world.settings.queue.when) {
    case When::background:
        return Timing::background;
    case When::always:
        return Timing::deferred;
    case When::temporary:
    case When::never:
        break;
    }
    return Timing::interactive;
}

std::string describe_idle(const QueueSettings& settings, std::int64_t last) {
    const std::int64_t idle = seconds_now() - last;
    const auto retry =
        settings.retry.empty() ? std::chrono::milliseconds(0) : settings.retry.front();
    if (idle < idle_after ||
        idle < std::chrono::duration_cast<std::chrono::seconds>(retry).count())
        return {};
    std::string since = "it was made";
    if (last > 0) {
        const std::time_t at = last;
        std::tm time{};
        ::localtime_r(&at, &time);
        char text[32];
        since.assign(text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M", &time));
    }
    return concat({"nobody has run the queue ", settings.directory, " since ", since,
                   ": what waits there is sent by sallyport -q, in a timer or a cron job"});
}

/// Who reads the caller's pipes waits for their end.
void leave_caller() {
    ::setsid();
    const UniqueFd nowhere(::open("/dev/null", O_RDWR | O_CLOEXEC));
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (!nowhere || ::dup2(nowhere.get(), fd) < 0)
            ::close(fd);
    }
}

} // namespace

bool has_queue(const Settings& settings) {
    return !settings.queue.directory.empty() && settings.queue.when != When::never;
}

QueueAccess::QueueAccess(const World& world)
    : world_(world), owner_(QueueOwner::of_calls(world.settings.queue.directory)),
      open_(world.queue) {
    if (open_ != nullptr)
        return;
    const QueueOwner::Acting acting(owner_);
    open_ = &opened_.emplace(world.settings.queue, true);
}

void QueueAccess::require() const {
    open_->require();
}

void QueueAccess::require_room(std::uint64_t size) const {
    require();
    const QueueOwner::Acting acting(owner_);
    queue().check_room(size, false);
}

void QueueAccess::take_allowance() const {
    const LimitSettings& limits = world_.settings.limits;
    if (limits.per_user == 0 || world_.identity.uid == 0)
        return;
    require();
    const QueueOwner::Acting acting(owner_);
    if (!queue().take_allowance(limits, world_.identity.now))
        stop(ExitStatus::temp_fail, Fault::local,
             {"[limits] per_user: ", world_.identity.login,
              " has sent as many messages as one user may in this time: nothing was sent"},
             "4.7.1", 452);
}

Timing QueueAccess::timing(const std::string& reverse_path) const {
    const Timing timing = timing_of(world_);
    if (!open_->is_usable() || timing != Timing::interactive)
        return timing;
    const QueueOwner::Acting acting(owner_);
    return remembers_outage(queue(), world_.settings.relays, reverse_path, seconds_now())
               ? Timing::deferred
               : timing;
}

std::string_view QueueAccess::reason(Timing timing) const {
    if (timing == Timing::background)
        return "it is sent while nobody waits";
    return timing_of(world_) == Timing::deferred
               ? "a run of the queue sends it"
               : "no relay could be had for a message a moment ago";
}

std::vector<QueuedMessage> QueueAccess::write(const Envelope& envelope,
                                              const Message& message, Waiting waiting,
                                              bool tried) const {
    require();
    const QueueOwner::Acting acting(owner_);
    return write_files(queue(), world_, envelope, message, waiting, tried);
}

void QueueAccess::publish(std::span<QueuedMessage> files) const {
    const QueueOwner::Acting acting(owner_);
    queue().publish(files);
}

std::string QueueAccess::idle_warning() const {
    try {
        const QueueOwner::Acting acting(owner_);
        return describe_idle(world_.settings.queue, open_->tree().last_run());
    } catch (const std::exception&) { // the message is in the queue, and that is the answer
        return {};
    }
}

/// Null where there is none to be had.
UniqueFd QueueAccess::take_background() const {
    try {
        const QueueOwner::Acting acting(owner_);
        return queue().take_background();
    } catch (const std::exception&) { // a run sends it
        return {};
    }
}

void QueueAccess::send_in_background(std::vector<QueuedMessage>& queued) {
    while (::waitpid(-1, nullptr, WNOHANG) > 0)
        ; // those of a dialogue's earlier messages
    const UniqueFd slot = take_background();
    if (!slot || ::fork() != 0)
        return;
    try {
        leave_caller();
        owner_.become();
        send(queued);
    } catch (const std::exception&) { // it is in the queue, and memory may be short
    }
    ::_exit(0);
}

void QueueAccess::send(std::vector<QueuedMessage>& queued) {
    Failover failover(world_.settings, world_.network,
                      {world_.identity.host_name, world_.started, world_.transcript});
    Retries retries(world_.settings.queue, static_cast<std::uint32_t>(::getpid()));
    QueueAttempt attempt(queue(), world_, failover, retries, seconds_now);
    for (QueuedMessage& message : queued)
        attempt.run(message, false);
}

} // namespace sallyport
