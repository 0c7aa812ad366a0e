// SPDX-License-Identifier: MIT
#include "deliver/visit.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/concat.h"
#include "base/failure.h"
#include "net/trust.h"
#include "smtp/pop.h"
#include "system/secret.h"
#include "text/host_name.h"

namespace sallyport {

namespace {

std::chrono::milliseconds between(Clock::time_point from, Clock::time_point to) {
    return std::chrono::round<std::chrono::milliseconds>(to - from);
}

} // namespace

Visit::Visit(const Relay& relay, Network& network, const DeliveryContext& context,
             const SenderSettings& sender, std::vector<std::string>& notes)
    : relay_(relay), network_(network), context_(context), sender_(sender), notes_(notes) {}

std::unique_ptr<Session> Visit::next_session() {
    peer_.clear();
    if (!route_)
        prepare();
    const auto begun = Clock::now();
    if (pop_route_ && !log_in_by_pop())
        return nullptr;
    auto connection = connect(*route_);
    if (!connection)
        return nullptr;
    const auto connected = Clock::now();
    delays_.connect = between(begun, connected);
    auto session =
        std::make_unique<Session>(std::move(*connection), relay_,
                                  SessionContext{ehlo_name(), secret_, context_.transcript,
                                                 run_deadline(), notes_, context_.hints},
                                  *route_);
    delays_.session = between(connected, Clock::now());
    return session;
}

std::optional<Connection> Visit::connect(Route& route) {
    context_.transcript.begin(Step::connect);
    auto connection = route.connect();
    if (connection) {
        peer_ = connection->peer;
        context_.transcript.remark(Step::connect, concat({peer_, ": connected"}));
    }
    return connection;
}

/// For -v: what is about to be waited for, and what has it so.
void Visit::tell_where_to() const {
    std::string text = concat({relay_.origin, ": connecting to ", relay_.host});
    if (!relay_.srv && !relay_.is_local()) {
        for (const std::uint16_t port : relay_.port) {
            const TlsMode mode = relay_.tls_mode(port);
            text += concat({", port ", std::to_string(port),
                            mode == TlsMode::implicit   ? " (TLS)"
                            : mode == TlsMode::starttls ? " (STARTTLS)"
                                                        : " (no TLS)"});
        }
    }
    context_.transcript.remark(Step::none, text);
}

/// Gets the secret and the route, once for all sessions.
void Visit::prepare() {
    if (context_.transcript.wanted())
        tell_where_to();
    LoadedSecret loaded;
    if (relay_.auth_wanted || relay_.pop_before)
        loaded = load_secret(
            relay_.secret, std::min(run_deadline(), Clock::now() + relay_.connect_timeout));
    secret_ = std::move(loaded.secret);
    note(std::move(loaded.note));
    if (relay_.tls != TlsMode::none && relay_.tls_ca.empty() && !relay_.tls_pin_only)
        note(unusable_variable());
    if (relay_.pop_before) {
        pop_.emplace(relay_);
        pop_->host = relay_.pop_before->host;
        pop_->port = std::vector{relay_.pop_before->port};
        pop_->tls = relay_.pop_before->tls;
        pop_->tls_name.clear();
        pop_->srv = false;
        pop_route_ = network_.route(*pop_, run_deadline());
    }
    start_over();
}

void Visit::note(std::string text) {
    if (!text.empty())
        notes_.push_back(std::move(text));
}

void Visit::start_over() {
    route_ = network_.route(relay_, run_deadline());
}

/// Once, over the next of the server's addresses; false when all were used.
bool Visit::log_in_by_pop() {
    auto connection = connect(*pop_route_);
    if (!connection)
        return false;
    const auto now = Clock::now();
    const Deadline end = std::min(run_deadline(), now + relay_.timeout);
    sallyport::log_in_by_pop(
        std::move(*connection), pop_route_->securer(), *pop_->tls, relay_.user, *secret_,
        {std::min(end, now + relay_.greeting_timeout), end}, context_.transcript);
    pop_route_.reset();
    return true;
}

Deadline Visit::run_deadline() const {
    return relay_.deadline.count() > 0 ? context_.started + relay_.deadline
                                       : Deadline::max();
}

/// RFC 5321 4.1.1.1: a full name if one is to be had without a look-up; the address literal
/// of the connection will do otherwise.
std::string Visit::ehlo_name() const {
    if (!relay_.helo.empty())
        return relay_.helo;
    if (is_host_name(sender_.domain, Naming::strict))
        return sender_.domain;
    const std::string& name = context_.host_name;
    const bool full =
        name.find('.') != std::string::npos && is_host_name(name, Naming::strict);
    return full ? name : std::string();
}

} // namespace sallyport
