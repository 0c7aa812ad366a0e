// SPDX-License-Identifier: MIT
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport {

/// The pieces, one after the other. A chain of + makes and destroys a string at every
/// step, and that was the larger part of some functions.
std::string concat(std::initializer_list<std::string_view> pieces);

/// The texts as one, with `between` where two meet. What comes before the first that is not
/// empty is left out.
std::string joined(const std::vector<std::string>& texts, std::string_view between);

} // namespace sallyport
