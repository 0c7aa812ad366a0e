// SPDX-License-Identifier: MIT
//
// All that is wrong with a configuration. A delivery ends at the first error and has none
// of this; who mends a file wants to know the others, too.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/failure.h"

namespace sallyport {

struct Findings {
    std::string file;                  ///< the one that was read; empty: none
    std::vector<std::string> errors;   ///< as they were found
    std::vector<std::string> sections; ///< of each error: "relay backup"; empty: of none

    /// Whether something is wrong with this section: then what is missing there may be
    /// what was refused.
    [[nodiscard]] bool spoil(std::string_view section) const;
    /// Within a handler of `failure`, which is thrown further if it is not 78.
    void keep(std::string_view section, const Failure& failure);
};

/// Does each step and ends with the first that fails, as a delivery does.
struct UntilFirst {
    template<class Step>
    void operator()(std::string_view /*section*/, Step step) const {
        step();
    }
};

/// Does each step, and keeps what is wrong (78) with that of the others. It is another
/// type, so that a delivery has nothing of it.
struct AllOf {
    Findings& findings;

    template<class Step>
    void operator()(std::string_view section, Step step) const {
        try {
            step();
        } catch (const Failure& failure) {
            findings.keep(section, failure);
        }
    }
};

} // namespace sallyport
