// SPDX-License-Identifier: MIT
//
// What a verb is called with, and the verbs. Each returns what the process exits with;
// Failure, which main() tells, where nothing of what was asked for could be done.
#pragma once

#include "config/configuration.h"
#include "ctl/console.h"
#include "ctl/options.h"

namespace sallyport::ctl {

struct Call {
    const Options& options;
    Console& console;
    /// As sallyport would read them: the file of -C, the environment, the system's file.
    ConfigurationSources sources;
};

int check(const Call& call);
int setup(const Call& call);
int providers(const Call& call);
int config(const Call& call);
int queue(const Call& call);
int completion(const Call& call);
int help(const Call& call);

} // namespace sallyport::ctl
