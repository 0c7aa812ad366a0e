// SPDX-License-Identifier: MIT
#include "deliver/failover.h"

#include <algorithm>
#include <utility>

#include "base/concat.h"
#include "text/printable.h"

namespace sallyport {

namespace {

constexpr unsigned put_off_limit = 3;

/// A server that is well says so of one message.
bool is_about_message(const Failure& failure) {
    return failure.fault() == Fault::address && failure.step() >= Step::mail &&
           failure.reply_code() / 100 == 4 && failure.reply_code() != 421;
}

} // namespace

Failover::Failover(const Settings& settings, Network& network, DeliveryContext context,
                   bool many)
    : settings_(settings), network_(network), context_(std::move(context)), many_(many),
      tried_(settings.relays.size()) {}

void Failover::begin(const std::string& reverse_path, Clock::time_point started) {
    reverse_path_ = reverse_path;
    context_.started = started;
    asked_ = false;
    reached_ = false;
    if (many_ && session_ != nullptr) {
        pass_over_unreachable();
        session_->start_over();
    }
    kept_ = session_ != nullptr && session_->usable() && !session_->full() &&
            first_relay() == at_;
    if (kept_)
        session_->set_run_deadline(visit_->run_deadline());
    else
        start_over();
}

void Failover::require_relay(const std::string& reverse_path) const {
    if (std::ranges::none_of(settings_.relays, [&](const Relay& relay) {
            return relay.serves(reverse_path);
        }))
        throw no_relay_for(reverse_path);
}

bool Failover::leaves_all_alone(const std::string& reverse_path) const {
    for (std::size_t at = 0; at < tried_.size(); ++at) {
        if (settings_.relays[at].serves(reverse_path) && !tried_[at].is_left_alone())
            return false;
    }
    return true;
}

bool Failover::next_relay() {
    if (asked_)
        tried_[at_].passed_over = true;
    const std::size_t next = first_relay();
    asked_ = next < tried_.size();
    if (!asked_ && std::ranges::none_of(tried_, &Tried::passed_over))
        throw no_relay_for(reverse_path_);
    if (asked_ && (!kept_ || at_ != next)) {
        session_.reset();
        kept_ = false;
        full_ = false;
        reached_ = false;
        at_ = next;
        visit_ = std::make_unique<Visit>(settings_.relays[at_], network_, context_,
                                         settings_.sender, notes_);
    }
    return asked_;
}

Session* Failover::session() {
    if (session_ != nullptr && session_->full()) {
        full_ = true;
        session_.reset();
    }
    if (session_ != nullptr && session_->usable())
        return session_.get();
    if (session_ != nullptr)
        throw session_lost();
    if (tried_[at_].refused)
        throw Failure{*tried_[at_].refused};
    kept_ = false;
    tried_[at_].out_of_reach = !reached_; // as long as none comes of it
    session_ = visit_->next_session();
    if (session_ == nullptr && std::exchange(full_, false)) {
        visit_->start_over();
        session_ = visit_->next_session();
    }
    reached_ = reached_ || session_ != nullptr;
    if (session_ != nullptr)
        tried_[at_].welcome = Welcome::had;
    tried_[at_].out_of_reach = !reached_;
    return session_.get();
}

bool Failover::ends_all(const Failure& failure) {
    return failure.fault() == Fault::local || failure.fault() == Fault::message;
}

Failover::Next Failover::weigh(const Failure& failure) {
    if (many_)
        count_put_off(failure);
    if (ends_all(failure))
        return Next::nothing;
    if (many_ && is_about_message(failure)) // the server goes on with the next one
        return Next::relay;
    session_.reset();
    if (turns_away(failure.fault(), failure.status()) && !reached_)
        tried_[at_].welcome = Welcome::refused;
    if (failure.credentials_refused())
        tried_[at_].refused = failure;
    if (kept_) {
        start_over();
        return Next::anew;
    }
    return failure.fault() == Fault::relay ? Next::relay : Next::address;
}

/// What a server says of a message, or does to it, it may do to the next for the same
/// reason: it takes no more in this minute.
void Failover::count_put_off(const Failure& failure) {
    Tried& relay = tried_[at_];
    if (ends_all(failure) || failure.step() < Step::mail)
        relay.put_off = 0;
    else if (++relay.put_off >= put_off_limit)
        relay.given_up = true;
}

Failure Failover::session_lost() const {
    return {ExitStatus::temp_fail, Fault::address,
            concat({visit_->peer(), ": the session could not be used for all recipients"})};
}

bool Failover::replaces(const Failure& later, ExitStatus earlier) {
    if (earlier != ExitStatus::temp_fail || later.status() == ExitStatus::temp_fail ||
        later.fault() != Fault::relay)
        return true;
    if (std::ranges::find(notes_, later.what()) == notes_.end())
        notes_.emplace_back(later.what());
    return false;
}

/// For this sender; past the last one if there is none.
std::size_t Failover::first_relay() const {
    std::size_t at = 0;
    while (at < tried_.size() &&
           (tried_[at].passed_over || !settings_.relays[at].serves(reverse_path_)))
        ++at;
    return at;
}

void Failover::pass_over_unreachable() {
    for (Tried& relay : tried_)
        relay.passed_over = many_ && relay.is_left_alone();
}

void Failover::start_over() {
    session_.reset(); // it says QUIT where the line is sound
    pass_over_unreachable();
    kept_ = false;
    asked_ = false;
}

Failure no_relay_for(const std::string& reverse_path) {
    return {
        ExitStatus::config, Fault::local,
        concat({"no [relay] has a match for the sender <", printable(reverse_path), ">"})};
}

} // namespace sallyport
