// SPDX-License-Identifier: MIT
#include "ctl/ports.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/concat.h"

namespace sallyport::ctl {

namespace {

/// As the mail path has them, see Connector.
constexpr std::chrono::milliseconds next_address_after{250};
constexpr std::chrono::milliseconds next_port_after{1000};

/// What an errno of connecting says of a port.
PortState state_of(int error) {
    constexpr int without_a_way[] = {ENETUNREACH,   EHOSTUNREACH, ENETDOWN,
                                     EHOSTDOWN,     EACCES,       EPERM,
                                     EADDRNOTAVAIL, EAFNOSUPPORT, EINVAL};
    if (error == 0)
        return PortState::open;
    if (error == ETIMEDOUT)
        return PortState::silent;
    return std::ranges::find(without_a_way, error) != std::end(without_a_way)
               ? PortState::unreachable
               : PortState::refused;
}

/// The more telling, the higher. What is unreachable in one family says nothing of the
/// other.
int weight(const PortProbe& probe) {
    constexpr PortState in_order[] = {PortState::unreachable, PortState::silent,
                                      PortState::refused, PortState::open};
    return static_cast<int>(std::ranges::find(in_order, probe.state) - in_order);
}

/// The first of each family, in the order of interleave().
std::vector<Address> to_be_asked(const NameFacts& names,
                                 const std::optional<Address>& source) {
    std::vector<Address> addresses;
    for (const auto* family : {&names.v6, &names.v4}) {
        if (!family->empty() && (!source || family->front().family() == source->family()))
            addresses.push_back(family->front());
    }
    return addresses;
}

} // namespace

PortProbes::PortProbes(const NameFacts& names, std::span<const std::uint16_t> configured,
                       std::span<const std::uint16_t> others,
                       const std::optional<Address>& source) {
    const std::vector<Address> addresses = to_be_asked(names, source);
    const auto begin_all = [&](std::span<const std::uint16_t> ports) {
        for (const std::uint16_t port : ports) {
            if (std::ranges::find(ports_, port) != ports_.end())
                continue;
            ports_.push_back(port);
            for (const Address& address : addresses)
                begin(address, port, source);
        }
    };
    begin_all(configured);
    configured_ports_ = ports_.size();
    configured_probes_ = probes_.size();
    begin_all(others);
}

void PortProbes::begin(const Address& address, std::uint16_t port,
                       const std::optional<Address>& source) {
    PortProbe& probe = probes_.emplace_back();
    probe.address = address;
    probe.port = port;
    probe.fd = UniqueFd(::socket(address.family(),
                                 SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
    if (!probe.fd)
        return settle(probe, errno);
    if (source && ::bind(probe.fd.get(), &source->any, source->size()) != 0) {
        const int error = errno;
        settle(probe, error);
        probe.state = PortState::unreachable;
        probe.trouble =
            concat({"source_address ", source->text(), ": ", std::strerror(error)});
        return;
    }
    Address name = address;
    name.v6.sin6_port = htons(port); // an IPv4 address has it in the same place
    if (::connect(probe.fd.get(), &name.any, name.size()) == 0)
        settle(probe, 0);
    else if (errno != EINPROGRESS)
        settle(probe, errno);
}

void PortProbes::settle(PortProbe& probe, int error) {
    probe.settled = true;
    probe.state = state_of(error);
    probe.took = std::chrono::duration_cast<Milliseconds>(Clock::now() - begun_);
    if (error != 0)
        probe.trouble = std::strerror(error);
    probe.fd = UniqueFd();
}

bool PortProbes::await_one(std::size_t count, Deadline deadline) {
    std::vector<pollfd> watched;
    std::vector<std::size_t> indices;
    for (std::size_t i = 0; i < probes_.size(); ++i) {
        if (probes_[i].settled)
            continue;
        watched.push_back({probes_[i].fd.get(), POLLOUT, 0});
        indices.push_back(i);
    }
    if (indices.empty() || indices.front() >= count)
        return false;
    const int ready = ::poll(watched.data(), watched.size(), poll_timeout(deadline));
    for (std::size_t i = 0; i < watched.size() && ready > 0; ++i) {
        if (watched[i].revents == 0)
            continue;
        int error = 0;
        socklen_t size = sizeof error;
        ::getsockopt(watched[i].fd, SOL_SOCKET, SO_ERROR, &error, &size);
        settle(probes_[indices[i]], error);
    }
    return ready > 0 || Clock::now() < deadline;
}

/// Until when an earlier one that has no verdict yet is worth waiting for.
Deadline PortProbes::patience(Deadline deadline) const {
    const PortProbe* awaited = nullptr; // the first without a verdict
    for (std::size_t i = 0; i < configured_probes_; ++i) {
        const PortProbe& probe = probes_[i];
        if (!probe.settled && awaited == nullptr)
            awaited = &probe;
        if (probe.state != PortState::open)
            continue;
        if (awaited == nullptr)
            return Clock::now();
        const auto wait =
            awaited->port == probe.port ? next_address_after : next_port_after;
        deadline = std::min(deadline, begun_ + probe.took + wait);
    }
    return deadline;
}

void PortProbes::await_configured(Deadline deadline) {
    const std::size_t all = probes_.size();
    await_one(all, Clock::now()); // what is settled already
    Deadline until = patience(deadline);
    while (Clock::now() < until && await_one(configured_probes_, until))
        until = patience(deadline);
}

void PortProbes::await_others(Deadline deadline) {
    const std::size_t all = probes_.size();
    await_one(all, Clock::now());
    while (Clock::now() < deadline && await_one(all, deadline)) {
    }
}

PortReport PortProbes::report_of(std::uint16_t port) const {
    PortReport report;
    report.port = port;
    int best = -1;
    for (const PortProbe& probe : probes_) {
        if (probe.port != port || weight(probe) <= best)
            continue;
        best = weight(probe);
        report.state = probe.state;
        report.took = probe.settled
                          ? probe.took
                          : std::chrono::duration_cast<Milliseconds>(Clock::now() - begun_);
    }
    if (best < 0) // there was no address to ask
        report.state = PortState::unreachable;
    return report;
}

std::vector<PortReport> PortProbes::ports() const {
    std::vector<PortReport> reports;
    for (std::size_t i = 0; i < ports_.size(); ++i) {
        reports.push_back(report_of(ports_[i]));
        reports.back().configured = i < configured_ports_;
    }
    return reports;
}

const PortProbe* PortProbes::first_open() const {
    for (std::size_t i = 0; i < configured_probes_; ++i) {
        if (probes_[i].state == PortState::open)
            return &probes_[i];
    }
    return nullptr;
}

} // namespace sallyport::ctl
