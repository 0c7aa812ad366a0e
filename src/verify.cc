// SPDX-License-Identifier: MIT
#include "verify.h"

#include <utility>

#include "concat.h"
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
        if (std::exchange(outcome.put_off, false)) {
            upstream.further(envelope, std::nullopt);
            upstream.rcpt(outcome); // the first of a transaction has room
        }
        if (!outcome.refused_here && !outcome.decided) {
            outcome.status = ExitStatus::ok;
            outcome.text = concat({upstream.peer(), " takes messages for it"});
        }
    }
    upstream.end();
    return report;
}

} // namespace sallyport
