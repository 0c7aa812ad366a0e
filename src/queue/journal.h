// SPDX-License-Identifier: MIT
//
// What became of a queued message, appended to its file line by line. Nothing is rewritten,
// so what was true once stays readable, and a line that a crash cut off is seen as such.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport {

/// A journal is read whole. One that grows beyond this has gone on for long enough: for a
/// thousand recipients, who are told something different each at every attempt, five days.
constexpr std::size_t journal_limit = 16 * 1024 * 1024;
/// More than an attempt adds, and for each recipient.
constexpr std::size_t journal_room = 65536;
constexpr std::size_t journal_room_each = 1000;

enum class Event : unsigned char {
    attempt, ///< a run begins one: `try`
    begin,   ///< what is written next may be the last octet: in doubt until a later line
    sent,
    defer,
    refuse, ///< for good: by a server, or since its time is over (4.4.7)
    doubt,
    told, ///< a failure report about them is in the queue
    hold, ///< for a person to look at
    free, ///< no longer
    next, ///< when it is to be tried again
};

/// Seconds that a server has to say what became of a message, before it is sent again.
constexpr std::int64_t doubt_lasts = 15 * 60;

struct JournalLine {
    std::int64_t time = 0; ///< seconds since 1970
    Event event = Event::attempt;
    std::vector<std::size_t> recipients{}; ///< numbers from 0, ascending; begin to told
    int code = 0;            ///< of the reply, 0 if there was none; sent to doubt
    std::string enhanced{};  ///< RFC 3463, or empty; sent to doubt
    std::string text{};      ///< printable, at most 400 octets; sent to doubt, hold
    std::int64_t number = 0; ///< attempt: which one; next: seconds since 1970
    unsigned raised = 0;     ///< next: how many times back-off was raised
};

/// One line with its check and its end. Text that is not printable, or too long, is made
/// so.
std::string to_text(const JournalLine& line);

/// A line without its end; nothing if its check or its form is wrong, or it names a
/// recipient that is not one of so many.
std::optional<JournalLine> read_journal_line(std::string_view line, std::size_t recipients);

/// What all lines of a journal say together.
struct Progress {
    enum class State : unsigned char { open, in_doubt, sent, refused, told };
    struct Fate {
        State state = State::open;
        unsigned doubts = 0; ///< how many times it was in doubt
        int code = 0;        ///< this and the next two: of the last word about it
        std::string enhanced{};
        std::string text{};

        /// It is to be asked about, though it may have the message.
        [[nodiscard]] bool is_open() const {
            return state == State::open || state == State::in_doubt;
        }
    };

    std::vector<Fate> recipients;
    unsigned attempts = 0; ///< of all runs
    unsigned unfinished =
        0; ///< of them the last ones, after which no word about anybody came
    std::int64_t next = 0; ///< seconds since 1970; 0: at once
    unsigned raised = 0;
    std::int64_t doubted = 0; ///< when doubt about somebody last began; 0: never
    bool held = false;
    std::string why_held{};
    std::size_t whole = 0; ///< octets of whole lines: what follows is to be cut off

    /// A line that was appended.
    void add(const JournalLine& line);
    [[nodiscard]] bool is(State state) const; ///< of somebody
    /// Somebody who is to be asked about may have it, and the server has had less than
    /// doubt_lasts to say so.
    [[nodiscard]] bool is_in_fresh_doubt(std::int64_t now) const;
    /// Somebody is to be asked about, or may have it and nobody can tell.
    [[nodiscard]] bool is_open() const { return is(State::open) || is(State::in_doubt); }

  private:
    void add_doubt(const JournalLine& line);
};

/// Reads up to the first line that is not whole or not right.
Progress read_journal(std::string_view text, std::size_t recipients);

} // namespace sallyport
