// SPDX-License-Identifier: MIT
//
// Which ports lead out, asked in parallel, by connections of their own: the first address
// of each family at once, so that a dead IPv6 shows. Nothing is ever written to one, and
// one that is open is closed again at once: servers limit how many a client may have.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/stream.h"
#include "base/unique_fd.h"
#include "ctl/names.h"
#include "ctl/report.h"

namespace sallyport::ctl {

/// One attempt, to one address at one port.
struct PortProbe {
    Address address;
    std::uint16_t port = 0;
    PortState state = PortState::silent; ///< until it is told otherwise
    bool settled = false;
    std::string trouble; ///< "Connection refused", or empty
    Milliseconds took{};
    UniqueFd fd{}; ///< while it is not settled
};

class PortProbes {
  public:
    /// Begins all of them, from `source` where it is set: then addresses of the other
    /// family are left out, as a delivery does. `configured`: those that a delivery would
    /// use, in its order; `others` are never waited for.
    PortProbes(const NameFacts& names, std::span<const std::uint16_t> configured,
               std::span<const std::uint16_t> others, const std::optional<Address>& source);

    /// Waits until some configured port is open and each before it in the order has its
    /// verdict, or all configured ones have theirs, or `deadline` has passed. For an
    /// earlier one it waits as long as a delivery would: 1 s after a later port has opened,
    /// 250 ms after another address of the same port.
    void await_configured(Deadline deadline);
    /// Takes in what has answered by now, waiting until `deadline` at most for the rest.
    void await_others(Deadline deadline);

    /// A line for each port: the configured first, in their order.
    [[nodiscard]] std::vector<PortReport> ports() const;
    /// Those of the configured ports first, in the order in which a delivery would take
    /// them.
    [[nodiscard]] const std::vector<PortProbe>& probes() const { return probes_; }
    /// The first open probe of a configured port, in the order in which a delivery would
    /// take it; null: none.
    [[nodiscard]] const PortProbe* first_open() const;

  private:
    void begin(const Address& address, std::uint16_t port,
               const std::optional<Address>& source);
    void settle(PortProbe& probe, int error);
    /// Takes in what comes by `deadline`. False where nothing is left to wait for among the
    /// first `count`.
    bool await_one(std::size_t count, Deadline deadline);
    [[nodiscard]] Deadline patience(Deadline deadline) const;
    [[nodiscard]] PortReport report_of(std::uint16_t port) const;

    std::vector<PortProbe> probes_;
    std::vector<std::uint16_t> ports_;  ///< each once
    std::size_t configured_ports_ = 0;  ///< so many of ports_, the first
    std::size_t configured_probes_ = 0; ///< so many of probes_, the first
    Clock::time_point begun_ = Clock::now();
};

} // namespace sallyport::ctl
