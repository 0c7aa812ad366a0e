// SPDX-License-Identifier: MIT
#include "upstream.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "failure.h"

namespace sallyport {

Upstream::Upstream(const Settings& settings, Network& network, DeliveryContext& context,
                   std::vector<std::string>& notes)
    : settings_(settings), network_(network), context_(context), notes_(notes) {}

Upstream::~Upstream() {
    close();
}

void Upstream::mail(const Envelope& envelope, std::optional<std::uint64_t> size) {
    context_.started = Clock::now();
    further(envelope, size);
}

void Upstream::further(const Envelope& envelope, std::optional<std::uint64_t> size) {
    end();
    if (session_ != nullptr && session_->usable() && !session_->full() &&
        is_visiting_for(envelope)) {
        session_->set_run_deadline(visit_->run_deadline());
        try {
            return begin(envelope, size);
        } catch (const Failure& failure) {
            // Nothing of this message has been sent: a server that was tired of waiting is
            // asked anew.
            if (!is_elsewhere_better(failure))
                throw;
        }
    }
    begin_anew(envelope, size);
}

void Upstream::rcpt(Outcome& recipient) {
    if (room() == 0)
        return put_off(recipient);
    transaction_->rcpt(recipient);
    describe(recipient);
}

void Upstream::put_off(Outcome& recipient) {
    recipient.put_off = true;
    describe(recipient);
}

void Upstream::describe(Outcome& recipient) const {
    recipient.relay = peer();
    recipient.tls = tls();
    recipient.delays = visit_->delays();
}

void Upstream::send(const Message& message) {
    transaction_->send(message);
}

void Upstream::end() {
    if (transaction_ != nullptr)
        session_->end_transaction(*transaction_);
    transaction_.reset();
}

std::size_t Upstream::limit() const {
    return visit_->relay().lmtp ? std::numeric_limits<std::size_t>::max()
                                : session_->recipient_limit();
}

std::size_t Upstream::room() const {
    const std::size_t taken = transaction_->accepted();
    if (visit_->relay().lmtp)
        return taken == 0 ? limit() : 0;
    return limit() - std::min(limit(), taken);
}

std::string Upstream::peer() const {
    return session_ ? session_->peer() : std::string();
}

std::string Upstream::tls() const {
    return session_ ? session_->tls() : std::string();
}

bool Upstream::is_elsewhere_better(const Failure& failure) {
    return failure.fault() == Fault::address || failure.fault() == Fault::relay;
}

/// Whether the relay of this session is the one that a new message would come to.
bool Upstream::is_visiting_for(const Envelope& envelope) const {
    for (const Relay& relay : settings_.relays) {
        if (!relay.serves(envelope.reverse_path) || passed_over_.contains(&relay))
            continue;
        return &relay == &visit_->relay();
    }
    return false;
}

void Upstream::begin(const Envelope& envelope, std::optional<std::uint64_t> size) {
    transaction_ = session_->begin_transaction(envelope);
    try {
        transaction_->mail(size);
    } catch (const Failure&) {
        end();
        throw;
    }
}

/// The relays in their order, each by all its ways, as delivery.cc goes through them.
void Upstream::begin_anew(const Envelope& envelope, std::optional<std::uint64_t> size) {
    close();
    passed_over_.clear();
    std::optional<Failure> last;
    for (const Relay& relay : settings_.relays) {
        if (!relay.serves(envelope.reverse_path))
            continue;
        // A refused log-in is not tried again: accounts get locked that way.
        const auto refused = refused_.find(&relay);
        if (refused != refused_.end()) {
            last = refused->second;
        } else {
            last = try_relay(relay, envelope, size);
            if (!last)
                return;
        }
        passed_over_.insert(&relay);
    }
    close();
    throw last.value_or(no_relay_for(envelope.reverse_path));
}

/// Nothing if the sender is accepted there; else why not, when another may be tried.
std::optional<Failure> Upstream::try_relay(const Relay& relay, const Envelope& envelope,
                                           std::optional<std::uint64_t> size) {
    std::optional<Failure> last;
    visit_ = std::make_unique<Visit>(relay, network_, context_, settings_.sender, notes_);
    for (;;) {
        try {
            session_ = visit_->next_session();
            if (session_ == nullptr)
                return last;
            begin(envelope, size);
            return std::nullopt;
        } catch (const Failure& failure) {
            if (!is_elsewhere_better(failure))
                throw;
            session_.reset();
            if (failure.status() == ExitStatus::no_perm && failure.reply_code() != 0)
                refused_.emplace(&relay, failure);
            last = failure;
            if (failure.fault() == Fault::relay)
                return last;
        }
    }
}

void Upstream::close() {
    transaction_.reset();
    session_.reset(); // it says QUIT where the line is sound
    visit_.reset();
}

} // namespace sallyport
