// SPDX-License-Identifier: MIT
//
// Parts of a DNS message (RFC 1035), as they go over the network.
#pragma once

#include <algorithm>
#include <string>

namespace sallyport::dns {

constexpr unsigned a = 1;
constexpr unsigned mx = 15;
constexpr unsigned aaaa = 28;

inline std::string number(unsigned value) {
    return {static_cast<char>(value >> 8U), static_cast<char>(value & 0xffU)};
}

/// "mail.example" as RFC 1035 3.1 has it.
inline std::string encoded(const std::string& name) {
    std::string octets;
    for (std::size_t begin = 0; begin < name.size();) {
        const auto end = std::min(name.find('.', begin), name.size());
        octets += static_cast<char>(end - begin);
        octets += name.substr(begin, end - begin);
        begin = end + 1;
    }
    return octets + '\0';
}

/// A record of the name that was asked for.
inline std::string record(unsigned type, const std::string& data, unsigned kind = 1) {
    return "\xc0\x0c" + number(type) + number(kind) + std::string("\0\0\1\0", 4) +
           number(static_cast<unsigned>(data.size())) + data;
}

inline std::string exchanger(unsigned preference, const std::string& host) {
    return record(mx, number(preference) + encoded(host));
}

} // namespace sallyport::dns
