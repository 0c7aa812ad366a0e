// SPDX-License-Identifier: MIT
#include "ctl/names.h"

#include <algorithm>
#include <cstdint>
#include <future>
#include <memory>
#include <utility>

#include <netinet/in.h>

#include <arpa/nameser.h>
#include <netdb.h>
#include <resolv.h>

#include "net/dns_reader.h"
#include "system/small_file.h"
#include "text/ascii.h"
#include "text/host_name.h"
#include "text/printable.h"

namespace sallyport::ctl {

namespace {

constexpr std::size_t most_exchangers = 10;
constexpr std::size_t most_servers = 3; // MAXNS
constexpr std::size_t most_of_resolv_conf = 65536;

Resolution of_family(const std::string& host, IpFamily family, Deadline deadline) {
    try {
        return resolve(host, family, deadline);
    } catch (const Failure& failure) { // there was no answer in time
        return {{}, failure};
    }
}

/// A name that exists may have no address, of a family or at all.
bool is_missing(const Failure& failure) {
    return failure.status() == ExitStatus::no_host &&
           std::string_view(failure.what()).find(::gai_strerror(EAI_NONAME)) !=
               std::string_view::npos;
}

/// The more, the less it is known that there is none.
int doubt(const Failure& failure) {
    if (failure.status() != ExitStatus::no_host)
        return 2;
    return is_missing(failure) ? 0 : 1;
}

/// Why there are no addresses, by the answer that leaves most open.
void explain(NameFacts& facts, const Resolution& one, const Resolution& other) {
    const Failure* why = nullptr;
    for (const Resolution* asked : {&one, &other}) {
        if (asked->failure && (why == nullptr || doubt(*asked->failure) > doubt(*why)))
            why = &*asked->failure;
    }
    if (why == nullptr)
        return;
    facts.trouble = printable(why->what());
    facts.status = why->status();
    facts.missing = is_missing(*why);
}

struct ExchangerLookUp : Errand {
    explicit ExchangerLookUp(const std::string& its_domain) : domain(its_domain) {}

    void run() override {
        struct __res_state state {};
        if (::res_ninit(&state) != 0)
            return;
        std::string message(NS_MAXMSG, '\0');
        auto* const octets = reinterpret_cast<unsigned char*>(message.data());
        const int size = ::res_nquery(&state, domain.c_str(), ns_c_in, ns_t_mx, octets,
                                      static_cast<int>(message.size()));
        ::res_nclose(&state);
        if (size < 0)
            return;
        message.resize(std::min(message.size(), static_cast<std::size_t>(size)));
        exchangers = parse_exchangers(message).value_or(std::vector<std::string>());
    }

    std::string domain;
    std::vector<std::string> exchangers;
};

struct Exchanger {
    std::uint16_t preference;
    std::string host;
};

} // namespace

NameFacts look_up_names(const std::string& host, IpFamily ip, Deadline deadline) {
    const auto begun = Clock::now();
    std::future<Resolution> aside; // it ends at the deadline, and so does its destructor
    if (ip == IpFamily::any)
        aside = std::async(of_family, host, IpFamily::ipv6, deadline);
    Resolution here = of_family(host, ip == IpFamily::any ? IpFamily::ipv4 : ip, deadline);
    Resolution there = aside.valid() ? aside.get() : Resolution{};
    NameFacts facts;
    for (const Resolution* found : {&here, &there}) {
        for (const Address& address : found->addresses)
            (address.family() == AF_INET ? facts.v4 : facts.v6).push_back(address);
    }
    if (facts.empty())
        explain(facts, here, there);
    facts.took = std::chrono::duration_cast<Milliseconds>(Clock::now() - begun);
    return facts;
}

std::optional<std::vector<std::string>> parse_exchangers(std::string_view message) {
    DnsReader reader(message);
    const std::uint16_t answers = reader.enter_answers();
    std::vector<Exchanger> found;
    for (unsigned i = 0; i < answers && !reader.failed(); ++i) {
        const DnsReader::Record record = reader.record();
        if (record.type != ns_t_mx || record.kind != ns_c_in) {
            reader.skip(record.end - reader.position());
            continue;
        }
        const std::uint16_t preference = reader.number();
        const std::string host = reader.name();
        if (reader.failed() || reader.position() != record.end)
            return std::nullopt;
        if (is_host_name(host))
            found.push_back({preference, lower_case(host)});
    }
    if (reader.failed())
        return std::nullopt;
    std::ranges::stable_sort(found, {}, &Exchanger::preference);
    found.resize(std::min(found.size(), most_exchangers));
    std::vector<std::string> hosts;
    hosts.reserve(found.size());
    for (Exchanger& exchanger : found)
        hosts.push_back(std::move(exchanger.host));
    return hosts;
}

std::vector<std::string> look_up_exchangers(const std::string& domain, Deadline deadline) {
    if (!is_host_name(domain))
        return {};
    const auto aside = std::make_shared<ExchangerLookUp>(domain);
    try {
        run_aside(aside, deadline, domain, Step::look_up);
    } catch (const Failure&) { // it is asked for a suggestion only
        return {};
    }
    return std::move(aside->exchangers);
}

std::vector<std::string> name_servers(const std::string& path) {
    constexpr std::string_view keyword = "nameserver";
    const SmallFile file(path, most_of_resolv_conf);
    std::vector<std::string> servers;
    std::string_view rest = file.text;
    while (!rest.empty() && servers.size() < most_servers) {
        std::string_view line = trim(without_line_end(take_until(rest, '\n')));
        if (!line.starts_with(keyword) || line.size() == keyword.size() ||
            !is_blank(line[keyword.size()]))
            continue;
        line = trim(line.substr(keyword.size()));
        servers.push_back(printable(line.substr(0, line.find_first_of(" \t\r")), 80));
    }
    return servers;
}

} // namespace sallyport::ctl
