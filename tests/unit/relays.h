// SPDX-License-Identifier: MIT
//
// A stand-in for the network: it gives out connections whose servers say what they were
// told to, one reply a read.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/failure.h"
#include "deliver/delivery.h"
#include "net/route.h"

namespace sallyport {

/// What a server says, reply by reply; then it hangs up. In front of one with an
/// exclamation mark a write fails.
using Script = std::deque<std::string>;

class ScriptedStream : public Stream {
  public:
    ScriptedStream(Script script, std::string& heard, std::vector<Deadline>& deadlines)
        : script_(std::move(script)), heard_(heard), deadlines_(deadlines) {}

    Transfer read(std::span<char> buffer, Deadline /*deadline*/) override {
        if (script_.empty())
            return {0, "connection closed by the server"};
        const std::string reply = script_.front() + "\r\n";
        script_.pop_front();
        std::copy(reply.begin(), reply.end(), buffer.begin());
        return {reply.size(), {}};
    }
    Transfer write(std::string_view octets, Deadline deadline) override {
        deadlines_.push_back(deadline);
        if (!script_.empty() && script_.front().starts_with('!')) {
            script_.front().erase(0, 1);
            return {0, "Broken pipe"};
        }
        heard_ += octets;
        return {octets.size(), {}};
    }

  private:
    Script script_;
    std::string& heard_;
    std::vector<Deadline>& deadlines_;
};

/// For each relay, by its host: a server for each of its addresses. One that says nothing
/// at all cannot be connected to; without any server there is no such host.
class ScriptedNetwork : public Network {
  public:
    struct Place : Route {
        std::optional<Connection> connect() override {
            if (*next == servers.size())
                return std::nullopt;
            const Script& script = servers[(*next)++];
            if (script.empty())
                throw Failure(ExitStatus::temp_fail, Fault::relay, host + ": refused");
            Connection connection;
            connection.peer = host + std::to_string(*next);
            connection.local_literal = "[192.0.2.9]";
            connection.stream =
                std::make_unique<ScriptedStream>(script, *heard, *deadlines);
            return connection;
        }
        Securer& securer() override { throw std::logic_error("no TLS here"); }

        std::string host;
        std::vector<Script> servers;
        std::string* heard = nullptr;
        std::vector<Deadline>* deadlines = nullptr;
        std::size_t* next = nullptr;
    };

    std::unique_ptr<Route> route(const Relay& relay, Deadline run_deadline) override {
        asked.push_back(relay.host);
        deadline = run_deadline;
        if (servers[relay.host].empty())
            throw Failure(ExitStatus::no_host, Fault::relay, relay.host + ": no such host");
        auto place = std::make_unique<Place>();
        place->host = relay.host;
        place->servers = servers[relay.host];
        place->heard = &heard;
        place->deadlines = &deadlines;
        place->next = &next[relay.host];
        if (!goes_on)
            *place->next = 0;
        return place;
    }

    std::map<std::string, std::vector<Script>> servers;
    std::vector<std::string> asked;
    std::string heard; ///< everything that was written, to whomever
    Deadline deadline;
    std::vector<Deadline> deadlines; ///< of each write
    bool goes_on = false; ///< a further route to a relay begins where the last one ended
    std::map<std::string, std::size_t> next;
};

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
