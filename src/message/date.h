// SPDX-License-Identifier: MIT
//
// The time as a field of a header says it.
#pragma once

#include <cstdint>
#include <string>

namespace sallyport {

/// RFC 5322 3.3: `time` is seconds since 1970, and `utc_offset`, seconds east, that of the
/// place.
std::string date_of(std::int64_t time, long utc_offset);

} // namespace sallyport
