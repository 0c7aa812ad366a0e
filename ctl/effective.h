// SPDX-License-Identifier: MIT
//
// The configuration as a delivery would find it, each value with where it comes from.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/configuration.h"

namespace sallyport::ctl {

struct EffectiveValue {
    enum class Kind : unsigned char {
        plain,
        secret,   ///< the value is "(set)"
        not_used, ///< "(not used)": a variable names another server
    };

    std::string key;
    std::string value;  ///< as it was written; "(set)" for a secret
    std::string origin; ///< "/etc/sallyport.conf:7", "SALLYPORT_URL", "provider sendgrid"
    Kind kind = Kind::plain;
};

struct EffectiveSection {
    std::string name;                   ///< "relay", "relay backup", "sender"
    std::vector<EffectiveValue> values; ///< in the order of sallyport.conf(5)
};

struct EffectiveConfig {
    std::string file; ///< in force; empty: none
    std::vector<EffectiveSection> sections;
    std::vector<std::string> errors; ///< as sallyport would say them, in the file's order
    std::vector<std::string> notes;
    bool has_users_section = false;   ///< there is a [sender USER]
    std::vector<std::string> set_gid; ///< what USER's set-group-ID run takes otherwise
};

/// With the keys of [sender USER] where `user` is named. Never Failure: what is wrong is in
/// `errors`, and left out. No secret's file is read, and no command is run.
EffectiveConfig effective_config(const ConfigurationSources& sources,
                                 const std::optional<std::string>& user);

} // namespace sallyport::ctl
