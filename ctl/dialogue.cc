// SPDX-License-Identifier: MIT
#include "ctl/dialogue.h"

#include <algorithm>
#include <optional>

#include "text/ascii.h"

namespace sallyport::ctl {

namespace {

using Kind = Transcript::Kind;

bool connects(Step step) {
    return step >= Step::look_up && step <= Step::http_connect;
}

bool belongs(const Transcript::Entry& entry, Rung rung) {
    return entry.step != Step::none && rung_of(entry.step) == rung;
}

Milliseconds since(Clock::time_point from, Clock::time_point to) {
    return std::chrono::round<Milliseconds>(to - from);
}

/// The EHLO before STARTTLS, and the handshake after it.
void merge_into_tls(std::vector<StepReport>& steps) {
    for (std::size_t at = 1; at < steps.size(); ++at) {
        if (steps[at].rung != Rung::tls || steps[at - 1].rung != Rung::ehlo)
            continue;
        steps[at].took += steps[at].start - steps[at - 1].start;
        steps[at].start = steps[at - 1].start;
        steps.erase(steps.begin() + static_cast<std::ptrdiff_t>(at - 1));
    }
}

unsigned round_trips_of_message(const std::vector<std::string>& capabilities) {
    const auto offers = [&](std::string_view keyword) {
        return std::ranges::any_of(capabilities, [&](const std::string& line) {
            return equals_ignoring_case(line.substr(0, line.find(' ')), keyword);
        });
    };
    if (!offers("PIPELINING"))
        return offers("CHUNKING") ? 3 : 4;
    return offers("CHUNKING") ? 1 : 2;
}

} // namespace

Rung rung_of(Step step) {
    if (step == Step::look_up || step == Step::look_up_services)
        return Rung::names;
    if (step == Step::none || connects(step))
        return Rung::ports;
    if (step == Step::greeting)
        return Rung::greeting;
    if (step == Step::tls || step == Step::starttls)
        return Rung::tls;
    if (step == Step::ehlo || step == Step::lhlo || step == Step::helo)
        return Rung::ehlo;
    if (step < Step::mail) // POP's, and AUTH
        return Rung::auth;
    if (step == Step::mail)
        return Rung::mail;
    return step == Step::rcpt ? Rung::rcpt : Rung::data;
}

std::vector<StepReport> steps_of(const Entries& entries, Clock::time_point started) {
    std::vector<StepReport> steps;
    for (const auto& entry : entries) {
        if (entry.step == Step::none || connects(entry.step))
            continue;
        const Rung rung = rung_of(entry.step);
        const Milliseconds at = since(started, entry.at);
        if (steps.empty() || steps.back().rung != rung) {
            StepReport& step = steps.emplace_back();
            step.rung = rung;
            step.result = Result::ok;
            step.start = at;
        }
        steps.back().took = at - steps.back().start;
    }
    merge_into_tls(steps);
    return steps;
}

Milliseconds connecting_of(const Entries& entries) {
    std::optional<Clock::time_point> begun;
    Milliseconds took{};
    for (const auto& entry : entries) {
        if (!connects(entry.step))
            continue;
        if (entry.kind == Kind::began || !begun)
            begun = entry.at;
        took = since(*begun, entry.at);
    }
    return took;
}

std::vector<std::string> reply_at(const Entries& entries, Rung rung) {
    std::vector<std::string> lines;
    bool complete = false;
    for (const auto& entry : entries) {
        if (!belongs(entry, rung) || entry.kind != Kind::received)
            continue;
        if (complete)
            lines.clear();
        lines.push_back(entry.text);
        complete = entry.text.size() < 4 || entry.text[3] != '-';
    }
    return lines;
}

std::string command_at(const Entries& entries, Rung rung) {
    std::string command;
    for (const auto& entry : entries) {
        if (belongs(entry, rung) && entry.kind == Kind::sent)
            command = entry.text;
    }
    return command;
}

std::vector<std::string> capabilities_of(const Entries& entries) {
    std::vector<std::string> lines = reply_at(entries, Rung::ehlo);
    if (!lines.empty())
        lines.erase(lines.begin());
    for (std::string& line : lines)
        line.erase(0, std::min<std::size_t>(line.size(), 4));
    std::erase(lines, std::string());
    return lines;
}

std::string capability(const std::vector<std::string>& capabilities,
                       std::string_view keyword) {
    for (const std::string& line : capabilities) {
        const auto end = std::min(line.find(' '), line.size());
        if (equals_ignoring_case(std::string_view(line).substr(0, end), keyword))
            return std::string(trim(std::string_view(line).substr(end)));
    }
    return {};
}

bool is_mangled(const Entries& entries) {
    return std::ranges::any_of(entries, [](const Transcript::Entry& entry) {
        if (entry.kind != Kind::received || entry.step == Step::none)
            return false;
        const Rung rung = rung_of(entry.step);
        return (rung == Rung::greeting && entry.text.find("****") != entry.text.npos) ||
               (rung == Rung::ehlo && entry.text.find("XXXX") != entry.text.npos);
    });
}

unsigned round_trips(const Entries& entries, std::string_view tls) {
    unsigned count = 1; // to connect
    if (!tls.empty())
        count += tls == "TLSv1.3" ? 1U : 2U;
    bool asked = true; // the greeting answers the connection
    for (const auto& entry : entries) {
        if (entry.step == Step::none || connects(entry.step) || entry.step >= Step::mail)
            continue;
        asked = asked || entry.kind == Kind::sent;
        if (entry.kind == Kind::received && asked) {
            ++count;
            asked = false;
        }
    }
    return count + round_trips_of_message(capabilities_of(entries));
}

} // namespace sallyport::ctl
