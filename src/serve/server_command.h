// SPDX-License-Identifier: MIT
//
// One command line of a client, taken apart (RFC 5321 4.1.2, 3461 4, 6152, 6531, 3030).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/failure.h"
#include "config/invocation.h"
#include "text/address.h"

namespace sallyport {

/// The verb in upper case and what follows it, without the blanks between.
struct ServerCommand {
    std::string verb;
    std::string argument;
};
ServerCommand parse_command(std::string_view line);

/// A reply that refuses, and, thrown, what ends the command at hand and nothing else.
struct Refusal {
    /// Without `enhanced` the reply says x.3.0; its class is the code's (RFC 2034 4).
    Refusal(int its_code, std::string_view its_enhanced, std::string_view its_text);
    /// What a Failure is for the client. Our own configuration and the way to the server
    /// are no fault of the message: it may come again.
    explicit Refusal(const Failure& failure);

    int code;
    std::string enhanced;
    std::string text;
};

struct MailArguments {
    Mailbox sender; ///< empty: the null sender
    std::optional<std::uint64_t> size;
    BodyType body = BodyType::unspecified;
    bool smtputf8 = false;
    std::string ret;
    std::string envelope_id; ///< decoded
};
/// Of "FROM:<path> KEY=VALUE ...". Refusal: 501 or 555. Failure (65, local): a path that is
/// not one mailbox.
MailArguments parse_mail(std::string_view argument);

struct RcptArguments {
    Mailbox recipient;
    std::string notify;
    std::string original_recipient;
};
/// Of "TO:<path> KEY=VALUE ...". As above, and 501 for "<>".
RcptArguments parse_rcpt(std::string_view argument);

struct BdatArguments {
    std::uint64_t size = 0;
    bool last = false;
};
/// Of "n [LAST]"; nothing if it is not that.
std::optional<BdatArguments> parse_bdat(std::string_view argument);

} // namespace sallyport
