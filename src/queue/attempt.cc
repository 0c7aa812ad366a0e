// SPDX-License-Identifier: MIT
#include "queue/attempt.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <unistd.h>

#include "base/concat.h"
#include "deliver/reporting.h"
#include "message/envelope.h"
#include "message/identity.h"
#include "queue/journal_lines.h"

namespace sallyport {

namespace {

using State = Progress::State;

constexpr unsigned doubts_limit = 3;
constexpr unsigned unfinished_limit = 10;

/// Those of a message that are not decided are to be asked about.
std::vector<Recipient> recipients_of(const QueueHeader& header, const Progress& progress) {
    std::vector<Recipient> recipients = header.recipients;
    for (std::size_t i = 0; i < recipients.size(); ++i) {
        recipients[i].number = i;
        if (progress.recipients[i].state == State::sent)
            recipients[i].accept(progress.recipients[i].code);
        else if (!progress.recipients[i].is_open())
            recipients[i].refuse(ExitStatus::no_user, progress.recipients[i].code);
    }
    return recipients;
}

/// Writes down what is known before a power cut can make it unknown.
class Journalist : public Witness {
  public:
    /// `lasts`: a power cut leaves what says that doubt begins.
    Journalist(QueuedMessage& message, QueueAttempt::Now now, bool lasts)
        : message_(message), now_(now), lasts_(lasts) {}
    virtual ~Journalist() = default;
    Journalist(const Journalist&) = delete;
    Journalist& operator=(const Journalist&) = delete;

    void doubt_begins(std::span<Recipient* const> recipients) override {
        if (trouble_)
            throw Failure{*trouble_};
        JournalLine line{now_(), Event::begin};
        for (const Recipient* const recipient : recipients) {
            if (recipient->state() == Recipient::State::pending)
                line.recipients.push_back(recipient->number);
        }
        message_.append(line, lasts_);
    }

    /// Without memory QueueAttempt::conclude does it, or the next run has a doubt.
    void settled(std::span<Recipient* const> recipients) override {
        try {
            JournalLines lines;
            for (const Recipient* const recipient : recipients) {
                if (const auto event = event_of(recipient->state()))
                    lines.add(line_about(*event, *recipient, now_()), recipient->number);
            }
            for (const JournalLine& line : lines.all())
                message_.append(line);
        } catch (const Failure& failure) { // it stays in doubt, and nothing else is begun
            trouble_ = failure;
        }
    }

    /// Why the journal does not say all.
    [[nodiscard]] const std::optional<Failure>& trouble() const { return trouble_; }

  private:
    static std::optional<Event> event_of(Recipient::State state) {
        if (state == Recipient::State::accepted)
            return Event::sent;
        if (state == Recipient::State::refused)
            return Event::refuse;
        return state == Recipient::State::in_doubt ? std::optional(Event::doubt)
                                                   : std::nullopt;
    }

