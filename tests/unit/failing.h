// SPDX-License-Identifier: MIT
//
// How a call fails, for tests that look at the whole Failure.
#pragma once

#include <stdexcept>
#include <string>

#include "base/failure.h"

namespace sallyport {

/// What `call` throws; that it throws none is an error of the test.
template<class Exception, class Call>
Exception thrown(Call&& call) {
    try {
        static_cast<void>(call());
    } catch (const Exception& exception) {
        return exception;
    }
    throw std::logic_error("nothing was thrown");
}

template<class Call>
Failure failure_of(Call&& call) {
    return thrown<Failure>(call);
}

/// The exit status as the caller of the program sees it.
inline int status_of(const Failure& failure) {
    return static_cast<int>(failure.status());
}

inline bool holds(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

} // namespace sallyport
