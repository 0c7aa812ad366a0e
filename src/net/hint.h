// SPDX-License-Identifier: MIT
//
// What to do about what came back: the one table of hints. A hint is for whoever reads the
// diagnosis; no status, no failover and no retry depends on one.
#pragma once

#include <string>

#include "base/step.h"
#include "config/settings.h"

namespace sallyport {

/// "; " and one clause, or nothing where nobody can tell what would help. `step` and `what`
/// are those of the diagnosis "peer: step: what"; `what` is fit to be shown and begins with
/// the code where it is a reply. `mode` is how TLS begins on that port. No secret is in it:
/// a password or token is named by the place that it comes from.
std::string hint(const Relay& relay, TlsMode mode, Step step, const std::string& what);

} // namespace sallyport
