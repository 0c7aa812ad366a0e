// SPDX-License-Identifier: MIT
//
// RCPT. Where an alias stands for several there is one reply for all of them: a refusal
// must mean that nobody gets the message by it, so with one of them accepted it is none.
#include <algorithm>

#include "base/concat.h"
#include "base/failure.h"
#include "deliver/reporting.h"
#include "serve/server.h"
#include "text/ascii.h"

namespace sallyport {

void Server::take_rcpt(const std::string& argument) {
    if (state_ != State::rcpt)
        want(State::mail);
    const RcptArguments rcpt = parse_rcpt(argument);
    const std::string name = rcpt.recipient.address();
    if (has_eight_bit(name) && !envelope_.smtputf8_allowed)
        throw Refusal(553, "5.6.7", "an address that is not ASCII needs SMTPUTF8");
    const auto addresses =
        make_recipients(rcpt.recipient, world_.settings, identity_, envelope_.notes);
    if (queue_ && recipients_.size() + addresses.size() > recipients_limit)
        throw Refusal(452, "4.5.3", "too many recipients");
    const Recipients members = add(addresses, rcpt);
    if (!take_members(members))
        throw turn_away(members, name, addresses.size());
    const Refused refused = refused_of(members);
    if (refused.size() == addresses.size())
        throw refusal_of(refused);
    state_ = State::rcpt;
    std::string text = "recipient ok";
    if (!refused.empty())
        text.append(", but not: ").append(name_refused(refused));
    reply(250, "2.1.5", text);
}

/// Somebody named twice gets one copy.
Server::Recipients Server::add(const std::vector<std::string>& addresses,
                               const RcptArguments& arguments) {
    Recipients added;
    for (const std::string& address : addresses) {
        if (known_.contains(mailbox_key(address)))
            continue;
        recipients_.push_back(std::make_unique<Recipient>(address));
        Recipient& recipient = *recipients_.back();
        recipient.notify = arguments.notify;
        recipient.original_recipient = arguments.original_recipient;
        added.push_back(&recipient);
    }
    return added;
}

/// Those that the server has no room for are put off until it has the message for the
/// others (send_to_rest). False where there are no others.
bool Server::ask(const Recipients& members) {
    if (members.size() > upstream_.room())
        return false;
    bool accepted = false;
    bool put_off = false;
    for (Recipient* const member : members) {
        if (put_off)
            upstream_.put_off(*member);
        else
            upstream_.rcpt(*member);
        put_off = put_off || member->put_off();
        accepted = accepted || (!member->put_off() && !is_refused(*member));
    }
    if (put_off && !accepted)
        return false;
    for (const Recipient* const member : members) {
        if (!is_refused(*member))
            known_.insert(mailbox_key(member->address));
    }
    return true;
}

/// Those who were not asked, for want of room: a part of an alias would have to be called
/// accepted.
Refusal Server::turn_away(const Recipients& members, const std::string& name,
                          std::size_t size) {
    const bool never = size > upstream_.limit();
    std::string text =
        Where(Step::rcpt, name).told(upstream_.peer(), {"too many recipients"});
    if (never)
        text += concat({", it stands for ", std::to_string(size),
                        " and a transaction takes ", std::to_string(upstream_.limit())});
    Refusal refusal(never ? 550 : 452, "5.5.3", text);
    for (Recipient* const member : members) {
        if (is_refused(*member))
            continue;
        upstream_.put_off(*member);
        fail(*member, refusal);
    }
    return refusal;
}

bool Server::is_refused(const Recipient& recipient) {
    return !recipient.open() && !recipient.accepted() && recipient.queued_as.empty();
}

Server::Refused Server::refused_of(const Recipients& recipients) {
    Refused refused;
    for (const Recipient* const recipient : recipients) {
        if (is_refused(*recipient))
            refused.push_back(recipient);
    }
    return refused;
}

/// In doubt before for later before for good: where one of them may still get the message
/// the client is not told that nobody will.
const Recipient& Server::gravest(const Refused& refused) {
    const auto rank = [](const Recipient* recipient) {
        return recipient->in_doubt()                        ? 0
               : recipient->status == ExitStatus::temp_fail ? 1
                                                            : 2;
    };
    return **std::ranges::min_element(refused, {}, rank);
}

/// Who they are, and what was said of the gravest.
std::string Server::name_refused(const Refused& refused) {
    const Recipient& first = gravest(refused);
    if (refused.size() == 1 && first.named)
        return first.text;
    return concat({name_recipients(refused), ": ", first.text});
}

Refusal Server::refusal_of(const Refused& refused) {
    const Recipient& first = gravest(refused);
    const int code = first.in_doubt() ? 451 : 553;
    return {first.reply_code != 0 ? first.reply_code : code, first.enhanced,
            name_refused(refused)};
}

} // namespace sallyport
