// SPDX-License-Identifier: MIT
#include "text/address_lexer.h"

#include <array>
#include <cstdint>
#include <cstdio>

#include "base/concat.h"
#include "base/failure.h"
#include "text/ascii.h"
#include "text/printable.h"
#include "text/utf8.h"

namespace sallyport {

namespace {

constexpr int comment_depth_limit = 100;
constexpr std::size_t address_shown = 80; // octets
constexpr std::size_t text_shown = 40;

/// A table, since every octet of every address is looked up.
constexpr auto atom_text = [] {
    std::array<bool, 256> table{};
    for (std::size_t octet = '!'; octet < table.size(); ++octet)
        table.at(octet) = octet != 0x7f &&
                          specials.find(static_cast<char>(octet)) == std::string_view::npos;
    return table;
}();

/// What is pasted with an address and cannot be seen beside it: blanks, and what has no
/// width.
bool is_foreign_blank(std::uint32_t code) {
    return code == 0xa0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200b) ||
           code == 0x202f || code == 0x205f || code == 0x2060 || code == 0x3000 ||
           code == 0xfeff;
}

} // namespace

bool is_atom_text(char c) {
    return atom_text[static_cast<unsigned char>(c)];
}

bool is_dot_atom_text(char c) {
    return is_atom_text(c) || c == '.';
}

bool AddressLexer::take(char c) {
    if (at_end() || text_[at_] != c)
        return false;
    ++at_;
    return true;
}

bool AddressLexer::skip_space() {
    const std::size_t before = at_;
    for (;;) {
        skip_line_ends();
        if (!at_end() && is_blank(text_[at_]))
            ++at_;
        else if (here() == '(' && comments_)
            skip_comment();
        else
            return at_ != before;
    }
}

void AddressLexer::skip_line_ends() {
    while (!at_end() && text_[at_] == '\r' && text_.substr(at_).starts_with("\r\n"))
        at_ += 2;
}

void AddressLexer::skip_comment() {
    int depth = 0;
    const std::size_t before = at_;
    do {
        if (at_end() || depth > comment_depth_limit)
            refuse("a comment is not closed:", before);
        const char c = here();
        at_ += piece_size();
        if (c == '\\' && !at_end())
            ++at_;
        else if (c == '(')
            ++depth;
        else if (c == ')')
            --depth;
    } while (depth > 0);
    comment_ = text_.substr(before + 1, at_ - before - 2);
}

/// Of what is here: one octet, or more that only together are a character. ISO-2022-JP (RFC
/// 1468): from an escape sequence to the one that returns to ASCII any octet may be half of
/// one.
std::size_t AddressLexer::piece_size() const {
    const std::string_view rest = text_.substr(at_);
    const char next = rest.size() > 1 ? rest[1] : '\0';
    if (reading_ == Reading::double_octets && is_eight_bit(rest[0]))
        return is_eight_bit(next) || next >= '@' ? 2 : 1;
    if (reading_ == Reading::strict || rest[0] != '\x1b' || (next != '$' && next != '('))
        return 1;
    for (std::size_t at = 0; (at = rest.find("\x1b(", at)) < rest.size() - 2; at += 2) {
        if (rest[at + 2] == 'B' || rest[at + 2] == 'J')
            return at + 3;
    }
    return rest.size();
}

void AddressLexer::take_piece(std::string& to) {
    if (here() == '"')
        return take_quoted_string(to);
    const std::size_t before = at_;
    while (!at_end() && is_atom_text(text_[at_]))
        ++at_;
    if (at_ == before)
        at_ += piece_size();
    to += text_.substr(before, at_ - before);
}

void AddressLexer::take_quoted_string(std::string& to) {
    const std::size_t before = at_++;
    while (!take('"')) {
        skip_line_ends();
        take('\\');
        if (at_end())
            refuse("a quoted string is not closed:", before);
        const std::size_t size = piece_size();
        to += text_.substr(at_, size);
        at_ += size;
    }
}

void AddressLexer::begin() {
    begin_ = at_;
    comment_.clear();
}

std::string AddressLexer::excerpt(std::size_t begin, std::size_t limit) const {
    std::string part;
    for (const char c : text_.substr(begin, 2 * limit)) {
        if (c != '\r' && c != '\n')
            part += c;
    }
    return printable(part, limit);
}

void AddressLexer::refuse(std::string_view why, std::size_t position) const {
    std::string where;
    if (position < text_.size()) {
        if (is_control(text_[position]))
            refuse_character("control character",
                             static_cast<unsigned char>(text_[position]));
        where = concat({" \"", excerpt(position, text_shown), "\""});
    } else if (position != nowhere) {
        where = " the end";
    }
    stop(ExitStatus::data_error, Fault::local,
         {what_, " \"", excerpt(begin_, address_shown), "\": ", why, where}, "5.1.3", 553);
}

void AddressLexer::refuse_character(std::string_view kind, std::uint32_t code) const {
    std::array<char, 16> name{'^', static_cast<char>(code ^ 0x40U)};
    if (code >= 0x80)
        std::snprintf(name.data(), name.size(), "U+%04X", code);
    refuse(concat({"it holds a ", kind, " (", name.data(), ")"}));
}

void AddressLexer::check_characters(std::string_view address) const {
    if (!has_control(address) && !has_eight_bit(address))
        return;
    while (!address.empty()) {
        const auto [size, code] = utf8_character(address);
        if (size == 0)
            refuse("it is not UTF-8");
        if (is_harmful(code))
            refuse_character("control character", code);
        if (is_foreign_blank(code))
            refuse_character("blank that is not ASCII", code);
        address.remove_prefix(size);
    }
}

} // namespace sallyport
