// SPDX-License-Identifier: MIT
//
// What fuzz targets share: the way to say that an invariant does not hold.
#pragma once

#include <cstdlib>

#include "base/failure.h"
#include "text/ascii.h"

namespace sallyport {

inline void require(bool condition) {
    if (!condition)
        std::abort();
}

/// A Failure that refuses input: a status that says so, and a text fit to be shown.
inline void require_refusal(const Failure& failure, ExitStatus status) {
    require(failure.status() == status);
    require(failure.fault() == Fault::local);
    require(!has_control(failure.what()));
    require(std::string_view(failure.what()).size() < 1000);
}

} // namespace sallyport
