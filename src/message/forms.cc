// SPDX-License-Identifier: MIT
#include "message/forms.h"

#include "message/encoded_header.h"
#include "message/reencode.h"

namespace sallyport {

const Message& MessageForms::form(bool eight_bit, bool smtputf8) {
    const bool encodes_body = !eight_bit && message_.body_facts().eight_bit;
    // RFC 6531 3.2: SMTPUTF8 comes with 8BITMIME.
    const bool encodes_header =
        encodes_header_ && message_.eight_bit_header() && (!smtputf8 || encodes_body);
    if (encodes_header && !encoded_) {
        auto header = parse_header(message_.header());
        if (!header)
            return message_;
        encode_header(*header, notes_);
        encoded_.emplace(*header, message_);
    }
    const Message& message = encodes_header ? *encoded_ : message_;
    if (!encodes_body)
        return message;
    if (seven_bit_)
        return *seven_bit_;
    auto made = reencode(message, true, notes_);
    return made ? seven_bit_.emplace(std::move(*made)) : message;
}

} // namespace sallyport
