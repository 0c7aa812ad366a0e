// SPDX-License-Identifier: MIT
//
// A stand-in for the network: it gives out connections whose servers say what they were
// told to, one reply a read.
#pragma once

#include <algorithm>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/failure.h"
#include "deliver/delivery.h"
#include "net/route.h"
#include "support/talker.h"

namespace sallyport {

/// What a server says, reply by reply; then it hangs up. In front of one with an
/// exclamation mark a write fails.
using Script = std::deque<std::string>;

/// For each relay, by its host: a server for each of its addresses. One that says nothing
/// at all cannot be connected to; without any server there is no such host.
class ScriptedNetwork : public Network {
  public:
    std::unique_ptr<Route> route(const Relay& relay, Deadline run_deadline) override {
        asked.push_back(relay.host);
        deadline = run_deadline;
        if (servers[relay.host].empty())
            throw Failure(ExitStatus::no_host, Fault::relay, relay.host + ": no such host");
        if (!goes_on)
            next[relay.host] = 0;
        return std::make_unique<ScriptedRoute>(*this, relay.host);
    }

    std::map<std::string, std::vector<Script>> servers;
    std::vector<std::string> asked;
    std::string heard; ///< everything that was written, to whomever
    Deadline deadline;
    std::list<Talk> talks; ///< one for each connection that was made
    bool goes_on = false;  ///< a further route to a relay begins where the last one ended
    bool has_one_address = false; ///< so that each route is one connection
    std::map<std::string, std::size_t> next;

  private:
    class ScriptedRoute : public Route {
      public:
        ScriptedRoute(ScriptedNetwork& network, std::string host)
            : network_(network), host_(std::move(host)), servers_(network.servers[host_]) {}

        std::optional<Connection> connect() override {
            std::size_t& at = network_.next[host_];
            if (at == servers_.size() || (network_.has_one_address && asked_))
                return std::nullopt;
            asked_ = true;
            const Script& script = servers_[at++];
            if (script.empty())
                throw Failure(ExitStatus::temp_fail, Fault::relay, host_ + ": refused");
            Connection connection;
            connection.peer = host_ + std::to_string(at);
            connection.local_literal = "[192.0.2.9]";
            connection.stream = std::make_unique<Talker>(network_.begin_talk(script));
            return connection;
        }
        Securer& securer() override { throw std::logic_error("no TLS here"); }

      private:
        ScriptedNetwork& network_;
        std::string host_;
        std::vector<Script> servers_;
        bool asked_ = false;
    };

    Talk& begin_talk(const Script& script) {
        Talk& talk = talks.emplace_back();
        talk.all_heard = &heard;
        talk.marks = true;
        for (const std::string& reply : script) {
            talk.says.push_back(reply + "\r\n");
            if (reply.starts_with('!'))
                talk.says.back().front() = Talk::write_fails;
        }
        return talk;
    }
};

/// One that is reached in clear.
inline Relay plain_relay(const std::string& host) {
    Relay relay;
    relay.host = host;
    relay.tls = TlsMode::none;
    return relay;
}

inline std::vector<std::string> texts_of(const Report& report) {
    std::vector<std::string> all;
    for (const Recipient& outcome : report.recipients)
        all.push_back(outcome.text);
    return all;
}

const inline Script hello{"220 hi", "250 mail.example"};

inline Script operator+(Script script, const Script& more) {
    script.insert(script.end(), more.begin(), more.end());
    return script;
}

const inline Script takes_all =
    hello + Script{"250 sender", "250 recipient", "354 go", "250 2.0.0 Ok"};

} // namespace sallyport
