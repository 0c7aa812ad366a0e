// SPDX-License-Identifier: MIT
#include "delivery.h"

#include <algorithm>
#include <utility>

#include "ascii.h"
#include "session.h"

namespace sallyport {

namespace {

std::chrono::milliseconds between(Clock::time_point from, Clock::time_point to) {
    return std::chrono::round<std::chrono::milliseconds>(to - from);
}

class Delivery {
  public:
    Delivery(const Envelope& envelope, const Message& message, Network& network,
             const DeliveryContext& context, const SenderSettings& sender)
        : envelope_(envelope), message_(message), network_(network), context_(context),
          sender_(sender) {
        for (const auto& recipient : envelope.recipients)
            report_.outcomes.emplace_back(recipient);
        delays_.message = between(context.started, Clock::now());
    }

    Report run(const std::vector<Relay>& relays) {
        for (const Relay& relay : relays) {
            try_relay(relay);
            for (Outcome& outcome : report_.outcomes)
                outcome.refused_here = false;
            if (stopped_ || pending().empty())
                break;
        }
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
        std::unique_ptr<Route> route;
        std::shared_ptr<const Secret> secret;
        for (bool again = true; again;) {
            again = false;
            batch_.clear();
            peer_.clear();
            try {
                const Deadline deadline = run_deadline(relay);
                if (!route) {
                    secret = fetch_secret(relay, deadline);
                    route = network_.route(relay, deadline);
                }
                try_next_address(relay, *route,
                                 {ehlo_name(relay), secret, context_.transcript, deadline,
                                  report_.notes});
            } catch (const Failure& failure) {
                settle(failure);
                const bool elsewhere =
                    failure.fault() == Fault::address || failure.fault() == Fault::in_doubt;
                again = elsewhere && !pending().empty();
            }
        }
    }

    void try_next_address(const Relay& relay, Route& route, const SessionContext& context) {
        const auto begun = Clock::now();
        auto connection = route.connect();
        if (!connection)
            return;
        peer_ = connection->peer;
        const auto connected = Clock::now();
        delays_.connect = between(begun, connected);
        Session session(std::move(*connection), relay, context, route);
        delays_.session = between(connected, Clock::now());
        for (auto left = pending(); !left.empty(); left = pending()) {
            if (!session.usable())
                throw Failure(ExitStatus::temp_fail, Fault::address,
                              peer_ + ": the session could not be used for all recipients");
            transact(session, left);
        }
    }

    void transact(Session& session, const std::vector<Outcome*>& left) {
        const auto begun = Clock::now();
        batch_.assign(left.begin(),
                      left.begin() + static_cast<std::ptrdiff_t>(
                                         std::min(left.size(), session.recipient_limit())));
        for (Outcome* outcome : batch_) {
            outcome->relay = peer_;
            outcome->tls = session.tls();
            outcome->delays = delays_;
            outcome->put_off = false;
        }
        session.transact(envelope_, message_, batch_, batch_.size() == left.size());
        delays_.transfer = between(begun, Clock::now());
        for (Outcome* outcome : batch_)
            outcome->delays = delays_;
    }

    /// Who is concerned: in doubt, the recipients of the transaction; else all still
    /// pending.
    void settle(const Failure& failure) {
        const bool in_doubt = failure.fault() == Fault::in_doubt;
        stopped_ = stopped_ || failure.fault() == Fault::message ||
                   failure.fault() == Fault::local;
        for (Outcome* outcome : in_doubt ? batch_ : pending()) {
            if (outcome->decided || outcome->refused_here || (in_doubt && outcome->put_off))
                continue;
            outcome->in_doubt = in_doubt;
            outcome->decided = in_doubt || stopped_;
            outcome->status = failure.status();
            outcome->enhanced = failure.enhanced();
            outcome->text = failure.what();
            outcome->relay = peer_;
            outcome->delays = delays_;
        }
    }

    std::shared_ptr<const Secret> fetch_secret(const Relay& relay, Deadline deadline) {
        if (!relay.auth_wanted)
            return nullptr;
        LoadedSecret loaded = load_secret(
            relay.password, std::min(deadline, Clock::now() + relay.connect_timeout));
        if (!loaded.note.empty())
            report_.notes.push_back(std::move(loaded.note));
        return std::move(loaded.secret);
    }

    [[nodiscard]] Deadline run_deadline(const Relay& relay) const {
        return relay.deadline.count() > 0 ? context_.started + relay.deadline
                                          : Deadline::max();
    }

    /// RFC 5321 4.1.1.1: a full name if one is to be had without a look-up.
    [[nodiscard]] std::string ehlo_name(const Relay& relay) const {
        if (!relay.helo.empty())
            return relay.helo;
        if (is_plain_name(sender_.domain))
            return sender_.domain;
        const std::string& name = context_.host_name;
        const bool full = name.find('.') != std::string::npos && is_plain_name(name);
        return full ? name : std::string();
    }

    static bool is_plain_name(std::string_view name) {
        return !name.empty() && std::ranges::all_of(name, [](char c) {
            return is_alpha(c) || is_digit(c) || c == '-' || c == '.';
        });
    }

    const Envelope& envelope_;
    const Message& message_;
    Network& network_;
    const DeliveryContext& context_;
    const SenderSettings& sender_;
    Report report_;
    std::vector<Outcome*> batch_; ///< of the transaction under way
    std::string peer_;            ///< of the connection under way
    Delays delays_;
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
