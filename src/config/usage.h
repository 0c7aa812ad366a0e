// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace sallyport {

/// For --help, which may be all the documentation there is: synopsis, the table of options,
/// and where configuration and log are. Lines of at most 80 characters.
std::string usage_text(std::string_view program);

} // namespace sallyport
