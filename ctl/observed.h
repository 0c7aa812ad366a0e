// SPDX-License-Identifier: MIT
//
// A network as it is, and what the server whose connection was secured last has proved
// itself with: no second handshake is needed for that.
#pragma once

#include <memory>

#include "ctl/report.h"
#include "net/route.h"

namespace sallyport::ctl {

class ObservedNetwork : public Network {
  public:
    /// `network` outlives this, and this its routes.
    explicit ObservedNetwork(Network& network) : network_(network) {}

    std::unique_ptr<Route> route(const Relay& relay, Deadline run_deadline) override;

    /// Of the last connection: how TLS begins there, and the certificate if it was
    /// verified.
    [[nodiscard]] const TlsReport& seen() const { return seen_; }

  private:
    Network& network_;
    TlsReport seen_;
};

} // namespace sallyport::ctl
