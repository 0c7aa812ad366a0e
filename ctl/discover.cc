// SPDX-License-Identifier: MIT
#include "ctl/discover.h"

#include <algorithm>
#include <chrono>

#include "base/concat.h"
#include "base/failure.h"
#include "config/providers.h"
#include "config/values.h"
#include "ctl/names.h"
#include "ctl/provider_facts.h"
#include "ctl/tls_facts.h"
#include "ctl/words.h"
#include "text/ascii.h"
#include "text/host_name.h"
#include "text/printable.h"

namespace sallyport::ctl {

namespace {

constexpr std::chrono::seconds certificate_wait{5};

/// The domain itself, or a name in it.
bool is_inside(std::string_view name, std::string_view domain) {
    return name.size() >= domain.size() &&
           equals_ignoring_case(name.substr(name.size() - domain.size()), domain) &&
           (name.size() == domain.size() || name[name.size() - domain.size() - 1] == '.');
}

/// A row whose key needs no variant: which region or server a customer has is not known.
std::string preset_of(const Provider* provider) {
    if (provider == nullptr)
        return {};
    try {
        return read_preset(provider->key, {}).provider->key;
    } catch (const Failure&) { // the key alone is none
        return {};
    }
}

/// Whether its variant is no word of the table: such a row has one that stands for any.
bool has_free_variant(std::string_view preset) {
    const auto colon = preset.find(':');
    return colon != preset.npos && preset_of(read_preset(preset, {}).provider).empty();
}

/// A preset's host is verified by its own name, so a forged record can only choose one of
/// our rows; a name in the domain belongs to whom the address belongs to. Any other server,
/// such as that of any customer of a hosting company, would be given the password on the
/// word of whoever answered.
Discovered by_services(const std::string& domain, const std::vector<Service>& services) {
    if (services.empty())
        return {};
    const Service& first = services.front();
    Discovered found;
    found.why = concat(
        {tr("its DNS names "), printable(first.target), tr(" as submission server (SRV)")});
    found.provider = preset_of_host(first.target);
    if (!found.provider.empty()) {
        found.to_be_confirmed =
            has_free_variant(found.provider) && !is_inside(first.target, domain);
        return found;
    }
    if (std::ranges::all_of(
            services, [&](const Service& s) { return is_inside(s.target, domain); })) {
        found.srv = domain;
        return found;
    }
    found.host = lower_case(first.target);
    if (first.port != submissions_port && first.port != submission_port)
        found.ports = {first.port};
    found.to_be_confirmed = true;
    return found;
}

Discovered by_exchangers(const std::vector<std::string>& exchangers) {
    for (const std::string& exchanger : exchangers) {
        const Provider* const provider = provider_of_exchanger(exchanger);
        std::string preset = preset_of(provider);
        if (preset.empty())
            continue;
        Discovered found;
        found.provider = std::move(preset);
        found.why = concat({tr("its mail exchanger "), printable(exchanger),
                            tr(" belongs to "), provider->title});
        return found;
    }
    return {};
}

Discovered by_usual_names(const std::string& domain, const Directory& directory) {
    for (const char* const label : {"smtp.", "mail."}) {
        std::string host = concat({label, domain});
        if (host.size() > host_name_limit || !directory.has_certificate(host))
            continue;
        Discovered found;
        found.why = concat({host, tr(" has a certificate for its name")});
        found.host = std::move(host);
        return found;
    }
    return {};
}

bool is_known(const Discovered& found) {
    return !found.provider.empty() || !found.srv.empty() || !found.host.empty();
}

/// RFC 9525 6.3: a star stands for one whole label, the first.
bool covers(std::string_view pattern, std::string_view host) {
    if (!pattern.starts_with("*."))
        return equals_ignoring_case(pattern, host);
    const auto dot = host.find('.');
    return dot != host.npos && equals_ignoring_case(pattern.substr(1), host.substr(dot));
}

/// Whether it is trusted is seen when the ports are probed: this only chooses a name.
bool has_certificate(const std::string& host, Deadline deadline) {
    const Deadline until = std::min(deadline, Clock::now() + certificate_wait);
    Resolution resolution = resolve(host, IpFamily::any, until);
    for (const Address& address : interleave(resolution.addresses)) {
        for (const auto& [port, mode] : {std::pair{submissions_port, TlsMode::implicit},
                                         std::pair{submission_port, TlsMode::starttls}}) {
            const auto tls = inspect_tls(address, port, mode, false, host, until);
            if (tls && std::ranges::any_of(tls->subject, [&](const std::string& name) {
                    return covers(name, host);
                }))
                return true;
        }
    }
    return false;
}

/// What takes too long, or goes wrong, is not known.
template<class Ask>
auto or_nothing(Ask ask) -> decltype(ask()) {
    try {
        return ask();
    } catch (const Failure&) { // another way may find it
        return {};
    }
}

} // namespace

Discovered discover(std::string_view domain, const Directory& directory) {
    const std::string name = lower_case(read_domain(domain, "the domain of the address"));
    if (std::string preset = preset_of_domain(name); !preset.empty()) {
        Discovered found;
        found.why = concat({tr("this domain is "), provider_of_domain(name)->title, "'s"});
        found.provider = std::move(preset);
        return found;
    }
    if (Discovered found = by_services(name, directory.services(name)); is_known(found))
        return found;
    if (Discovered found = by_exchangers(directory.exchangers(name)); is_known(found))
        return found;
    return by_usual_names(name, directory);
}

Discovered discover(std::string_view domain, Deadline deadline, bool connects) {
    return discover(
        domain, {[&](const std::string& name) {
                     return or_nothing(
                         [&] { return look_up_services(name, std::nullopt, deadline); });
                 },
                 [&](const std::string& name) {
                     return or_nothing([&] { return look_up_exchangers(name, deadline); });
                 },
                 [&](const std::string& host) {
                     return connects &&
                            or_nothing([&] { return has_certificate(host, deadline); });
                 }});
}

} // namespace sallyport::ctl
