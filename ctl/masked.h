// SPDX-License-Identifier: MIT
//
// A configuration as it may be shown to whoever looks over a shoulder.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace sallyport::ctl {

/// The secrets of a file, each a digest of its octets, by "SECTION KEY".
using SecretDigests = std::map<std::string, std::string>;

struct MaskedText {
    std::string text;
    SecretDigests secrets;
};

/// Line by line, whether it parses or not: a value is shown where its key is known and it
/// neither is a secret nor may hold one, a comment where it is our own. A secret that
/// `before` has with other octets is "(changed)", others are "(secret)". What is shown is
/// printable.
MaskedText masked_text(std::string_view text, const SecretDigests& before = {});

} // namespace sallyport::ctl
