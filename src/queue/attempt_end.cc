// SPDX-License-Identifier: MIT
//
// What comes after an attempt: another one, or the end, and who is told of it.
#include <algorithm>
#include <optional>
#include <utility>

#include <unistd.h>

#include "base/concat.h"
#include "message/intake.h"
#include "queue/attempt.h"
#include "queue/journal_lines.h"
#include "queue/report.h"
#include "text/ascii.h"

namespace sallyport {

namespace {

using State = Progress::State;

/// What is still to be written of a recipient, if anything is.
std::optional<Event> event_left(const Progress::Fate& fate, const Recipient& recipient) {
    const bool begun = fate.state == State::in_doubt;
    if (!fate.is_open() || (!begun && (recipient.in_doubt() || recipient.text.empty())))
        return std::nullopt;
    if (recipient.accepted())
        return Event::sent;
    if (recipient.in_doubt())
        return Event::doubt;
    const bool refused =
        recipient.state() == Recipient::State::refused && recipient.fault != Fault::local;
    return refused ? Event::refuse : Event::defer;
}

bool wants_report(const Recipient& recipient) {
    return recipient.notify.empty() ||
           recipient.notify.find("FAILURE") != std::string::npos;
}

} // namespace

/// What the witness did not hear, or had no memory for: who has it, or may have it, who is
/// refused with the message as a whole, and who is to be asked about again. What this
/// machine lacked is nobody's refusal.
void QueueAttempt::write_down(QueuedMessage& message, const Report& report) const {
    JournalLines lines;
    for (const Recipient& recipient : report.recipients) {
        const Progress::Fate& fate = message.progress().recipients[recipient.number];
        if (const auto event = event_left(fate, recipient))
            lines.add(line_about(*event, recipient, now_()), recipient.number);
    }
    for (const JournalLine& line : lines.all())
        message.append(line);
}

Outcome QueueAttempt::conclude(QueuedMessage& message, const Report& report, bool forced) {
    write_down(message, report);
    const Progress& progress = message.progress();
    const auto some = [&](auto predicate) {
        return std::ranges::any_of(report.recipients, [&](const Recipient& recipient) {
            return progress.recipients[recipient.number].is_open() && predicate(recipient);
        });
    };
    if (!progress.is_open())
        return finish(message);
    report_failures(message); // or the next time, if there is no room for it now
    if (hold_doubtful(message))
        return Outcome::held;
    const bool ours = some([](const Recipient& one) { return one.fault == Fault::local; });
    if (!ours && retries_.expired(message.header().arrived, now_(), progress.attempts)) {
        expire(message);
        return finish(message);
    }
    std::vector<const Recipient*> open;
    for (const Recipient& recipient : report.recipients) {
        if (progress.recipients[recipient.number].is_open())
            open.push_back(&recipient);
    }
    const Retries::Next next = retries_.next(open, progress.raised, forced);
    wait(message, next.wait, next.raised);
    return Outcome::waiting;
}

void QueueAttempt::expire(QueuedMessage& message) const {
    const Progress progress = message.progress();
    for (std::size_t i = 0; i < progress.recipients.size(); ++i) {
        const Progress::Fate& fate = progress.recipients[i];
        if (!fate.is_open())
            continue;
        JournalLine line;
        line.event = Event::refuse;
        line.recipients = {i};
        line.enhanced = "4.4.7"; // RFC 3463 3.5
        line.text = concat({"given up after ", std::to_string(progress.attempts),
                            " attempts: ", fate.text});
        add(message, std::move(line));
    }
}

/// Nobody is left to be asked about.
Outcome QueueAttempt::finish(QueuedMessage& message) {
    if (!report_failures(message))
        return Outcome::waiting;
    const bool failed = message.progress().is(State::told);
    const bool gone = failed && world_.settings.queue.keep_failed.count() > 0
                          ? queue_.set_aside(message.name())
                          : message.remove();
    if (!gone)
        return Outcome::waiting;
    return failed ? Outcome::failed : Outcome::sent;
}

/// Of those who were refused since the last time. False: there was no room for the report,
/// and the next run makes one.
bool QueueAttempt::report_failures(QueuedMessage& message) {
    if (!message.progress().is(State::refused))
        return true;
    const QueueHeader& header = message.header();
    JournalLine told;
    told.event = Event::told;
    std::vector<std::size_t> reported;
    for (std::size_t i = 0; i < header.recipients.size(); ++i) {
        if (message.progress().recipients[i].state != State::refused)
            continue;
        told.recipients.push_back(i);
        if (wants_report(header.recipients[i]))
            reported.push_back(i);
    }
    const std::vector<std::string> readers = readers_of(header);
    if (header.is_report)
        world_.log.note(header.id, "a failure report could not be sent: it is in failed/",
                        Priority::error);
    else if (!readers.empty() && !reported.empty() &&
             !queue_report(message, reported, readers))
        return false;
    add(message, std::move(told));
    return true;
}

/// Who is told of a failure; nobody where there is no sender, or none is to be told. One of
/// this machine is a name of [recipients], as he would be of a recipient: cron's root is
/// read elsewhere.
std::vector<std::string> QueueAttempt::readers_of(const QueueHeader& header) const {
    const Settings& settings = world_.settings;
    const std::string& sender = header.envelope.reverse_path;
    if (!settings.queue.bounce || sender.empty())
        return {};
    if (!settings.queue.bounce_to.local.empty())
        return {settings.queue.bounce_to.address()};
    Mailbox mailbox = parse_reverse_path(sender);
    if (equals_ignoring_case(mailbox.domain, world_.identity.domain(settings.sender)))
        mailbox.domain = "localhost"; // which wants an entry of its own
    if (!settings.recipients.is_local(mailbox.domain))
        return {sender};
    try {
        std::vector<std::string> notes;
        return make_recipients(mailbox, settings, world_.identity, notes);
    } catch (const Failure& failure) { // the aliases cannot be used
        world_.log.note(header.id, failure.what(), Priority::error);
        return {sender};
    }
}

/// Nobody, unless [sender] forces another, or no relay serves nobody.
std::string QueueAttempt::sender_of_reports() const {
    const Settings& settings = world_.settings;
    const bool served = std::ranges::any_of(
        settings.relays, [](const Relay& relay) { return relay.serves(""); });
    const bool has_own = !settings.sender.envelope_from.local.empty();
    return make_reverse_path(served || !has_own ? std::optional(Mailbox()) : std::nullopt,
                             settings.sender, world_.identity);
}

bool QueueAttempt::queue_report(const QueuedMessage& message,
                                const std::vector<std::size_t>& failed,
                                const std::vector<std::string>& readers) {
    Identity identity = world_.identity;
    identity.renew();
    const std::string to = joined(readers, ", ");
    Intake intake(false, 0);
    intake.add(write_failure_report(message.header(), message.progress(), failed,
                                    message.message(), to, world_.settings.sender,
                                    identity));
    Draft draft = intake.finish();
    QueueHeader header;
    header.id = identity.id;
    header.arrived = now_();
    header.is_report = true;
    header.envelope.reverse_path = sender_of_reports();
    header.recipients.reserve(readers.size());
    for (const std::string& reader : readers)
        header.recipients.emplace_back(reader);
    try {
        Queue(queue_.tree(), ::geteuid()) // a run's, or that of the user who makes it
            .add(std::move(header),
                 Message(draft.header, std::move(draft.body), draft.facts), {});
    } catch (const Failure& failure) {
        world_.log.note(message.name(), failure.what(), Priority::error);
        return false;
    }
    world_.log.note(message.name(), concat({"failure report ", identity.id, " to ", to}));
    return true;
}

} // namespace sallyport
