// SPDX-License-Identifier: MIT
//
// One message to its recipients: relays in order, and the only place that decides what may
// be tried again and where. Failover rule: nothing that may have been accepted is sent
// again.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "envelope.h"
#include "message.h"
#include "outcome.h"
#include "route.h"
#include "settings.h"
#include "visit.h"

namespace sallyport {

struct Report {
    std::vector<Outcome> outcomes; ///< one for each recipient of the envelope, in order
    std::vector<std::string> notes;
    std::uint64_t size = 0; ///< octets of the message in the form in which it was sent last

    /// 0 if every recipient was accepted; else 75 if one is in doubt, else 67 if one was
    /// refused with it, else the first recipient's that was not accepted.
    [[nodiscard]] ExitStatus status() const;
};

/// What a server or the network did is in the report, and want of memory once a relay is
/// being tried. Failure (78, local) if no relay serves the sender.
Report deliver(const Settings& settings, const Envelope& envelope, const Message& message,
               Network& network, const DeliveryContext& context);

} // namespace sallyport
