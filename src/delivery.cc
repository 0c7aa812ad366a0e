// SPDX-License-Identifier: MIT
#include "delivery.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "ascii.h"
#include "reencode.h"
#include "session.h"
#include "xtext.h"

namespace sallyport {

namespace {

class Delivery {
  public:
    Delivery(const Envelope& envelope, const Message& message, Network& network,
             const DeliveryContext& context, const SenderSettings& sender)
        : envelope_(envelope), message_(message), network_(network), context_(context),
          sender_(sender) {
        report_.outcomes.reserve(envelope.recipients.size());
        for (const auto& recipient : envelope.recipients)
            report_.outcomes.emplace_back(recipient, envelope.notify, original(recipient));
        reading_ =
            std::chrono::round<std::chrono::milliseconds>(Clock::now() - context.started);
    }

    Report run(const std::vector<Relay>& relays) {
        bool served = false;
        for (const Relay& relay : relays) {
            if (!relay.serves(envelope_.reverse_path))
                continue;
            served = true;
            try_relay(relay);
            for (Outcome& outcome : report_.outcomes) {
                outcome.refused_here = false;
                outcome.deferred =
                    outcome.status == ExitStatus::temp_fail && !outcome.text.empty();
            }
            if (stopped_ || pending().empty())
                break;
        }
        if (!served)
            throw no_relay_for(envelope_.reverse_path);
        return std::move(report_);
    }

  private:
    /// Recipients that this relay can still be asked for.
    std::vector<Outcome*> pending() {
        std::vector<Outcome*> left;
        for (Outcome& outcome : report_.outcomes) {
            if (!outcome.decided && !outcome.refused_here)
                left.push_back(&outcome);
        }
        return left;
    }

    /// The relay loop: the one place where a Failure is weighed.
    void try_relay(const Relay& relay) {
        Visit visit(relay, network_, context_, sender_, report_.notes);
        bool was_full = false;
        for (bool again = true; again;) {
            again = false;
            batch_.clear();
            try {
                const auto session = visit.next_session();
                if (session != nullptr) {
                    again = use(*session, visit);
                    was_full = was_full || again;
                } else if (std::exchange(was_full, false)) {
                    visit.start_over();
                    again = true;
                }
            } catch (const Failure& failure) {
                settle(failure, visit);
                const bool elsewhere =
                    failure.fault() == Fault::address || failure.fault() == Fault::in_doubt;
                again = elsewhere && !pending().empty();
            }
        }
    }

    /// True if it has done what one session may, and recipients are left.
    bool use(Session& session, const Visit& visit) {
        for (auto left = pending(); !left.empty(); left = pending()) {
            if (session.full())
                return true;
            if (!session.usable())
                throw Failure(ExitStatus::temp_fail, Fault::address,
                              visit.peer() +
                                  ": the session could not be used for all recipients");
            transact(session, visit, left);
        }
        return false;
    }

    void transact(Session& session, const Visit& visit, const std::vector<Outcome*>& left) {
        const auto begun = Clock::now();
        batch_.assign(left.begin(),
                      left.begin() + static_cast<std::ptrdiff_t>(
                                         std::min(left.size(), session.recipient_limit())));
        Delays delays = delays_of(visit);
        for (Outcome* outcome : batch_) {
            outcome->relay = visit.peer();
            outcome->tls = session.tls();
            outcome->delays = delays;
            outcome->put_off = false;
        }
        session.transact(envelope_, suited(session), batch_, batch_.size() == left.size());
        delays.transfer =
            std::chrono::round<std::chrono::milliseconds>(Clock::now() - begun);
        for (Outcome* outcome : batch_)
            outcome->delays = delays;
    }

    /// The message as this server can take it: RFC 6152 3.
    const Message& suited(const Session& session) {
        if (session.takes_eight_bit() || !message_.body_facts().eight_bit)
            return message_;
        if (!seven_bit_)
            seven_bit_ = reencode(message_, true, report_.notes);
        return seven_bit_ ? *seven_bit_ : message_;
    }

    /// What this relay will never do another may still do later.
    static bool is_final_for_relay(const Failure& failure) {
        return failure.fault() == Fault::relay && failure.status() != ExitStatus::temp_fail;
    }

    void note(const std::string& text) {
        if (std::ranges::find(report_.notes, text) == report_.notes.end())
            report_.notes.push_back(text);
    }

    /// Who is concerned: in doubt, the recipients of the transaction; else all still
    /// pending.
    void settle(const Failure& failure, const Visit& visit) {
        const bool in_doubt = failure.fault() == Fault::in_doubt;
        stopped_ = stopped_ || failure.fault() == Fault::message ||
                   failure.fault() == Fault::local;
        for (Outcome* outcome : in_doubt ? batch_ : pending()) {
            if (outcome->decided || outcome->refused_here || (in_doubt && outcome->put_off))
                continue;
            if (outcome->deferred && is_final_for_relay(failure)) {
                note(failure.what());
                continue;
            }
            outcome->in_doubt = in_doubt;
            outcome->decided = in_doubt || stopped_;
            outcome->status = failure.status();
            outcome->enhanced = failure.enhanced();
            outcome->text = failure.what();
            outcome->relay = visit.peer();
            outcome->delays = delays_of(visit);
        }
    }

    [[nodiscard]] Delays delays_of(const Visit& visit) const {
        Delays delays = visit.delays();
        delays.message = reading_;
        return delays;
    }

    /// RFC 3461 4.2: whoever asks for notifications is told of the recipient he named.
    [[nodiscard]] std::string original(const std::string& recipient) const {
        if (envelope_.notify.empty() || has_eight_bit(recipient))
            return {};
        return "rfc822;" + encode_xtext(recipient);
    }

    const Envelope& envelope_;
    const Message& message_;
    Network& network_;
    const DeliveryContext& context_;
    const SenderSettings& sender_;
    Report report_;
    std::vector<Outcome*> batch_; ///< of the transaction under way
    std::optional<Message> seven_bit_;
    std::chrono::milliseconds reading_{0};
    bool stopped_ = false; ///< no further relay can help
};

} // namespace

Report deliver(const Settings& settings, const Envelope& envelope, const Message& message,
               Network& network, const DeliveryContext& context) {
    return Delivery(envelope, message, network, context, settings.sender)
        .run(settings.relays);
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
