// SPDX-License-Identifier: MIT
//
// The network of a dialogue, in memory: the connections of its script, one after the other.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "net/route.h"
#include "support/dialogue.h"
#include "support/place.h"
#include "support/player.h"

namespace sallyport {

/// A connection under way: what streams over it share.
struct MemoryConnection {
    MemoryConnection(const Dialogue& dialogue, const ScriptedConnection& script,
                     bool octet_by_octet)
        : player(dialogue, script), read_limit(octet_by_octet ? 1 : std::string::npos) {}

    Player player;
    std::size_t read_limit; ///< octets a read
    std::string unread{};   ///< said by the server
};

class ScriptedNetwork : public Network {
  public:
    /// Both must outlive the network.
    ScriptedNetwork(const Dialogue& dialogue, const Place& place, bool octet_by_octet)
        : dialogue_(dialogue), place_(place), octet_by_octet_(octet_by_octet) {}

    std::unique_ptr<Route> route(const Relay& relay, Deadline run_deadline) override;

    /// Where the client left the script; empty if it did not. Asked when all is over.
    std::string complaint();

    /// For a route: the connection that the script has next. Null, with a complaint, if
    /// that is to another port.
    MemoryConnection* connect(std::uint16_t port);
    [[nodiscard]] bool refuses(std::uint16_t port) const;

  private:
    const Dialogue& dialogue_;
    const Place& place_;
    bool octet_by_octet_;
    std::vector<std::unique_ptr<MemoryConnection>> connections_{};
    std::string complaint_{};
};

} // namespace sallyport
