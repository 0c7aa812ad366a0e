// SPDX-License-Identifier: MIT
#include "net/srv.h"

#include <algorithm>
#include <memory>
#include <utility>

#include <arpa/nameser.h>
#include <netdb.h>
#include <resolv.h>
#include <sys/random.h>

#include "base/concat.h"
#include "base/failure.h"
#include "net/dns_reader.h"
#include "net/resolve.h"
#include "text/host_name.h"

namespace sallyport {

namespace {

constexpr std::size_t most_services = 8;

/// The first, where there is no entropy yet.
std::uint32_t random_below(std::uint32_t limit) {
    std::uint32_t number = 0;
    return ::getrandom(&number, sizeof number, GRND_NONBLOCK) > 0 ? number % limit : 0;
}

struct ServiceLookUp : Errand {
    ServiceLookUp(const std::string& its_domain, std::optional<TlsMode> its_tls)
        : domain(its_domain), tls(its_tls) {}

    /// RFC 8314 5.1: TLS at once is preferred.
    void run() override {
        struct __res_state state {};
        trouble = ::res_ninit(&state) != 0;
        if (trouble)
            return;
        ask(&state, "_submissions._tcp.", TlsMode::implicit);
        ask(&state, "_submission._tcp.", TlsMode::starttls);
        ::res_nclose(&state);
    }

    /// `domain` has no dot at its end, and none of the resolver's search list is put there.
    void ask(res_state state, std::string_view prefix, TlsMode mode) {
        if (tls.value_or(mode) != mode)
            return;
        const std::string name = concat({prefix, domain});
        std::string message(NS_MAXMSG, '\0');
        auto* const octets = reinterpret_cast<unsigned char*>(message.data());
        const int size = ::res_nquery(state, name.c_str(), ns_c_in, ns_t_srv, octets,
                                      static_cast<int>(message.size()));
        if (size < 0) {
            const int error = state->res_h_errno;
            trouble |= error != HOST_NOT_FOUND && error != NO_DATA;
            return;
        }
        const std::string_view answer = message;
        auto offered =
            parse_services(answer.substr(0, static_cast<std::size_t>(size)), mode);
        trouble |= !offered;
        if (!offered)
            return;
        for (Service& service : in_order(std::move(*offered), random_below))
            services.push_back(std::move(service));
    }

    std::string domain;
    std::optional<TlsMode> tls;
    std::vector<Service> services;
    bool trouble = false; ///< what was not found may be there all the same
};

} // namespace

std::optional<std::vector<Service>> parse_services(std::string_view message, TlsMode tls) {
    DnsReader reader(message);
    const std::uint16_t answers = reader.enter_answers();
    std::vector<Service> services;
    for (unsigned i = 0; i < answers && !reader.failed(); ++i) {
        const DnsReader::Record record = reader.record();
        if (record.type != ns_t_srv || record.kind != ns_c_in) {
            reader.skip(record.end - reader.position());
            continue;
        }
        Service service; // RFC 2782: priority, weight, port, target
        service.tls = tls;
        service.priority = reader.number();
        service.weight = reader.number();
        service.port = reader.number();
        service.target = reader.name();
        if (reader.failed() || reader.position() != record.end)
            return std::nullopt;
        if (service.port != 0 && is_host_name(service.target))
            services.push_back(std::move(service));
    }
    if (reader.failed())
        return std::nullopt;
    return services;
}

std::vector<Service> in_order(std::vector<Service> services,
                              std::uint32_t (*random)(std::uint32_t limit)) {
    std::vector<Service> ordered;
    while (!services.empty() && ordered.size() < most_services) {
        const std::uint16_t priority =
            std::ranges::min_element(services, {}, &Service::priority)->priority;
        // RFC 2782: what has no weight is to have a very small chance beside what has one.
        const auto share = [priority](const Service& service) {
            return service.priority == priority ? service.weight * 16U + 1 : 0U;
        };
        std::uint32_t total = 0;
        for (const Service& service : services)
            total += share(service);
        std::uint32_t left = random(total);
        auto chosen = services.begin();
        for (; left >= share(*chosen); ++chosen)
            left -= share(*chosen);
        ordered.push_back(std::move(*chosen));
        services.erase(chosen);
    }
    return ordered;
}

std::vector<Service> look_up_services(const std::string& domain, std::optional<TlsMode> tls,
                                      Deadline deadline) {
    const auto aside = std::make_shared<ServiceLookUp>(domain, tls);
    constexpr Step step = Step::look_up_services;
    run_aside(aside, deadline, domain, step);
    if (aside->services.empty() && aside->trouble)
        stop(ExitStatus::temp_fail, Fault::relay, domain, step, {"no answer from DNS"},
             "4.4.3");
    if (aside->services.empty())
        stop(ExitStatus::no_host, Fault::relay, domain, step, {"it names none in DNS"},
             "5.4.4");
    return std::move(aside->services);
}

} // namespace sallyport
