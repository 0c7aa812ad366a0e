// SPDX-License-Identifier: MIT
//
// Where a dialogue is run: what stands for the names in its texts, and the configuration
// file made of it.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "support/dialogue.h"

namespace sallyport {

struct Place {
    std::map<std::string, std::uint16_t> ports; ///< by their names
    std::string folder;                         ///< for files

    /// A name that has no number but is one stands for itself: "465".
    [[nodiscard]] std::uint16_t port(const std::string& name) const;
    /// `text` with {port NAME}, {peer NAME} and {folder} filled in.
    [[nodiscard]] std::string fill(std::string_view text) const;
};

/// The configuration file, with what every dialogue shares; ports still have their names.
std::string configuration_text(const Dialogue& dialogue);

/// The names of the ports in it.
std::set<std::string> port_names(std::string_view configuration);

} // namespace sallyport
