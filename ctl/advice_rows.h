// SPDX-License-Identifier: MIT
//
// The rows of the table of advice: what is said (a row for each id), and by which replies
// an id is known (patterns, in the order in which they are tried).
#pragma once

#include <span>

#include "ctl/advice.h"

namespace sallyport::ctl {

/// A key to set; its value may hold a word in braces, and is empty where that has no value.
struct RemedyText {
    const char* section = nullptr; ///< null: there is none
    const char* key = nullptr;
    const char* value = "";
    const char* needs = ""; ///< words in braces: without one of them there is no such key
};

/// What is said, for tr(). Of `text`, a part in brackets is left out where a word in it was
/// not given.
struct AdviceRow {
    const char* id;
    const char* seen; ///< what leads to it, for the manual
    const char* text;
    RemedyText set[4] = {};
};

/// Where a pattern may fit: a bit for each rung.
constexpr unsigned at(Rung rung) {
    return 1U << static_cast<unsigned>(rung);
}
constexpr unsigned anywhere = ~0U;

/// How an id is known by a reply. Of each list, whose words are parted by blanks, one has
/// to fit; an empty one fits anything.
struct Pattern {
    const char* id;
    const char* providers; ///< keys
    unsigned rungs;
    const char* codes;    ///< or how they begin: "5"; "0" is no reply
    const char* enhanced; ///< whole codes
    const char* needles;  ///< parted by |: parts of the reply, in any case of letters
    bool (*also)(const Symptom&) = nullptr;
};

/// A word in braces, and what it reads as where nobody gave it.
struct Word {
    const char* name;
    const char* otherwise;
};

std::span<const AdviceRow> general_advice();
std::span<const AdviceRow> provider_advice();
std::span<const Pattern> provider_patterns();
std::span<const Pattern> general_patterns();
std::span<const Word> advice_words();

/// The first that fits; null where none does, or where `found` names the row.
const Pattern* pattern_for(const Symptom& symptom);

} // namespace sallyport::ctl
