// SPDX-License-Identifier: MIT
//
// queue: what waits, and what is to become of it.
#include <algorithm>
#include <string_view>

#include "base/concat.h"
#include "ctl/exit.h"
#include "ctl/json.h"
#include "ctl/queue_action.h"
#include "ctl/queue_text.h"
#include "ctl/words.h"
#include "text/ascii.h"
#include "text/printable.h"

namespace sallyport::ctl {

namespace {

int list_messages(const QueueRequest& request) {
    QueueFacts facts = request.facts();
    facts.messages = request.access.list(request.has("failed"));
    std::erase_if(facts.messages, [&](const QueueEntry& entry) {
        return (request.has("hold") && entry.state != QueueEntry::State::hold) ||
               (request.has("doubt") && !entry.in_doubt);
    });
    const Console& console = request.call.console;
    std::string text;
    if (request.call.options.json())
        text = queue_json(facts);
    else if (!request.has("names"))
        text = text_of(facts.messages, console.look());
    else
        for (const QueueEntry& entry : facts.messages)
            text += entry.id + "\n";
    console.show(text);
    return done;
}

void show_octets(const Console& console, const Message& message) {
    std::string block(block_size, '\0');
    for (std::uint64_t at = 0; at < message.size();) {
        const std::size_t got = message.read(at, block);
        console.show(std::string_view(block).substr(0, got));
        at += got;
    }
}

/// Without a lock, so that what is being sent can be looked at.
int show_message(const QueueRequest& request) {
    const std::string& id = request.ids.front();
    const Queue* const queue = request.access.find(id, request.has("failed"));
    auto message = queue != nullptr ? queue->look_at(id) : std::nullopt;
    if (!message)
        stop(ExitStatus::no_input, Fault::local,
             {printable(id, 40), tr(": there is no such message")});
    message->read();
    const Console& console = request.call.console;
    if (request.has("raw")) {
        show_octets(console, message->message());
        return done;
    }
    QueueFacts facts = request.facts();
    facts.messages = {facts_of(*message, request.has("failed"))};
    add_details(facts.messages.front(), *message);
    console.show(request.call.options.json()
                     ? queue_json(facts)
                     : details_of(facts.messages.front(), console.look()));
    return done;
}

struct Action {
    enum class Ids : unsigned char { none, one, some };

    std::string_view name;
    Ids ids;
    std::string_view options; ///< that it has, between blanks
    int (*perform)(const QueueRequest& request);
};

constexpr Action actions[] = {
    {"list", Action::Ids::none, " failed hold doubt names ", list_messages},
    {"show", Action::Ids::one, " failed raw ", show_message},
    {"retry", Action::Ids::some, " failed all even-if-doubled ", retry_messages},
    {"hold", Action::Ids::some, " all ", hold_messages},
    {"release", Action::Ids::some, " all ", release_messages},
    {"remove", Action::Ids::some, " failed all yes ", remove_messages},
    {"flush", Action::Ids::none, " ", flush_queue},
};

[[noreturn]] void misused(std::string_view action,
                          std::initializer_list<std::string_view> why) {
    stop(ExitStatus::usage, Fault::local,
         {"queue", action.empty() ? "" : " ", action, ": ", concat(why),
          tr(" (see sallyportctl help queue)")});
}

const Action& action_named(const std::string& name) {
    const auto* const found = std::ranges::find(actions, name, &Action::name);
    if (found != std::end(actions))
        return *found;
    misused(printable(name, 40),
            {tr("list, show, retry, hold, release, remove or flush is expected")});
}

void expect_options(const Action& action, const Call& call) {
    for (const Option& option : call.options.verb().options) {
        const std::string word = concat({" ", option.name, " "});
        if (call.options.has(option.name) && action.options.find(word) == word.npos)
            misused(action.name, {tr("it does not take --"), option.name});
    }
    if (call.options.json() && (call.options.has("raw") || call.options.has("names")))
        misused(action.name, {tr("--json excludes --raw and --names")});
}

void expect_ids(const Action& action, const Call& call, std::size_t count) {
    using Ids = Action::Ids;
    const bool all = call.options.has("all");
    const bool failed = call.options.has("failed");
    if (all && count > 0)
        misused(action.name, {tr("--all takes no further word")});
    if (all && action.name == "retry" && (failed || call.options.has("even-if-doubled")))
        misused(action.name, {tr("name the messages, with --failed and with "
                                 "--even-if-doubled")});
    if (action.ids == Ids::none && count > 0)
        misused(action.name, {tr("it takes no further word")});
    if (action.ids == Ids::one && count != 1)
        misused(action.name, {tr("one ID is expected")});
    if (action.ids == Ids::some && count == 0 && !all)
        misused(action.name, {tr("IDs are expected, or --all")});
}

} // namespace

QueueFacts QueueRequest::facts() const {
    QueueFacts facts;
    facts.action = action;
    facts.directory = printable(access.settings().queue.directory);
    return facts;
}

int queue(const Call& call) {
    const Action& action = action_named(call.options.word().value_or(""));
    const std::vector<std::string>& words = call.options.words();
    expect_options(action, call);
    expect_ids(action, call, words.size() - 1);
    QueueAccess access(call);
    return action.perform(
        {call, access, std::string(action.name), {words.begin() + 1, words.end()}});
}

} // namespace sallyport::ctl
