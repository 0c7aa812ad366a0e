// SPDX-License-Identifier: MIT
//
// A key by its name; of one that nobody knows, the nearest.
#pragma once

#include <string>
#include <string_view>

#include "config/keys.h"

namespace sallyport {

/// Failure (78, local) that begins with `origin`, if there is no such section here.
void expect_section(std::string_view section, const std::string& origin);

/// The key of a section that there is, or Failure (78, local) that begins with `origin` and
/// names the section it belongs to, the nearest key of all, or those of the section where
/// none is near. `name` is shown; where it may be a part of a secret, only if there is a
/// key like it.
const Key& find_key(std::string_view section, std::string_view name,
                    const std::string& origin, bool may_be_secret = false);

/// The key that a variable stands for, or null if there is none.
/// `name` is what follows SALLYPORT_: SECTION_KEY in any case of letters, or PASSWORD,
/// PASSWORD_FILE, FROM or DOMAIN.
const Key* find_key_of_variable(std::string_view name);

/// The `name` that is most like this one.
std::string nearest_variable(std::string_view name);

} // namespace sallyport
