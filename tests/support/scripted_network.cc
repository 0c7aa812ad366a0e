// SPDX-License-Identifier: MIT
#include "support/scripted_network.h"

#include <algorithm>
#include <utility>

#include "base/failure.h"

namespace sallyport {

namespace {

constexpr const char* left_script = "the client left the script";

/// A connection of the script as the client has it: in clear, and the stand-in for TLS,
/// whose far end has proved who it is because the script says so.
class ScriptStream : public VerifiedStream {
  public:
    explicit ScriptStream(MemoryConnection& connection) : connection_(connection) {}

    Transfer read(std::span<char> buffer, Deadline /*deadline*/) override {
        Player& player = connection_.player;
        std::string& unread = connection_.unread;
        const Event* const step = player.next();
        if (!player.complaint().empty())
            return {0, left_script};
        if (unread.empty() &&
            (step == nullptr || step->kind == Event::Kind::hear ||
             step->kind == Event::Kind::tls || step->kind == Event::Kind::broken)) {
            player.complain("the client waits for a reply");
            return {0, left_script};
        }
        if (unread.empty() && step->kind != Event::Kind::say)
            return {0, trouble(step->kind)};
        if (unread.empty()) {
            unread = step->text;
            player.pass();
        }
        const std::size_t size =
            std::min({unread.size(), buffer.size(), connection_.read_limit});
        unread.copy(buffer.data(), size);
        unread.erase(0, size);
        return {size, {}};
    }

    Transfer write(std::string_view octets, Deadline /*deadline*/) override {
        Player& player = connection_.player;
        const Event* const step = player.next();
        if (step != nullptr &&
            (step->kind == Event::Kind::close || step->kind == Event::Kind::stall))
            return {octets.size(),
                    {}}; // what nobody reads any more is written all the same
        if (step != nullptr && step->kind == Event::Kind::reset)
            return {0, trouble(step->kind)};
        if (step != nullptr && step->kind == Event::Kind::broken) {
            player.pass();
            return {0, "Broken pipe"};
        }
        if (!connection_.unread.empty())
            player.complain("before it had read " + visible(connection_.unread) +
                            " the client wrote " + visible(octets));
        player.hear(octets, 1);
        if (!player.complaint().empty())
            return {0, left_script};
        return {octets.size(), {}};
    }

    [[nodiscard]] std::string protocol() const override { return "TLSv1.3"; }

  private:
    static const char* trouble(Event::Kind kind) {
        if (kind == Event::Kind::stall)
            return "timed out";
        return kind == Event::Kind::reset ? "Connection reset by peer"
                                          : "connection closed by the server";
    }

    MemoryConnection& connection_;
};

class ScriptSecurer : public Securer {
  public:
    void watch(MemoryConnection& connection) { connection_ = &connection; }

    std::unique_ptr<VerifiedStream> secure(std::unique_ptr<Stream> /*plain*/,
                                           const std::string& peer,
                                           Deadline /*deadline*/) override {
        Player& player = connection_->player;
        const Event* const step = player.next();
        if (step == nullptr || step->kind != Event::Kind::tls ||
            !connection_->unread.empty()) {
            player.complain("the client begins TLS");
            throw Failure(ExitStatus::software, Fault::local, peer + ": " + left_script);
        }
        player.pass();
        return std::make_unique<ScriptStream>(*connection_);
    }

  private:
    MemoryConnection* connection_ = nullptr;
};

class ScriptRoute : public Route {
  public:
    ScriptRoute(ScriptedNetwork& network, const Relay& relay)
        : network_(network), relay_(relay) {}

    std::optional<Connection> connect() override {
        if (relay_.host.ends_with(".invalid"))
            throw Failure(ExitStatus::no_host, Fault::relay,
                          relay_.host + ": looking up the name: Name or service not known"
                                        "; is it spelled right?",
                          "5.4.4");
        std::string trouble;
        while (next_ < relay_.port.size()) {
            const std::uint16_t port = relay_.port[next_++];
            const std::string where = "[127.0.0.1]:" + std::to_string(port);
            if (network_.refuses(port)) {
                trouble += (trouble.empty() ? "" : ", ") + where + ": Connection refused";
                continue;
            }
            MemoryConnection* const connection = network_.connect(port);
            if (connection == nullptr)
                throw Failure(ExitStatus::software, Fault::local, left_script);
            securer_.watch(*connection);
            return Connection{std::make_unique<ScriptStream>(*connection),
                              relay_.host + where, port, "[127.0.0.1]"};
        }
        if (trouble.empty())
            return std::nullopt;
        throw Failure(ExitStatus::temp_fail, Fault::relay,
                      relay_.host + ": connecting: " + trouble +
                          "; nothing listens there: check host and port",
                      "4.4.1");
    }

    Securer& securer() override { return securer_; }

  private:
    ScriptedNetwork& network_;
    const Relay& relay_;
    std::size_t next_ = 0; ///< of the relay's ports
    ScriptSecurer securer_;
};

} // namespace

std::unique_ptr<Route> ScriptedNetwork::route(const Relay& relay, Deadline /*deadline*/) {
    return std::make_unique<ScriptRoute>(*this, relay);
}

std::string ScriptedNetwork::complaint() {
    for (const auto& connection : connections_) {
        connection->player.end();
        if (complaint_.empty())
            complaint_ = connection->player.complaint();
    }
    if (complaint_.empty() && connections_.size() < dialogue_.connections.size())
        complaint_ = dialogue_.name + ".txt:" +
                     std::to_string(dialogue_.connections[connections_.size()].line) +
                     ": the client did not connect";
    return complaint_;
}

MemoryConnection* ScriptedNetwork::connect(std::uint16_t port) {
    const std::size_t index = connections_.size();
    if (index == dialogue_.connections.size() ||
        place_.port(dialogue_.connections[index].port) != port) {
        complaint_ = dialogue_.name + ".txt: a connection to port " + std::to_string(port) +
                     ", which the script does not have next";
        return nullptr;
    }
    connections_.push_back(std::make_unique<MemoryConnection>(
        dialogue_, dialogue_.connections[index], octet_by_octet_));
    return connections_.back().get();
}

bool ScriptedNetwork::refuses(std::uint16_t port) const {
    return std::ranges::any_of(dialogue_.refused, [&](const std::string& name) {
        return place_.port(name) == port;
    });
}

} // namespace sallyport
