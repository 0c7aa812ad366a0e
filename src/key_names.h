// SPDX-License-Identifier: MIT
//
// A key by its name; of one that nobody knows, the nearest.
#pragma once

#include <string>
#include <string_view>

#include "keys.h"

namespace sallyport {

/// The key, or Failure (78, local) that begins with `origin` and names the nearest known
/// one.
const Key& find_key(std::string_view section, std::string_view name,
                    const std::string& origin);

/// The key that SALLYPORT_<SECTION>_<KEY> means, reserved ones too; null if there is none.
const Key* find_key_of_variable(std::string_view variable);

} // namespace sallyport
