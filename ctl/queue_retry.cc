// SPDX-License-Identifier: MIT
//
// Messages of the queue tried out of turn, by the run that sallyport makes.
#include <algorithm>
#include <cstdint>
#include <ctime>

#include <unistd.h>

#include "base/concat.h"
#include "ctl/exit.h"
#include "ctl/json.h"
#include "ctl/queue_action.h"
#include "ctl/queue_text.h"
#include "ctl/words.h"
#include "net/network.h"
#include "queue/commands.h"
#include "queue/retries.h"
#include "queue/run.h"
#include "text/printable.h"

namespace sallyport::ctl {

namespace {

std::int64_t seconds_now() {
    return std::time(nullptr);
}

/// A run, with all that it needs.
class Running {
  public:
    explicit Running(const QueueRequest& request)
        : slot_(request.access.tree()->take_slot()),
          log_(request.access.settings().log, "sallyport"),
          transcript_(request.call.options.verbose() ? STDERR_FILENO : -1),
          internet_(transcript_), world_{invocation_,
                                         request.access.settings(),
                                         request.access.identity(),
                                         log_,
                                         internet_,
                                         transcript_,
                                         Clock::now()},
          run_(*request.access.tree(), world_, seconds_now,
               static_cast<std::uint32_t>(seconds_now() ^ (::getpid() * 65599))) {
        if (!slot_)
            stop(ExitStatus::temp_fail, Fault::local,
                 {tr("four runs of the queue are going on: nothing was done")});
        log_.may_wait();
    }

    Tally run(const QueueSelection& selection) { return run_.run(selection); }
    void note(const std::string& text) { log_.note({}, text); }

