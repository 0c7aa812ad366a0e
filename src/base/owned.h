// SPDX-License-Identifier: MIT
//
// What a library in C has made and wants to free itself.
#pragma once

#include <memory>

namespace sallyport {

template<auto release>
struct ReleasedBy {
    template<class Thing>
    void operator()(Thing* thing) const {
        release(thing);
    }
};

/// Owns a `Thing`, which `release` frees: Owned<SSL, SSL_free>.
template<class Thing, auto release>
using Owned = std::unique_ptr<Thing, ReleasedBy<release>>;

} // namespace sallyport
