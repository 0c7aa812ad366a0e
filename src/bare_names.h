// SPDX-License-Identifier: MIT
//
// The header's bare names, such as root: a server may refuse a message for them.
#pragma once

#include <string>

#include "header.h"

namespace sallyport {

/// Puts "@domain" after each bare name in address_fields. Every other octet stays, and so
/// does a field that cannot be parsed, that a signature covers, that has more than 64 KiB,
/// or that has no room in the header.
void qualify_bare_names(Header& header, const std::string& domain);

} // namespace sallyport
