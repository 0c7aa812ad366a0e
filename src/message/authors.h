// SPDX-License-Identifier: MIT
//
// Who wrote a message, as far as its From fields can be read: for who answers it.
#pragma once

#include <string>
#include <vector>

#include "message/header.h"
#include "text/address.h"

namespace sallyport {

/// Of all From fields; there should be one. If they are no address list: the last
/// "<address>", else the only address, with the rest as its name. Without one a bare name
/// that is all of the text, and a note. Where such a rest holds escapes of ISO-2022-JP, it
/// is left out, and a note says so.
std::vector<Mailbox> read_authors(const Header& header, std::vector<std::string>& notes);

/// Says once that a name is left out.
void note_lost_name(std::vector<std::string>& notes);

} // namespace sallyport
