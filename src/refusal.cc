// SPDX-License-Identifier: MIT
#include "refusal.h"

#include <string>

#include "concat.h"

namespace sallyport {

namespace {

/// RFC 4954 4.2 and 6: log-in required, refused, too weak, or not without TLS.
bool is_about_log_in(Step step, const Reply& reply) {
    const std::string enhanced = reply.enhanced();
    return step == Step::auth || reply.code == 530 || reply.code == 534 ||
           reply.code == 535 || reply.code == 538 || enhanced == "5.7.8" ||
           enhanced == "5.7.9";
}

/// What is refused before there is a message has nothing to do with it.
Fault fault_of(Step step, ExitStatus status) {
    if (status == ExitStatus::temp_fail)
        return Fault::address;
    return step < Step::mail || status == ExitStatus::no_perm ? Fault::relay
                                                              : Fault::message;
}

std::string default_enhanced(ExitStatus status) {
    if (status == ExitStatus::temp_fail)
        return "4.0.0";
    return status == ExitStatus::no_perm ? "5.7.8" : "5.0.0";
}

} // namespace

ExitStatus status_of(Step step, const Reply& reply) {
    if (reply.transient())
        return ExitStatus::temp_fail;
    if (is_about_log_in(step, reply))
        return ExitStatus::no_perm;
    const bool too_big = reply.code == 552 && reply.enhanced() == "5.3.4";
    return too_big ? ExitStatus::data_error : ExitStatus::unavailable;
}

void refuse(Wire& wire, const Where& where, const Reply& reply, std::string_view remark) {
    if (!reply.transient() && !reply.permanent())
        wire.fail(ExitStatus::protocol, Fault::relay, where,
                  concat({"reply out of place: ", reply.text()}));
    wire.set_in_doubt(false);
    const ExitStatus status = status_of(where.step, reply);
    std::string enhanced = reply.enhanced();
    if (enhanced.empty())
        enhanced = default_enhanced(status);
    const auto* const between = remark.empty() ? "" : "; ";
    const std::string text = reply.text();
    throw Failure(status, fault_of(where.step, status), wire.peer(), where,
                  {text, between, remark, wire.hint(where.step, text)}, enhanced,
                  reply.code, status == ExitStatus::no_perm);
}

} // namespace sallyport
