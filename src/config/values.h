// SPDX-License-Identifier: MIT
//
// Configuration values, read from text: every form that a key's value can have. Each
// function throws Failure (78, local): "ORIGIN: what is expected". None quotes a secret.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.h"

namespace sallyport {

/// "yes" or "no".
bool read_switch(std::string_view text, const std::string& origin);

/// Decimal digits, within the bounds.
std::uint64_t read_number(std::string_view text, std::uint64_t least, std::uint64_t most,
                          const std::string& origin);

/// Octets: a number, perhaps with K, M or G (powers of 1024).
std::uint64_t read_size(std::string_view text, const std::string& origin);

/// Seconds, or with s, m, h or d; from `least` to `most`.
std::chrono::milliseconds read_duration(std::string_view text, std::chrono::seconds least,
                                        const std::string& origin,
                                        std::chrono::seconds most = std::chrono::days(30));

/// Elements split by commas or blanks: at least one.
std::vector<std::string> read_list(std::string_view text, const std::string& origin);

/// Text without control characters, not empty.
std::string read_text(std::string_view text, const std::string& origin);

/// A path from the root, without control characters.
std::string read_path(std::string_view text, const std::string& origin);

/// A host name (letters, digits, hyphens, underscores, dots), or an IPv4 or IPv6 address;
/// an IPv6 address may stand in brackets, which are taken off.
std::string read_host(std::string_view text, const std::string& origin);

/// A name as read_host has it, but no address; a dot at its end is taken off.
std::string read_domain(std::string_view text, const std::string& origin);

/// As read_host, or "unix:/path".
std::string read_server(std::string_view text, const std::string& origin);

/// An IPv4 or IPv6 address, as read_host has them.
std::string read_address(std::string_view text, const std::string& origin);

/// Ports, each from 1 to 65535 and named once.
std::vector<std::uint16_t> read_ports(std::string_view text, const std::string& origin);

/// One mailbox of RFC 5322; the null sender is none.
Mailbox read_mailbox(std::string_view text, const std::string& origin);

/// A list of mailboxes of RFC 5322, as it stands in `text`.
std::string read_mailboxes(std::string_view text, const std::string& origin);

/// Letters to change, put in or leave out to make `b`, which is in lower case, of `a`.
std::size_t distance(std::string_view a, std::string_view b);

/// Pins of public keys, "sha256//" and base64, as the octets they stand for.
std::vector<std::string> read_pins(std::string_view text, const std::string& origin);

} // namespace sallyport
