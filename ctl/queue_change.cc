// SPDX-License-Identifier: MIT
//
// What a person does to messages of the queue, each under its lock.
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <utility>

#include "base/concat.h"
#include "ctl/exit.h"
#include "ctl/json.h"
#include "ctl/queue_action.h"
#include "ctl/words.h"
#include "text/printable.h"

namespace sallyport::ctl {

namespace {

struct Said {
    std::string_view outcome;
    const char* text;
};

constexpr Said outcomes[] = {
    {"sent", "sent"},
    {"deferred", "put off"},
    {"failed", "not delivered to everybody; see --failed"},
    {"held", "held"},
    {"released", "released"},
    {"removed", "removed"},
};

/// Of what was done.
std::string line_of(const QueueEntry& entry) {
    const auto* const found = std::ranges::find(outcomes, entry.outcome, &Said::outcome);
    std::string text = concat({entry.id, ": ", tr(found->text)});
    std::string last;
    for (const QueuedFate& fate : entry.recipients) {
        if (entry.outcome == "deferred" && fate.state != QueuedFate::State::sent &&
            !fate.reason.empty() && std::exchange(last, fate.reason) != fate.reason)
            text += concat({"; ", fate.reason});
    }
    return text + "\n";
}

/// Does `act` to each message that was chosen, which it may call anything but broken.
template<class Act>
int for_each(const QueueRequest& request, const char* outcome, Act act) {
    QueueFacts facts = request.facts();
    for (const std::string& id : request.chosen()) {
        QueueEntry& entry = facts.messages.emplace_back();
        auto message = lock_message(request, id, entry, facts);
        if (!message)
            continue;
        try {
            act(*message);
            entry.outcome = outcome;
        } catch (const Failure& failure) {
            take_trouble(entry, facts, "unchanged", failure.status(), failure.what());
        }
    }
    request.access.sync();
    return tell(request, facts);
}

void append(QueuedMessage& message, Event event, std::string text) {
    message.read();
    if (message.progress().held == (event == Event::hold))
        return;
    JournalLine line;
    line.time = std::time(nullptr);
    line.event = event;
    line.text = std::move(text);
    message.append(line);
}

void expect_yes(const QueueRequest& request) {
    if (!request.has("all") || request.has("yes"))
        return;
    const std::string question =
        concat({request.has("failed") ? tr("Remove all messages that have failed from ")
                                      : tr("Remove all messages that wait in "),
                printable(request.access.settings().queue.directory), "?"});
    if (!Console::can_ask() || !request.call.console.confirm(question, false))
        stop(ExitStatus::usage, Fault::local,
             {tr("queue remove: all messages are removed with --yes only, or by a person "
                 "who says so")});
}

} // namespace

std::vector<std::string> QueueRequest::chosen() const {
    if (!has("all"))
        return ids;
    std::vector<std::string> names = access.ids(has("failed"));
    std::ranges::sort(names);
    return names;
}

void take_trouble(QueueEntry& entry, QueueFacts& facts, const char* outcome,
                  ExitStatus status, std::string_view why) {
    entry.outcome = outcome;
    entry.trouble = printable(why);
    take_status(facts, status);
}

void take_status(QueueFacts& facts, ExitStatus status) {
    if (facts.status == done)
        facts.status = number(status);
}

std::optional<QueuedMessage> lock_message(const QueueRequest& request,
                                          const std::string& id, QueueEntry& entry,
                                          QueueFacts& facts) {
    entry.id = printable(id, 40);
    try {
        const Queue* const queue = request.access.find(id, request.has("failed"));
        auto message = queue != nullptr ? queue->lock(id) : std::nullopt;
        if (queue == nullptr)
            take_trouble(entry, facts, "missing", ExitStatus::no_input,
                         tr("there is no such message"));
        else if (!message)
            take_trouble(entry, facts, "busy", ExitStatus::temp_fail,
                         tr("it is being sent at this moment, and was left alone"));
        return message;
    } catch (const Failure& failure) {
        take_trouble(entry, facts, "unchanged", failure.status(), failure.what());
        return std::nullopt;
    }
}

int tell(const QueueRequest& request, const QueueFacts& facts) {
    const Console& console = request.call.console;
    for (const QueueEntry& entry : facts.messages) {
        if (!entry.trouble.empty())
            console.complain(concat({entry.id, ": ", entry.trouble}));
        else if (!request.call.options.json())
            console.show(line_of(entry));
    }
    if (request.call.options.json())
        console.show(queue_json(facts));
    return facts.status;
}

void remove_message(QueuedMessage& message) {
    if (!message.remove())
        stop(ExitStatus::temp_fail, Fault::local,
             {tr("it cannot be removed: "), std::strerror(errno)});
}

int hold_messages(const QueueRequest& request) {
    return for_each(request, "held", [](QueuedMessage& message) {
        append(message, Event::hold, tr("by hand"));
    });
}

int release_messages(const QueueRequest& request) {
    return for_each(request, "released",
                    [](QueuedMessage& message) { append(message, Event::free, {}); });
}

/// Also one that is damaged.
int remove_messages(const QueueRequest& request) {
    expect_yes(request);
    return for_each(request, "removed", remove_message);
}

} // namespace sallyport::ctl
