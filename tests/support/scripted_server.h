// SPDX-License-Identifier: MIT
//
// A server that plays a dialogue over TCP and TLS on the loopback interface.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/unique_fd.h"
#include "support/dialogue.h"
#include "unit/party.h"

namespace sallyport {

/// An authority, and what a server may show: a certificate that is good (""), or
/// "self-signed", "stranger" (an authority nobody knows), "wrong-name", "expired".
class Certificates {
  public:
    Certificates();

    [[nodiscard]] std::string authority() const { return authority_.pem(); }
    [[nodiscard]] SSL_CTX* context(const std::string& kind) const;

  private:
    void add(const std::string& kind, const Party& party);

    Party authority_{"authority", nullptr};
    std::map<std::string, Context> contexts_{};
};

class ScriptedServer {
  public:
    /// Binds a port for each of `port_names`. Everything must outlive the server.
    ScriptedServer(const Dialogue& dialogue, const std::set<std::string>& port_names,
                   const Certificates& certificates);
    ScriptedServer(const ScriptedServer&) = delete;
    ScriptedServer& operator=(const ScriptedServer&) = delete;
    ~ScriptedServer();

    [[nodiscard]] const std::map<std::string, std::uint16_t>& ports() const {
        return ports_;
    }

    /// The client has ended: says where it left the script; empty if it did not.
    std::string finish();

  private:
    struct Caller { ///< or a listener
        std::string port{};
        UniqueFd fd{};
    };

    void bind(const std::string& name);
    void serve();
    Caller accept();
    void play(const ScriptedConnection& script, UniqueFd fd);
    void complain(const std::string& what);

    const Dialogue& dialogue_;
    const Certificates& certificates_;
    std::vector<Caller> listeners_{};
    std::vector<UniqueFd> silent_{}; ///< bound, so that nobody else gets the port
    std::map<std::string, std::uint16_t> ports_{};
    UniqueFd client_ended_{}; ///< readable when it has
    UniqueFd end_{};          ///< to be closed when it has
    std::string complaint_{}; ///< of the thread, until it has ended
    std::thread thread_{};
};

} // namespace sallyport
