// SPDX-License-Identifier: MIT
//
// The real network: sockets and OpenSSL.
#pragma once

#include "net/route.h"

namespace sallyport {

class Internet : public Network {
  public:
    std::unique_ptr<Route> route(const Relay& relay, Deadline run_deadline) override;
};

} // namespace sallyport
