// SPDX-License-Identifier: MIT
#include "queue/outage.h"

#include <algorithm>

#include "base/failure.h"

namespace sallyport {

namespace {

constexpr std::int64_t remembered_for = 60; // seconds

bool have_same_relays(const std::vector<Relay>& relays, const std::string& one,
                      const std::string& other) {
    return std::ranges::all_of(relays, [&](const Relay& relay) {
        return relay.serves(one) == relay.serves(other);
    });
}

/// None where they cannot be listed.
std::vector<std::string> ids_since(const Queue& queue, std::int64_t since) {
    try {
        return queue.ids_since(since);
    } catch (const Failure&) {
        return {};
    }
}

} // namespace

bool remembers_outage(const Queue& queue, const std::vector<Relay>& relays,
                      const std::string& reverse_path, std::int64_t now) {
    const std::int64_t since = now - remembered_for;
    for (const std::string& id : ids_since(queue, since)) {
        try {
            auto message = queue.look_at(id);
            if (!message)
                continue;
            message->read();
            const Progress& progress = message->progress();
            // Only what a server says of the message raises back-off.
            if (progress.attempts == 1 && progress.raised == 0 && progress.next > now &&
                progress.is_open() && !progress.held && message->header().arrived > since &&
                have_same_relays(relays, message->header().envelope.reverse_path,
                                 reverse_path))
                return true;
        } catch (const Failure&) {
            continue;
        }
    }
    return false;
}

} // namespace sallyport
