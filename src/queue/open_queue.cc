// SPDX-License-Identifier: MIT
#include "queue/open_queue.h"

#include <utility>

#include <unistd.h>

namespace sallyport {

OpenQueue::OpenQueue(const QueueSettings& settings, bool made) {
    try {
        tree_.emplace(settings);
        if (UniqueFd directory = tree_->open(::geteuid(), made))
            own_.emplace(*tree_, ::geteuid(), std::move(directory));
    } catch (const Failure& failure) {
        trouble_ = failure;
    }
}

void OpenQueue::require() const {
    if (trouble_)
        throw Failure{*trouble_};
}

} // namespace sallyport
