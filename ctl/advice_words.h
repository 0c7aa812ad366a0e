// SPDX-License-Identifier: MIT
//
// The words that stand for the braces of a sentence: what a symptom brings along, what the
// relay and its provider's row say, what can be cut out of the reply.
#pragma once

#include <ctime>
#include <map>
#include <string>
#include <string_view>

#include "config/providers.h"
#include "ctl/advice.h"

namespace sallyport::ctl {

using Words = std::map<std::string, std::string, std::less<>>;

/// All that are known; none of them is empty.
Words words_of(const Symptom& symptom);

/// Its braces filled in, parts in brackets left out where a word of theirs is not known.
/// Other words that are not known read as Word::otherwise.
std::string filled_in(std::string_view text, const Words& words);

/// The same, but empty where a word is not known.
std::string filled_in_wholly(std::string_view text, const Words& words);

/// As a sentence has it: "2026-11-29 10:00 UTC".
std::string date_text(std::time_t date);

/// The user to log in as has not the form that the provider wants.
bool is_misshapen_user(const Symptom& symptom);

} // namespace sallyport::ctl
