// SPDX-License-Identifier: MIT
//
// Two texts, line by line, as `diff -u` has them.
#pragma once

#include <string>
#include <string_view>

namespace sallyport::ctl {

/// Empty if they are the same.
std::string unified_diff(std::string_view before, std::string_view after,
                         std::string_view before_name, std::string_view after_name);

} // namespace sallyport::ctl
