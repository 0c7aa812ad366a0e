// SPDX-License-Identifier: MIT
#include "verify.h"

#include <utility>

#include "concat.h"
#include "failure.h"
#include "upstream.h"

namespace sallyport {

namespace {

void ask(Outcome& outcome, Upstream& upstream, const Envelope& envelope) {
    upstream.rcpt(outcome);
    if (std::exchange(outcome.put_off, false)) {
        upstream.further(envelope, std::nullopt);
        upstream.rcpt(outcome); // the first of a transaction has room
    }
    if (outcome.refused_here || outcome.decided)
        return;
    outcome.status = ExitStatus::ok;
    outcome.text = concat({upstream.peer(), " takes messages for it"});
}

} // namespace

Report ask_about_recipients(const Settings& settings, const Envelope& envelope,
                            Network& network, const DeliveryContext& context) {
    Report report;
    for (const auto& recipient : envelope.recipients)
        report.outcomes.emplace_back(recipient);
    Upstream upstream(settings, network, context);
    upstream.mail(envelope, std::nullopt);
    auto next = report.outcomes.begin();
    try {
        for (; next != report.outcomes.end(); ++next)
            ask(*next, upstream, envelope);
        upstream.end();
    } catch (const Failure& failure) { // what is known of the others stays known
        for (; next != report.outcomes.end(); ++next) {
            next->status = failure.status();
            next->enhanced = failure.enhanced();
            next->text = failure.what();
        }
    }
    report.notes = std::move(upstream.notes());
    return report;
}

} // namespace sallyport
