// SPDX-License-Identifier: MIT
#include "delivery.h"

#include <algorithm>
#include <new>
#include <optional>
#include <span>
#include <utility>

#include "ascii.h"
#include "concat.h"
#include "forms.h"
#include "xtext.h"

namespace sallyport {

namespace {

class Delivery {
  public:
    Delivery(Failover& failover, const MessageSettings& settings, const Envelope& envelope,
             const Message& message, Clock::time_point started, bool last)
        : failover_(failover), envelope_(envelope), started_(started), last_(last),
          forms_(message, settings.encode_header, failover.notes()) {
        report_.size = message.size();
        report_.outcomes.reserve(envelope.recipients.size());
        for (const auto& recipient : envelope.recipients)
            report_.outcomes.emplace_back(recipient, envelope.notify, original(recipient));
        reading_ = std::chrono::round<std::chrono::milliseconds>(Clock::now() - started);
    }

    Report run() {
        failover_.begin(envelope_.reverse_path, started_);
        try {
            while (!stopped_ && failover_.next_relay()) {
                begin_relay();
                if (pending().empty())
                    break;
                try_relay();
            }
        } catch (const std::bad_alloc&) {
            settle_without_memory();
        }
        report_.notes = std::move(failover_.notes());
        failover_.notes().clear();
        return std::move(report_);
    }

  private:
    /// Everybody who is not decided may be asked for again.
    void begin_relay() {
        left_.clear();
        asked_ = 0;
        for (Outcome& outcome : report_.outcomes) {
            outcome.refused_here = false;
            outcome.deferred =
                outcome.status == ExitStatus::temp_fail && !outcome.text.empty();
            if (!outcome.decided)
                left_.push_back(&outcome);
        }
    }

    /// Recipients that this relay can still be asked for, in order. Those of the
    /// transaction under way are not among them: see take_back().
    [[nodiscard]] std::span<Outcome* const> pending() const {
        return std::span(left_).subspan(asked_);
    }

    /// The next transaction's recipients.
    [[nodiscard]] std::span<Outcome* const> batch() const {
        return std::span(left_).subspan(asked_ - batch_size_, batch_size_);
    }

    /// Those of the transaction that is over who are not dealt with are pending again. It
    /// touches no others, so that many transactions cost no more than their recipients, and
    /// wants no memory.
    void take_back() {
        const std::size_t begin = asked_ - std::exchange(batch_size_, 0);
        for (std::size_t at = asked_; at-- > begin;) {
            Outcome* const outcome = left_[at];
            if (!outcome->decided && !outcome->refused_here)
                left_[--asked_] = outcome;
        }
    }

    void try_relay() {
        for (bool again = true; again && !pending().empty();) {
            try {
                Session* const session = failover_.session();
                if (session == nullptr)
                    return;
                transact(*session);
                take_back();
            } catch (const Failure& failure) {
                settle(failure);
                again = failover_.may_go_on(failure);
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
        doubt_ =
            Failure(ExitStatus::temp_fail, Fault::in_doubt,
                    visit.peer() +
                        ": end of data: out of memory; the message may have been accepted",
                    "4.3.0");
        Delays spent = delays();
        for (Outcome* outcome : batch()) {
            outcome->relay = visit.peer();
            outcome->tls = session.tls();
            outcome->delays = spent;
            outcome->put_off = false;
        }
        try {
            session.transact(envelope_, message, batch(), last_ && pending().empty());
        } catch (const std::bad_alloc&) {
            if (!session.in_doubt())
                throw;
            throw Failure{doubt_}; // made when there was memory
        }
        spent.transfer =
            std::chrono::round<std::chrono::milliseconds>(Clock::now() - begun);
        for (Outcome* outcome : batch())
            outcome->delays = spent;
    }

    /// Who is concerned: in doubt, the recipients of the transaction; else all still
    /// pending. That somebody is in doubt is noted before anything that wants memory.
    void settle(const Failure& failure) {
        const bool in_doubt = failure.fault() == Fault::in_doubt;
        stopped_ = Failover::ends_all(failure);
        const auto concerned = in_doubt ? batch() : std::span<Outcome* const>();
        for (Outcome* outcome : concerned) {
            outcome->in_doubt =
                !outcome->decided && !outcome->refused_here && !outcome->put_off;
            if (outcome->in_doubt) {
                outcome->decided = true;
                outcome->status = failure.status();
            }
        }
        for (Outcome* outcome : concerned) {
            if (outcome->in_doubt)
                tell(*outcome, failure);
        }
        take_back();
        if (in_doubt)
            return;
        for (Outcome* outcome : pending()) {
            outcome->decided = stopped_;
            if (!outcome->deferred || failover_.replaces(failure, outcome->status))
                tell(*outcome, failure);
        }
    }

    void tell(Outcome& outcome, const Failure& failure) const {
        outcome.status = failure.status();
        outcome.enhanced = failure.enhanced();
        outcome.text = failure.what();
        outcome.relay = failover_.visit().peer();
        outcome.delays = delays();
    }

    /// What has been done stays done; of the rest nothing can be tried, nor said at length.
    void settle_without_memory() {
        for (Outcome& outcome : report_.outcomes) {
            if (outcome.decided || outcome.refused_here)
                continue;
            outcome.decided = true;
            outcome.status = ExitStatus::temp_fail;
            outcome.enhanced = "4.3.0";
            outcome.text = "out of memory"; // so short that it wants none
        }
    }

    [[nodiscard]] Delays delays() const {
        Delays delays = failover_.visit().delays();
        delays.message = reading_;
        return delays;
    }

    /// RFC 3461 4.2: whoever asks for notifications is told of the recipient he named.
    [[nodiscard]] std::string original(const std::string& recipient) const {
        if (envelope_.notify.empty() || has_eight_bit(recipient))
            return {};
        return concat({"rfc822;", encode_xtext(recipient)});
    }

    Failover& failover_;
    const Envelope& envelope_;
    Clock::time_point started_;
    bool last_;
    Report report_;
    std::vector<Outcome*> left_; ///< who was pending when this relay's turn began
    std::size_t asked_ = 0;      ///< of them, the first so many are no longer
    std::size_t batch_size_ = 0; ///< and the last of those are of the transaction under way
    Failure doubt_{ExitStatus::temp_fail, Fault::in_doubt, {}};
    MessageForms forms_;
    std::chrono::milliseconds reading_{0};
    bool stopped_ = false; ///< no further relay can help
};

} // namespace

Report deliver(Failover& failover, const MessageSettings& settings,
               const Envelope& envelope, const Message& message, Clock::time_point started,
               bool last) {
    return Delivery(failover, settings, envelope, message, started, last).run();
}

ExitStatus Report::status() const {
    ExitStatus status = ExitStatus::ok;
    if (std::ranges::any_of(outcomes, &Outcome::in_doubt))
        return ExitStatus::temp_fail;
    for (const Outcome& outcome : outcomes) {
        if (outcome.status == ExitStatus::no_user)
            return ExitStatus::no_user;
        if (status == ExitStatus::ok)
            status = outcome.status;
    }
    return status;
}

} // namespace sallyport
