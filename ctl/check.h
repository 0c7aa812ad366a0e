// SPDX-License-Identifier: MIT
//
// `check`: why does it not work. What `setup` calls when it has written the file, too.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ctl/call.h"
#include "ctl/report.h"

namespace sallyport::ctl {

struct CheckWishes {
    std::optional<std::string> to; ///< a test message is sent there
    std::optional<std::string> from;
    std::optional<std::string> relay; ///< only this [relay NAME]
    std::vector<std::uint16_t> ports; ///< beside those configured; empty: the usual
    std::chrono::milliseconds port_timeout{5'000};
    bool log_in = true;
    bool verbose = false; ///< the dialogue is shown on standard error
};

/// Climbs for every relay. Never Failure for what a configuration, a server or the network
/// has wrong: that is what the report is for. Failure (64, local) where there is no relay
/// of that name.
CheckReport run_check(const ConfigurationSources& sources, const CheckWishes& wishes,
                      Console& console);

} // namespace sallyport::ctl
