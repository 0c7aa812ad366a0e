// SPDX-License-Identifier: MIT
//
// Everything that a person reads passes through this one call, so that a catalogue of
// translations can follow. Ids, keys, values, replies of servers and JSON never do.
#pragma once

namespace sallyport::ctl {

/// `text` in the reader's language.
constexpr const char* tr(const char* text) {
    return text;
}

} // namespace sallyport::ctl
