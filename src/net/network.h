// SPDX-License-Identifier: MIT
//
// The real network: sockets and OpenSSL.
#pragma once

#include "net/route.h"
#include "net/transcript.h"

namespace sallyport {

class Internet : public Network {
  public:
    /// `transcript` outlives every route, and is told of what a proxy is asked.
    explicit Internet(const Transcript& transcript) : transcript_(transcript) {}

    std::unique_ptr<Route> route(const Relay& relay, Deadline run_deadline) override;

  private:
    const Transcript& transcript_;
};

} // namespace sallyport
