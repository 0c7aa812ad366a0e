// SPDX-License-Identifier: MIT
#include "config/presets.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/concat.h"
#include "base/failure.h"
#include "config/provider_rows.h"
#include "config/values.h"
#include "text/ascii.h"
#include "text/host_name.h"
#include "text/printable.h"

namespace sallyport {

namespace {

// What the mail path needs of the rows, in one text without pointers, a line each:
// "sendgrid\teu\tsmtp.sendgrid.net smtp.eu.sendgrid.net\t465 587 2525\tapikey\n". The
// linker would have to relocate every pointer, and the rest of a row is only for people.

struct Lines {
    std::array<char, 8192> text{};
    std::size_t size = 0;

    constexpr void add(std::string_view piece) {
        for (const char c : piece)
            text.at(size++) = c;
    }
    constexpr void add_number(unsigned port) {
        for (unsigned place = 10'000; place > 0; place /= 10) {
            if (port >= place)
                text.at(size++) = static_cast<char>('0' + port / place % 10);
        }
    }
};

constexpr Lines lines_of_rows() {
    Lines lines;
    for (const Provider& row : provider_rows) {
        for (const char* const field : {row.key, row.variants, row.host}) {
            lines.add(field);
            lines.add("\t");
        }
        for (const std::uint16_t port : row.ports) {
            if (port != 0) {
                lines.add(port == row.ports[0] ? "" : " ");
                lines.add_number(port);
            }
        }
        lines.add("\t");
        lines.add(row.user);
        lines.add("\n");
    }
    return lines;
}

constexpr auto table_text = [] {
    constexpr Lines lines = lines_of_rows();
    std::array<char, lines.size> text{};
    std::copy_n(lines.text.begin(), lines.size, text.begin());
    return text;
}();

struct Row {
    std::size_t number = 0;
    std::string_view key;
    std::string_view variants;
    std::string_view host;
    std::string_view ports;
    std::string_view user;

    /// One word in capitals, which stands for any.
    [[nodiscard]] bool is_open() const {
        return !variants.empty() && variants.front() >= 'A' && variants.front() <= 'Z';
    }
};

template<class Visit>
void each_row(Visit visit) {
    std::string_view text(table_text.data(), table_text.size());
    for (std::size_t number = 0; !text.empty(); ++number) {
        std::string_view line = take_until(text, '\n');
        Row row;
        row.number = number;
        for (std::string_view* const field :
             {&row.key, &row.variants, &row.host, &row.ports, &row.user})
            *field = take_until(line, '\t');
        visit(row);
    }
}

/// The row, or Failure that names the nearest.
Row find_row(std::string_view key, const std::string& origin) {
    Row nearest;
    std::size_t least = key.npos;
    each_row([&](const Row& row) {
        const std::size_t far = distance(key, row.key);
        if (far < least) {
            least = far;
            nearest = row;
        }
    });
    if (least == 0)
        return nearest;
    const bool near = least <= std::min<std::size_t>(nearest.key.size() / 2, 3);
    misconfigured(origin, {printable(key, 60),
                           near ? " is not known; the nearest provider is "
                                : " is not known: set host = NAME instead; "
                                  "\"sallyportctl providers\" lists them",
                           near ? nearest.key : ""});
}

/// The number of the variant's host, or nothing.
std::optional<std::size_t> number_of(std::string_view variant, std::string_view variants) {
    if (variant.empty())
        return 0;
    for (std::size_t number = 1; !variants.empty(); ++number) {
        if (take_until(variants, ' ') == variant)
            return number;
    }
    return std::nullopt;
}

std::string host_of_listed(const Row& row, std::string_view variant,
                           const std::string& origin) {
    const auto number = number_of(variant, row.variants);
    const bool none = row.variants.empty();
    if (!number)
        misconfigured(origin,
                      {row.key, none ? " has no variants: set " : " has no variant ",
                       none ? std::string(row.key) : printable(variant, 60),
                       none ? " alone" : "; it has ", row.variants});
    std::string_view hosts = row.host;
    for (std::size_t before = *number; before > 0; --before)
        take_until(hosts, ' ');
    return std::string(take_until(hosts, ' '));
}

std::string host_of_open(const Row& row, std::string_view variant,
                         const std::string& origin) {
    const bool may_have_dots = row.variants == "DOMAIN";
    if (!is_host_name(variant, Naming::strict) || variant.ends_with('-') ||
        (!may_have_dots && variant.find('.') != variant.npos) || variant.size() > 200)
        misconfigured(
            origin, {"write ", row.key, ":", row.variants, ", for its host is ", row.host});
    const auto at = row.host.find(row.variants);
    return concat(
        {row.host.substr(0, at), variant, row.host.substr(at + row.variants.size())});
}

/// Of a port that the provider has: whether it begins as `tls` says, if anything.
bool suits(std::uint16_t port, std::optional<TlsMode> tls) {
    return !tls || (usual_tls(port) == TlsMode::implicit) == (tls == TlsMode::implicit);
}

} // namespace

ServerPreset read_server_preset(std::string_view text, const std::string& origin) {
    if (text.ends_with(':'))
        misconfigured(origin, "after the colon a variant is expected");
    std::string_view variant = text;
    const Row row = find_row(take_until(variant, ':'), origin);
    ServerPreset preset;
    preset.row = row.number;
    preset.key = row.key;
    preset.variant = variant;
    preset.host = row.is_open() ? host_of_open(row, variant, origin)
                                : host_of_listed(row, variant, origin);
    preset.ports = read_ports(row.ports, origin);
    preset.user = row.user;
    return preset;
}

void apply_provider(Relay& relay) {
    if (relay.provider.empty())
        return;
    ServerPreset preset = read_server_preset(relay.provider, relay.origin_of("provider"));
    relay.provider =
        concat({preset.key, preset.variant.empty() ? "" : ":", preset.variant});
    const std::string origin = concat({"provider ", relay.provider});
    const auto fill = [&](std::string_view key, std::string text) {
        relay.keys.push_back({.section = "relay",
                              .key = key,
                              .slot = key,
                              .text = std::move(text),
                              .origin = origin,
                              .by_provider = true});
    };
    if (relay.host.empty())
        fill("host", relay.host = std::move(preset.host));
    if (relay.user.empty() && !preset.user.empty())
        fill("user", relay.user = std::move(preset.user));
    // SRV records name ports, a socket has none, and LMTP others.
    if (!relay.port.empty() || relay.srv || relay.lmtp || relay.is_local())
        return;
    std::string ports;
    for (const std::uint16_t port : preset.ports) {
        if (!suits(port, relay.tls))
            continue;
        relay.port.push_back(port);
        ports.append(ports.empty() ? "" : ", ").append(std::to_string(port));
    }
    if (ports.empty())
        misconfigured(relay.origin_of("tls"),
                      {origin, " has no port for that: set tls = ",
                       relay.tls == TlsMode::implicit ? "starttls" : "implicit",
                       ", or a port"});
    fill("port", std::move(ports));
}

} // namespace sallyport
