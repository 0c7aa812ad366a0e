// SPDX-License-Identifier: MIT
//
// What a caller may ask of the queue: a run (-q), and a look (-bp, mailq).
#pragma once

#include <cstdint>
#include <string>

#include "base/failure.h"
#include "deliver/world.h"
#include "queue/run.h"

namespace sallyport {

/// A run's line in the log.
std::string describe_run(const Tally& tally, std::int64_t seconds);

/// A run for the messages that invocation.selection names, with one line in the log at its
/// end. 0 also where there is no queue, others run it already, or all had to be put off: a
/// cron job's output and status are mailed. Failure (local): 75 if nothing can be written,
/// 78 if it is somebody else's.
ExitStatus run_queue(const World& world);

/// Prints what waits to `output`, the oldest first, and what cannot be read to `error`.
/// Failure as run_queue.
ExitStatus show_queue(const World& world);

} // namespace sallyport
