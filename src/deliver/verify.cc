// SPDX-License-Identifier: MIT
#include "deliver/verify.h"

#include <utility>

#include "base/concat.h"
#include "base/failure.h"
#include "deliver/upstream.h"

namespace sallyport {

namespace {

void ask(Recipient& recipient, Upstream& upstream, const Envelope& envelope) {
    upstream.rcpt(recipient);
    if (recipient.put_off()) {
        recipient.ask_again();
        upstream.further(envelope, std::nullopt);
        upstream.rcpt(recipient); // the first of a transaction has room
    }
    if (!recipient.open())
        return;
    recipient.accept(0);
    recipient.say({}, concat({upstream.peer(), " takes messages for it"}));
}

} // namespace

Report ask_about_recipients(const Settings& settings, const Envelope& envelope,
                            Network& network, const DeliveryContext& context) {
    Report report;
    for (const auto& recipient : envelope.recipients)
        report.recipients.push_back(Recipient(recipient));
    Upstream upstream(settings, network, context);
    upstream.mail(envelope, std::nullopt);
    auto next = report.recipients.begin();
    try {
        for (; next != report.recipients.end(); ++next)
            ask(*next, upstream, envelope);
        upstream.end();
    } catch (const Failure& failure) { // what is known of the others stays known
        for (; next != report.recipients.end(); ++next)
            next->wait(failure);
    }
    report.notes = std::move(upstream.notes());
    return report;
}

} // namespace sallyport
