// SPDX-License-Identifier: MIT
//
// The submission services that `provider = KEY` names: facts only, one row each. All of a
// row is for sallyportctl; the mail path has what presets.h takes from it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "config/presets.h"
#include "config/provider_rows.h"

namespace sallyport {

/// All rows, in the order of `sallyportctl providers`.
std::span<const Provider> provider_table();

/// What `provider = KEY[:VARIANT]` stands for, with its row.
struct Preset : ServerPreset {
    const Provider* provider = nullptr;
};

/// As read_server_preset().
Preset read_preset(std::string_view text, const std::string& origin);

} // namespace sallyport
