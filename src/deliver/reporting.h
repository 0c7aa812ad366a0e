// SPDX-License-Identifier: MIT
//
// What became of a message, told to the log and to the caller.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "deliver/delivery.h"
#include "message/envelope.h"
#include "system/log.h"

namespace sallyport {

/// Up to three addresses, then how many more.
std::string name_recipients(const std::vector<const Recipient*>& recipients);

/// One log entry for the recipients of each fate, and the report's notes.
void log_report(Log& log, const Report& report, const Envelope& envelope,
                const Identity& identity);

/// One line for each different failure, with its recipients unless the text names the only
/// one, or the configuration is wrong; empty if all were accepted. Notes explain a failure;
/// of a success they are only in the log.
std::string describe_failures(const Report& report);

/// The report's warning, and one line for each message that waits, and why: of `all`, or
/// only of those whose relay needs somebody to look after it.
std::string describe_queued(const Report& report, bool all);

} // namespace sallyport
