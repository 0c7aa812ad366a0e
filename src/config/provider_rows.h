// SPDX-License-Identifier: MIT
//
// All that is known of submission services, as one table.
#pragma once

#include <algorithm>
#include <array>
#include <iterator>

#include "config/provider_japan.h"
#include "config/provider_mailboxes.h"
#include "config/provider_services.h"

namespace sallyport {

inline constexpr auto provider_rows = [] {
    std::array<Provider,
               std::size(service_rows) + std::size(mailbox_rows) + std::size(japan_rows)>
        rows;
    auto* const after_services = std::ranges::copy(service_rows, rows.begin()).out;
    auto* const after_mailboxes = std::ranges::copy(mailbox_rows, after_services).out;
    std::ranges::copy(japan_rows, after_mailboxes);
    return rows;
}();

} // namespace sallyport
