// SPDX-License-Identifier: MIT
//
// Raw octets, in blocks as they come, to a message in wire form: header and body split,
// every line ended by CRLF, no other CR or LF left. A body line is never held whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "message/header.h"
#include "message/store.h"

namespace sallyport {

/// RFC 5321 4.5.3.1.6, without CRLF.
constexpr std::size_t text_line_limit = 998;

/// What a body holds that not every server, or none, takes.
struct BodyFacts {
    bool eight_bit = false; ///< an octet over 127
    bool nul = false;
    std::size_t longest_line = 0; ///< octets without CRLF
    std::size_t line = 0;         ///< of the line under way

    /// What comes next, in wire form.
    void add(std::string_view octets);
};

/// A message as it came.
struct Draft {
    Header header;
    Store body; ///< wire form, without the blank line before it; always whole lines
    BodyFacts facts;
};

/// LF and CRLF end a line; a CR elsewhere becomes one space; a last line without end gets
/// one. A leading mbox "From " or ">From " line is dropped; the header ends at an empty
/// line (dropped) or before the first line that neither begins nor continues a field. What
/// a line of the header is, is seen before its CRs are spaces: one of CRs only is empty,
/// and one that begins with a CR neither begins nor continues a field.
class Intake {
  public:
    /// With `dot_ends_message`, a line that holds one dot is the end. `size_limit`: octets
    /// in wire form, 0 for none.
    Intake(bool dot_ends_message, std::uint64_t size_limit)
        : dot_ends_message_(dot_ends_message), size_limit_(size_limit) {}

    /// Failure (65, local) for a NUL in the header, for a header over 4 MiB, or beyond the
    /// size limit. After ended() nothing more is taken.
    void add(std::string_view block);
    [[nodiscard]] bool ended() const { return ended_by_dot_; }
    /// All has come. Failure as add.
    Draft finish();

  private:
    std::string_view take(std::string_view block);
    std::size_t take_plain_lines(std::string_view block);
    [[nodiscard]] std::size_t undecided(std::string_view tail) const;
    void take_line(std::string_view line);
    void take_part(std::string_view part);
    void end_line();
    void take_header_line();
    [[nodiscard]] bool is_text(std::string_view line) const;
    void leave_header();
    void finish_field();
    void count(std::size_t octets);
    void store();

    bool dot_ends_message_;
    std::uint64_t size_limit_;
    Draft draft_;
    std::uint64_t size_ = 0;
    bool ended_by_dot_ = false;
    bool in_header_ = true;
    bool first_lines_ = true;
    bool at_line_start_ = true;
    std::string carried_; ///< octets at the end of a block that the next one will explain
    std::string line_;    ///< of the header, as far as it has come, its CRs still in it
    std::string field_;   ///< likewise
    std::string body_;    ///< not yet stored
};

} // namespace sallyport
