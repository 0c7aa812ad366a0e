// SPDX-License-Identifier: MIT
//
// stdin to a message in wire form. Everything is read and looked at before anything is
// sent: every line ends in CRLF, no other CR or LF is left, and sizes are exact.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "message/header.h"
#include "message/intake.h"
#include "message/store.h"

namespace sallyport {

/// Some octets of `fd`, or none at its end. A non-blocking descriptor is waited for.
/// Failure (74, local) if reading fails.
std::size_t read_some(int fd, std::span<char> buffer);

/// Reads `fd` to its end, or with `dot_ends_message` to a line that holds one dot (LF or
/// CRLF), and makes wire form of it: see Intake. Failure: 74 (local) if reading fails, a
/// directory too; 65 (local) as Intake.
Draft read_draft(int fd, bool dot_ends_message, std::uint64_t size_limit);

/// A finished message: immutable, readable any number of times, which failover needs.
class Message {
  public:
    Message(const Header& header, Store body, const BodyFacts& facts);
    /// The body of `other`, which must outlive it, with another header.
    Message(const Header& header, const Message& other);

    /// Octets from first header field to last body line, blank line included: RFC 1870's
    /// count.
    [[nodiscard]] std::uint64_t size() const { return head_.size() + body().size(); }
    [[nodiscard]] const BodyFacts& body_facts() const { return facts_; }
    /// There is what no line of text can hold.
    [[nodiscard]] bool binary() const {
        return facts_.nul || facts_.longest_line > text_line_limit;
    }
    /// Somewhere in header or body there is an octet over 127.
    [[nodiscard]] bool eight_bit() const { return facts_.eight_bit || eight_bit_header_; }
    [[nodiscard]] bool eight_bit_header() const { return eight_bit_header_; }
    /// Octets of the header's longest line, without CRLF.
    [[nodiscard]] std::size_t longest_header_line() const { return longest_header_line_; }
    /// All fields, without the blank line that ends a header.
    [[nodiscard]] std::string_view header() const;

    /// As Store::read, over header, blank line and body.
    std::size_t read(std::uint64_t offset, std::span<char> buffer) const;

  private:
    [[nodiscard]] const Store& body() const {
        return others_body_ == nullptr ? body_ : *others_body_;
    }

    std::string head_; ///< header and blank line
    Store body_;
    const Store* others_body_ = nullptr; ///< in its place
    BodyFacts facts_;
    bool eight_bit_header_;
    std::size_t longest_header_line_;
};

} // namespace sallyport
