// SPDX-License-Identifier: MIT
#include "support/scripted_server.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "support/channel.h"
#include "support/player.h"

namespace sallyport {

namespace {

constexpr int patience = 60'000; // milliseconds for a client that does not come
constexpr const char* names = "IP:127.0.0.1, DNS:mx.example";

unsigned records_of(const Channel& channel) {
    unsigned records = 0;
    for (const Flight& flight : channel.flights())
        records += flight.records;
    return records;
}

/// False at the end of the connection.
bool hear(Player& player, Channel& channel) {
    const unsigned before = records_of(channel);
    std::string octets;
    if (!channel.read(octets)) {
        player.end();
        return false;
    }
    player.hear(octets, channel.protocol() == "none" ? 0 : records_of(channel) - before);
    return player.complaint().empty();
}

/// Until the client hangs up.
void read_in_vain(Channel& channel) {
    std::string octets;
    while (channel.read(octets))
        octets.clear();
}

/// One step of the script. False when there is no further one.
bool play_step(const Event& step, Player& player, Channel& channel, int socket,
               const Certificates& certificates) {
    const linger at_once{1, 0};
    switch (step.kind) {
    case Event::Kind::hear:
        return hear(player, channel);
    case Event::Kind::say:
        channel.queue(step.text);
        channel.flush();
        player.pass();
        return true;
    case Event::Kind::tls:
        if (!channel.accept_tls(certificates.context(step.text)) && step.text.empty()) {
            player.complain("no handshake");
            return false;
        }
        player.pass();
        return true;
    case Event::Kind::close:
        ::shutdown(socket, SHUT_WR);
        read_in_vain(channel);
        return false;
    case Event::Kind::reset:
        ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        return false;
    case Event::Kind::stall:
        read_in_vain(channel);
        return false;
    case Event::Kind::broken:
        player.complain("a step that is for memory only");
        return false;
    }
    return false;
}

} // namespace

Certificates::Certificates() {
    const Party stranger("authority", nullptr);
    const Extent here{.authority = false, .alternative_names = names};
    const Extent elsewhere{.authority = false,
                           .alternative_names = "DNS:elsewhere.example"};
    const Extent past{
        .authority = false, .alternative_names = names, .from = -7200, .until = -3600};
    add("", Party("mx", &authority_, here));
    add("stranger", Party("mx", &stranger, here));
    add("self-signed", Party("mx", nullptr, here));
    add("wrong-name", Party("mx", &authority_, elsewhere));
    add("expired", Party("mx", &authority_, past));
}

void Certificates::add(const std::string& kind, const Party& party) {
    Context context(SSL_CTX_new(TLS_server_method()));
    if (context == nullptr ||
        SSL_CTX_use_certificate(context.get(), party.certificate.get()) != 1 ||
        SSL_CTX_use_PrivateKey(context.get(), party.key.get()) != 1)
        throw std::runtime_error("OpenSSL does not take a certificate that it made");
    contexts_[kind] = std::move(context);
}

SSL_CTX* Certificates::context(const std::string& kind) const {
    return contexts_.at(kind).get();
}

ScriptedServer::ScriptedServer(const Dialogue& dialogue,
                               const std::set<std::string>& port_names,
                               const Certificates& certificates)
    : dialogue_(dialogue), certificates_(certificates) {
    for (const auto& name : port_names)
        bind(name);
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        throw std::runtime_error("no pipe can be made");
    client_ended_ = UniqueFd(ends[0]);
    end_ = UniqueFd(ends[1]);
    thread_ = std::thread([this] { serve(); });
}

ScriptedServer::~ScriptedServer() {
    finish();
}

std::string ScriptedServer::finish() {
    end_ = UniqueFd();
    if (thread_.joinable())
        thread_.join();
    return complaint_;
}

void ScriptedServer::bind(const std::string& name) {
    UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const where = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    const bool listens = !dialogue_.refused.contains(name);
    if (::bind(fd.get(), where, size) != 0 || (listens && ::listen(fd.get(), 8) != 0) ||
        ::getsockname(fd.get(), where, &size) != 0)
        throw std::runtime_error("no port can be had on 127.0.0.1");
    ports_[name] = ntohs(address.sin_port);
    if (listens)
        listeners_.push_back({name, std::move(fd)});
    else
        silent_.push_back(std::move(fd));
}

void ScriptedServer::serve() {
    auto script = dialogue_.connections.begin();
    for (Caller caller = accept(); caller.fd; caller = accept()) {
        if (script == dialogue_.connections.end() || script->port != caller.port)
            complain("a connection to the port \"" + caller.port + "\"");
        else
            play(*script++, std::move(caller.fd));
    }
    if (script != dialogue_.connections.end())
        complain("line " + std::to_string(script->line) + ": the client did not connect");
}

/// Who calls next, on whatever port; nobody once the client has ended.
ScriptedServer::Caller ScriptedServer::accept() {
    std::vector<pollfd> watched;
    for (const Caller& listener : listeners_)
        watched.push_back({listener.fd.get(), POLLIN, 0});
    watched.push_back({client_ended_.get(), POLLIN, 0});
    if (::poll(watched.data(), watched.size(), patience) <= 0)
        return {};
    for (std::size_t i = 0; i < listeners_.size(); ++i) {
        if ((watched[i].revents & POLLIN) != 0)
            return {listeners_[i].port,
                    UniqueFd(::accept4(watched[i].fd, nullptr, nullptr, SOCK_CLOEXEC))};
    }
    return {};
}

void ScriptedServer::play(const ScriptedConnection& script, UniqueFd fd) {
    const UniqueFd socket(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 0));
    Channel channel(std::move(fd));
    Player player(dialogue_, script);
    while (const Event* const step = player.next()) {
        if (!play_step(*step, player, channel, socket.get(), certificates_))
            break;
    }
    std::string octets;
    if (player.next() == nullptr && channel.read(octets))
        player.hear(octets, 0);
    if (!player.complaint().empty())
        complain(player.complaint());
}

void ScriptedServer::complain(const std::string& what) {
    if (complaint_.empty())
        complaint_ = what;
}

} // namespace sallyport
