// SPDX-License-Identifier: MIT
//
// What a negative reply means for the caller: the one table from reply codes to Failures.
#pragma once

#include <string_view>

#include "smtp/wire.h"

namespace sallyport {

/// The exit status for a 4xx or 5xx reply to anything but RCPT: 75; 77 for 530, 534, 535,
/// 538, 5.7.8, 5.7.9 and every 5xx to AUTH; 65 for 552 5.3.4; 69 for other 5xx.
ExitStatus status_of(Step step, const Reply& reply);

/// Throws what `reply` at `where` means. A reply that is neither 4xx nor 5xx was out of
/// place: 76. Doubt is over if the reply refuses. `remark` is what the server had said
/// about it before, safe to print.
[[noreturn]] void refuse(Wire& wire, const Where& where, const Reply& reply,
                         std::string_view remark = {});

} // namespace sallyport
