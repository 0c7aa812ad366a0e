// SPDX-License-Identifier: MIT
//
// What is known of messages in the queue, as plain data: for the screen and for JSON. Every
// text is fit to be shown.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "queue/queue.h"
#include "queue/run.h"

namespace sallyport::ctl {

/// What became of one recipient so far.
struct QueuedFate {
    enum class State : unsigned char { waiting, in_doubt, sent, refused };

    std::string address;
    State state = State::waiting;
    std::string reason; ///< the last word about it, or empty
};

/// A line of the journal.
struct QueueEvent {
    std::int64_t time = 0; ///< seconds since 1970
    std::string event;     ///< as the journal has it: "try", "defer", …
    std::vector<std::string> recipients;
    int code = 0;
    std::string enhanced;
    std::string text; ///< the server's words; of `try` its number; of `next` empty
    std::int64_t next = 0;
};

struct QueueEntry {
    enum class State : unsigned char { deferred, active, hold, failed };

    std::string id;
    State state = State::deferred;
    std::int64_t arrived = 0; ///< seconds since 1970, as the next
    std::int64_t next = 0;    ///< not before then; 0: at once
    std::uint64_t size = 0;   ///< octets
    unsigned attempts = 0;
    bool in_doubt = false;  ///< somebody who is still to be asked about may have it
    std::string why_held;   ///< or empty
    std::string sender;     ///< "MAILER-DAEMON" for the null one, as mailq has it
    std::uint32_t user = 0; ///< whose it is
    std::vector<QueuedFate> recipients;
    std::int64_t doubted = 0; ///< when doubt last began; 0: never

    std::string outcome; ///< of what was done to it: "sent", "held", "busy", …; or empty
    std::string trouble; ///< why it cannot be read, or not be dealt with; or empty

    std::vector<QueueEvent> history; ///< of `show`, as the next
    std::vector<std::string> header; ///< lines
};

/// What a run did, and how long it took.
struct QueueRunFacts {
    Tally tally;
    std::int64_t seconds = 0;
};

/// What a verb of `queue` shows.
struct QueueFacts {
    std::string action; ///< "list", "show", …
    std::string directory;
    std::vector<QueueEntry> messages;
    std::optional<QueueRunFacts> run;
    int status = 0;
};

/// "deferred", "active", "hold", "failed": Postfix's names of its queues.
const char* word_for(QueueEntry::State state);
/// "waiting", "in_doubt", "sent", "refused".
const char* word_for(QueuedFate::State state);

/// Of a message that has been read. `in_failed`: nobody works on it any more.
QueueEntry facts_of(const QueuedMessage& message, bool in_failed);
/// The rest of it, that `show` has. Failure as QueuedMessage::message().
void add_details(QueueEntry& entry, const QueuedMessage& message);

/// All messages. One that cannot be read has its id and its trouble. Failure as
/// Queue::ids().
void add_facts(const Queue& queue, bool in_failed, std::vector<QueueEntry>& entries);
/// Those that are due, the others by their time, held ones last.
void put_in_order(std::vector<QueueEntry>& entries, std::int64_t now);

} // namespace sallyport::ctl
