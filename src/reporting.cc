// SPDX-License-Identifier: MIT
#include "reporting.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "concat.h"

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
                                        " ", recipient.text});
        const auto [place, is_new] = known.insert({key, groups.size()});
        if (is_new)
            groups.emplace_back();
        groups[place->second].push_back(&recipient);
    }
    return groups;
}

std::string_view fate(const Recipient& recipient) {
    if (recipient.in_doubt())
        return "in-doubt";
    if (recipient.status == ExitStatus::ok)
        return "sent";
    if (recipient.status == ExitStatus::config)
        return "misconfigured";
    return recipient.status == ExitStatus::temp_fail ? "deferred" : "bounced";
}

/// RFC 3463 2: where the server gave no status code, at least the class is known.
std::string status_code(const Recipient& recipient) {
    if (!recipient.enhanced.empty())
        return recipient.enhanced;
    if (recipient.status == ExitStatus::ok)
        return "2.0.0";
    return recipient.status == ExitStatus::temp_fail ? "4.0.0" : "5.0.0";
}

Priority priority(const Recipient& recipient) {
    if (recipient.status == ExitStatus::ok)
        return Priority::info;
    return recipient.status == ExitStatus::temp_fail ? Priority::warning : Priority::error;
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
                std::uint64_t size, const Identity& identity) {
    for (const auto* notes : {&envelope.notes, &report.notes}) {
        for (const auto& note : *notes)
            log.note(identity.id, note, Priority::warning);
    }
    for (const Group& recipients : group(report.recipients)) {
        const Recipient& first = *recipients.front();
        LogEntry entry;
        entry.id = identity.id;
        entry.uid = identity.uid;
        entry.from = envelope.reverse_path;
        entry.size = size;
        for (const Recipient* recipient : recipients)
            entry.to.push_back(recipient->address);
        entry.relay = first.relay.empty() ? "none" : first.relay;
        entry.tls = first.tls;
        entry.delays = first.delays;
        entry.dsn = status_code(first);
        entry.status = fate(first);
        entry.reply = first.text;
        log.record(std::move(entry), priority(first));
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
        if (first.status == ExitStatus::ok)
            continue;
        lines.append("sallyport: ").append(first.text);
        const bool named = first.named && recipients.size() == 1;
        if (!named && first.status != ExitStatus::config)
            lines.append(" (recipients: ").append(name_recipients(recipients)).append(")");
        lines += "\n";
    }
    return lines;
}

} // namespace sallyport
