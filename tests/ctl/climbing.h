// SPDX-License-Identifier: MIT
//
// A climb over a server on the loopback interface, and what its report says.
#pragma once

#include <algorithm>
#include <string>

#include "ctl/json.h"
#include "ctl/ladder.h"
#include "loopback.h"

namespace sallyport::ctl {

/// Nobody is asked about ports that are not configured, and nothing is waited for in vain.
inline LadderOptions climbing() {
    LadderOptions options;
    options.other_ports.clear();
    options.others_wait = Milliseconds{0};
    options.from = "me@example.org";
    options.to = "you@example.net";
    options.started = Clock::now();
    options.deadline = options.started + std::chrono::seconds{60};
    return options;
}

/// So short that a server is silent which waits for an event.
inline LadderOptions impatient() {
    LadderOptions options = climbing();
    options.waits = {Milliseconds{100}, Milliseconds{100}};
    return options;
}

inline Identity test_identity() {
    Identity identity;
    identity.login = "me";
    identity.host_name = "host.example.org";
    identity.now = std::chrono::system_clock::now();
    identity.id = "1234";
    return identity;
}

inline Settings settings_with(const Relay& relay) {
    Settings settings;
    settings.relays = {relay};
    return settings;
}

inline RelayReport climb_over(const Relay& relay,
                              const LadderOptions& options = climbing()) {
    const Settings settings = settings_with(relay);
    return climb(settings.relays.front(), settings, test_identity(), options);
}

/// "names:ok ports:ok …".
inline std::string outline(const std::vector<StepReport>& steps) {
    std::string text;
    for (const StepReport& step : steps)
        text += std::string(text.empty() ? "" : " ") + word_for(step.rung) + ":" +
                word_for(step.result);
    return text;
}

/// "RUNG ID" of every advice.
inline std::string advices(const std::vector<StepReport>& steps) {
    std::string text;
    for (const StepReport& step : steps) {
        for (const Advice& advice : step.advice)
            text += std::string(text.empty() ? "" : ", ") + word_for(step.rung) + " " +
                    advice.id;
    }
    return text;
}

/// All that the report says, as a program reads it.
inline std::string all_of(const RelayReport& report) {
    CheckReport check;
    check.relays = {report};
    return check_json(check);
}

inline unsigned count(const std::string& text, const std::string& part) {
    unsigned found = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1))
        ++found;
    return found;
}

} // namespace sallyport::ctl
