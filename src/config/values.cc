// SPDX-License-Identifier: MIT
#include "config/values.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <span>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include "base/failure.h"
#include "text/address.h"
#include "text/ascii.h"
#include "text/base64.h"
#include "text/host_name.h"

namespace sallyport {

namespace {

struct Unit {
    char name;
    std::uint64_t size;
};

constexpr Unit units_of_time[] = {{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}};

/// A number, perhaps with one of the `units` after it; nothing if it is above `most`.
std::optional<std::uint64_t> measure(std::string_view text, std::span<const Unit> units,
                                     std::uint64_t most) {
    const auto unit =
        std::ranges::find(units, text.empty() ? '\0' : text.back(), &Unit::name);
    const std::uint64_t size = unit == units.end() ? 1 : unit->size;
    text.remove_suffix(unit == units.end() ? 0 : 1);
    const auto number = to_number(text);
    if (!number || *number > most / size)
        return std::nullopt;
    return *number * size;
}

/// As it may be written, as short as can be.
std::string written(std::chrono::seconds time) {
    const auto count = static_cast<std::uint64_t>(time.count());
    const auto* const unit = std::ranges::find_if(
        units_of_time, [count](const Unit& one) { return count % one.size == 0; });
    return count == 0 ? "0" : std::to_string(count / unit->size) + unit->name;
}

bool is_address(const std::string& text) {
    in_addr v4{};
    in6_addr v6{};
    const auto percent = std::min(text.find('%'), text.size());
    return ::inet_pton(AF_INET, text.c_str(), &v4) == 1 ||
           (::inet_pton(AF_INET6, text.substr(0, percent).c_str(), &v6) == 1 &&
            (percent == text.size() || is_host_name(text.substr(percent + 1))));
}

} // namespace

bool read_switch(std::string_view text, const std::string& origin) {
    const bool yes = text == "yes";
    if (!yes && text != "no")
        misconfigured(origin, "yes or no is expected");
    return yes;
}

std::uint64_t read_number(std::string_view text, std::uint64_t least, std::uint64_t most,
                          const std::string& origin) {
    const auto number = to_number(text);
    if (!number || *number < least || *number > most)
        misconfigured(origin, {"a number from ", std::to_string(least), " to ",
                               std::to_string(most), " is expected"});
    return *number;
}

std::uint64_t read_size(std::string_view text, const std::string& origin) {
    constexpr Unit units[] = {{'K', 1U << 10U}, {'M', 1U << 20U}, {'G', 1U << 30U}};
    const auto size = measure(text, units, std::numeric_limits<std::uint64_t>::max());
    if (!size)
        misconfigured(origin, "a number of octets is expected, perhaps with K, M or G");
    return *size;
}

std::chrono::milliseconds read_duration(std::string_view text, std::chrono::seconds least,
                                        const std::string& origin,
                                        std::chrono::seconds most) {
    const auto span =
        measure(text, units_of_time, static_cast<std::uint64_t>(most.count()));
    if (!span || std::chrono::seconds(*span) < least)
        misconfigured(origin, {"a time from ", written(least), " to ", written(most),
                               " is expected, in seconds or with s, m, h or d"});
    return std::chrono::seconds(*span);
}

std::vector<std::string> read_list(std::string_view text, const std::string& origin) {
    std::vector<std::string> elements;
    while (!text.empty()) {
        const auto end = text.find_first_of(", \t");
        if (end != 0)
            elements.emplace_back(text.substr(0, end));
        text.remove_prefix(end == text.npos ? text.size() : end + 1);
    }
    if (elements.empty())
        misconfigured(origin, "a list is expected, and it is empty");
    return elements;
}

std::string read_text(std::string_view text, const std::string& origin) {
    if (text.empty())
        misconfigured(origin, "it is empty");
    if (has_control(text))
        misconfigured(origin, "it holds a control character");
    return std::string(text);
}

std::string read_path(std::string_view text, const std::string& origin) {
    std::string path = read_text(text, origin);
    if (!path.starts_with('/'))
        misconfigured(origin, "a path that begins with / is expected");
    return path;
}

std::string read_host(std::string_view text, const std::string& origin) {
    const bool bracketed = text.starts_with('[') && text.ends_with(']');
    std::string host(bracketed ? text.substr(1, text.size() - 2) : without_final_dot(text));
    const bool good = is_address(host) || (!bracketed && is_host_name(host));
    const auto colon = text.find(':'); // an IPv6 address has several
    const bool has_port = colon != text.npos && (colon == text.rfind(':') ||
                                                 text.substr(colon).starts_with("://"));
    if (!good || host.size() > host_name_limit)
        misconfigured(origin, has_port ? "a host name alone is expected: 465 of NAME:465 "
                                         "goes into port, smtps:// into tls = implicit"
                                       : "a host name or an address is expected");
    return host;
}

std::string read_server(std::string_view text, const std::string& origin) {
    constexpr std::string_view unix_socket = "unix:";
    if (!text.starts_with(unix_socket))
        return read_host(text, origin);
    read_path(text.substr(unix_socket.size()), origin);
    if (text.size() - unix_socket.size() >= sizeof(sockaddr_un::sun_path))
        misconfigured(origin, "the path of a socket may have 107 octets");
    return std::string(text);
}

std::string read_address(std::string_view text, const std::string& origin) {
    std::string host = read_host(text, origin);
    if (!is_address(host))
        misconfigured(origin, "an IPv4 or IPv6 address is expected");
    return host;
}

std::string read_domain(std::string_view text, const std::string& origin) {
    std::string domain = read_host(text, origin);
    if (is_address(domain))
        misconfigured(origin, "a domain is expected");
    return domain;
}

std::vector<std::uint16_t> read_ports(std::string_view text, const std::string& origin) {
    std::vector<std::uint16_t> ports;
    for (const std::string& element : read_list(text, origin)) {
        const auto port =
            static_cast<std::uint16_t>(read_number(element, 1, 65535, origin));
        if (std::ranges::find(ports, port) != ports.end())
            misconfigured(origin, {"the port ", element, " is named twice"});
        ports.push_back(port);
    }
    return ports;
}

Mailbox read_mailbox(std::string_view text, const std::string& origin) {
    read_text(text, origin);
    try {
        Mailbox mailbox = parse_reverse_path(text);
        if (!mailbox.local.empty())
            return mailbox;
    } catch (const Failure& failure) { // who wrote it here is told where
        misconfigured(origin, failure.what());
    }
    misconfigured(origin, "an address is expected");
}

std::string read_mailboxes(std::string_view text, const std::string& origin) {
    try {
        if (!parse_address_list(text).empty())
            return std::string(text);
    } catch (const Failure& failure) { // who wrote it here is told where
        misconfigured(origin, failure.what());
    }
    misconfigured(origin, "an address is expected");
}

std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t changed = diagonal + (to_lower(a[i - 1]) == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, changed});
        }
    }
    return row[b.size()];
}

std::vector<std::string> read_pins(std::string_view text, const std::string& origin) {
    constexpr std::string_view kind = "sha256//";
    constexpr std::size_t digest_size = 32;
    std::vector<std::string> pins = read_list(text, origin);
    for (std::string& pin : pins) {
        const bool is_known = pin.starts_with(kind);
        auto digest = decode_base64(pin.substr(is_known ? kind.size() : 0));
        if (!is_known || !digest || digest->size() != digest_size)
            misconfigured(origin, "sha256// and 44 characters of base64 are expected");
        pin = std::move(*digest);
    }
    return pins;
}

} // namespace sallyport
