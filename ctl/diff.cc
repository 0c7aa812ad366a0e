// SPDX-License-Identifier: MIT
#include "ctl/diff.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "base/concat.h"

namespace sallyport::ctl {

namespace {

using Lines = std::vector<std::string_view>;

constexpr std::size_t context = 3;
constexpr std::size_t most_work = 4'000'000; ///< pairs of lines that are compared

struct Change {
    char mark; ///< ' ', '-' or '+'
    std::string_view line;
};
using Changes = std::vector<Change>;

Lines lines_of(std::string_view text) {
    Lines lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size() - 1);
        lines.push_back(text.substr(0, end + 1));
        text.remove_prefix(end + 1);
    }
    return lines;
}

void append(Changes& changes, char mark, std::span<const std::string_view> lines) {
    for (const std::string_view line : lines)
        changes.push_back({mark, line});
}

/// The longest common subsequence is kept; where that would take too long, nothing is.
void append_middle(Changes& changes, std::span<const std::string_view> before,
                   std::span<const std::string_view> after) {
    if (before.empty() || after.empty() || before.size() > most_work / after.size()) {
        append(changes, '-', before);
        return append(changes, '+', after);
    }
    const std::size_t width = after.size() + 1;
    std::vector<std::uint32_t> kept((before.size() + 1) * width); // of what is left
    for (std::size_t i = before.size(); i-- > 0;) {
        for (std::size_t j = after.size(); j-- > 0;)
            kept[i * width + j] =
                before[i] == after[j]
                    ? kept[(i + 1) * width + j + 1] + 1
                    : std::max(kept[(i + 1) * width + j], kept[i * width + j + 1]);
    }
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < before.size() && j < after.size()) {
        if (before[i] == after[j]) {
            changes.push_back({' ', before[i++]});
            ++j;
        } else if (kept[(i + 1) * width + j] >= kept[i * width + j + 1]) {
            changes.push_back({'-', before[i++]});
        } else {
            changes.push_back({'+', after[j++]});
        }
    }
    append(changes, '-', before.subspan(i));
    append(changes, '+', after.subspan(j));
}

Changes compare(std::span<const std::string_view> before,
                std::span<const std::string_view> after) {
    const auto [first, second] = std::ranges::mismatch(before, after);
    const auto head = static_cast<std::size_t>(first - before.begin());
    std::size_t tail = 0;
    while (tail < std::min(before.size(), after.size()) - head &&
           before[before.size() - 1 - tail] == after[after.size() - 1 - tail])
        ++tail;
    Changes changes;
    append(changes, ' ', before.first(head));
    append_middle(changes, before.subspan(head, before.size() - head - tail),
                  after.subspan(head, after.size() - head - tail));
    append(changes, ' ', before.last(tail));
    return changes;
}

/// Where a hunk begins and ends among the changes.
struct Hunk {
    std::size_t begin;
    std::size_t end;
};

std::vector<Hunk> hunks_of(const Changes& changes) {
    std::vector<Hunk> hunks;
    for (std::size_t at = 0; at < changes.size(); ++at) {
        if (changes[at].mark == ' ')
            continue;
        const std::size_t begin = at - std::min(at, context);
        const std::size_t end = std::min(at + 1 + context, changes.size());
        if (!hunks.empty() && begin <= hunks.back().end)
            hunks.back().end = end;
        else
            hunks.push_back({begin, end});
    }
    return hunks;
}

/// "12,3": from which line on, and how many; of none, after which.
std::string range(std::size_t passed, std::size_t count) {
    const std::string first = std::to_string(count == 0 ? passed : passed + 1);
    return count == 1 ? first : concat({first, ",", std::to_string(count)});
}

std::string text_of_hunk(const Changes& changes, const Hunk& hunk) {
    const auto count = [&](std::size_t begin, std::size_t end, char without) {
        return static_cast<std::size_t>(
            std::count_if(changes.begin() + static_cast<std::ptrdiff_t>(begin),
                          changes.begin() + static_cast<std::ptrdiff_t>(end),
                          [without](const Change& c) { return c.mark != without; }));
    };
    std::string text = concat(
        {"@@ -", range(count(0, hunk.begin, '+'), count(hunk.begin, hunk.end, '+')), " +",
         range(count(0, hunk.begin, '-'), count(hunk.begin, hunk.end, '-')), " @@\n"});
    for (std::size_t at = hunk.begin; at < hunk.end; ++at) {
        const auto& [mark, line] = changes[at];
        text.append(1, mark).append(line);
        if (!line.ends_with('\n'))
            text.append("\n\\ No newline at end of file\n");
    }
    return text;
}

} // namespace

std::string unified_diff(std::string_view before, std::string_view after,
                         std::string_view before_name, std::string_view after_name) {
    if (before == after)
        return {};
    const Changes changes = compare(lines_of(before), lines_of(after));
    std::string text = concat({"--- ", before_name, "\n+++ ", after_name, "\n"});
    for (const Hunk& hunk : hunks_of(changes))
        text += text_of_hunk(changes, hunk);
    return text;
}

} // namespace sallyport::ctl
