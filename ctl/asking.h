// SPDX-License-Identifier: MIT
//
// How a value comes in: by an option, whose mistakes are those of the call, or by a
// question that is put until its answer will do.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/concat.h"
#include "base/failure.h"
#include "ctl/console.h"
#include "ctl/words.h"

namespace sallyport::ctl {

/// Failure (64, local): these are missing, if any are.
inline void expect_none(const std::vector<std::string>& missing) {
    if (missing.empty())
        return;
    const bool one = missing.size() == 1;
    stop(ExitStatus::usage, Fault::local,
         {one ? tr("option ") : tr("the options "), joined(missing, ", "),
          one ? tr(" is missing") : tr(" are missing"),
          tr(", and there is no terminal to ask questions on")});
}

/// What `read`, which is called with an origin, makes of the option's value. Failure (64,
/// local) where it throws.
template<class Read>
auto by_option(std::string_view option, Read read) -> decltype(read(std::string())) {
    try {
        return read(concat({"option --", option}));
    } catch (const Failure& failure) { // a mistake of the call, not of a configuration
        stop(ExitStatus::usage, Fault::local, {failure.what()});
    }
}

/// What `read` makes of the answer, once it throws no more.
template<class Read>
auto ask_until(const Console& console, std::string_view question, std::string_view preset,
               Read read) -> decltype(read(std::string())) {
    for (;;) {
        const std::string answer = console.ask(question, preset);
        try {
            return read(answer);
        } catch (const Failure& failure) { // whoever answered is told, and asked again
            console.complain(failure.what());
        }
    }
}

} // namespace sallyport::ctl
