// SPDX-License-Identifier: MIT
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace sallyport {

/// The pieces, one after the other. A chain of + makes and destroys a string at every
/// step, and that was the larger part of some functions.
std::string concat(std::initializer_list<std::string_view> pieces);

} // namespace sallyport
