// SPDX-License-Identifier: MIT
//
// A dialogue run with the program itself, over TCP and TLS.
#pragma once

#include <string>
#include <vector>

#include "support/dialogue.h"
#include "support/scripted_server.h"

namespace sallyport {

/// Runs $SALLYPORT against a server that plays the script. Returns what is not as the
/// dialogue says.
std::vector<std::string> run_program(const Dialogue& dialogue,
                                     const Certificates& certificates);

} // namespace sallyport
