// SPDX-License-Identifier: MIT
//
// The secret of a plan: where it comes from, and whether it looks like one.
#pragma once

#include "config/providers.h"
#include "ctl/answers.h"

namespace sallyport::ctl {

/// Whether an option says where the secret is. Failure (64, local): several do.
bool names_secret(const Options& options);

/// Puts the secret, or where it is, into `plan`, whose server and user are known. False:
/// nobody can be asked for it. `provider` may be null. Failure as answers() has it; 65 for
/// a secret that is not to be had from standard input.
bool answer_secret(const Options& options, const Console& console,
                   const Surroundings& surroundings, const Provider* provider, Plan& plan);

} // namespace sallyport::ctl
