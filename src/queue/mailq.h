// SPDX-License-Identifier: MIT
//
// The queue as mailq(1) shows it: Postfix's short form, to the octet, since monitors read
// it. The heading, the entries with an empty line (the caller's) between each two of them,
// and the summary; of an empty queue the summary alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "queue/file.h"
#include "queue/journal.h"

namespace sallyport {

/// The line over the first message.
std::string mailq_heading();

/// One message with those of its recipients who have neither got it nor been refused it,
/// each after the reason, where that is another than of the one before him. Who is in doubt
/// has that in front of his reason. `active`: somebody is working on it. Times are local
/// ones.
std::string mailq_entry(const QueueHeader& header, const Progress& progress, bool active);

/// What stands after the last message, an empty line first: how many there are and of how
/// many octets in all; with none of them the line that stands there alone. It says that the
/// queue is empty only to who `sees_all`.
std::string mailq_summary(std::size_t messages, std::uint64_t octets, bool sees_all);

} // namespace sallyport
