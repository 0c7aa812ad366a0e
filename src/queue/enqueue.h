// SPDX-License-Identifier: MIT
//
// What an attempt left, or was not made for, put into the queue.
#pragma once

#include <span>
#include <vector>

#include "deliver/world.h"
#include "queue/queue.h"
#include "smtp/recipient.h"

namespace sallyport {

/// The recipients of a message, in the order in which its files have them.
using Waiting = std::span<Recipient* const>;

/// Another attempt may bring it to him: it failed for the relay's trouble or for the time
/// being, or nobody can tell whether it did.
bool may_wait(const Recipient& recipient);

/// The message for these, on the disk and promised to nobody; with many recipients it
/// becomes several. `tried`: what is said of them is of an attempt, and written down, too.
/// The locks are the caller's. Failure (75, local).
std::vector<QueuedMessage> write_files(const Queue& queue, const World& world,
                                       const Envelope& envelope, const Message& message,
                                       Waiting waiting, bool tried);

/// What became of these since the files were written; those who are refused know it.
/// Failure (75, local).
void write_down(std::span<QueuedMessage> files, const World& world, Waiting waiting);

/// What is known of them, where there is no memory: who was accepted, and who is in doubt.
/// The others are tried again. False if it cannot be written.
bool write_down_without_memory(std::span<QueuedMessage> files, Waiting waiting);

/// In each who may wait, by which id he does, now that they are published. Who is in doubt
/// and to be held keeps that fate, and his text names the id.
void note_queued(std::span<const QueuedMessage> files, Waiting waiting, bool holds);

} // namespace sallyport
