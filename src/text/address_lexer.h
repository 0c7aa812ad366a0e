// SPDX-License-Identifier: MIT
//
// The tokens of an address list (RFC 5322 3.2, with its obsolete forms), and what is said
// where they make no sense.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sallyport {

/// RFC 5322 3.2.3: what no atom holds.
inline constexpr std::string_view specials = "()<>[]:;@\\,.\"";

/// RFC 5322 3.2.3, and UTF-8 (RFC 6532 3.2).
bool is_atom_text(char c);
/// And the dot.
bool is_dot_atom_text(char c);

/// How much is understood.
enum class Reading {
    strict,       ///< RFC 5322
    generous,     ///< and what strays from it where that leaves no doubt
    double_octets ///< and an octet with the eighth bit is the first half of a character, as
                  ///< in Shift_JIS, of which a backslash may be the second
};

/// A text, and how much of it has been read. What is refused is thrown as Failure (65,
/// local) that names the text and shows the address at hand and the position in it.
class AddressLexer {
  public:
    /// `what` the text is, for errors: "To:".
    AddressLexer(std::string_view text, std::string_view what, Reading reading)
        : text_(text), what_(what), reading_(reading) {}

    [[nodiscard]] std::string_view text() const { return text_; }
    [[nodiscard]] Reading reading() const { return reading_; }
    [[nodiscard]] std::size_t position() const { return at_; }
    [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }
    /// The octet here; a NUL, which begins no token, at the end.
    [[nodiscard]] char here() const { return at_end() ? '\0' : text_[at_]; }

    void go_to(std::size_t position) { at_ = position; }
    bool take(char c);
    /// White space, folding and comments (RFC 5322 3.2.2); true if there was any.
    bool skip_space();
    void skip_line_ends();
    /// Appends what is here: an atom, the text within a quoted string (RFC 5322 3.2.4), its
    /// quoted pairs resolved and its folding undone, or one other piece of text.
    void take_piece(std::string& to);

    /// An address begins here.
    void begin();
    [[nodiscard]] std::size_t begun() const { return begin_; }
    /// The last comment since then, without its parentheses.
    [[nodiscard]] const std::string& comment() const { return comment_; }
    /// RFC 5321 has none.
    void expect_no_comments() { comments_ = false; }

    static constexpr std::size_t nowhere = std::string_view::npos;
    /// "WHAT ADDRESS: WHY POSITION", the position as the text that begins there.
    [[noreturn]] void refuse(std::string_view why, std::size_t position = nowhere) const;
    /// Refuses an address that holds a character which must not leave.
    void check_characters(std::string_view address) const;

  private:
    void skip_comment();
    void take_quoted_string(std::string& to);
    [[nodiscard]] std::size_t piece_size() const;
    [[nodiscard]] std::string excerpt(std::size_t begin, std::size_t limit) const;
    [[noreturn]] void refuse_character(std::string_view kind, std::uint32_t code) const;

    std::string_view text_;
    std::string_view what_;
    Reading reading_;
    bool comments_ = true;
    std::size_t at_ = 0;
    std::size_t begin_ = 0;
    std::string comment_;
};

} // namespace sallyport
