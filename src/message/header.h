// SPDX-License-Identifier: MIT
//
// The header of a message as a list of fields, each kept as the octets it came in (RFC 5322
// 2.2, with the obsolete blanks before the colon of 4.5). What nobody touches is sent
// unchanged, folding and all.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "message/signed_fields.h"

namespace sallyport {

/// A field as it goes over the wire: "Name: body CRLF", with "CRLF blank" where it is
/// folded.
class Field {
  public:
    /// `octets` ends in CRLF and holds a colon, and every further line begins with a blank.
    explicit Field(std::string octets);
    /// "NAME: BODY CRLF".
    Field(std::string_view name, std::string_view body);

    [[nodiscard]] const std::string& octets() const { return octets_; }
    /// Without blanks before the colon.
    [[nodiscard]] std::string_view name() const;
    /// What follows the colon, line ends included: a parser skips them as white space.
    [[nodiscard]] std::string_view body() const;
    [[nodiscard]] bool is(std::string_view field_name) const; ///< ignoring case
    /// Likewise, of names such as "to:cc".
    [[nodiscard]] bool is_one_of(std::string_view names) const;
    /// Without CRLF.
    [[nodiscard]] std::size_t longest_line() const;
    /// Folds lines of more octets at blanks that they have (RFC 5322 2.2.3), and in an
    /// address field after commas, too. A line without a fit blank stays as it is.
    void fold_lines(std::size_t limit);

  private:
    std::string octets_;
};

/// Fields of text that people read.
constexpr std::string_view text_fields =
    "subject:comments:content-description:organization:thread-topic";
/// Fields of addresses, with names that people read. Bcc is none: it is never sent.
constexpr std::string_view address_fields =
    "from:sender:reply-to:to:cc:"
    "resent-from:resent-sender:resent-reply-to:resent-to:resent-cc";

/// Where one is in a list of addresses: within quoted strings, comments, angle brackets and
/// domain literals nothing separates.
class Nesting {
  public:
    /// `ascii_trails`: an octet over 127 begins a character of two. A backslash that is its
    /// second half may be doubled.
    explicit Nesting(bool ascii_trails = false) : ascii_trails_(ascii_trails) {}

    void take(char c);
    /// What ends the innermost of them; NUL outside of all.
    [[nodiscard]] char closer() const { return inner_ != '\0' ? inner_ : outer_; }
    /// What was taken last is a backslash before another octet, and no text.
    [[nodiscard]] bool quotes() const { return quotes_; }
    /// And that octet comes next.
    [[nodiscard]] bool escapes() const { return escapes_; }

  private:
    void open(char c);

    bool ascii_trails_;
    bool quotes_ = false;
    bool escapes_ = false;
    bool half_ = false;     ///< what was taken last is the first half of a character
    bool trail_ = false;    ///< or a backslash that is a second one
    char before_ = '\0';    ///< what was taken last
    char outer_ = '\0';     ///< what ends an angle bracket
    char inner_ = '\0';     ///< what ends anything else, within it or not
    std::size_t depth_ = 0; ///< of comments
};

/// True if `line` (without its end) can begin a field: printable ASCII without colon or
/// blank inside, then perhaps blanks, then a colon. RFC 5322 3.6.8, 4.5. A stray CR before
/// the colon is a blank to be.
bool begins_field(std::string_view line);

class Header {
  public:
    /// Octets of one that is read, or that grows.
    static constexpr std::size_t size_limit = std::size_t{4} * 1024 * 1024;

    void append(Field field);
    void prepend(Field field);
    /// Removes every field of this name.
    void remove(std::string_view name);

    /// Puts `field` in the place of the first one of its name, and removes the others.
    void replace(Field field);

    [[nodiscard]] bool contains(std::string_view name) const;
    [[nodiscard]] const std::vector<Field>& fields() const { return fields_; }
    [[nodiscard]] std::vector<Field>& fields() { return fields_; }
    /// Octets of all fields together.
    [[nodiscard]] std::size_t size() const;
    /// How many more it may get.
    [[nodiscard]] std::size_t room() const;
    /// Of the longest line, without CRLF.
    [[nodiscard]] std::size_t longest_line() const;
    /// As their DKIM-Signature and ARC-Message-Signature fields say.
    [[nodiscard]] SignedFields signed_fields() const;
    /// Folds every field that needs it and that no signature covers.
    void fold_lines(std::size_t limit);
    /// All fields, without the blank line that ends a header.
    [[nodiscard]] std::string octets() const;

  private:
    std::vector<Field> fields_;
};

/// Fields that end in CRLF each, without the blank line after them; nothing if a line is
/// none.
std::optional<Header> parse_header(std::string_view octets);

} // namespace sallyport
