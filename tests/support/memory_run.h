// SPDX-License-Identifier: MIT
//
// A dialogue run in memory: everything is real but the network.
#pragma once

#include <string>
#include <vector>

#include "support/dialogue.h"

namespace sallyport {

/// Plays the script to carry_out(), giving it one octet a read if `octet_by_octet`. Returns
/// what is not as the dialogue says.
std::vector<std::string> run_in_memory(const Dialogue& dialogue, bool octet_by_octet);

} // namespace sallyport
