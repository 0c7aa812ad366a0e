// SPDX-License-Identifier: MIT
//
// Where a delivery stands. What follows from a step is decided by its value; its name is
// for texts only.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace sallyport {

/// In the order of a delivery. What comes before `mail` has nothing to do with the message.
enum class Step : unsigned char {
    none,
    look_up,
    look_up_services,
    connect,
    socks,
    http_connect,
    pop_greeting,
    pop_stls,
    pop_user,
    pop_pass,
    tls,
    greeting,
    ehlo,
    lhlo,
    helo,
    starttls,
    auth,
    mail,
    rcpt,
    data,
    bdat,
    text,
    end_of_data,
};

/// A step, and what it was about: AUTH has a mechanism, MAIL a sender, RCPT a recipient,
/// and so has the end of data by LMTP.
struct Where {
    Where(Step its_step, std::optional<std::string_view> its_argument = std::nullopt)
        : step(its_step), argument(its_argument) {}

    /// "EHLO", "AUTH PLAIN", "RCPT TO:<you@example.com>".
    [[nodiscard]] std::string text() const;
    /// "peer: step: what": how a diagnosis begins with the place of the trouble.
    [[nodiscard]] std::string told(std::string_view peer,
                                   std::initializer_list<std::string_view> what) const;

    Step step;
    std::optional<std::string_view> argument; ///< the caller's
};

} // namespace sallyport
