// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "net/transcript.h"

namespace sallyport {

/// What a person would have been shown of it.
inline std::string shown_of(const std::vector<Transcript::Entry>& entries) {
    std::string text;
    for (const auto& entry : entries) {
        if (entry.kind != Transcript::Kind::began)
            text.append("?><*", static_cast<std::size_t>(entry.kind), 1)
                .append(" " + entry.text + "\n");
    }
    return text;
}

/// "?connecting *connecting ?greeting <greeting": the marks as above, a question mark where
/// a step began.
inline std::string steps_of(const std::vector<Transcript::Entry>& entries) {
    std::string text;
    for (const auto& entry : entries) {
        text.append(text.empty() ? "" : " ")
            .append("?><*", static_cast<std::size_t>(entry.kind), 1)
            .append(Where(entry.step).text());
    }
    return text;
}

} // namespace sallyport
