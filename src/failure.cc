// SPDX-License-Identifier: MIT
#include "failure.h"

#include "concat.h"

namespace sallyport {

void stop(ExitStatus status, Fault fault, std::initializer_list<std::string_view> what,
          std::string_view enhanced) {
    throw Failure(status, fault, concat(what), enhanced);
}

void misconfigured(std::string_view origin, std::string_view why) {
    stop(ExitStatus::config, Fault::local, {origin, ": ", why}, "4.3.5");
}

void misconfigured(std::string_view origin, std::initializer_list<std::string_view> why) {
    misconfigured(origin, concat(why));
}

} // namespace sallyport
