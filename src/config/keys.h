// SPDX-License-Identifier: MIT
//
// The one table of configuration keys: what each accepts, where it goes, and where it may
// stand. It serves files, SALLYPORT_<SECTION>_<KEY> and the query of SALLYPORT_URL, so that
// a value means the same wherever it stands.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <tuple>

#include "config/settings.h"

namespace sallyport {

/// A value on its way to its member.
struct Value {
    std::string& text;  ///< borrowed; a secret is wiped from it
    std::string origin; ///< "/etc/sallyport.conf:7: port": begins every error
};

/// The settings, and the sections in them where a value may go. No relay: null.
using Target = std::tuple<Settings*, Relay*, SenderSettings*, RecipientSettings*,
                          MessageSettings*, LogSettings*, QueueSettings*, LimitSettings*>;

struct Key {
    enum Trait : unsigned {
        harmless = 1,      ///< may stand in a stranger's file
        no_path = 2,       ///< may do so with a value that is no path
        file_only = 4,     ///< stands in no variable and no URL
        command = 8,       ///< in a set-id run it would run as the caller, who can trace it
        way = 16,          ///< says how the relay is reached, or how that is known
        server = 32 | way, ///< says where the password goes
        host = 64 | server, ///< one of these keys may be set
        credential = 128,   ///< one of these keys may be set: a password or token
        secret = 256,       ///< its value is one
        url = 512,          ///< its value has one in it, where it names a user
    };

    std::string_view section; ///< without a relay's name
    std::string_view name;
    /// Reads the value into its member. Failure (78, local) quotes no secret.
    void (*read)(const Target& target, Value& value);
    unsigned traits = 0;

    [[nodiscard]] constexpr bool is(Trait trait) const { return (traits & trait) == trait; }

    /// The key whose slot it takes: one of each may be set.
    [[nodiscard]] constexpr std::string_view slot() const {
        return is(credential) ? "password" : is(host) ? "host" : name;
    }
    /// Whether this value may stand in a stranger's file: not so where nobody says so.
    [[nodiscard]] constexpr bool is_harmless(std::string_view value) const {
        return is(harmless) || (is(no_path) && value.find('/') == value.npos);
    }
    /// Whether this value is a secret or has one in it.
    [[nodiscard]] constexpr bool is_secret(std::string_view value) const {
        return is(secret) || (is(url) && value.find('@') != value.npos);
    }
};

/// All of them, in the order of sallyport.conf(5).
std::span<const Key> key_table();

} // namespace sallyport
