// SPDX-License-Identifier: MIT
#include "failure.h"

#include "concat.h"

namespace sallyport {

void stop(ExitStatus status, Fault fault, std::initializer_list<std::string_view> what,
          std::string_view enhanced) {
    throw Failure(status, fault, concat(what), enhanced);
}

} // namespace sallyport
