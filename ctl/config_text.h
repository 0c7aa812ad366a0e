// SPDX-License-Identifier: MIT
//
// The configuration that `setup` writes: at most fifteen lines, each with why it is there.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::ctl {

struct Plan {
    std::string provider; ///< or
    std::string srv;      ///< or
    std::string host;
    std::vector<std::uint16_t> ports; ///< empty: not written
    std::string tls;                  ///< empty: not written
    std::string user;
    std::string password;         ///< or
    std::string password_file;    ///< or
    std::string password_command; ///< or
    std::string token_file;
    std::string
        from; ///< [sender] envelope_from and header_from; a name may stand before it
    std::string force; ///< empty: both where there is a sender
    std::string root;
    std::string aliases;
};

/// A line of the file. Its value is as the mail path shall have it, its quotes are made.
struct ConfigEntry {
    std::string section; ///< "relay", "relay backup"
    std::string key;
    std::string value;
    const char* why = ""; ///< stands after it
    bool is_secret = false;
};

/// Those of a plan, section by section.
std::vector<ConfigEntry> entries_of(const Plan& plan);
/// Those of its relay alone, in [relay NAME].
std::vector<ConfigEntry> relay_entries(const Plan& plan, const std::string& name);

/// The line that says where a file comes from.
std::string first_comment();

/// The whole file. `masked`: a secret is shown as "(secret)". Failure (78, local) for a
/// value that no line can hold.
std::string text_of(std::span<const ConfigEntry> entries, bool masked);
/// The same without that line, to be put after other sections.
std::string sections_of(std::span<const ConfigEntry> entries, bool masked);

std::string config_text(const Plan& plan, bool masked);
/// A section [relay NAME] alone.
std::string relay_text(const Plan& plan, const std::string& name, bool masked);

/// `value` as it stands in a file: in quotes where it needs them. Failure (78, local) that
/// begins with `origin`, if it holds a line end or another control character.
std::string ini_value(std::string_view value, const std::string& origin);

} // namespace sallyport::ctl
