// SPDX-License-Identifier: MIT
//
// Rows of the table of providers, for a person.
#pragma once

#include <string>
#include <vector>

#include "config/providers.h"
#include "ctl/console.h"

namespace sallyport::ctl {

/// A line each: what to write for `provider`, the name, host and ports.
std::string listed(const std::vector<const Provider*>& rows);

/// All that is known of one, fitted to the width.
std::string described(const Provider& provider, const Look& look);

} // namespace sallyport::ctl
