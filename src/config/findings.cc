// SPDX-License-Identifier: MIT
#include "config/findings.h"

#include <algorithm>

namespace sallyport {

bool Findings::spoil(std::string_view section) const {
    return std::ranges::find(sections, section) != sections.end();
}

void Findings::keep(std::string_view section, const Failure& failure) {
    if (failure.status() != ExitStatus::config)
        throw;
    errors.push_back(failure.what());
    sections.push_back(std::string(section));
}

} // namespace sallyport
