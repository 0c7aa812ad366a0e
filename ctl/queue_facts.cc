// SPDX-License-Identifier: MIT
#include "ctl/queue_facts.h"

#include <algorithm>
#include <string_view>
#include <tuple>

#include "base/failure.h"
#include "text/address.h"
#include "text/ascii.h"
#include "text/printable.h"

namespace sallyport::ctl {

namespace {

using Fate = Progress::Fate;

QueuedFate::State state_of(const Fate& fate) {
    if (fate.state == Progress::State::sent)
        return QueuedFate::State::sent;
    if (!fate.is_open())
        return QueuedFate::State::refused;
    const bool doubted = fate.state == Progress::State::in_doubt || fate.doubts > 0;
    return doubted ? QueuedFate::State::in_doubt : QueuedFate::State::waiting;
}

std::string address_of(const QueueHeader& header, std::size_t number) {
    return printable(header.recipients[number].address, address_limit);
}

/// The word after its check and its time.
std::string word_in(std::string_view line) {
    take_until(line, ' ');
    take_until(line, ' ');
    return std::string(take_until(line, ' '));
}

QueueEvent event_of(const JournalLine& line, std::string_view text,
                    const QueueHeader& header) {
    QueueEvent event;
    event.time = line.time;
    event.event = word_in(text);
    event.recipients.reserve(line.recipients.size());
    for (const std::size_t number : line.recipients)
        event.recipients.push_back(address_of(header, number));
    event.code = line.code;
    event.enhanced = printable(line.enhanced);
    event.text = printable(line.text);
    if (line.event == Event::attempt)
        event.text = std::to_string(line.number);
    if (line.event == Event::next)
        event.next = line.number;
    return event;
}

/// Calls `take` with each line, as it was read and as it stands there.
template<class Take>
void for_each_line(const QueuedMessage& message, Take take) {
    const std::string journal = message.journal();
    for (std::string_view rest = journal; !rest.empty();) {
        const std::string_view text = take_until(rest, '\n');
        if (const auto line = read_journal_line(text, message.header().recipients.size()))
            take(*line, text);
    }
}

/// Those that are due, the others by their time, those that are held; and what cannot be
/// read.
int rank(const QueueEntry& entry, std::int64_t now) {
    if (!entry.trouble.empty())
        return 3;
    if (entry.state == QueueEntry::State::hold)
        return 2;
    return entry.next > now ? 1 : 0;
}

} // namespace

const char* word_for(QueueEntry::State state) {
    constexpr const char* words[] = {"deferred", "active", "hold", "failed"};
    return words[static_cast<std::size_t>(state)];
}

const char* word_for(QueuedFate::State state) {
    constexpr const char* words[] = {"waiting", "in_doubt", "sent", "refused"};
    return words[static_cast<std::size_t>(state)];
}

QueueEntry facts_of(const QueuedMessage& message, bool in_failed) {
    const QueueHeader& header = message.header();
    const Progress& progress = message.progress();
    QueueEntry entry;
    entry.id = header.id;
    // Its lock is asked for only where somebody may be working on it: to ask takes it.
    const bool active = !in_failed && progress.unfinished > 0 && message.is_locked();
    entry.state = in_failed       ? QueueEntry::State::failed
                  : active        ? QueueEntry::State::active
                  : progress.held ? QueueEntry::State::hold
                                  : QueueEntry::State::deferred;
    entry.arrived = header.arrived;
    entry.next = progress.next;
    entry.size = header.size;
    entry.attempts = progress.attempts;
    entry.why_held = printable(progress.why_held);
    const std::string& sender = header.envelope.reverse_path;
    entry.sender = sender.empty() ? "MAILER-DAEMON" : printable(sender, address_limit);
    entry.user = message.owner();
    entry.recipients.reserve(header.recipients.size());
    for (std::size_t i = 0; i < header.recipients.size(); ++i) {
        const Fate& fate = progress.recipients[i];
        entry.recipients.push_back(
            {address_of(header, i), state_of(fate), printable(fate.text)});
    }
    entry.in_doubt = std::ranges::find(entry.recipients, QueuedFate::State::in_doubt,
                                       &QueuedFate::state) != entry.recipients.end();
    if (entry.in_doubt)
        entry.doubted = progress.doubted;
    return entry;
}

void add_details(QueueEntry& entry, const QueuedMessage& message) {
    for_each_line(message, [&](const JournalLine& line, std::string_view text) {
        entry.history.push_back(event_of(line, text, message.header()));
    });
    std::string header(message.message().header());
    std::ranges::replace(header, '\t', ' ');
    for (std::string_view rest = header; !rest.empty();) {
        std::string_view line = take_until(rest, '\n');
        line.remove_suffix(1); // CR
        entry.header.push_back(printable(line, Header::size_limit));
    }
}

void add_facts(const Queue& queue, bool in_failed, std::vector<QueueEntry>& entries) {
    for (const std::string& id : queue.ids()) {
        try {
            auto message = queue.look_at(id);
            if (!message)
                continue;
            message->read();
            entries.push_back(facts_of(*message, in_failed));
        } catch (const Failure& failure) {
            QueueEntry& entry = entries.emplace_back();
            entry.id = id;
            entry.trouble = printable(failure.what());
        }
    }
}

void put_in_order(std::vector<QueueEntry>& entries, std::int64_t now) {
    std::ranges::sort(entries, {}, [now](const QueueEntry& entry) {
        const int group = rank(entry, now);
        return std::tuple(group, group == 1 ? entry.next : 0, entry.arrived,
                          std::string_view(entry.id));
    });
}

} // namespace sallyport::ctl
