// SPDX-License-Identifier: MIT
#include "ctl/queue_text.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <string_view>

#include "base/concat.h"
#include "ctl/words.h"

namespace sallyport::ctl {

namespace {

constexpr unsigned id_columns = 13; // of an ID, and two blanks

const char* state_text(QueueEntry::State state) {
    constexpr const char* texts[] = {"waiting", "being sent", "held", "failed"};
    return tr(texts[static_cast<std::size_t>(state)]);
}

const char* state_text(QueuedFate::State state) {
    constexpr const char* texts[] = {"waiting", "in doubt", "sent", "refused"};
    return tr(texts[static_cast<std::size_t>(state)]);
}

std::string paragraph(std::string_view text, const Look& look) {
    return wrapped(text, look.width, std::string(id_columns, ' '), id_columns);
}

/// What a person has to know before he does anything about it.
std::string summary(const QueueEntry& entry) {
    return concat({state_text(entry.state), entry.in_doubt ? tr(", in doubt") : "", ", ",
                   std::to_string(entry.size), tr(" octets from "), entry.sender,
                   tr(", arrived "), time_text(entry.arrived)});
}

std::string attempts_text(unsigned attempts) {
    return attempts == 1 ? std::string(tr("1 attempt"))
                         : concat({std::to_string(attempts), tr(" attempts")});
}

/// What comes next; nothing of one that nobody works on.
std::string outlook(const QueueEntry& entry) {
    if (entry.state == QueueEntry::State::hold)
        return concat({tr("held: "), entry.why_held});
    if (entry.state != QueueEntry::State::deferred)
        return {};
    const std::string when = entry.next == 0
                                 ? std::string(tr("next try in the next run"))
                                 : concat({tr("next try "), time_text(entry.next)});
    return concat({when, ", ", attempts_text(entry.attempts), tr(" so far")});
}

/// Those who met the same fate.
std::string fate_text(const std::string& addresses, const QueuedFate& fate, bool all) {
    const bool tells = all || fate.state == QueuedFate::State::in_doubt;
    return concat({tr("to "), addresses, tells ? ", " : "",
                   tells ? state_text(fate.state) : "", fate.reason.empty() ? "" : ": ",
                   fate.reason});
}

/// A paragraph for each fate, of `all` or of those who have not got it.
std::string fates_text(const QueueEntry& entry, const Look& look, bool all) {
    std::string text;
    std::string addresses;
    for (std::size_t i = 0; i < entry.recipients.size(); ++i) {
        const QueuedFate& fate = entry.recipients[i];
        const QueuedFate* const next =
            i + 1 < entry.recipients.size() ? &entry.recipients[i + 1] : nullptr;
        addresses += concat({addresses.empty() ? "" : ", ", fate.address});
        if (next != nullptr && next->state == fate.state && next->reason == fate.reason)
            continue;
        if (all || fate.state != QueuedFate::State::sent)
            text += paragraph(fate_text(addresses, fate, all), look);
        addresses.clear();
    }
    return text;
}

std::string entry_text(const QueueEntry& entry, const Look& look, bool all) {
    const std::string first =
        concat({entry.id,
                std::string(id_columns - std::min<std::size_t>(id_columns, entry.id.size()),
                            ' ')});
    if (!entry.trouble.empty())
        return wrapped(entry.trouble, look.width, first, id_columns);
    std::string text = wrapped(summary(entry), look.width, first, id_columns);
    if (const std::string next = outlook(entry); !next.empty())
        text += paragraph(next, look);
    return text + fates_text(entry, look, all);
}

std::string event_text(const QueueEvent& event, const Look& look) {
    std::string text = event.event;
    if (event.next != 0)
        text += concat({" ", time_text(event.next)});
    if (!event.recipients.empty())
        text += concat({" ", joined(event.recipients, ", ")});
    if (!event.text.empty())
        text += concat({event.recipients.empty() ? " " : ": ", event.text});
    const std::string first = concat({"  ", time_text(event.time), "  "});
    return wrapped(text, look.width, first, columns(first));
}

std::string heading(const char* text) {
    return concat({"\n", tr(text), "\n"});
}

} // namespace

std::string time_text(std::int64_t time) {
    const std::time_t at = time;
    std::tm parts{};
    std::array<char, 64> text{};
    if (::localtime_r(&at, &parts) == nullptr)
        return std::to_string(time);
    return {text.data(),
            std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &parts)};
}

std::string text_of(const QueueEntry& entry, const Look& look) {
    return entry_text(entry, look, false);
}

std::string text_of(const std::vector<QueueEntry>& entries, const Look& look) {
    std::string text;
    for (const QueueEntry& entry : entries)
        text += text_of(entry, look) + "\n";
    const auto count = entries.size();
    return text +
           (count == 0   ? std::string(tr("no messages"))
            : count == 1 ? std::string(tr("1 message"))
                         : concat({std::to_string(count), tr(" messages")})) +
           "\n";
}

std::string details_of(const QueueEntry& entry, const Look& look) {
    std::string text = entry_text(entry, look, true) + heading("Journal");
    for (const QueueEvent& event : entry.history)
        text += event_text(event, look);
    text += heading("Header");
    for (const std::string& line : entry.header)
        text += wrapped(line, look.width, "  ", 2);
    return text;
}

} // namespace sallyport::ctl
