// SPDX-License-Identifier: MIT
#include "config/providers.h"

namespace sallyport {

std::span<const Provider> provider_table() {
    return provider_rows;
}

Preset read_preset(std::string_view text, const std::string& origin) {
    Preset preset{read_server_preset(text, origin)};
    preset.provider = &provider_rows[preset.row];
    return preset;
}

} // namespace sallyport
