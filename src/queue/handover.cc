// SPDX-License-Identifier: MIT
#include "queue/handover.h"

#include <new>
#include <vector>

#include "base/concat.h"
#include "queue/access.h"

namespace sallyport {

namespace {

/// One call, in which the message is handed over.
class Handover {
  public:
    Handover(const World& world, Failover& failover, const Envelope& envelope,
             const Message& message)
        : world_(world), failover_(failover), envelope_(envelope), message_(message),
          queue_(world) {}

    Report run() {
        queue_.take_allowance();
        const Timing timing = queue_.timing(envelope_.reverse_path);
        if (timing == Timing::interactive)
            return send_now();
        try {
            return queue_only(timing);
        } catch (const Failure& failure) { // a message that can go need not fail
            world_.log.note(world_.identity.id, concat({"not queued: ", failure.what()}));
            return send_now();
        }
    }

  private:
    Report send_now() {
        Report report = deliver(failover_, world_.settings.message, envelope_,
                                recipients_of(envelope_), message_, world_.started);
        try {
            queue_what_is_left(report);
        } catch (const std::bad_alloc&) { // what the attempt has done is done
        }
        return report;
    }

    void queue_what_is_left(Report& report) {
        try {
            put_into_queue(report, true);
        } catch (const Failure& failure) {
            for (Recipient& recipient : report.recipients) {
                if (may_wait(recipient))
                    recipient.text += concat({"; not queued: ", failure.what()});
            }
        }
    }

    Report queue_only(Timing timing) {
        failover_.require_relay(envelope_.reverse_path);
        Report report;
        report.size = message_.size();
        report.recipients = recipients_of(envelope_);
        for (Recipient& recipient : report.recipients)
            recipient.say("4.3.0", queue_.reason(timing));
        std::vector<QueuedMessage> queued = put_into_queue(report, false);
        if (timing == Timing::background)
            queue_.send_in_background(queued);
        return report;
    }

    std::vector<QueuedMessage> put_into_queue(Report& report, bool tried) {
        std::vector<Recipient*> waiting;
        waiting.reserve(report.recipients.size());
        for (Recipient& recipient : report.recipients) {
            if (may_wait(recipient))
                waiting.push_back(&recipient);
        }
        if (waiting.empty())
            return {};
        std::vector<QueuedMessage> queued =
            queue_.write(envelope_, message_, waiting, tried);
        queue_.publish(queued);
        note_queued(queued, waiting, world_.settings.queue.hold_in_doubt);
        report.queue_warning = queue_.idle_warning();
        return queued;
    }

    const World& world_;
    Failover& failover_;
    const Envelope& envelope_;
    const Message& message_;
    QueueAccess queue_;
};

} // namespace

Report hand_over(const World& world, Failover& failover, const Envelope& envelope,
                 const Message& message) {
    return Handover(world, failover, envelope, message).run();
}

} // namespace sallyport
