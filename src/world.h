// SPDX-License-Identifier: MIT
//
// What one run works with, once argv and the configuration have been read.
#pragma once

#include <unistd.h>

#include "envelope.h"
#include "invocation.h"
#include "log.h"
#include "route.h"
#include "settings.h"
#include "transcript.h"

namespace sallyport {

/// Everything must outlive the run; the descriptors stay whose they are.
struct World {
    const Invocation& invocation;
    const Settings& settings;
    const Identity& identity;
    Log& log;
    Network& network;
    const Transcript& transcript;
    Clock::time_point started;
    int input = STDIN_FILENO;
    int output = STDOUT_FILENO;
    int error = STDERR_FILENO;
};

} // namespace sallyport
