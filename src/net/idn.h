// SPDX-License-Identifier: MIT
//
// Internationalized domain names (RFC 5890) for servers that know only ASCII,
// by libidn2, which is loaded when the first such name is met and not before.
#pragma once

#include <string>
#include <string_view>

namespace sallyport {

struct AsciiAddress {
    std::string address; ///< empty if there is none
    std::string trouble; ///< why
};

/// `address` with its domain in A-labels. There is none if its local part is
/// not ASCII, its domain no name, or libidn2 not installed.
AsciiAddress to_ascii(std::string_view address);

} // namespace sallyport
