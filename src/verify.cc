// SPDX-License-Identifier: MIT
#include "verify.h"

#include "upstream.h"

namespace sallyport {

Report ask_about_recipients(const Settings& settings, const Envelope& envelope,
                            Network& network, DeliveryContext& context) {
    Report report;
    for (const auto& recipient : envelope.recipients)
        report.outcomes.emplace_back(recipient);
    Upstream upstream(settings, network, context, report.notes);
    upstream.mail(envelope, std::nullopt);
    for (Outcome& outcome : report.outcomes) {
        upstream.rcpt(outcome);
        if (outcome.put_off) {
            outcome.text = "not asked: too many recipients at once";
        } else if (!outcome.refused_here && !outcome.decided) {
            outcome.status = ExitStatus::ok;
            outcome.text = upstream.peer() + " takes messages for it";
        }
    }
    upstream.end();
    return report;
}

} // namespace sallyport
