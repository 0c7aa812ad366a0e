// SPDX-License-Identifier: MIT
//
// What went wrong in a session, explained: by the reply; or, where there was none, by
// asking who speaks first and what certificate is shown, over connections of their own to
// which no credential is written.
#pragma once

#include <optional>

#include "ctl/first_words.h"
#include "ctl/trial.h"
#include "ctl/ways.h"

namespace sallyport::ctl {

/// Where a server can be asked once more. There is none through a proxy, nor of a socket of
/// this machine.
struct Site {
    Address address;
    std::uint16_t port = 0;
    TlsMode mode = TlsMode::implicit;
    FirstWaits waits;
    Deadline deadline;
    std::optional<Address> source; ///< to ask from
};

struct Explanation {
    Symptom symptom;
    std::string text;               ///< in a few words
    std::optional<TlsReport> tls{}; ///< of a certificate that was refused
    /// Nothing but patience is missing: the server speaks as the settings have it.
    bool slow = false;
};

/// Of `trial`, which failed. `site`: null if it cannot be asked once more.
Explanation explain(const Relay& relay, const Trial& trial, const Site* site);

/// Of a certificate that will end soon, or nothing.
std::optional<Symptom> ends_soon(const Relay& relay, const TlsReport& tls);

/// What `trial` shows beside the reply: from, to, helo, and whether a log-in was offered.
void add_words(Symptom& symptom, const Trial& trial, const std::string& from,
               const std::string& to);

} // namespace sallyport::ctl
