// SPDX-License-Identifier: MIT
//
// One message in the forms that servers and transactions ask for.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "message/message.h"

namespace sallyport {

/// Each form is made when it is first asked for. The header is encoded here, and not when
/// it is completed, since only a transaction shows whether the message goes by SMTPUTF8:
/// then its header stays as it came.
class MessageForms {
  public:
    /// `message` is fit for a server that takes 8-bit text; it and the notes must outlive
    /// this.
    MessageForms(const Message& message, bool encodes_header,
                 std::vector<std::string>& notes)
        : message_(message), encodes_header_(encodes_header), notes_(notes) {}

    /// For a server with or without 8BITMIME (RFC 6152 3), and a transaction with or
    /// without SMTPUTF8 (RFC 6531). Failure as reencode.
    const Message& form(bool eight_bit, bool smtputf8);

  private:
    const Message& message_;
    bool encodes_header_;
    std::vector<std::string>& notes_;
    std::optional<Message> encoded_;
    std::optional<Message> seven_bit_;
};

} // namespace sallyport
