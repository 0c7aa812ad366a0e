// SPDX-License-Identifier: MIT
//
// The structure of a message by RFC 2045 and 2046: its entities, one after the
// other, in one pass over its octets. Nothing is changed here, and no body is
// held whole.
#pragma once

#include <string>
#include <string_view>

#include "message/header.h"
#include "message/message.h"

namespace sallyport {

/// What an entity's header says of its body.
struct Entity {
    std::string type = "text/plain"; ///< lower case
    std::string boundary;            ///< of a multipart
    std::string charset;             ///< as it came
    std::string encoding = "7bit";   ///< Content-Transfer-Encoding, lower case
    bool is_message = false;         ///< not a part: RFC 2045 4 asks for a MIME-Version
    /// A signature covers it (multipart/signed, RFC 1847), or its header cannot
    /// be understood: no octet of it may change.
    bool sealed = false;
    /// There is a DKIM-Signature on the message that it is, or is a part of, or on one that
    /// holds that.
    bool body_signed = false;

    [[nodiscard]] bool is_multipart() const { return type.starts_with("multipart/"); }
    /// The body is as it came: 7bit, 8bit or binary.
    [[nodiscard]] bool is_identity() const;
};

Entity describe_entity(const Header& header);

/// Is told of the parts of a message in their order. All octets of the message come, each
/// once.
class EntityVisitor {
  public:
    /// A header, without the blank line after it. The body of a multipart or of
    /// an attached message follows as further headers, leaves and frames.
    virtual void take_header(Header header, const Entity& entity) = 0;
    /// Octets of a body that has no parts, in pieces: without the line end that
    /// belongs to the delimiter after it.
    virtual void take_leaf(std::string_view octets) = 0;
    virtual void end_leaf() = 0;
    /// Octets between: blank lines after headers, delimiters, what stands before
    /// the first and after the last part, headers that are none.
    virtual void take_frame(std::string_view octets) = 0;

  protected:
    ~EntityVisitor() = default;
};

void visit_entities(const Message& message, EntityVisitor& visitor);

} // namespace sallyport
