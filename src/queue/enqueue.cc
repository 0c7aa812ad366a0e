// SPDX-License-Identifier: MIT
#include "queue/enqueue.h"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <span>
#include <utility>

#include "base/concat.h"
#include "queue/journal_lines.h"
#include "queue/retries.h"

namespace sallyport {

namespace {

/// With more, each attempt would go on for long, and each line of the journal.
constexpr std::size_t most_recipients = 1000;

std::int64_t seconds_of(const Identity& identity) {
    return std::chrono::system_clock::to_time_t(identity.now);
}

QueueHeader header_for(const std::string& id, std::int64_t now, const Envelope& envelope,
                       Waiting waiting) {
    QueueHeader header;
    header.id = id;
    header.arrived = now;
    header.envelope = envelope;
    header.envelope.recipients.clear();
    header.envelope.notify.clear();
    header.recipients.reserve(waiting.size());
    for (const Recipient* const recipient : waiting)
        header.recipients.emplace_back(recipient->address, recipient->notify,
                                       recipient->original_recipient);
    return header;
}

/// They hear of it at once: nobody is to be told later.
bool is_refused(const Recipient* recipient) {
    return recipient->state() == Recipient::State::refused;
}

Event event_of(const Recipient& recipient) {
    return recipient.accepted()     ? Event::sent
           : is_refused(&recipient) ? Event::refuse
           : recipient.in_doubt()   ? Event::doubt
                                    : Event::defer;
}

/// The attempt that the caller waited for, as if a run had made it.
std::vector<JournalLine> journal_of(Waiting waiting, std::int64_t now, bool holds,
                                    Retries& retries) {
    JournalLine begun{now, Event::attempt};
    begun.number = 1;
    JournalLine told{now, Event::told};
    JournalLines words;
    std::vector<const Recipient*> open;
    open.reserve(waiting.size());
    for (std::size_t i = 0; i < waiting.size(); ++i) {
        words.add(line_about(event_of(*waiting[i]), *waiting[i], now), i);
        if (is_refused(waiting[i]))
            told.recipients.push_back(i);
        else if (!waiting[i]->accepted())
            open.push_back(waiting[i]);
    }
    std::vector<JournalLine> journal{std::move(begun)};
    journal.insert(journal.end(), words.all().begin(), words.all().end());
    if (!told.recipients.empty())
        journal.push_back(std::move(told));
    if (holds && std::ranges::any_of(waiting, &Recipient::in_doubt)) {
        JournalLine hold{now, Event::hold};
        hold.text = "the server may have it, and nobody can tell: a person has to ask";
        journal.push_back(std::move(hold));
        return journal;
    }
    const Retries::Next next = retries.next(open, 0, false);
    JournalLine line{now, Event::next};
    line.number = now + next.wait.count();
    line.raised = next.raised;
    journal.push_back(std::move(line));
    return journal;
}

Retries retries_of(const World& world) {
    const auto seed = std::strtoul(world.identity.id.c_str() + 3, nullptr, 16);
    return {world.settings.queue, static_cast<std::uint32_t>(seed)};
}

/// Those of the first file, which `waiting` begins after then.
Waiting take_some(Waiting& waiting) {
    const Waiting some = waiting.first(std::min(waiting.size(), most_recipients));
    waiting = waiting.subspan(some.size());
    return some;
}

} // namespace

bool may_wait(const Recipient& recipient) {
    // The server lacks what the message needs, as we see ourselves: it will tomorrow, too.
    const bool unfit =
        recipient.reply_code == 0 && (recipient.status == ExitStatus::data_error ||
                                      recipient.status == ExitStatus::unavailable);
    return recipient.in_doubt() ||
           (!recipient.decided() && !unfit && recipient.fault != Fault::local &&
            recipient.fault != Fault::message);
}

std::vector<QueuedMessage> write_files(const Queue& queue, const World& world,
                                       const Envelope& envelope, const Message& message,
                                       Waiting waiting, bool tried) {
    const std::int64_t now = seconds_of(world.identity);
    Retries retries = retries_of(world);
    Identity identity = world.identity;
    std::vector<QueuedMessage> written;
    while (!waiting.empty()) {
        const Waiting some = take_some(waiting);
        if (!written.empty())
            identity.renew();
        std::vector<JournalLine> journal;
        if (tried)
            journal = journal_of(some, now, world.settings.queue.hold_in_doubt, retries);
        written.push_back(
            queue.write(header_for(identity.id, now, envelope, some), message, journal));
    }
    return written;
}

void write_down(std::span<QueuedMessage> files, const World& world, Waiting waiting) {
    Retries retries = retries_of(world);
    for (QueuedMessage& file : files) {
        const auto journal = journal_of(take_some(waiting), seconds_of(world.identity),
                                        world.settings.queue.hold_in_doubt, retries);
        for (const JournalLine& line : journal)
            file.append(line, &line == &journal.back());
    }
}

bool write_down_without_memory(std::span<QueuedMessage> files, Waiting waiting) {
    const std::int64_t now = std::time(nullptr);
    for (std::size_t i = 0; i < waiting.size(); ++i) {
        const Recipient& recipient = *waiting[i];
        const Event event = recipient.accepted() ? Event::sent : Event::doubt;
        if ((recipient.accepted() || recipient.in_doubt()) &&
            !files[i / most_recipients].append_bare(event, i % most_recipients, now))
            return false;
    }
    return true;
}

void note_queued(std::span<const QueuedMessage> files, Waiting waiting, bool holds) {
    for (std::size_t i = 0; i < waiting.size(); ++i) {
        Recipient& recipient = *waiting[i];
        const std::string& id = files[i / most_recipients].name();
        if (!may_wait(recipient))
            continue;
        if (holds && recipient.in_doubt())
            recipient.text += concat({"; held in the queue as ", id});
        else
            recipient.queued_as = id;
    }
}

} // namespace sallyport
