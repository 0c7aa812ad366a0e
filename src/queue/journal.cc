// SPDX-License-Identifier: MIT
#include "queue/journal.h"

#include <algorithm>
#include <iterator>

#include "base/concat.h"
#include "queue/file.h"
#include "text/ascii.h"
#include "text/printable.h"

namespace sallyport {

namespace {

/// In the order of Event.
constexpr std::string_view events[] = {"try",   "begin", "sent", "defer", "refuse",
                                       "doubt", "told",  "hold", "free",  "next"};
constexpr std::size_t text_limit = 400;
constexpr std::uint64_t time_limit = std::uint64_t{1} << 53U;
constexpr std::uint64_t count_limit = 1'000'000'000;
constexpr std::uint64_t last_code = 599;

bool names_recipients(Event event) {
    return event >= Event::begin && event <= Event::told;
}

bool is_verdict(Event event) {
    return event >= Event::sent && event <= Event::doubt;
}

/// RFC 3463 2.
bool is_status_code(std::string_view text) {
    return text.size() <= 9 && splits_at_dots(text) && text.find('.') == 1 &&
           std::ranges::count(text, '.') == 2 &&
           text.find_first_not_of("0123456789.") == text.npos;
}

/// "0-1,4": each range as long as it can be.
std::string write_ranges(const std::vector<std::size_t>& numbers) {
    std::string text;
    for (std::size_t first = 0, end = 0; first < numbers.size(); first = end) {
        for (end = first + 1; end < numbers.size() && numbers[end] == numbers[end - 1] + 1;)
            ++end;
        text.append(first == 0 ? "" : ",").append(std::to_string(numbers[first]));
        if (end > first + 1)
            text.append("-").append(std::to_string(numbers[end - 1]));
    }
    return text;
}

/// At most 400 octets, and such that it stays as it is when it is made so again.
std::string fit(std::string_view text) {
    constexpr std::string_view mark = "..."; // printable()'s
    std::string fitting = printable(text, text_limit);
    return fitting.size() > text_limit ? printable(text, text_limit - mark.size())
                                       : fitting;
}

/// The words of a line, each once. Spelling is looked at when all are known.
class Words {
  public:
    explicit Words(std::string_view text) : rest_(text) {}

    std::string_view take() { return take_until(rest_, ' '); }

    std::uint64_t take_number(std::uint64_t limit) { return number(take(), limit); }

    Event take_event() {
        const auto* const found = std::ranges::find(events, take());
        good_ = good_ && found != std::end(events);
        return good_ ? static_cast<Event>(found - events) : Event::attempt;
    }

    /// All below `limit`.
    std::vector<std::size_t> take_ranges(std::uint64_t limit) {
        std::vector<std::size_t> numbers;
        for (auto text = take(); good_ && !text.empty();) {
            auto range = take_until(text, ',');
            const auto first = number(take_until(range, '-'), limit);
            const auto last = range.empty() ? first : number(range, limit);
            good_ = good_ && first <= last && last < limit &&
                    (numbers.empty() || first > numbers.back());
            for (auto at = first; good_ && at <= last; ++at)
                numbers.push_back(at);
        }
        good_ = good_ && !numbers.empty();
        return numbers;
    }

    [[nodiscard]] std::string_view rest() const { return rest_; }
    [[nodiscard]] bool good() const { return good_; }

  private:
    std::uint64_t number(std::string_view digits, std::uint64_t limit) {
        const auto number = to_number(digits);
        good_ = good_ && number && *number <= limit;
        return number.value_or(0);
    }

