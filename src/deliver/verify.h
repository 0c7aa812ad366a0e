// SPDX-License-Identifier: MIT
//
// -bv: what the submission server thinks of recipients, without a message.
#pragma once

#include "config/settings.h"
#include "deliver/delivery.h"
#include "deliver/visit.h"
#include "message/envelope.h"

namespace sallyport {

/// MAIL and RCPT, and no more: an outcome of 0 means that the server would have taken a
/// message for this recipient. Failure if no relay answers or the sender is refused.
Report ask_about_recipients(const Settings& settings, const Envelope& envelope,
                            Network& network, const DeliveryContext& context);

} // namespace sallyport
