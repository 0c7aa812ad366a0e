// SPDX-License-Identifier: MIT
//
// A message that a caller hands over where there is a queue: it is sent at once, or queued,
// or both, as he and the configuration ask.
#pragma once

#include "deliver/delivery.h"
#include "deliver/failover.h"
#include "deliver/world.h"

namespace sallyport {

/// Who waits in the queue has that noted in the report. Where the caller is not to wait, a
/// process of its own goes on with the message; only the caller's returns. What cannot be
/// queued is sent at once, whatever was asked for. Failure (local): 75 where the caller has
/// sent as much as he may, 78 where nobody serves this sender.
Report hand_over(const World& world, Failover& failover, const Envelope& envelope,
                 const Message& message);

} // namespace sallyport
