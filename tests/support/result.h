// SPDX-License-Identifier: MIT
//
// What came of running a dialogue, held against what it says should come of it.
#pragma once

#include <string>
#include <vector>

#include "support/dialogue.h"
#include "support/place.h"

namespace sallyport {

struct Result {
    int status = -1;
    std::string standard_error{};
    std::string standard_output{};
    std::string log{};
    std::string complaint{}; ///< where the client left the script, or empty
};

/// Each a sentence on what is not as the dialogue says.
std::vector<std::string> differences(const Dialogue& dialogue, const Place& place,
                                     const Result& result);

} // namespace sallyport
