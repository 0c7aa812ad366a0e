// SPDX-License-Identifier: MIT
#include "base/failure.h"

#include "base/concat.h"

namespace sallyport {

Failure::Failure(ExitStatus status, Fault fault, const std::string& what,
                 std::string_view enhanced, int reply_code)
    : std::runtime_error(what), status_(status), fault_(fault), reply_code_(reply_code),
      enhanced_(enhanced.empty() && status == ExitStatus::config ? "4.3.5" : enhanced) {}

Failure::Failure(ExitStatus status, Fault fault, std::string_view peer, const Where& where,
                 std::initializer_list<std::string_view> what, std::string_view enhanced,
                 int reply_code, bool credentials_refused)
    : Failure(status, fault, where.told(peer, what), enhanced, reply_code) {
    credentials_refused_ = credentials_refused;
    step_ = where.step;
    argument_ = where.argument.value_or(std::string_view());
}

bool Failure::names(std::string_view recipient) const {
    return (step_ == Step::rcpt || step_ == Step::end_of_data) && argument_ == recipient;
}

void stop(ExitStatus status, Fault fault, std::initializer_list<std::string_view> what,
          std::string_view enhanced, int reply_code) {
    throw Failure(status, fault, concat(what), enhanced, reply_code);
}

void misconfigured(std::string_view origin, std::string_view why) {
    stop(ExitStatus::config, Fault::local, {origin, ": ", why});
}

void misconfigured(std::string_view origin, std::initializer_list<std::string_view> why) {
    misconfigured(origin, concat(why));
}

void stop(ExitStatus status, Fault fault, std::string_view peer, const Where& where,
          std::initializer_list<std::string_view> what, std::string_view enhanced,
          int reply_code) {
    throw Failure(status, fault, peer, where, what, enhanced, reply_code);
}

} // namespace sallyport
