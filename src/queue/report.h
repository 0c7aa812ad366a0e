// SPDX-License-Identifier: MIT
//
// What the sender is told of recipients who will not get a queued message: a failure report
// (RFC 3464). The caller of sendmail has gone by then.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "message/identity.h"
#include "message/message.h"
#include "queue/file.h"
#include "queue/journal.h"

namespace sallyport {

/// Octets of a message that RET=FULL brings back whole; of a larger one the header.
constexpr std::uint64_t returned_limit = 50 * 1024;

/// A whole message in wire form, to `to`, from MAILER-DAEMON at identity.domain(sender),
/// with its Message-ID made of identity.id: why these recipients (their numbers) of the
/// message `about` do not get it, for people and (message/delivery-status) for programs,
/// and the header of that message, or with RET=FULL and up to returned_limit octets all of
/// it. Auto-Submitted: auto-replied (RFC 3834). Where an address is not ASCII the types of
/// RFC 6533 are used.
std::string write_failure_report(const QueueHeader& about, const Progress& progress,
                                 std::span<const std::size_t> failed,
                                 const Message& message, const std::string& to,
                                 const SenderSettings& sender, const Identity& identity);

} // namespace sallyport
