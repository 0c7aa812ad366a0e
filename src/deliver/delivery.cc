// SPDX-License-Identifier: MIT
#include "deliver/delivery.h"

#include <algorithm>
#include <new>
#include <optional>
#include <span>
#include <utility>

#include "base/concat.h"
#include "message/forms.h"
#include "text/ascii.h"
#include "text/xtext.h"

namespace sallyport {

namespace {

/// RFC 3461 4.2: whoever asks for notifications is told of the recipient he named.
std::string original(const Envelope& envelope, const std::string& recipient) {
    if (envelope.notify.empty() || has_eight_bit(recipient))
        return {};
    return concat({"rfc822;", encode_xtext(recipient)});
}

class Delivery {
  public:
    Delivery(Failover& failover, const MessageSettings& settings, const Envelope& envelope,
             std::vector<Recipient> recipients, const Message& message,
             Clock::time_point started, bool last, Witness* witness)
        : failover_(failover), envelope_(envelope), started_(started), last_(last),
          witness_(witness), forms_(message, settings.encode_header, failover.notes()) {
        report_.size = message.size();
        report_.recipients = std::move(recipients);
        reading_ = std::chrono::round<std::chrono::milliseconds>(Clock::now() - started);
    }

    Report run() {
        failover_.begin(envelope_.reverse_path, started_);
        try {
            while (is_anybody_left() && failover_.next_relay()) {
                begin_relay();
                try_relay();
                if (!leave_relay())
                    break;
            }
        } catch (const std::bad_alloc&) {
            settle_without_memory();
        }
        report_.notes = std::move(failover_.notes());
        failover_.notes().clear();
        return std::move(report_);
    }

  private:
    [[nodiscard]] bool is_anybody_left() const {
        return !std::ranges::all_of(report_.recipients, &Recipient::decided);
    }

    /// All who are not decided may be asked about again.
    void begin_relay() {
        left_.clear();
        asked_ = 0;
        trouble_.reset();
        for (Recipient& recipient : report_.recipients) {
            if (recipient.decided())
                continue;
            recipient.ask_again();
            left_.push_back(&recipient);
        }
    }

    /// Recipients that this relay can still be asked for, in order. Those of the
    /// transaction under way are not among them: see take_back().
    [[nodiscard]] std::span<Recipient* const> pending() const {
        return std::span(left_).subspan(asked_);
    }

    /// The next transaction's recipients.
    [[nodiscard]] std::span<Recipient* const> batch() const {
        return std::span(left_).subspan(asked_ - batch_size_, batch_size_);
    }

    /// Those of the transaction that is over who are not dealt with are pending again. It
    /// touches no others, so that many transactions cost no more than their recipients, and
    /// wants no memory.
    void take_back() {
        const std::size_t begin = asked_ - std::exchange(batch_size_, 0);
        for (std::size_t at = asked_; at-- > begin;) {
            if (left_[at]->open())
                left_[--asked_] = left_[at];
        }
    }

    void try_relay() {
        for (auto next = Failover::Next::address;
             next == Failover::Next::address && !pending().empty();) {
            try {
                Session* const session = failover_.session();
                if (session == nullptr)
                    return;
                transact(*session);
                take_back();
            } catch (const Failure& failure) {
                settle(failure);
                next = failover_.weigh(failure);
                if (next == Failover::Next::anew)
                    trouble_.reset();
            }
        }
    }

    void transact(Session& session) {
        const Visit& visit = failover_.visit();
        const auto begun = Clock::now();
        batch_size_ = std::min(pending().size(), session.recipient_limit());
        asked_ += batch_size_;
        const Message& message = forms_.form(
            session.takes_eight_bit(), session.announces_smtputf8(envelope_, batch()));
        report_.size = message.size();
        const Failure doubt(ExitStatus::temp_fail, Fault::in_doubt, visit.peer(),
                            Step::end_of_data,
                            {"out of memory; the message may have been accepted"}, "4.3.0");
        Delays spent = delays();
        for (Recipient* recipient : batch()) {
            recipient->relay = visit.peer();
            recipient->tls = session.tls();
            recipient->delays = spent;
            recipient->ask_again();
        }
        try {
            session.transact(envelope_, message, batch(), last_ && pending().empty(),
                             witness_);
        } catch (const std::bad_alloc&) {
            if (!session.in_doubt())
                throw;
            throw Failure{doubt}; // made when there was memory
        }
        failover_.completed();
        spent.transfer =
            std::chrono::round<std::chrono::milliseconds>(Clock::now() - begun);
        for (Recipient* recipient : batch())
            recipient->delays = spent;
        if (witness_ != nullptr)
            witness_->settled(batch());
    }

