// SPDX-License-Identifier: MIT
#include "smtp/refusal.h"

#include <string>

namespace sallyport {

ExitStatus status_of(Step step, const Reply& reply) {
    if (reply.transient())
        return ExitStatus::temp_fail;
    const std::string enhanced = reply.enhanced();
    // RFC 4954 4.2 and 6: log-in required, refused, too weak, or not without TLS.
    if (step == Step::auth || reply.code == 530 || reply.code == 534 || reply.code == 535 ||
        reply.code == 538 || enhanced == "5.7.8" || enhanced == "5.7.9")
        return ExitStatus::no_perm;
    const bool too_big = reply.code == 552 && enhanced == "5.3.4";
    return too_big ? ExitStatus::data_error : ExitStatus::unavailable;
}

void refuse(Wire& wire, const Where& where, const Reply& reply, std::string_view remark) {
    if (!reply.transient() && !reply.permanent())
        wire.fail(ExitStatus::protocol, Fault::relay, where,
                  {"reply out of place: ", reply.text()});
    wire.set_in_doubt(false); // whatever memory there is for the rest
    const ExitStatus status = status_of(where.step, reply);
    const bool later = status == ExitStatus::temp_fail;
    const bool log_in = status == ExitStatus::no_perm;
    // What is refused before there is a message has nothing to do with it.
    const Fault fault = later                               ? Fault::address
                        : log_in || where.step < Step::mail ? Fault::relay
                                                            : Fault::message;
    const std::string given = reply.enhanced();
    const std::string_view enhanced = !given.empty() ? std::string_view(given)
                                      : later        ? "4.0.0"
                                      : log_in       ? "5.7.8"
                                                     : "5.0.0";
    const std::string text = reply.text();
    throw Failure(status, fault, wire.peer(), where,
                  {text, remark.empty() ? "" : "; ", remark, wire.hint(where.step, text)},
                  enhanced, reply.code, log_in);
}

} // namespace sallyport
