// SPDX-License-Identifier: MIT
//
// Messages of the queue, as a person reads them. Times are local ones.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ctl/console.h"
#include "ctl/queue_facts.h"

namespace sallyport::ctl {

/// "2026-11-30 19:42:33"
std::string time_text(std::int64_t time);

/// What it is, when it is tried again, and who has not got it, each with the reason.
std::string text_of(const QueueEntry& entry, const Look& look);
/// All of them, and how many they are.
std::string text_of(const std::vector<QueueEntry>& entries, const Look& look);
/// All that is known of one: who has got it, too, its journal and its header.
std::string details_of(const QueueEntry& entry, const Look& look);

} // namespace sallyport::ctl
