// SPDX-License-Identifier: MIT
#include "ctl/trial.h"

#include <algorithm>
#include <memory>
#include <string_view>
#include <vector>

#include "ctl/observed.h"
#include "deliver/visit.h"
#include "message/envelope.h"
#include "net/network.h"
#include "smtp/session.h"

namespace sallyport::ctl {

namespace {

/// What the mail path has as an outcome, as what it throws for other steps.
Failure refusal(const Recipient& recipient, const std::string& peer) {
    const Where where(Step::rcpt, recipient.address);
    std::string_view text = recipient.text;
    const std::string place = where.told(peer, {});
    if (text.starts_with(place))
        text.remove_prefix(place.size());
    return {recipient.status,   Fault::message,      peer, where, {text},
            recipient.enhanced, recipient.reply_code};
}

void ask(Session& session, const TrialOrder& order, Trial& trial) {
    // Both addresses come from make_envelope(), or are the sender it made.
    Envelope envelope;
    envelope.reverse_path = order.from;
    envelope.recipients = {order.to};
    envelope.smtputf8_allowed = true;
    Recipient recipient(order.to);
    const auto transaction = session.begin_transaction(envelope);
    transaction->mail(std::nullopt);
    transaction->rcpt(recipient);
    if (!recipient.open())
        trial.failure.emplace(refusal(recipient, trial.peer));
    session.end_transaction(*transaction);
}

} // namespace

Trial try_session(const TrialOrder& order) {
    Trial trial;
    const Transcript transcript(order.verbose, &trial.entries);
    Internet internet(transcript);
    ObservedNetwork network(internet);
    std::vector<std::string> notes;
    const DeliveryContext context{order.identity.host_name, order.started, transcript,
                                  false};
    Relay relay = order.relay;
    if (!order.log_in) {
        relay.auth_wanted = false;
        relay.pop_before.reset();
    }
    Visit visit(relay, network, context, order.settings.sender, notes);
    try {
        const auto session = visit.next_session();
        trial.peer = visit.peer();
        if (session != nullptr && order.log_in)
            ask(*session, order, trial);
    } catch (const Failure& failure) {
        trial.peer = visit.peer();
        trial.failure.emplace(failure);
    }
    trial.ended = Clock::now();
    trial.tls = network.seen();
    return trial;
}

Relay tried_relay(Relay relay, std::uint16_t port, Milliseconds longest,
                  Clock::time_point started, Deadline deadline) {
    if (port != 0)
        relay.port = {port};
    relay.timeout = std::min(relay.timeout, longest);
    relay.greeting_timeout = std::min(relay.greeting_timeout, longest);
    relay.connect_timeout = std::min(relay.connect_timeout, longest);
    const auto left = std::max<Milliseconds>(
        std::chrono::round<Milliseconds>(deadline - started), Milliseconds{1});
    relay.deadline = relay.deadline.count() > 0 ? std::min(relay.deadline, left) : left;
    return relay;
}

} // namespace sallyport::ctl
