// SPDX-License-Identifier: MIT
//
// One message to its recipients, by as many transactions as that takes. Nothing that may
// have been accepted is sent again.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/settings.h"
#include "deliver/failover.h"
#include "message/envelope.h"
#include "message/message.h"
#include "smtp/recipient.h"
#include "smtp/witness.h"

namespace sallyport {

struct Report {
    std::vector<Recipient> recipients; ///< one for each recipient of the envelope, in order
    std::vector<std::string> notes;
    std::uint64_t size = 0; ///< octets of the message in the form in which it was sent last

    std::string queue_warning; ///< what its administrator has to hear of the queue

    /// 0 if every recipient was accepted or waits in the queue; else 75 if one is in doubt,
    /// else 67 if one was refused with it, else the first recipient's that was neither.
    [[nodiscard]] ExitStatus status() const;
};

/// The envelope's recipients, all pending.
std::vector<Recipient> recipients_of(const Envelope& envelope);

/// What a server or the network did is in the report, and want of memory once a relay is
/// being tried. `recipients`: only those that are pending are asked about. `started`: when
/// the message was begun, for its deadline. `last`: no other follows, so that QUIT may ride
/// along. `witness`: null for none. Failure (78, local) if no relay serves the sender.
Report deliver(Failover& failover, const MessageSettings& settings,
               const Envelope& envelope, std::vector<Recipient> recipients,
               const Message& message, Clock::time_point started, bool last = true,
               Witness* witness = nullptr);

} // namespace sallyport
