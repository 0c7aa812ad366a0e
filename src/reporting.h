// SPDX-License-Identifier: MIT
//
// What became of a message, told to the log and to the caller.
#pragma once

#include <string>

#include "delivery.h"
#include "envelope.h"
#include "log.h"
#include "message.h"

namespace sallyport {

/// One log entry for the recipients of each fate, and the report's notes.
void log_report(Log& log, const Report& report, const Envelope& envelope,
                const Message& message, const Identity& identity);

/// One line for each different failure, with its recipients unless the text names them;
/// empty if all were accepted. Notes explain a failure; of a success they are only in the
/// log.
std::string describe_failures(const Report& report);

} // namespace sallyport
