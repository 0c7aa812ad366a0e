// SPDX-License-Identifier: MIT
//
// One relay, asked for one session after the other: each over the next of its addresses and
// ports.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/settings.h"
#include "net/route.h"
#include "net/transcript.h"
#include "smtp/session.h"
#include "system/log.h"

namespace sallyport {

struct DeliveryContext {
    std::string host_name; ///< Identity::host_name
    Clock::time_point started;
    const Transcript& transcript;
    /// What a server's refusal suggests is told. It names the user and the configuration,
    /// which a client of -bs may have no business with.
    bool hints = true;
};

class Visit {
  public:
    /// Everything must outlive the visit, and the visit its sessions.
    Visit(const Relay& relay, Network& network, const DeliveryContext& context,
          const SenderSettings& sender, std::vector<std::string>& notes);

    /// A new session; null when all ways to the relay were used. Failure as Route and
    /// Session.
    std::unique_ptr<Session> next_session();

    /// All ways to the relay are to be used again.
    void start_over();

    [[nodiscard]] const Relay& relay() const { return relay_; }
    /// Of a run that began when the context says.
    [[nodiscard]] Deadline run_deadline() const;
    /// host[address]:port of the last connection, or empty.
    [[nodiscard]] const std::string& peer() const { return peer_; }
    /// How long the last connection took to make, and its session to begin.
    [[nodiscard]] const Delays& delays() const { return delays_; }

  private:
    void prepare();
    void tell_where_to() const;
    std::optional<Connection> connect(Route& route);
    void note(std::string text);
    bool log_in_by_pop();
    [[nodiscard]] std::string ehlo_name() const;

    const Relay& relay_;
    Network& network_;
    const DeliveryContext& context_;
    const SenderSettings& sender_;
    std::vector<std::string>& notes_;
    std::shared_ptr<const Secret> secret_;
    std::unique_ptr<Route> route_;     ///< null until the first session is asked for
    std::optional<Relay> pop_;         ///< the POP server to log in to first
    std::unique_ptr<Route> pop_route_; ///< until that is done
    std::string peer_;
    Delays delays_;
};

} // namespace sallyport
