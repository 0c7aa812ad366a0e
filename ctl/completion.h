// SPDX-License-Identifier: MIT
//
// What three shells read to complete arguments, made of the table of verbs and options.
// Names of providers and relays are asked for while somebody types, which opens no
// connection.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ctl/options.h"

namespace sallyport::ctl {

std::string completion_for_bash();
std::string completion_for_zsh();
std::string completion_for_fish();

/// Those that are not reserved.
std::vector<const Verb*> usable_verbs();
/// Their names, split by blanks.
std::string verb_names();
/// "bash zsh fish".
std::string shell_names();
/// The words of a choice, split by blanks.
std::string words_of_choice(const Option& option);
/// What `queue` can be asked to do, split by blanks.
std::string queue_actions();

} // namespace sallyport::ctl
