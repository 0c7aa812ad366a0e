// SPDX-License-Identifier: MIT
//
// A machine of its own with a name server, for what must not ask the real ones.
#pragma once

#include <array>
#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/unique_fd.h"
#include "unit/child.h"
#include "unit/dns_octets.h"
#include "unit/folder.h"

namespace sallyport::ctl {

/// What is answered to a question; -1 as the code: nothing.
struct DnsAnswer {
    int code = 0; ///< RFC 1035 4.1.1: 2 for SERVFAIL, 3 for NXDOMAIN
    std::vector<std::string> records{};
};

/// By name ("mail.example") and type. A name that is not there does not exist; a type that
/// is not there has no records.
using Zone = std::map<std::string, std::map<unsigned, DnsAnswer>>;

inline std::string answer_to(const std::string& question, const Zone& zone) {
    std::string name;
    std::size_t at = 12;
    while (at + 4 < question.size() && question[at] != '\0') {
        const auto size = static_cast<std::size_t>(question[at]);
        name += (name.empty() ? "" : ".") + question.substr(at + 1, size);
        at += size + 1;
    }
    const unsigned type = static_cast<unsigned char>(question[at + 2]);
    DnsAnswer answer;
    const auto found = zone.find(name);
    answer.code = found == zone.end() ? 3 : 0;
    if (found != zone.end() && found->second.contains(type))
        answer = found->second.at(type);
    if (answer.code < 0)
        return {};
    std::string reply = question.substr(0, 2) + "\x81" +
                        static_cast<char>(0x80 | answer.code) + dns::number(1) +
                        dns::number(static_cast<unsigned>(answer.records.size())) +
                        dns::number(0) + dns::number(0) + question.substr(12, at + 5 - 12);
    for (const std::string& each : answer.records)
        reply += each;
    return reply;
}

/// What `body` returns in a child whose only name server has `zone`; `cannot` where no
/// network or root directory of its own is to be had.
inline int beside_name_server(const Zone& zone, const std::function<int()>& body) {
    const Folder folder;
    ::chmod(folder.path("").c_str(), 0755);
    ::mkdir(folder.path("etc").c_str(), 0755);
    static_cast<void>(folder.write("etc/nsswitch.conf", "hosts: dns\n", 0644));
    static_cast<void>(folder.write(
        "etc/resolv.conf", "nameserver 127.0.0.1\noptions timeout:5 attempts:1\n", 0644));
    return in_child([&] {
        if (::unshare(CLONE_NEWNET) != 0)
            return cannot;
        const UniqueFd server(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        ifreq request{};
        std::strcpy(request.ifr_name, "lo");
        request.ifr_flags = IFF_UP;
        sockaddr_in name{};
        name.sin_family = AF_INET;
        name.sin_port = htons(53);
        name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::ioctl(server.get(), SIOCSIFFLAGS, &request) != 0 ||
            ::bind(server.get(), reinterpret_cast<sockaddr*>(&name), sizeof name) != 0 ||
            ::chroot(folder.path("").c_str()) != 0 || ::chdir("/") != 0)
            return cannot;
        std::thread([&zone, fd = server.get()] { // it ends with the child
            std::array<char, 512> octets{};
            sockaddr_in client{};
            for (;;) {
                socklen_t size = sizeof client;
                auto* const from = reinterpret_cast<sockaddr*>(&client);
                const ssize_t got =
                    ::recvfrom(fd, octets.data(), octets.size(), 0, from, &size);
                if (got < 17)
                    continue;
                const std::string reply =
                    answer_to({octets.data(), static_cast<std::size_t>(got)}, zone);
                if (!reply.empty())
                    ::sendto(fd, reply.data(), reply.size(), 0, from, size);
            }
        })
            .detach();
        return body();
    });
}

} // namespace sallyport::ctl
