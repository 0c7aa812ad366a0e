// SPDX-License-Identifier: MIT
#include "queue/handover.h"

#include <algorithm>
#include <ctime>
#include <exception>
#include <optional>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "base/concat.h"
#include "queue/attempt.h"
#include "queue/enqueue.h"
#include "queue/outage.h"
#include "queue/owner.h"
#include "queue/queue.h"

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

/// Whose place it is to have the queue run learns it where he looks.
std::string idle_warning(const Queue& queue, const QueueSettings& settings) {
    const std::int64_t last = queue.last_run();
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

/// One call, in which the message is handed over.
class Handover {
  public:
    Handover(const World& world, Failover& failover, const Envelope& envelope,
             const Message& message)
        : world_(world), failover_(failover), envelope_(envelope), message_(message),
          owner_(world.settings.queue.directory) {}

    Report run() {
        Timing timing = timing_of(world_);
        open_queue();
        check_allowance();
        if (timing == Timing::interactive && remembers_outage())
            timing = Timing::deferred;
        if (timing == Timing::interactive)
            return send_now();
        require_queue();
        return queue_only(timing);
    }

  private:
    /// That it cannot be had is no reason not to send.
    void open_queue() {
        try {
            const QueueOwner::Acting acting(owner_);
            queue_.emplace(world_.settings.queue, owner_.user());
        } catch (const Failure& failure) {
            no_queue_ = failure;
        }
    }

    void require_queue() const {
        if (no_queue_)
            throw Failure{*no_queue_};
    }

    void check_allowance() {
        const LimitSettings& limits = world_.settings.limits;
        if (limits.per_user == 0 || world_.identity.uid == 0)
            return;
        require_queue();
        const QueueOwner::Acting acting(owner_);
        if (!queue_->take_allowance(limits, world_.identity.now))
            stop(ExitStatus::temp_fail, Fault::local,
                 {"[limits] per_user: ", world_.identity.login,
                  " has sent as many messages as one user may in this time: nothing was "
                  "sent"},
                 "4.7.1");
    }

    bool remembers_outage() {
        if (no_queue_)
            return false;
        const QueueOwner::Acting acting(owner_);
        return sallyport::remembers_outage(*queue_, world_.settings.relays,
                                           envelope_.reverse_path, seconds_now());
    }

    Report send_now() {
        Report report = deliver(failover_, world_.settings.message, envelope_,
                                recipients_of(envelope_), message_, world_.started);
        if (std::ranges::none_of(report.recipients, may_wait))
            return report;
        try {
            require_queue();
            put_into_queue(report, true);
        } catch (const Failure& failure) {
            for (Recipient& recipient : report.recipients) {
                if (may_wait(recipient))
                    recipient.text += concat({"; not queued: ", failure.what()});
            }
        }
        return report;
    }

    Report queue_only(Timing timing) {
        if (!failover_.has_relay(envelope_.reverse_path))
            throw no_relay_for(envelope_.reverse_path);
        Report report;
        report.size = message_.size();
        report.recipients = recipients_of(envelope_);
        const std::string_view why =
            timing == Timing::background ? "it is sent while nobody waits"
            : world_.invocation.timing == Timing::deferred ||
                    world_.settings.queue.when == When::always
                ? "a run of the queue sends it"
                : "no relay could be had for a message a moment ago";
        for (Recipient& recipient : report.recipients)
            recipient.say("4.3.0", why);
        std::vector<QueuedMessage> queued = put_into_queue(report, false);
        if (timing == Timing::background)
            send_in_background(queued);
        return report;
    }

    std::vector<QueuedMessage> put_into_queue(Report& report, bool tried) {
        const QueueOwner::Acting acting(owner_);
        std::vector<QueuedMessage> queued =
            enqueue(*queue_, world_, envelope_, message_, report, tried);
        report.queue_warning = idle_warning(*queue_, world_.settings.queue);
        return queued;
    }

    /// A process of its own, which keeps the locks. What it does not finish, or where there
    /// are as many of them as may be, a run of the queue does.
    void send_in_background(std::vector<QueuedMessage>& queued) {
        UniqueFd slot;
        {
            const QueueOwner::Acting acting(owner_);
            slot = queue_->take_background();
        }
        if (!slot || ::fork() != 0)
            return;
        try {
            leave_caller();
            owner_.become();
            send(queued);
        } catch (const Failure& failure) {
            world_.log.note(world_.identity.id, failure.what(), Priority::error);
        } catch (const std::exception&) { // it is in the queue
        }
        ::_exit(0);
    }

    /// Who reads the caller's pipes waits for their end.
    static void leave_caller() {
        ::setsid();
        const UniqueFd nowhere(::open("/dev/null", O_RDWR | O_CLOEXEC));
        for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
            if (!nowhere || ::dup2(nowhere.get(), fd) < 0)
                ::close(fd);
        }
    }

    void send(std::vector<QueuedMessage>& queued) {
        Retries retries(world_.settings.queue, static_cast<std::uint32_t>(::getpid()));
        QueueAttempt attempt(*queue_, world_, failover_, retries, seconds_now);
        for (QueuedMessage& message : queued)
            attempt.run(message, false);
    }

    const World& world_;
    Failover& failover_;
    const Envelope& envelope_;
    const Message& message_;
    QueueOwner owner_;
    std::optional<Queue> queue_;
    std::optional<Failure> no_queue_;
};

} // namespace

bool has_queue(const Settings& settings) {
    return !settings.queue.directory.empty() && settings.queue.when != When::never;
}

Report hand_over(const World& world, Failover& failover, const Envelope& envelope,
                 const Message& message) {
    return Handover(world, failover, envelope, message).run();
}

} // namespace sallyport
