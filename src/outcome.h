// SPDX-License-Identifier: MIT
//
// What became of each recipient.
#pragma once

#include <string>
#include <utility>

#include "failure.h"
#include "log.h"

namespace sallyport {

struct Outcome {
    explicit Outcome(std::string to) : address(std::move(to)) {}

    std::string address;
    /// Nothing more is tried for this recipient: accepted, refused for good, or in doubt.
    bool decided = false;
    bool in_doubt = false;
    /// This relay has answered RCPT for it with 4xx: another relay may be asked.
    bool refused_here = false;
    /// The transaction had no room for it (452, 552): the next one has.
    bool put_off = false;
    ExitStatus status = ExitStatus::temp_fail;
    std::string enhanced; ///< RFC 3463
    std::string text;     ///< the server's reply, or our diagnosis: host, step, reason
    std::string relay;    ///< host[address]:port
    std::string tls;
    Delays delays;
};

} // namespace sallyport
