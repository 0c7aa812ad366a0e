// SPDX-License-Identifier: MIT
//
// Text for whoever reads a descriptor.
#pragma once

#include <string_view>

namespace sallyport {

/// All of `text`, or as much as can be written: that nobody reads it stops nothing.
void print(int fd, std::string_view text);

} // namespace sallyport
