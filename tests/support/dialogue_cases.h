// SPDX-License-Identifier: MIT
//
// Dialogues as test cases of Boost.Test, each under its own name.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "support/dialogue.h"

namespace sallyport {

/// What is not as a dialogue says.
using RunDialogue = std::function<std::vector<std::string>(const Dialogue&)>;

/// One test case a dialogue that `run` is for, named `prefix` and the dialogue's name. One
/// whose needs this machine does not meet is skipped, and says so.
void add_dialogue_cases(const std::vector<Dialogue>& dialogues, Run run,
                        const std::string& prefix, const RunDialogue& play);

} // namespace sallyport
