// SPDX-License-Identifier: MIT
//
// Every way to stop. A Failure ends the attempt at hand: its status is what the caller of
// sendmail will see, its fault alone decides whether another address, port or relay is
// tried (failover.h). DESIGN.md says where one is caught.
#pragma once

#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/step.h"

namespace sallyport {

/// What the process exits with: the numbers of sysexits.h. Only `ok` means that every
/// recipient was accepted.
enum class ExitStatus {
    ok = 0,
    usage = 64,
    data_error = 65,
    no_input = 66,
    no_user = 67,
    no_host = 68,
    unavailable = 69,
    software = 70,
    os_error = 71,
    os_file = 72,
    cannot_create = 73,
    io_error = 74,
    temp_fail = 75,
    protocol = 76,
    no_perm = 77,
    config = 78,
};

/// Who is to blame, and so what may follow.
enum class Fault {
    local,    ///< the caller, the configuration or this machine: no relay can help
    address,  ///< this address or port: the next one may help, then the next relay
    relay,    ///< this relay however it is reached: only another one may help
    message,  ///< this message or its recipients: no relay is tried after this
    in_doubt, ///< the message may have been accepted: never sent again by us
};

/// One sentence "what was tried: what came back" with its consequences. The text holds no
/// control character and no secret.
class Failure : public std::runtime_error {
  public:
    /// `enhanced` is an RFC 3463 status code for the log, or empty when none is known (of
    /// the configuration's errors 4.3.5 is); `reply_code` the one that says it in SMTP: the
    /// server's, or ours for an address (553) or a size (552), or 0.
    Failure(ExitStatus status, Fault fault, const std::string& what,
            std::string_view enhanced = {}, int reply_code = 0);
    /// The text is "peer: step: what". `credentials_refused`: the server wants others, and
    /// these are not tried again.
    Failure(ExitStatus status, Fault fault, std::string_view peer, const Where& where,
            std::initializer_list<std::string_view> what, std::string_view enhanced,
            int reply_code = 0, bool credentials_refused = false);

    [[nodiscard]] ExitStatus status() const { return status_; }
    [[nodiscard]] Fault fault() const { return fault_; }
    [[nodiscard]] Step step() const { return step_; }
    [[nodiscard]] const std::string& enhanced() const { return enhanced_; }
    [[nodiscard]] int reply_code() const { return reply_code_; }
    [[nodiscard]] bool credentials_refused() const { return credentials_refused_; }
    /// The step was about this recipient, so that the text names it.
    [[nodiscard]] bool names(std::string_view recipient) const;

  private:
    ExitStatus status_;
    Fault fault_;
    Step step_ = Step::none;
    bool credentials_refused_ = false;
    int reply_code_;
    std::string enhanced_;
    std::string argument_; ///< of the step
};

/// Throws a Failure whose text is `what`, the pieces one after the other.
[[noreturn]] void stop(ExitStatus status, Fault fault,
                       std::initializer_list<std::string_view> what,
                       std::string_view enhanced = {}, int reply_code = 0);
/// The text is "peer: step: what".
[[noreturn]] void stop(ExitStatus status, Fault fault, std::string_view peer,
                       const Where& where, std::initializer_list<std::string_view> what,
                       std::string_view enhanced, int reply_code = 0);

/// Throws what the configuration has wrong: 78 (local), "ORIGIN: WHY".
[[noreturn]] void misconfigured(std::string_view origin, std::string_view why);
/// The same, WHY being the pieces one after the other.
[[noreturn]] void misconfigured(std::string_view origin,
                                std::initializer_list<std::string_view> why);

} // namespace sallyport
