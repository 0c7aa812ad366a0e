// SPDX-License-Identifier: MIT
#include "support/result.h"

#include <algorithm>

namespace sallyport {

namespace {

std::string quoted(const std::vector<std::string>& lines) {
    std::string text;
    for (const auto& line : lines)
        text += "\n    " + line;
    return text.empty() ? " nothing" : text;
}

/// Each ends in LF or, as -bs has it, in CRLF.
std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        lines.emplace_back(text.substr(0, end));
        if (lines.back().ends_with('\r'))
            lines.back().pop_back();
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

/// {any} in `pattern` stands for any text.
bool fits(std::string_view pattern, std::string_view text) {
    constexpr std::string_view any = "{any}";
    const auto at = pattern.find(any);
    if (at == std::string_view::npos)
        return pattern == text;
    if (!text.starts_with(pattern.substr(0, at)))
        return false;
    text.remove_prefix(at);
    pattern.remove_prefix(at + any.size());
    for (std::size_t skipped = 0; skipped <= text.size(); ++skipped) {
        if (fits(pattern, text.substr(skipped)))
            return true;
    }
    return false;
}

void compare(const char* what, std::vector<std::string> wanted,
             const std::vector<std::string>& got, const Place& place,
             std::vector<std::string>& differences) {
    for (auto& line : wanted)
        line = place.fill(line);
    if (!std::ranges::equal(wanted, got, fits))
        differences.push_back(std::string(what) + ": expected" + quoted(wanted) +
                              "\n  came" + quoted(got));
}

/// What `line` says between `begin` and `end`; empty if it does not.
std::string between(const std::string& line, std::string_view begin, std::string_view end) {
    const auto from = line.find(begin);
    if (from == std::string::npos)
        return {};
    const auto start = from + begin.size();
    return line.substr(start, line.find(end, start) - start);
}

/// The entries of a log: "sent 2.0.0 <b@example.net> via PEER (250 ok)", "note TEXT".
std::vector<std::string> entries_of(const std::string& log) {
    std::vector<std::string> entries;
    for (const auto& line : lines_of(log)) {
        const auto status = between(line, ", status=", " (");
        if (status.empty()) {
            entries.push_back("note " + between(line + "\n", "]: ", "\n"));
            continue;
        }
        const auto open = line.find(" (", line.find(", status="));
        entries.push_back(status + " " + between(line, ", dsn=", ", ") + " " +
                          between(line, ", to=", ", relay=") + " via " +
                          between(line, ", relay=", ", ") + line.substr(open));
    }
    return entries;
}

/// Where the dialogue says nothing about the log, this much is sure.
bool is_plausible(const std::vector<std::string>& entries, const Result& result) {
    const auto has = [&](std::string_view fate) {
        return std::ranges::any_of(
            entries, [fate](const std::string& entry) { return entry.starts_with(fate); });
    };
    const bool doubt = result.standard_error.find("the message may have been accepted") !=
                       std::string::npos;
    const bool failed =
        has("deferred") || has("bounced") || has("misconfigured") || has("in-doubt");
    if (!has("sent") && !failed)
        return result.status != 0; // it did not come to a delivery
    return has("in-doubt") == doubt && failed == (result.status != 0);
}

} // namespace

std::vector<std::string> differences(const Dialogue& dialogue, const Place& place,
                                     const Result& result) {
    std::vector<std::string> found;
    if (!result.complaint.empty())
        return {result.complaint}; // all else would follow from that
    if (result.status != dialogue.status)
        found.push_back("exit status: expected " + std::to_string(dialogue.status) +
                        ", came " + std::to_string(result.status));
    compare("standard error", dialogue.standard_error, lines_of(result.standard_error),
            place, found);
    compare("standard output", dialogue.standard_output, lines_of(result.standard_output),
            place, found);
    const auto entries = entries_of(result.log);
    if (!dialogue.log.empty())
        compare("log", dialogue.log, entries, place, found);
    else if (!is_plausible(entries, result))
        found.push_back("log: does not fit:" + quoted(entries));
    return found;
}

} // namespace sallyport
