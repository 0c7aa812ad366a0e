// SPDX-License-Identifier: MIT
//
// One rung for a person: its line, below it the advice and the keys to set, then the reply
// that says no.
#pragma once

#include <string>
#include <string_view>

#include "ctl/console.h"
#include "ctl/report.h"

namespace sallyport::ctl {

/// Where an administrator sets a key.
struct KeyPlace {
    std::string file;  ///< a path; or else a variable, or empty
    std::string relay; ///< of [relay NAME], or empty
};

/// State is a word, whatever its colour. An advice's id stands at the right end of the line
/// where there is room, in brackets before its text otherwise.
std::string step_text(const StepReport& step, const KeyPlace& place, const Look& look);

/// "KEY = VALUE" below a rung, to be copied, and so never broken.
std::string assignment_text(std::string_view key, std::string_view value, const Look& look);

} // namespace sallyport::ctl
