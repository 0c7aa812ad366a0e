// SPDX-License-Identifier: MIT
#include "ctl/port_choice.h"

#include <algorithm>
#include <utility>

#include "ctl/words.h"

namespace sallyport::ctl {

namespace {

std::vector<std::uint16_t> open_ports(const RelayReport& report, bool configured) {
    std::vector<std::uint16_t> ports;
    for (const PortReport& port : report.ports) {
        if (port.state == PortState::open && port.configured == configured)
            ports.push_back(port.port);
    }
    return ports;
}

/// Open ones that are not usual, that between servers (25) last of all.
std::vector<std::uint16_t> other_ports(const RelayReport& report,
                                       const std::vector<std::uint16_t>& usual) {
    std::vector<std::uint16_t> open = open_ports(report, false);
    std::erase_if(open, [&](std::uint16_t port) {
        return std::ranges::find(usual, port) != usual.end();
    });
    std::stable_partition(open.begin(), open.end(),
                          [](std::uint16_t port) { return port != 25; });
    return open;
}

/// In a few words why these ports will not do.
std::string trouble_of(const StepReport* failed) {
    return failed != nullptr ? failed->text : tr("none of its ports is open");
}

/// What failed, or null.
const StepReport* failed_step(const RelayReport& report) {
    const auto found = std::ranges::find(report.steps, Result::fail, &StepReport::result);
    return found == report.steps.end() ? nullptr : &*found;
}

bool has_advice(const RelayReport& report, std::string_view id) {
    return std::ranges::any_of(report.steps, [id](const StepReport& step) {
        return std::ranges::find(step.advice, id, &Advice::id) != step.advice.end();
    });
}

bool has_greeted(const RelayReport& report) {
    return std::ranges::any_of(report.steps, [](const StepReport& step) {
        return step.rung == Rung::greeting && step.result != Result::fail;
    });
}

} // namespace

PortChoice choose_ports(Relay relay,
                        const std::function<RelayReport(const Relay&)>& probe) {
    const std::vector<std::uint16_t> usual = relay.port;
    PortChoice choice;
    bool others = false; // no usual port will do: these were found beside them
    while (!relay.port.empty()) {
        const RelayReport report = probe(relay);
        std::vector<std::uint16_t> open = open_ports(report, true);
        const StepReport* const failed = failed_step(report);
        if (failed == nullptr && !open.empty()) {
            if (open.front() != usual.front())
                choice.ports = std::move(open);
            choice.trouble.clear();
            return choice;
        }
        if (choice.trouble.empty())
            choice.trouble = trouble_of(failed);
        if (!open.empty())
            open.erase(open.begin()); // it is open, and no server that we can use
        if (open.empty() && !std::exchange(others, true))
            open = other_ports(report, usual);
        relay.port = std::move(open);
    }
    return choice;
}

bool is_unusual(std::uint16_t port) {
    return port != 25 && port != 465 && port != 587 && port != 2525;
}

std::optional<TlsMode> tls_of(const RelayReport& report, TlsMode tried) {
    if (has_advice(report, "wants-implicit"))
        return TlsMode::implicit;
    if (has_advice(report, "wants-starttls"))
        return TlsMode::starttls;
    if (!report.tls.version.empty() || has_greeted(report))
        return tried;
    return std::nullopt;
}

} // namespace sallyport::ctl
