// SPDX-License-Identifier: MIT
#include "failover.h"

#include <algorithm>
#include <utility>

#include "concat.h"
#include "printable.h"

namespace sallyport {

Failover::Failover(const Settings& settings, Network& network, DeliveryContext context)
    : settings_(settings), network_(network), context_(std::move(context)) {}

void Failover::begin(const std::string& reverse_path, Clock::time_point started) {
    reverse_path_ = reverse_path;
    context_.started = started;
    asked_ = false;
    kept_ = session_ != nullptr && session_->usable() && !session_->full() &&
            first_relay() == &visit_->relay();
    if (kept_)
        session_->set_run_deadline(visit_->run_deadline());
    else
        start_over();
}

bool Failover::next_relay() {
    if (asked_)
        passed_over_.insert(&visit_->relay());
    const Relay* const relay = first_relay();
    if (relay == nullptr && passed_over_.empty())
        throw no_relay_for(reverse_path_);
    asked_ = relay != nullptr;
    if (asked_ && (!kept_ || &visit_->relay() != relay)) {
        session_.reset();
        kept_ = false;
        full_ = false;
        visit_ =
            std::make_unique<Visit>(*relay, network_, context_, settings_.sender, notes_);
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
    const auto refused = refused_.find(&visit_->relay());
    if (refused != refused_.end())
        throw Failure{refused->second};
    kept_ = false;
    session_ = visit_->next_session();
    if (session_ == nullptr && std::exchange(full_, false)) {
        visit_->start_over();
        session_ = visit_->next_session();
    }
    return session_.get();
}

bool Failover::ends_all(const Failure& failure) {
    return failure.fault() == Fault::local || failure.fault() == Fault::message;
}

Failover::Next Failover::weigh(const Failure& failure) {
    if (ends_all(failure))
        return Next::nothing;
    session_.reset();
    if (failure.credentials_refused())
        refused_.emplace(&visit_->relay(), failure);
    if (kept_) {
        start_over();
        return Next::anew;
    }
    return failure.fault() == Fault::relay ? Next::relay : Next::address;
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

const Relay* Failover::first_relay() const {
    for (const Relay& relay : settings_.relays) {
        if (relay.serves(reverse_path_) && !passed_over_.contains(&relay))
            return &relay;
    }
    return nullptr;
}

void Failover::start_over() {
    session_.reset(); // it says QUIT where the line is sound
    passed_over_.clear();
    kept_ = false;
    asked_ = false;
}

Failure no_relay_for(const std::string& reverse_path) {
    return {
        ExitStatus::config, Fault::local,
        concat({"no [relay] has a match for the sender <", printable(reverse_path), ">"})};
}

} // namespace sallyport
