// SPDX-License-Identifier: MIT
//
// What one run works with, once argv and the configuration have been read.
#pragma once

#include <unistd.h>

#include "config/invocation.h"
#include "config/settings.h"
#include "message/envelope.h"
#include "net/route.h"
#include "net/transcript.h"
#include "system/log.h"

namespace sallyport {

class OpenQueue;

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
    const OpenQueue* queue = nullptr; ///< opened with privileges; null: it is not open
};

} // namespace sallyport
