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
    explicit Outcome(std::string to, std::string notify_when = {},
                     std::string original = {})
        : address(std::move(to)), notify(std::move(notify_when)),
          original_recipient(std::move(original)) {}

    std::string address;
    std::string notify;             ///< RFC 3461 4.1, or empty
    std::string original_recipient; ///< RFC 3461 4.2: "rfc822;" and xtext, or empty
    /// Nothing more is tried for this recipient: accepted, refused for good, or in doubt.
    bool decided = false;
    bool in_doubt = false;
    /// This relay has answered RCPT for it with 4xx: another relay may be asked.
    bool refused_here = false;
    /// A relay that was asked before this one may take it later.
    bool deferred = false;
    /// The transaction had no room for it (452, 552): the next one has.
    bool put_off = false;
    ExitStatus status = ExitStatus::temp_fail;
    int reply_code = 0;   ///< of the server's reply; 0 if there was none
    std::string enhanced; ///< RFC 3463
    std::string text;     ///< the server's reply, or our diagnosis: host, step, reason
    std::string relay;    ///< host[address]:port
    std::string tls;
    Delays delays;
};

} // namespace sallyport
