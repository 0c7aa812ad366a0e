// SPDX-License-Identifier: MIT
#include "net/resolve.h"

#include <array>
#include <cstring>
#include <system_error>
#include <thread>
#include <utility>

#include <arpa/inet.h>
#include <netdb.h>

#include "base/concat.h"
#include "base/owned.h"

namespace sallyport {

namespace {

constexpr std::size_t most_of_a_family = 4;

struct Answer {
    int error = EAI_AGAIN;
    std::vector<Address> addresses;
    int lacking = 0; ///< the family of all its addresses, which this machine has not
};

bool is_no_such_name(int error) {
    return error == EAI_NONAME || error == EAI_NODATA;
}

int to_family(IpFamily family) {
    if (family == IpFamily::ipv4)
        return AF_INET;
    return family == IpFamily::ipv6 ? AF_INET6 : AF_UNSPEC;
}

Answer look_up(const std::string& host, int family, int flags) {
    addrinfo hints{};
    hints.ai_family = family;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = flags;
    addrinfo* found = nullptr;
    Answer answer;
    answer.error = ::getaddrinfo(host.c_str(), nullptr, &hints, &found);
    if (answer.error != 0)
        return answer;
    const Owned<addrinfo, ::freeaddrinfo> owner(found);
    for (const addrinfo* info = found; info != nullptr; info = info->ai_next) {
        if (info->ai_family != AF_INET && info->ai_family != AF_INET6)
            continue;
        Address address;
        std::memcpy(&address.v6, info->ai_addr, info->ai_addrlen);
        answer.addresses.push_back(address);
    }
    return answer;
}

struct NameLookUp : Errand {
    NameLookUp(const std::string& its_host, int its_family)
        : host(its_host), family(its_family) {}

    /// Families that this machine has not are not asked for, unless one is expected by
    /// name, or there is no other.
    void run() override {
        const int flags = family == AF_UNSPEC ? AI_ADDRCONFIG : 0;
        answer = look_up(host, family, flags);
        if (flags == 0 || !is_no_such_name(answer.error))
            return;
        const Answer any = look_up(host, family, 0);
        if (!any.addresses.empty())
            answer.lacking = any.addresses.front().family();
    }

    std::string host;
    int family;
    Answer answer;
};

Failure not_resolved(const std::string& name, const Answer& answer) {
    if (answer.lacking != 0)
        return {ExitStatus::temp_fail, Fault::relay,
                concat({name, " has only an ", answer.lacking == AF_INET6 ? "IPv6" : "IPv4",
                        " address, and this machine has none"}),
                "4.4.3"};
    const int error = answer.error != 0 ? answer.error : EAI_NONAME;
    const bool no_such_name = is_no_such_name(error);
    const char* const advice = error == EAI_NONAME ? "; is it spelled right?"
                               : error == EAI_AGAIN
                                   ? "; does a name server of /etc/resolv.conf answer?"
                                   : "";
    return {no_such_name ? ExitStatus::no_host : ExitStatus::temp_fail,
            Fault::relay,
            name,
            Step::look_up,
            {::gai_strerror(error), advice},
            no_such_name ? "5.4.4" : "4.4.3"};
}

} // namespace

std::string Address::text() const {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const void* const octets =
        family() == AF_INET ? static_cast<const void*>(&v4.sin_addr) : &v6.sin6_addr;
    ::inet_ntop(family(), octets, text.data(), text.size());
    return text.data();
}

std::string Address::text(std::uint16_t port) const {
    return concat({"[", text(), "]:", std::to_string(port)});
}

std::vector<Address> Resolution::or_throw() {
    if (failure)
        throw Failure{*failure};
    return std::move(addresses);
}

Resolution resolve(const std::string& host, IpFamily family, Deadline deadline,
                   std::string_view where) {
    const std::string name = concat({where, host});
    Answer answer = look_up(host, to_family(family), AI_NUMERICHOST);
    if (answer.error != 0) {
        const auto aside = std::make_shared<NameLookUp>(host, to_family(family));
        run_aside(aside, deadline, name, Step::look_up);
        answer = std::move(aside->answer);
    }
    if (answer.error != 0 || answer.addresses.empty())
        return {{}, not_resolved(name, answer)};
    return {std::move(answer.addresses), std::nullopt};
}

std::vector<Address> interleave(const std::vector<Address>& addresses) {
    std::vector<Address> one;
    std::vector<Address> other;
    for (const Address& address : addresses)
        (address.family() == addresses.front().family() ? one : other).push_back(address);
    std::vector<Address> result;
    for (std::size_t turn = 0; turn < most_of_a_family; ++turn) {
        if (turn < one.size())
            result.push_back(one[turn]);
        if (turn < other.size())
            result.push_back(other[turn]);
    }
    return result;
}

void run_aside(const std::shared_ptr<Errand>& errand, Deadline deadline,
               const std::string& host, Step step) {
    const auto fail = [&](std::string_view why, std::string_view enhanced) {
        stop(ExitStatus::temp_fail, Fault::relay, host, step, {why}, enhanced);
    };
    try {
        std::thread([errand] {
            try {
                errand->run();
                errand->failed = false;
            } catch (const std::exception&) { // so it stays
            }
            const std::lock_guard lock(errand->mutex);
            errand->over = true;
            errand->changed.notify_one();
        }).detach();
    } catch (const std::system_error&) {
        fail("no thread can be started", "4.3.2");
    }
    std::unique_lock lock(errand->mutex);
    if (!errand->changed.wait_until(lock, deadline, [&] { return errand->over; }))
        fail("timed out", "4.4.3");
    if (errand->failed)
        fail("no memory", "4.3.2");
}

} // namespace sallyport