    std::string_view rest_;
    bool good_ = true;
};

JournalLine read_words(Words& words, std::size_t recipients) {
    JournalLine line;
    line.time = static_cast<std::int64_t>(words.take_number(time_limit));
    line.event = words.take_event();
    if (names_recipients(line.event))
        line.recipients = words.take_ranges(recipients);
    if (is_verdict(line.event)) {
        line.code = static_cast<int>(words.take_number(last_code));
        line.enhanced = words.take();
    }
    if (is_verdict(line.event) || line.event == Event::hold)
        line.text = words.rest();
    if (line.event == Event::attempt)
        line.number = static_cast<std::int64_t>(words.take_number(count_limit));
    if (line.event == Event::next) {
        line.number = static_cast<std::int64_t>(words.take_number(time_limit));
        line.raised = static_cast<unsigned>(words.take_number(count_limit));
    }
    return line;
}

Progress::State state_after(Event event) {
    if (event == Event::begin)
        return Progress::State::in_doubt;
    if (event == Event::sent)
        return Progress::State::sent;
    return event == Event::refuse ? Progress::State::refused : Progress::State::open;
}

void apply(Progress::Fate& fate, const JournalLine& line) {
    using State = Progress::State;
    if (line.event == Event::told && fate.state == State::refused)
        fate.state = State::told;
    if (line.event == Event::told || !fate.is_open())
        return;
    fate.state = state_after(line.event);
    if (!is_verdict(line.event))
        return;
    fate.doubts += line.event == Event::doubt ? 1U : 0U;
    fate.code = line.code;
    fate.enhanced = line.enhanced;
    fate.text = line.text;
}

} // namespace

std::string to_text(const JournalLine& line) {
    std::string text =
        concat({std::to_string(line.time), " ", events[static_cast<int>(line.event)]});
    if (names_recipients(line.event))
        text.append(" ").append(write_ranges(line.recipients));
    if (is_verdict(line.event))
        text += concat({" ", std::to_string(line.code), " ",
                        is_status_code(line.enhanced) ? line.enhanced : "-"});
    if (is_verdict(line.event) || line.event == Event::hold)
        text.append(" ").append(fit(line.text));
    if (line.event == Event::attempt || line.event == Event::next)
        text.append(" ").append(std::to_string(line.number));
    if (line.event == Event::next)
        text.append(" ").append(std::to_string(line.raised));
    return concat({check_of(text), " ", text, "\n"});
}

std::optional<JournalLine> read_journal_line(std::string_view line,
                                             std::size_t recipients) {
    Words words(line);
    words.take(); // the check
    JournalLine read = read_words(words, recipients);
    const bool good = words.good() && (read.code == 0 || read.code >= 200);
    // There is one way to write it: this finds all else, the check included.
    if (!good || to_text(read) != concat({line, "\n"}))
        return std::nullopt;
    if (read.enhanced == "-")
        read.enhanced.clear();
    return read;
}

void Progress::add_doubt(const JournalLine& line) {
    if (line.event == Event::begin || line.event == Event::doubt)
        doubted = line.time;
    if (line.event == Event::doubt)
        next = line.time + doubt_lasts;
}

void Progress::add(const JournalLine& line) {
    if (names_recipients(line.event)) {
        for (const std::size_t number : line.recipients)
            apply(recipients[number], line);
        unfinished = is_verdict(line.event) ? 0 : unfinished;
        add_doubt(line);
    } else if (line.event == Event::attempt) {
        ++attempts;
        ++unfinished;
    } else if (line.event == Event::next) {
        next = line.number;
        raised = line.raised;
    } else {
        held = line.event == Event::hold;
        why_held = line.text;
        if (held)
            return;
        unfinished = 0; // what had it held counts from here
        for (Fate& fate : recipients)
            fate.doubts = 0;
    }
}

bool Progress::is(State state) const {
    return std::ranges::find(recipients, state, &Fate::state) != recipients.end();
}

bool Progress::is_in_fresh_doubt(std::int64_t now) const {
    return doubted <= now && now < doubted + doubt_lasts &&
           std::ranges::any_of(recipients, [](const Fate& fate) {
               return fate.state == State::in_doubt || (fate.is_open() && fate.doubts > 0);
           });
}

Progress read_journal(std::string_view text, std::size_t recipients) {
    Progress progress;
    progress.recipients.resize(recipients);
    text = text.substr(0, journal_limit);
    for (;;) {
        const auto end = text.find('\n', progress.whole);
        if (end == text.npos)
            return progress;
        const auto line = read_journal_line(
            text.substr(progress.whole, end - progress.whole), recipients);
        if (!line)
            return progress;
        progress.add(*line);
        progress.whole = end + 1;
    }
}

} // namespace sallyport
