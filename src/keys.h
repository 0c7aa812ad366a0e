// SPDX-License-Identifier: MIT
//
// The one table of configuration keys: what each accepts, and where it goes. It serves
// files, SALLYPORT_<SECTION>_<KEY> and the query of SALLYPORT_URL, so that a value means
// the same wherever it stands.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "settings.h"

namespace sallyport {

/// What the place a value comes from may ask for.
enum class Trust {
    full,
    no_commands, ///< a set-id run: a command would run as the caller, who can trace it
    stranger,    ///< perhaps a stranger's file: neither commands nor files of ours
};

/// A value on its way to its place.
struct Value {
    std::string& text;  ///< borrowed; a secret is wiped from it
    std::string origin; ///< "/etc/sallyport.conf:7: port": begins every error
    Trust trust = Trust::full;
    std::optional<PlaintextConsent> consent; ///< set if the value stands in a file
};

struct Key {
    std::string_view section; ///< without a relay's name
    std::string_view name;
    /// Reads the value into the settings, or `relay` for [relay] keys. Failure (78, local)
    /// quotes no secret. Null if the key is reserved.
    void (*set)(Settings& settings, Relay& relay, Value& value);
    /// Whether this value may stand in a stranger's file. Null: none may, which is so for
    /// a key of which nobody has said otherwise.
    bool (*harmless)(std::string_view value) = nullptr;

    /// Whether it stands for what this version does not do.
    [[nodiscard]] constexpr bool is_reserved() const { return set == nullptr; }
};

/// All of them, in the order of sallyport.conf(5).
std::span<const Key> key_table();

} // namespace sallyport
