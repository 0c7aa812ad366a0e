// SPDX-License-Identifier: MIT
//
// One plan carried out, in a directory of its own: servers, clients one scene after the
// other, then all is well, the queue is emptied, and what was promised is looked for.
#pragma once

#include <string>
#include <vector>

#include <openssl/ssl.h>

#include "trials/plan.h"
#include "trials/tracer.h"
#include "trials/verdict.h"

namespace sallyport::trials {

/// What all trials share.
struct Surroundings {
    std::string program;
    std::string authority; ///< a file in PEM
    SSL_CTX* context = nullptr;
};

struct Outcome {
    Tally tally;
    std::size_t promises = 0;
    unsigned clients = 0;
    unsigned killed = 0;
    unsigned failed_calls = 0;
    unsigned cuts = 0;
    std::vector<Finding> findings;
    std::vector<Point> seen; ///< calls of the last client that the plan has
    std::string story;       ///< what was done, a line each
};

/// This process must have one thread, and no other use: it may get disks of its own.
Outcome carry_out(const Plan& plan, const std::string& directory,
                  const Surroundings& surroundings);

} // namespace sallyport::trials
