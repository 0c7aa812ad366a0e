// SPDX-License-Identifier: MIT
//
// What an attempt left, or was not made for, put into the queue.
#pragma once

#include <vector>

#include "deliver/delivery.h"
#include "deliver/world.h"
#include "queue/queue.h"

namespace sallyport {

/// Another attempt may bring it to him: it failed for the relay's trouble or for the time
/// being, or nobody can tell whether it did.
bool may_wait(const Recipient& recipient);

/// Queues the message for those of the report who may wait, and notes in each by which id.
/// With many recipients it becomes several, all of them or none. `tried`: the report is of
/// an attempt; then what it says is written down, too. Who is in doubt and to be held
/// keeps that fate, and his text names the id. The locks are the caller's. Failure (75,
/// local): nothing is queued.
std::vector<QueuedMessage> enqueue(const Queue& queue, const World& world,
                                   const Envelope& envelope, const Message& message,
                                   Report& report, bool tried);

} // namespace sallyport
