// SPDX-License-Identifier: MIT
#include "deliver/upstream.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "base/failure.h"

namespace sallyport {

Upstream::Upstream(const Settings& settings, Network& network, DeliveryContext context)
    : failover_(settings, network, std::move(context)) {}

void Upstream::mail(const Envelope& envelope, std::optional<std::uint64_t> size) {
    started_ = Clock::now();
    further(envelope, size);
}

void Upstream::further(const Envelope& envelope, std::optional<std::uint64_t> size) {
    end();
    failover_.begin(envelope.reverse_path, started_);
    last_.reset();
    while (failover_.next_relay()) {
        if (try_relay(envelope, size))
            return;
    }
    throw last_.value_or(no_relay_for(envelope.reverse_path));
}

/// True when the sender is accepted.
bool Upstream::try_relay(const Envelope& envelope, std::optional<std::uint64_t> size) {
    for (auto next = Failover::Next::address; next == Failover::Next::address;) {
        try {
            if (failover_.session() == nullptr)
                return false;
            transaction_ = open()->begin_transaction(envelope);
            transaction_->mail(size);
            return true;
        } catch (const Failure& failure) {
            end();
            next = failover_.weigh(failure);
            if (next == Failover::Next::nothing)
                throw;
            if (next == Failover::Next::anew)
                last_.reset();
            else if (!last_ || failover_.replaces(failure, last_->status()))
                last_ = failure;
        }
    }
    return false;
}

void Upstream::rcpt(Recipient& recipient) {
    if (room() == 0)
        return put_off(recipient);
    transaction_->rcpt(recipient);
    describe(recipient);
}

void Upstream::put_off(Recipient& recipient) {
    recipient.have_no_room();
    describe(recipient);
}

void Upstream::describe(Recipient& recipient) const {
    recipient.relay = peer();
    recipient.tls = open()->tls();
    recipient.delays = failover_.visit().delays();
}

std::uint64_t Upstream::send(const Envelope& envelope, MessageForms& forms) {
    const Message& message =
        forms.form(open()->takes_eight_bit(), open()->announces_smtputf8(envelope, {}));
    transaction_->send(message);
    return message.size();
}

void Upstream::end() {
    if (transaction_ != nullptr)
        open()->end_transaction(*transaction_);
    transaction_.reset();
}

std::size_t Upstream::limit() const {
    return failover_.visit().relay().lmtp ? std::numeric_limits<std::size_t>::max()
                                          : open()->recipient_limit();
}

std::size_t Upstream::room() const {
    const std::size_t taken = transaction_->accepted();
    if (failover_.visit().relay().lmtp)
        return taken == 0 ? limit() : 0;
    return limit() - std::min(limit(), taken);
}

} // namespace sallyport
