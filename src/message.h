// SPDX-License-Identifier: MIT
//
// stdin to a message in wire form. Everything is read and looked at before anything is
// sent: every line ends in CRLF, no other CR or LF is left, and sizes are exact.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "header.h"
#include "store.h"

namespace sallyport {

/// What was on stdin.
struct Draft {
    Header header;
    Store body; ///< wire form, without the blank line before it; always whole lines
    bool eight_bit = false;       ///< an octet over 127, in header or body
    std::size_t longest_line = 0; ///< octets without CRLF, header or body
};

/// Reads `fd` to its end, or with `dot_ends_message` to a line that holds one dot (LF or
/// CRLF). LF and CRLF end a line; a CR elsewhere becomes one space; a last line without end
/// gets one. A leading mbox "From " or ">From " line is dropped; the header ends at an
/// empty line (dropped) or before the first line that neither begins nor continues a field.
/// Failure: 74 (local) if reading fails, EIO and EAGAIN included, a directory too; 65
/// (local) for a NUL, for a header over 4 MiB, or when more than `size_limit` octets came
/// (0: none).
Draft read_draft(int fd, bool dot_ends_message, std::uint64_t size_limit);

/// A finished message: immutable, readable any number of times, which failover needs.
class Message {
  public:
    Message(const Header& header, Store body, bool eight_bit, std::size_t longest_line);

    /// Octets from first header field to last body line, blank line included: RFC 1870's
    /// count.
    [[nodiscard]] std::uint64_t size() const { return head_.size() + body_.size(); }
    [[nodiscard]] bool eight_bit() const { return eight_bit_; }
    /// An octet over 127 in a header field: SMTPUTF8 may be wanted.
    [[nodiscard]] bool eight_bit_header() const { return eight_bit_header_; }
    [[nodiscard]] std::size_t longest_line() const { return longest_line_; }

    /// As Store::read, over header, blank line and body.
    std::size_t read(std::uint64_t offset, std::span<char> buffer) const;

  private:
    std::string head_; ///< header and blank line
    Store body_;
    bool eight_bit_;
    bool eight_bit_header_;
    std::size_t longest_line_;
};

} // namespace sallyport
