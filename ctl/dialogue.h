// SPDX-License-Identifier: MIT
//
// What a recorded transcript says: the steps with their times, the replies, what was
// offered. Everything in it is fit to be shown already.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ctl/report.h"
#include "net/transcript.h"

namespace sallyport::ctl {

using Entries = std::vector<Transcript::Entry>;

/// Where a step of the mail path stands on the ladder.
Rung rung_of(Step step);

/// The steps after connecting, in their order, each `ok`, without texts; times since
/// `started`. An EHLO that only asks for STARTTLS is a part of `tls`.
std::vector<StepReport> steps_of(const Entries& entries, Clock::time_point started);

/// How long the last connection took to make.
Milliseconds connecting_of(const Entries& entries);

/// Lines of the last reply at this rung, codes included.
std::vector<std::string> reply_at(const Entries& entries, Rung rung);
/// The last command at this rung, or empty.
std::string command_at(const Entries& entries, Rung rung);

/// Lines of the last reply to EHLO or LHLO, without codes and the server's name.
std::vector<std::string> capabilities_of(const Entries& entries);
/// What follows the keyword in `capabilities`, or empty.
std::string capability(const std::vector<std::string>& capabilities,
                       std::string_view keyword);

/// A firewall has rewritten the greeting (asterisks) or the reply to EHLO (XXXX).
bool is_mangled(const Entries& entries);

/// Of a delivery over such a session: those until the log-in as they were, and those of a
/// small message by what the server offers. `tls`: its version.
unsigned round_trips(const Entries& entries, std::string_view tls);

} // namespace sallyport::ctl
