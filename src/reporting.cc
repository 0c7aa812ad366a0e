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

using Group = std::vector<const Outcome*>;

/// Recipients with the same fate, in the order of the first of each kind.
std::vector<Group> group(const std::vector<Outcome>& outcomes) {
    std::vector<Group> groups;
    std::map<std::string, std::size_t> known;
    for (const Outcome& outcome : outcomes) {
        const std::string key =
            concat({std::to_string(static_cast<int>(outcome.status)),
                    outcome.in_doubt ? "?" : " ", outcome.relay, " ", outcome.text});
        const auto [place, is_new] = known.insert({key, groups.size()});
        if (is_new)
            groups.emplace_back();
        groups[place->second].push_back(&outcome);
    }
    return groups;
}

std::string_view fate(const Outcome& outcome) {
    if (outcome.in_doubt)
        return "in-doubt";
    if (outcome.status == ExitStatus::ok)
        return "sent";
    return outcome.status == ExitStatus::temp_fail ? "deferred" : "bounced";
}

/// RFC 3463 2: where the server gave no status code, at least the class is known.
std::string status_code(const Outcome& outcome) {
    if (!outcome.enhanced.empty())
        return outcome.enhanced;
    if (outcome.status == ExitStatus::ok)
        return "2.0.0";
    return outcome.status == ExitStatus::temp_fail ? "4.0.0" : "5.0.0";
}

Priority priority(const Outcome& outcome) {
    if (outcome.status == ExitStatus::ok)
        return Priority::info;
    return outcome.status == ExitStatus::temp_fail ? Priority::warning : Priority::error;
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
    for (const Group& recipients : group(report.outcomes)) {
        const Outcome& first = *recipients.front();
        LogEntry entry;
        entry.id = identity.id;
        entry.uid = identity.uid;
        entry.from = envelope.reverse_path;
        entry.size = size;
        for (const Outcome* recipient : recipients)
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
    for (const Group& recipients : group(report.outcomes)) {
        const Outcome& first = *recipients.front();
        if (first.status == ExitStatus::ok)
            continue;
        lines.append("sallyport: ").append(first.text);
        if (first.text.find(concat({"RCPT TO:<", first.address, ">"})) == std::string::npos)
            lines.append(" (recipients: ").append(name_recipients(recipients)).append(")");
        lines += "\n";
    }
    return lines;
}

} // namespace sallyport
