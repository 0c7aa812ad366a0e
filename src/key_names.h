// SPDX-License-Identifier: MIT
//
// A key by its name; of one that nobody knows, the nearest.
#pragma once

#include <string>
#include <string_view>

#include "keys.h"

namespace sallyport {

/// The key, or Failure (78, local) that begins with `origin` and names it and the nearest
/// known one; where `name` may be a part of a secret, only if the two are alike.
const Key& find_key(std::string_view section, std::string_view name,
                    const std::string& origin, bool may_be_secret = false);

/// The key that SALLYPORT_<SECTION>_<KEY> means, reserved ones too; null if there is none.
const Key* find_key_of_variable(std::string_view variable);

} // namespace sallyport
