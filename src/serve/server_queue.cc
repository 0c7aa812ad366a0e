// SPDX-License-Identifier: MIT
//
// The dialogue where there is a queue: what no server takes now waits there, and the client
// hears 250. It has one reply for all recipients: so whoever is set aside is on the disk
// before a server gets the message for the others.
#include <algorithm>

#include "base/concat.h"
#include "base/failure.h"
#include "deliver/reporting.h"
#include "serve/server.h"

namespace sallyport {

namespace {

/// Another attempt may fare better, and the client need not make it.
bool may_pass(const Failure& failure) {
    return !Failover::ends_all(failure) && Refusal(failure).code / 100 == 4;
}

/// Both reasons; of the queue's trouble the codes. It goes to the log, too (settle).
Failure not_queued(std::string_view trouble, const Failure& failure) {
    return {ExitStatus::temp_fail, Fault::address,
            concat({trouble, trouble.empty() ? "" : "; not queued: ", failure.what()}),
            failure.enhanced(), failure.reply_code()};
}

bool is_asked(const Recipient* recipient) {
    return recipient->state() == Recipient::State::pending;
}

/// Who may wait does, unless the message is refused for good, and nobody has it: then that
/// is the answer for all.
bool wants_queue(const std::vector<Recipient*>& recipients) {
    bool accepted = false;
    bool refused = false;
    bool waits = false;
    for (const Recipient* const recipient : recipients) {
        accepted = accepted || recipient->accepted();
        refused = refused || recipient->state() == Recipient::State::refused;
        waits = waits || may_wait(*recipient);
    }
    return waits && (accepted || !refused);
}

} // namespace

/// MAIL. Where no relay can be had for it the dialogue goes on without one.
void Server::begin_message(std::optional<std::uint64_t> size) {
    timing_ = Timing::interactive;
    why_wait_.reset();
    if (!has_queue(world_.settings))
        return upstream_.mail(envelope_, size);
    queue_.emplace(world_);
    announced_ = size.value_or(0);
    ask_queue();
    if (timing_ != Timing::interactive)
        return go_on_without({ExitStatus::temp_fail, Fault::address,
                              std::string(queue_->reason(timing_)), "4.3.0"});
    try {
        upstream_.mail(envelope_, size);
    } catch (const Failure& failure) {
        if (!may_pass(failure))
            throw;
        require_room(failure.what());
        go_on_without(failure);
    }
}

/// Whether the client may send, and when that is sent.
void Server::ask_queue() {
    try {
        queue_->take_allowance();
        timing_ = queue_->timing(envelope_.reverse_path);
    } catch (const Failure& failure) {
        throw not_queued({}, failure);
    }
    if (timing_ == Timing::interactive)
        return;
    upstream_.require_relay(envelope_.reverse_path);
    try {
        queue_->require_room(announced_);
    } catch (const Failure& failure) { // a message that can go need not fail
        timing_ = Timing::interactive;
        world_.log.note(world_.identity.id, concat({"not queued: ", failure.what()}));
    }
}

/// `trouble`: what has the message wait.
void Server::require_room(std::string_view trouble) const {
    try {
        queue_->require_room(announced_);
    } catch (const Failure& failure) {
        throw not_queued(trouble, failure);
    }
}

/// No server is asked any more.
void Server::go_on_without(const Failure& failure) {
    why_wait_ = failure;
    for (Recipient* const recipient : undecided())
        set_aside(*recipient);
}

/// RCPT. False where a server has no room for them, as ask().
bool Server::take_members(const Recipients& members) {
    if (!queue_)
        return ask(members);
    try {
        if (!why_wait_ && !ask(members))
            return false;
    } catch (const Failure& failure) {
        if (!may_pass(failure))
            throw;
        require_room(failure.what());
        upstream_.end();
        go_on_without(failure);
    }
    for (Recipient* const recipient : members)
        set_aside(*recipient);
    return true;
}

/// Whom no server takes now. Where he cannot wait, he hears both reasons.
void Server::set_aside(Recipient& recipient) {
    if (why_wait_ && recipient.open() && !recipient.waiting()) {
        recipient.wait(*why_wait_);
        if (timing_ == Timing::interactive)
            recipient.relay = upstream_.peer();
        recipient.set_aside();
    } else if (recipient.state() == Recipient::State::deferred) {
        try {
            require_room(recipient.text);
            recipient.set_aside();
        } catch (const Failure& both) {
            recipient.text = both.what();
        }
    }
    if (recipient.waiting())
        known_.insert(mailbox_key(recipient.address));
}

/// Where not everybody is asked about at once, all are on the disk before a server gets the
/// message: one reply must be true for all.
std::uint64_t Server::send_or_queue(const Recipients& recipients, const Message& message) {
    const auto asked = std::ranges::count_if(recipients, is_asked);
    std::uint64_t size = message.size();
    if (asked > 0 && static_cast<std::size_t>(asked) < recipients.size())
        put_into_queue(recipients, message, false);
    if (asked > 0) {
        try {
            size = send(recipients, message);
        } catch (const Failure& failure) {
            if (!may_pass(failure))
                throw;
            keep_asked(failure);
        }
    }
    if (wants_queue(recipients))
        put_into_queue(recipients, message, true);
    return size;
}

/// What a failure leaves of those whom the server was asked about.
void Server::keep_asked(const Failure& failure) {
    const bool in_doubt = failure.fault() == Fault::in_doubt;
    for (Recipient* const recipient : undecided()) {
        if (recipient->waiting())
            continue;
        if (!may_pass(failure)) {
            fail(*recipient, failure);
        } else if (!in_doubt) {
            recipient->wait(failure);
        } else if (is_asked(recipient)) {
            recipient->doubt();
            recipient->say(failure);
        } else {
            recipient->say("4.4.2", "not sent, since the session was lost");
        }
    }
}

/// They are written, or if they were what became of them; with `promise` they have their
/// names then, and the client may be told so, unless a person has to look.
void Server::put_into_queue(const Recipients& recipients, const Message& message,
                            bool promise) {
    try {
        if (files_.empty()) {
            filed_ = recipients;
            files_ = queue_->write(envelope_, message, filed_,
                                   promise && timing_ == Timing::interactive);
        } else {
            write_down(files_, world_, filed_);
        }
        if (!promise)
            return;
        publish();
    } catch (const Failure& failure) {
        cannot_queue(failure);
    }
    note_queued(files_, filed_, world_.settings.queue.hold_in_doubt);
}

void Server::publish() {
    queue_->publish(files_);
    published_ = true;
    promised_ = !world_.settings.queue.hold_in_doubt ||
                std::ranges::none_of(filed_, &Recipient::in_doubt);
}

/// The client hears both reasons. Where somebody has the message already he hears of that,
/// too: he may send it again for the others, at that risk.
void Server::cannot_queue(const Failure& failure) const {
    const Recipient& first = gravest({filed_.begin(), filed_.end()});
    if (std::ranges::none_of(filed_, &Recipient::accepted))
        throw not_queued(first.text, failure);
    stop(ExitStatus::temp_fail, Fault::local,
         {"accepted for some, but not queued for others: ", failure.what(),
          "; the message may have been accepted"},
         failure.enhanced());
}

/// Somebody has the message, and there is no memory: the others are as good as told that
/// they have it, too.
void Server::publish_without_memory() {
    try {
        if (!files_.empty() && write_down_without_memory(files_, filed_))
            publish();
    } catch (const std::exception&) { // nothing is promised
    }
}

} // namespace sallyport
