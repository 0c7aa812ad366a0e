// SPDX-License-Identifier: MIT
//
// Not by chance: scenes of which each call is struck in turn, by all that can come of it.
#pragma once

#include <string>
#include <vector>

#include "trials/plan.h"
#include "trials/trial.h"

namespace sallyport::trials {

/// A scene by number, and what happens to the client that it is about.
struct Swept {
    std::size_t scene = 0;
    Strike strike{};
};

/// One for each call of each scene and each way to strike it. The calls are found by
/// playing each scene once, in a directory there.
std::vector<Swept> all_swept(const std::string& directory,
                             const Surroundings& surroundings);

Plan plan_of(const Swept& swept);

} // namespace sallyport::trials