    QueuedMessage& message_;
    QueueAttempt::Now now_;
    bool lasts_;
    std::optional<Failure> trouble_;
};

} // namespace

void QueueAttempt::add(QueuedMessage& message, JournalLine line) const {
    line.time = now_();
    message.append(line);
}

bool QueueAttempt::hold_doubtful(QueuedMessage& message) const {
    const auto& fates = message.progress().recipients;
    const unsigned most = world_.settings.queue.hold_in_doubt ? 1 : doubts_limit;
    const bool doubtful = std::ranges::any_of(fates, [most](const Progress::Fate& fate) {
        return fate.is_open() && fate.doubts >= most;
    });
    if (doubtful)
        hold(message, "the server may have it, and nobody can tell: a person has to ask");
    return doubtful;
}

void QueueAttempt::hold(QueuedMessage& message, std::string_view why) const {
    JournalLine line;
    line.event = Event::hold;
    line.text = why;
    add(message, std::move(line));
    world_.log.note(message.name(), concat({"held: ", why}), Priority::error);
}

std::optional<Outcome> QueueAttempt::settle(QueuedMessage& message, bool forced) {
    const Progress& progress = message.progress();
    if (progress.held)
        return Outcome::held;
    JournalLines lines;
    for (std::size_t i = 0; i < progress.recipients.size(); ++i) {
        if (progress.recipients[i].state == State::in_doubt)
            lines.add({now_(),
                       Event::doubt,
                       {},
                       0,
                       "4.4.2",
                       "the run ended before the server's verdict came"},
                      i);
    }
    for (const JournalLine& line : lines.all())
        message.append(line);
    if (!progress.is_open())
        return finish(message);
    report_failures(message); // once it is held nobody asks again
    if (hold_doubtful(message))
        return Outcome::held;
    if (progress.unfinished >= unfinished_limit) {
        hold(message, "ten runs in a row ended with it");
        return Outcome::held;
    }
    if (message.is_full()) {
        expire(message);
        return finish(message);
    }
    if (lines.all().empty() || forced)
        return std::nullopt;
    wait(message, Retries::after_doubt, progress.raised);
    return Outcome::waiting;
}

void QueueAttempt::wait(QueuedMessage& message, std::chrono::seconds time,
                        unsigned raised) const {
    JournalLine line;
    line.event = Event::next;
    line.number = now_() + time.count();
    line.raised = raised;
    add(message, std::move(line));
}

/// RFC 5321 6.1 has failure reports come from nobody. Some servers (Amazon SES) take no
/// mail of his; then they come from whom this machine's mail is from.
Report QueueAttempt::ask(const QueuedMessage& message, const Message& octets,
                         Witness& witness) {
    const QueueHeader& header = message.header();
    const auto deliver_from = [&](const Envelope& envelope) {
        return deliver(failover_, world_.settings.message, envelope,
                       recipients_of(header, message.progress()), octets, Clock::now(),
                       false, &witness);
    };
    Report report = deliver_from(header.envelope);
    const SenderSettings& sender = world_.settings.sender;
    const bool refused = header.is_report && header.envelope.reverse_path.empty() &&
                         !sender.envelope_from.local.empty() &&
                         std::ranges::any_of(report.recipients,
                                             [](const Recipient& recipient) {
                                                 return recipient.step == Step::mail &&
                                                        recipient.reply_code / 100 == 5;
                                             }) &&
                         std::ranges::none_of(report.recipients, &Recipient::in_doubt);
    if (!refused)
        return report;
    Envelope envelope = header.envelope;
    envelope.reverse_path = make_reverse_path(std::nullopt, sender, world_.identity);
    return deliver_from(envelope);
}

Outcome QueueAttempt::run(QueuedMessage& message, bool forced) {
    const QueueHeader& header = message.header();
    const uid_t user = message.owner();
    if (!header.is_report || user != ::geteuid()) // of ours
        check_sender(header.envelope.reverse_path, sender_of(world_.settings, user));
    JournalLine begun;
    begun.event = Event::attempt;
    begun.number = message.progress().attempts + 1;
    add(message, std::move(begun)); // before all that may end the run
    const Message octets = message.message();
    Journalist journalist(message, now_, world_.settings.queue.hold_in_doubt);
    const Progress before = message.progress();
    Report report = ask(message, octets, journalist);
    std::erase_if(report.recipients, [&](const Recipient& recipient) {
        return !before.recipients[recipient.number].is_open();
    });
    for (Recipient& recipient : report.recipients) {
        if (!recipient.decided()) // whatever came of this attempt, another follows
            recipient.status = ExitStatus::temp_fail;
    }
    Identity identity = world_.identity;
    identity.id = header.id;
    identity.uid = user;
    log_report(world_.log, report, header.envelope, identity);
    if (journalist.trouble())
        throw Failure{*journalist.trouble()};
    return conclude(message, report, forced);
}

} // namespace sallyport