    /// A doubt is about the recipients of the transaction, and marked before anything that
    /// wants memory; all else about those whom this relay leaves pending.
    void settle(const Failure& failure) {
        const bool in_doubt = failure.fault() == Fault::in_doubt;
        for (Recipient* recipient : batch()) {
            if (in_doubt && recipient->state() == Recipient::State::pending)
                recipient->doubt();
        }
        peer_ = failover_.visit().peer();
        for (Recipient* recipient : batch()) {
            if (in_doubt && recipient->in_doubt())
                tell(*recipient, failure);
        }
        if (witness_ != nullptr)
            witness_->settled(batch());
        take_back();
        trouble_ = in_doubt ? failover_.session_lost() : failure;
    }

    /// What came last at this relay is what its recipients have of it. False if no further
    /// relay can help.
    bool leave_relay() {
        if (!trouble_)
            return true;
        const bool ends_all = Failover::ends_all(*trouble_);
        for (Recipient* recipient : pending()) {
            if (!recipient->text.empty() &&
                !failover_.replaces(*trouble_, recipient->status))
                continue;
            recipient->status = trouble_->status();
            if (ends_all)
                recipient->refuse(trouble_->status(), trouble_->reply_code());
            tell(*recipient, *trouble_);
        }
        return !ends_all;
    }

    void tell(Recipient& recipient, const Failure& failure) const {
        recipient.say(failure);
        recipient.relay = peer_;
        recipient.delays = delays();
    }

    /// What has been done stays done; of the rest nothing can be tried, nor said at length.
    void settle_without_memory() {
        for (Recipient& recipient : report_.recipients) {
            if (!recipient.open())
                continue;
            recipient.refuse(ExitStatus::temp_fail, 0);
            recipient.say("4.3.0", "out of memory"); // so short that it wants none
        }
    }

    [[nodiscard]] Delays delays() const {
        Delays delays = failover_.visit().delays();
        delays.message = reading_;
        return delays;
    }

    Failover& failover_;
    const Envelope& envelope_;
    Clock::time_point started_;
    bool last_;
    Witness* witness_;
    Report report_;
    std::vector<Recipient*> left_; ///< who was pending when this relay's turn began
    std::size_t asked_ = 0;        ///< of them, the first so many are no longer
    std::size_t batch_size_ = 0; ///< and the last of those are of the transaction under way
    std::optional<Failure> trouble_; ///< at this relay, what came last
    std::string peer_;               ///< where it came
    MessageForms forms_;
    std::chrono::milliseconds reading_{0};
};

} // namespace

std::vector<Recipient> recipients_of(const Envelope& envelope) {
    std::vector<Recipient> recipients;
    recipients.reserve(envelope.recipients.size());
    for (const auto& recipient : envelope.recipients)
        recipients.push_back(
            Recipient(recipient, envelope.notify, original(envelope, recipient)));
    return recipients;
}

Report deliver(Failover& failover, const MessageSettings& settings,
               const Envelope& envelope, std::vector<Recipient> recipients,
               const Message& message, Clock::time_point started, bool last,
               Witness* witness) {
    return Delivery(failover, settings, envelope, std::move(recipients), message, started,
                    last, witness)
        .run();
}

ExitStatus Report::status() const {
    ExitStatus status = ExitStatus::ok;
    const auto is_in_doubt = [](const Recipient& recipient) {
        return recipient.in_doubt() && recipient.queued_as.empty();
    };
    if (std::ranges::any_of(recipients, is_in_doubt))
        return ExitStatus::temp_fail;
    for (const Recipient& recipient : recipients) {
        if (!recipient.queued_as.empty())
            continue;
        if (recipient.status == ExitStatus::no_user)
            return ExitStatus::no_user;
        if (status == ExitStatus::ok)
            status = recipient.status;
    }
    return status;
}

} // namespace sallyport
