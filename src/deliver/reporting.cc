// SPDX-License-Identifier: MIT
#include "deliver/reporting.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "base/concat.h"

namespace sallyport {

namespace {

using Group = std::vector<const Recipient*>;

/// Recipients with the same fate, in the order of the first of each kind.
std::vector<Group> group(const std::vector<Recipient>& recipients) {
    std::vector<Group> groups;
    std::map<std::string, std::size_t> known;
    for (const Recipient& recipient : recipients) {
        const std::string key = concat({std::to_string(static_cast<int>(recipient.status)),
                                        recipient.in_doubt() ? "?" : " ", recipient.relay,
                                        " ", recipient.queued_as, " ", recipient.text});
        const auto [place, is_new] = known.insert({key, groups.size()});
        if (is_new)
            groups.emplace_back();
        groups[place->second].push_back(&recipient);
    }
    return groups;
}

bool is_turned_away(const Recipient& recipient) {
    return Failover::turns_away(recipient.fault, recipient.status);
}

/// What the log calls it.
struct Fate {
    std::string_view name;
    std::string_view status_code; ///< its class at least is known (RFC 3463 2)
    Priority priority;
};

Fate fate_of(const Recipient& recipient) {
    if (!recipient.queued_as.empty())
        return {"queued", "4.0.0",
                is_turned_away(recipient) ? Priority::error : Priority::notice};
    if (recipient.status == ExitStatus::ok)
        return {"sent", "2.0.0", Priority::info};
    if (recipient.status == ExitStatus::temp_fail)
        return {recipient.in_doubt() ? "in-doubt" : "deferred", "4.0.0", Priority::warning};
    const bool ours = recipient.status == ExitStatus::config;
    return {ours ? "misconfigured" : "bounced", "5.0.0", Priority::error};
}

} // namespace

std::string name_recipients(const Group& recipients) {
    constexpr std::size_t named = 3;
    std::string names;
    for (std::size_t i = 0; i < std::min(named, recipients.size()); ++i)
        names.append(i > 0 ? ", <" : "<").append(recipients[i]->address).append(">");
    if (recipients.size() > named)
        names += concat({" and ", std::to_string(recipients.size() - named), " more"});
    return names;
}

void log_report(Log& log, const Report& report, const Envelope& envelope,
                const Identity& identity) {
    for (const auto* notes : {&envelope.notes, &report.notes}) {
        for (const auto& note : *notes)
            log.note(identity.id, note, Priority::warning);
    }
    if (!report.queue_warning.empty())
        log.note(identity.id, report.queue_warning, Priority::warning);
    for (const Group& recipients : group(report.recipients)) {
        const Recipient& first = *recipients.front();
        const Fate fate = fate_of(first);
        LogEntry entry;
        entry.id = identity.id;
        entry.uid = identity.uid;
        entry.from = envelope.reverse_path;
        entry.size = report.size;
        for (const Recipient* recipient : recipients)
            entry.to.push_back(recipient->address);
        entry.relay = first.relay.empty() ? "none" : first.relay;
        entry.tls = first.tls;
        entry.delays = first.delays;
        entry.dsn = first.enhanced.empty() ? fate.status_code : first.enhanced;
        entry.status = fate.name;
        entry.reply = !first.queued_as.empty() && first.queued_as != identity.id
                          ? concat({"as ", first.queued_as, ": ", first.text})
                          : first.text;
        log.record(std::move(entry), fate.priority);
    }
}

std::string describe_failures(const Report& report) {
    if (report.status() == ExitStatus::ok)
        return {};
    std::string lines;
    for (const auto& note : report.notes)
        lines.append("sallyport: ").append(note).append("\n");
    for (const Group& recipients : group(report.recipients)) {
        const Recipient& first = *recipients.front();
        if (first.status == ExitStatus::ok || !first.queued_as.empty())
            continue;
        lines.append("sallyport: ").append(first.text);
        const bool named = first.named && recipients.size() == 1;
        if (!named && first.status != ExitStatus::config)
            lines.append(" (recipients: ").append(name_recipients(recipients)).append(")");
        lines += "\n";
    }
    return lines;
}

std::string describe_queued(const Report& report, bool all) {
    std::string lines;
    if (!report.queue_warning.empty())
        lines = concat({"sallyport: ", report.queue_warning, "\n"});
    for (const Group& recipients : group(report.recipients)) {
        const Recipient& first = *recipients.front();
        if (first.queued_as.empty() || (!all && !is_turned_away(first)))
            continue;
        lines += concat({"sallyport: queued as ", first.queued_as,
                         ", not sent yet: ", first.text, "\n"});
    }
    return lines;
}

} // namespace sallyport
