// SPDX-License-Identifier: MIT
#include "ctl/ways.h"

#include <algorithm>
#include <utility>

#include "base/concat.h"
#include "config/providers.h"
#include "config/values.h"
#include "ctl/exit.h"
#include "ctl/provider_facts.h"
#include "ctl/words.h"
#include "net/srv.h"
#include "text/ascii.h"
#include "text/host_name.h"
#include "text/printable.h"

namespace sallyport::ctl {

namespace {

Symptom symptom(const Relay& relay, Rung rung, std::string found) {
    Symptom seen;
    seen.relay = &relay;
    seen.provider = provider_key(relay);
    seen.rung = rung;
    seen.found = std::move(found);
    return seen;
}

/// A host of the table that `host` may be meant to be, or empty.
std::string nearest_host(const std::string& host) {
    const std::string name = lower_case(host);
    std::size_t best = 3;
    std::string nearest;
    for (const Provider& row : provider_table()) {
        if (!is_host_name(row.host, Naming::strict))
            continue;
        const std::size_t far = distance(name, row.host);
        if (far == 0 || far >= best)
            continue;
        best = far;
        nearest = row.host;
    }
    return nearest;
}

bool nobody_answers(const std::string& trouble) {
    return trouble.find("Temporary failure") != trouble.npos ||
           trouble.find("timed out") != trouble.npos ||
           trouble.find("no answer") != trouble.npos;
}

Symptom no_resolver(const Relay& relay, std::string trouble) {
    Symptom seen = symptom(relay, Rung::names, "no-resolver");
    const auto servers = name_servers();
    if (!servers.empty())
        seen.words["list"] = printable(joined(servers, ", "), 200);
    seen.reply = std::move(trouble);
    return seen;
}

bool is_shut(const PortReport& port) {
    return port.state == PortState::silent || port.state == PortState::unreachable;
}

/// An open port to name, or empty: one that is no relay's among servers comes last.
std::string open_port(const std::vector<PortReport>& ports) {
    const PortReport* best = nullptr;
    for (const PortReport& each : ports) {
        const bool better = best == nullptr || best->port == 25;
        if (each.state == PortState::open && better)
            best = &each;
    }
    return best != nullptr && best->port != 25 ? std::to_string(best->port) : std::string();
}

const PortProbe* refused_probe(const PortProbes& probes,
                               const std::vector<PortReport>& ports) {
    for (const PortReport& each : ports) {
        if (!each.configured || each.state != PortState::refused)
            continue;
        const auto found =
            std::ranges::find_if(probes.probes(), [&](const PortProbe& probe) {
                return probe.port == each.port && probe.state == PortState::refused;
            });
        if (found != probes.probes().end())
            return &*found;
    }
    return nullptr;
}

/// Why none of the configured ports is open: the row that says it.
std::string found_by(const std::vector<PortReport>& ports, const std::string& open) {
    const auto configured = [](const PortReport& each) { return each.configured; };
    const auto unreachable = [](const PortReport& each) {
        return !each.configured || each.state == PortState::unreachable;
    };
    if (std::ranges::all_of(ports, unreachable) && open.empty())
        return "unreachable";
    if (std::ranges::all_of(ports, is_shut))
        return "all-shut";
    const bool only_25 = std::ranges::all_of(ports, [&](const PortReport& each) {
        return !configured(each) || each.port == 25;
    });
    return only_25 ? "port25-shut" : "port-shut";
}

std::string first_configured(const std::vector<PortReport>& ports) {
    const auto first = std::ranges::find_if(ports, &PortReport::configured);
    return first != ports.end() ? std::to_string(first->port) : std::string();
}

} // namespace

std::string provider_key(const Relay& relay) {
    if (!relay.provider.empty())
        return relay.provider.substr(0, relay.provider.find(':'));
    const Provider* const row = provider_of_host(relay.host);
    return row != nullptr ? row->key : std::string();
}

Target target_of(const Relay& relay, Deadline deadline) {
    if (!relay.srv)
        return {relay.host, relay.port};
    const auto services = look_up_services(relay.host, relay.tls, deadline);
    Target target{services.front().target, {}, services.front().tls};
    for (const Service& service : services) {
        if (service.target == target.host && service.tls == target.tls)
            target.ports.push_back(service.port);
    }
    return target;
}

Trouble no_services(const Relay& relay, const Failure& failure) {
    const bool none = failure.status() == ExitStatus::no_host;
    Trouble trouble;
    trouble.symptom = none ? symptom(relay, Rung::names, "no-srv")
                           : no_resolver(relay, printable(failure.what()));
    trouble.symptom.words["domain"] = printable(relay.host);
    trouble.text = printable(failure.what());
    trouble.status = number(failure.status());
    return trouble;
}

Trouble no_names(const Relay& relay, const std::string& host, const NameFacts& names) {
    Trouble trouble;
    trouble.text = printable(names.trouble.empty() ? "no address" : names.trouble, 200);
    trouble.status =
        number(names.status == ExitStatus::ok ? ExitStatus::temp_fail : names.status);
    if (names.missing) {
        trouble.symptom = symptom(relay, Rung::names, "no-such-host");
        trouble.symptom.words["host"] = printable(host);
        if (const std::string nearest = nearest_host(host); !nearest.empty())
            trouble.symptom.words["nearest"] = nearest;
    } else if (nobody_answers(names.trouble)) {
        trouble.symptom = no_resolver(relay, trouble.text);
    } else {
        trouble.symptom = symptom(relay, Rung::names, "no-address");
        trouble.symptom.words["reason"] = trouble.text;
    }
    return trouble;
}

std::optional<Address> source_of(const Relay& relay, Deadline deadline) {
    if (relay.source_address.empty())
        return std::nullopt;
    return resolve(relay.source_address, IpFamily::any, deadline).or_throw().front();
}

NameFacts reachable_from(const std::optional<Address>& source, NameFacts names) {
    if (!source)
        return names;
    const bool had = !names.v4.empty() || !names.v6.empty();
    (source->family() == AF_INET ? names.v6 : names.v4).clear();
    if (had && names.v4.empty() && names.v6.empty())
        names.trouble = concat(
            {tr("it has no address of the kind of source_address "), source->text()});
    return names;
}

Trouble no_port(const Relay& relay, const std::string& host, const PortProbes& probes) {
    const auto ports = probes.ports();
    Trouble trouble;
    trouble.text = port_text(ports);
    trouble.status = number(ExitStatus::temp_fail);
    const std::string open = open_port(ports);
    const PortProbe* const refused = refused_probe(probes, ports);
    const Provider* const exchanger = provider_of_exchanger(host);
    Symptom& seen = trouble.symptom;
    seen =
        symptom(relay, Rung::ports, refused != nullptr ? "refused" : found_by(ports, open));
    seen.words["p"] = first_configured(ports);
    if (!open.empty())
        seen.words["q"] = open;
    if (refused != nullptr) {
        seen.words["p"] = std::to_string(refused->port);
        seen.words["peer"] =
            concat({printable(host), refused->address.text(refused->port)});
        seen.reply = printable(refused->trouble);
    }
    if (exchanger != nullptr) {
        seen.found = "mx-as-host";
        seen.words["preset"] = exchanger->key;
    }
    return trouble;
}

std::vector<Symptom> detours(const Relay& relay, const PortProbes& probes) {
    std::vector<Symptom> found;
    const PortProbe* const open = probes.first_open();
    if (open == nullptr)
        return found;
    for (const PortReport& each : probes.ports()) {
        if (!each.configured || each.port == open->port)
            break;
        if (each.state != PortState::silent)
            continue;
        Symptom seen =
            symptom(relay, Rung::ports, each.port == 25 ? "port25-shut" : "port-shut");
        seen.words["p"] = std::to_string(each.port);
        seen.words["q"] = std::to_string(open->port);
        found.push_back(std::move(seen));
    }
    const auto any = [&](int family, PortState state) {
        return std::ranges::any_of(probes.probes(), [&](const PortProbe& probe) {
            return probe.port == open->port && probe.address.family() == family &&
                   probe.state == state;
        });
    };
    if (any(AF_INET6, PortState::silent) && any(AF_INET, PortState::open))
        found.push_back(symptom(relay, Rung::ports, "v6-dead"));
    return found;
}

std::string port_text(const std::vector<PortReport>& ports) {
    const bool works = std::ranges::any_of(ports, [](const PortReport& each) {
        return each.configured && each.state == PortState::open;
    });
    std::string text;
    std::string usual;
    for (const PortReport& each : ports) {
        const std::string number = std::to_string(each.port);
        if (works && !each.configured && each.port == 25 && is_shut(each)) {
            usual = concat({"; ", number, " ", tr("shut (usual, not needed)")});
            continue;
        }
        text += concat({text.empty() ? "" : ", ", number, " ", word_for(each.state),
                        each.configured && !works ? " " : "",
                        each.configured && !works ? tr("(configured)") : ""});
    }
    return text + usual;
}

std::string name_text(const NameFacts& names) {
    std::string text;
    if (!names.v6.empty())
        text = concat({std::to_string(names.v6.size()), " IPv6"});
    if (!names.v4.empty())
        text +=
            concat({text.empty() ? "" : ", ", std::to_string(names.v4.size()), " IPv4"});
    return text;
}

} // namespace sallyport::ctl