  private:
    UniqueFd slot_;
    Invocation invocation_;
    Log log_;
    Transcript transcript_;
    Internet internet_;
    World world_;
    QueueRun run_;
};

/// Those who have not got it wait again, as if it were new, but for the time it
/// came, and for doubt.
void put_back(const QueueRequest& request, const std::string& id, QueueEntry& entry,
              QueueFacts& facts) {
    auto message = lock_message(request, id, entry, facts);
    if (!message)
        return;
    try {
        message->read();
        QueueHeader header = message->header();
        header.recipients.clear();
        std::vector<JournalLine> doubts;
        for (std::size_t i = 0; i < message->header().recipients.size(); ++i) {
            const Progress::Fate& fate = message->progress().recipients[i];
            if (fate.state == Progress::State::sent)
                continue;
            if (fate.doubts > 0)
                doubts.push_back({message->progress().doubted,
                                  Event::doubt,
                                  {header.recipients.size()},
                                  0,
                                  "4.4.2",
                                  fate.text});
            header.recipients.push_back(message->header().recipients[i]);
        }
        Queue(*request.access.tree(), ::geteuid())
            .add(std::move(header), message->message(), doubts);
        remove_message(*message);
    } catch (const Failure& failure) {
        take_trouble(entry, facts, "unchanged", failure.status(), failure.what());
    }
}

/// Why it is not tried; null: it is. What it is now is in `entry`.
struct Refusal {
    const char* outcome;
    const char* why;
};

std::optional<Refusal> refusal_of(const QueueEntry& entry, bool even_if_doubled) {
    if (entry.state == QueueEntry::State::hold)
        return Refusal{"held", tr("it is held: release it first")};
    const std::int64_t since = seconds_now() - entry.doubted;
    if (entry.in_doubt && !even_if_doubled && since >= 0 && since < doubt_lasts)
        return Refusal{"in_doubt",
                       tr("the server may have it, and has had less than 15 minutes to say "
                          "so: --even-if-doubled sends it nevertheless")};
    return std::nullopt;
}

/// As it is on the disk, if it is there.
std::optional<QueueEntry> look_at(const QueueRequest& request, const std::string& id) {
    const Queue* const queue = request.access.find(id, false);
    auto message = queue != nullptr ? queue->look_at(id) : std::nullopt;
    if (!message)
        return std::nullopt;
    message->read();
    return facts_of(*message, false);
}

/// Nothing came of it: who works on it, or what is in the way?
void take_silence(const QueueRequest& request, const Tally& tally, QueueEntry& entry,
                  QueueFacts& facts) {
    const Queue* const queue = request.access.find(entry.id, false);
    const auto left = queue != nullptr ? queue->look_at(entry.id) : std::nullopt;
    if (left && left->is_locked())
        take_trouble(entry, facts, "busy", ExitStatus::temp_fail,
                     tr("it is being sent at this moment, and was left alone"));
    else if (left)
        take_trouble(entry, facts, "unchanged", ExitStatus::temp_fail,
                     tr("no relay could be had for it in this run"));
    else if (tally.damaged > 0)
        take_trouble(entry, facts, "damaged", ExitStatus::data_error,
                     tr("it is damaged, and in failed now: the log says how"));
    else
        take_trouble(entry, facts, "missing", ExitStatus::no_input,
                     tr("another run has just finished with it"));
}

/// Of the messages, `tally` counts as waiting and damaged others, too.
void take_outcome(const QueueRequest& request, const Tally& tally, QueueEntry& entry,
                  QueueFacts& facts) {
    if (auto left = look_at(request, entry.id))
        entry = std::move(*left);
    if (tally.sent > 0) {
        entry.outcome = "sent";
    } else if (tally.failed > 0) {
        entry.outcome = "failed";
        take_status(facts, ExitStatus::unavailable);
    } else if (tally.deferred > 0) {
        entry.outcome = "deferred";
        take_status(facts, ExitStatus::temp_fail);
    } else if (tally.held > 0) {
        take_trouble(entry, facts, "held", ExitStatus::temp_fail,
                     concat({tr("held: "), entry.why_held}));
    } else {
        take_silence(request, tally, entry, facts);
    }
}

void retry_one(const QueueRequest& request, Running& running, QueueEntry& entry,
               const std::string& id, QueueFacts& facts) {
    entry.id = printable(id, 40);
    try {
        auto found = look_at(request, id);
        if (!found)
            return take_trouble(entry, facts, "missing", ExitStatus::no_input,
                                tr("there is no such message"));
        if (const auto refusal = refusal_of(*found, request.has("even-if-doubled"))) {
            entry = std::move(*found);
            return take_trouble(entry, facts, refusal->outcome, ExitStatus::temp_fail,
                                refusal->why);
        }
        const Tally tally = running.run({QueueSelection::Kind::id, id});
        take_outcome(request, tally, entry, facts);
    } catch (const Failure& failure) {
        take_trouble(entry, facts, "unchanged", failure.status(), failure.what());
    }
}

/// Of all that was not held before: as of messages that were named.
void take_status_of_all(QueueFacts& facts) {
    const Tally& tally = facts.run->tally;
    const bool waits = std::ranges::any_of(facts.messages, [](const QueueEntry& entry) {
        return entry.state != QueueEntry::State::hold;
    });
    if (tally.failed > 0)
        take_status(facts, ExitStatus::unavailable);
    if (tally.damaged > 0)
        take_status(facts, ExitStatus::data_error);
    if (waits || tally.held > 0)
        take_status(facts, ExitStatus::temp_fail);
}

/// A run for all that `kind` says, and what is left.
int run_all(const QueueRequest& request, QueueSelection::Kind kind) {
    QueueFacts facts = request.facts();
    const std::int64_t begun = seconds_now();
    facts.run.emplace();
    if (request.access.tree() != nullptr) {
        Running running(request);
        facts.run->tally = running.run({kind, {}});
        facts.run->seconds = seconds_now() - begun;
        running.note(describe_run(facts.run->tally, facts.run->seconds));
        facts.messages = request.access.list(false);
        if (kind == QueueSelection::Kind::all)
            take_status_of_all(facts);
    }
    const Console& console = request.call.console;
    if (request.call.options.json())
        console.show(queue_json(facts));
    else
        console.show(concat({describe_run(facts.run->tally, facts.run->seconds), "\n\n",
                             text_of(facts.messages, console.look())}));
    return facts.status;
}

} // namespace

int retry_messages(const QueueRequest& request) {
    if (request.has("all"))
        return run_all(request, QueueSelection::Kind::all);
    QueueFacts facts = request.facts();
    std::optional<Running> running;
    if (request.access.tree() != nullptr)
        running.emplace(request);
    for (const std::string& id : request.ids) {
        QueueEntry& entry = facts.messages.emplace_back();
        if (!running)
            lock_message(request, id, entry, facts);
        else if (request.has("failed"))
            put_back(request, id, entry, facts);
        if (entry.trouble.empty())
            retry_one(request, *running, entry, id, facts);
    }
    return tell(request, facts);
}

int flush_queue(const QueueRequest& request) {
    return run_all(request, QueueSelection::Kind::due);
}

} // namespace sallyport::ctl
