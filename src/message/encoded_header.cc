// SPDX-License-Identifier: MIT
#include "message/encoded_header.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "message/intake.h"
#include "message/mime.h"
#include "text/address.h"
#include "text/ascii.h"
#include "text/encoded_word.h"
#include "text/utf8.h"

namespace sallyport {

namespace {

/// A word that is not at the start of a line begins in this column, or in a new one.
constexpr std::size_t last_column = 40;
/// Up to here there is room for what closes comments.
constexpr std::size_t closing_column = 70;
/// An octet of text is at most so many in encoded words.
constexpr std::size_t growth = 12;
/// Of a field with addresses, each of which costs memory.
constexpr std::ptrdiff_t separators_limit = 32'768;

/// Charsets where a backslash may be the second half of a character.
constexpr std::string_view double_octets =
    "shift_jis:x-sjis:windows-31j:cp932:big5:big5-hkscs:cp950:gb2312:gbk:cp936:gb18030";

bool is_space(char c) {
    return is_blank(c) || c == '\r' || c == '\n';
}

/// One that begins a comment or, in a `comment`, ends it.
bool is_parenthesis(char c, bool comment) {
    return c == '(' || (c == ')' && comment);
}

/// RFC 2047 2, as far as it can be told from text.
bool is_encoded_word(std::string_view word) {
    const auto encoding = word.find('?', 2) + 1;
    return word.starts_with("=?") && word.ends_with("?=") &&
           std::ranges::count(word, '?') == 4 && encoding > 3 && word[encoding + 1] == '?';
}

bool has_few_separators(std::string_view list) {
    return std::ranges::count(list, ',') + std::ranges::count(list, ';') < separators_limit;
}

/// Whoever reads as RFC 5322 has it finds the same mailboxes in both lists; where he finds
/// none before, it is who reads as generously as we do.
bool are_equal(std::string_view before, std::string_view after) {
    for (const bool strict : {true, false}) {
        if (const auto list = try_address_list(before, strict)) {
            const auto other = try_address_list(after, strict);
            return other && std::ranges::equal(*list, *other, {}, &Mailbox::address,
                                               &Mailbox::address);
        }
    }
    return false;
}

/// Reads the text of one field after the other, from left to right.
class HeaderEncoder {
  public:
    /// `charset`: what text is in that is not UTF-8. `room`: octets that may be added.
    HeaderEncoder(std::string_view charset, std::size_t room)
        : stated_(charset), room_(room) {}

    /// Of text_fields or address_fields. False if 8-bit text has to stay that should not.
    bool encode(Field& field) {
        ascii_trails_ =
            is_one_of(stated_, double_octets) && !is_well_formed(field.octets());
        // ISO-2022-JP: a bracket may be none
        const bool escapes = field.octets().find('\x1b') != std::string::npos;
        return (!escapes && encode_once(field)) ||
               (std::exchange(ascii_trails_, false) && encode_once(field));
    }

  private:
    enum class Unit { text, phrase, address };

    /// Not where that would change what the field says. Returns as encode.
    bool encode_once(Field& field) {
        field_ = field.octets();
        field_.remove_suffix(2);
        at_ = field_.find(':') + 1;
        out_ = field_.substr(0, at_);
        whole_ = true;
        if (field.is_one_of(text_fields))
            encode_unit(field_.size(), field_.size(), Unit::text);
        else
            encode_list();
        out_ += "\r\n";
        if (out_ == field.octets())
            return whole_;
        Field encoded(std::move(out_));
        encoded.fold_lines(encoded_line_limit);
        if (!may_stand_for(encoded, field))
            return false;
        room_ -= encoded.octets().size() - field.octets().size();
        field = std::move(encoded);
        return whole_;
    }

    [[nodiscard]] bool may_stand_for(const Field& encoded, const Field& field) const {
        return encoded.longest_line() <= text_line_limit &&
               encoded.octets().size() <= field.octets().size() + room_ &&
               (field.is_one_of(text_fields) || (has_few_separators(field.body()) &&
                                                 are_equal(field.body(), encoded.body())));
    }

    /// RFC 5322 3.4, with more liberty: what stands before an angle bracket, or before the
    /// colon of a group, is a phrase, whatever is in it.
    void encode_list() {
        while (at_ < field_.size()) {
            const std::size_t end = find(at_, ",;:<");
            const char separator = end < field_.size() ? field_[end] : ',';
            const std::size_t last = separator == '<' ? find(end + 1, ">") : end;
            encode_unit(end, std::min(last + 1, field_.size()),
                        separator == '<' || separator == ':' ? Unit::phrase
                                                             : Unit::address);
        }
    }

    /// The first of `separators` within nothing else, or the end.
    [[nodiscard]] std::size_t find(std::size_t at, std::string_view separators) const {
        Nesting nesting(ascii_trails_);
        while (at < field_.size() &&
               (nesting.closer() != '\0' || separators.find(field_[at]) == separators.npos))
            nesting.take(field_[at++]);
        return at;
    }

    /// Text of one writer up to `end`, and what stands between it and the next; as it came
    /// if it cannot be encoded as a whole.
    void encode_unit(std::size_t end, std::size_t next, Unit unit) {
        const std::string_view octets = field_.substr(at_, next - at_);
        const std::string_view text = octets.substr(0, end - at_);
        const std::size_t begin = out_.size();
        const bool encodes = has_eight_bit(text);
        if (encodes) {
            charset_ = charset_of(text, stated_);
            fits_ = !charset_.empty();
            take_words(end, unit);
            write(field_.substr(end, next - end));
        }
        at_ = next;
        if (encodes && fits_)
            return;
        whole_ = whole_ && !encodes;
        out_.replace(begin, out_.npos, octets);
    }

    void take_words(std::size_t end, Unit unit) {
        Nesting nesting(ascii_trails_);
        space_ = {};
        while (at_ < end && fits_) {
            const std::size_t begin = at_;
            const std::size_t kept = text_.size();
            const bool comment = nesting.closer() == ')';
            take_word(end, unit, nesting);
            const std::string_view word = field_.substr(begin, at_ - begin);
            if (has_eight_bit(word) && (comment || unit != Unit::address)) {
                add(kept);
            } else {
                text_.resize(kept);
                write(word);
            }
            const std::size_t space = at_;
            while (at_ < end && is_space(field_[at_]))
                nesting.take(field_[at_++]);
            space_ = field_.substr(space, at_ - space);
        }
        fits_ = fits_ && nesting.closer() == '\0';
    }

    /// Up to white space; in an address field parentheses are words of their own.
    void take_word(std::size_t end, Unit unit, Nesting& nesting) {
        const bool comment = nesting.closer() == ')';
        bool first = true;
        for (; at_ < end; ++at_) {
            const char c = field_[at_];
            const char inside = nesting.closer();
            const bool escaped = nesting.escapes();
            const bool parenthesis = unit != Unit::text && !escaped && inside != '"' &&
                                     is_parenthesis(c, comment);
            if ((inside != '"' && is_space(c)) || (parenthesis && !first))
                return;
            if (unit != Unit::text)
                nesting.take(c);
            // neither a quotation mark nor a backslash that quotes
            if (!nesting.quotes() && (escaped || c != '"' || inside == nesting.closer()))
                text_ += c;
            first = false;
            if (parenthesis) {
                ++at_;
                return;
            }
        }
    }

    /// The word that begins at `kept` in text_ is to be encoded. RFC 2047 6.2: white space
    /// between encoded words is no part of the text.
    void add(std::size_t kept) {
        if (kept == 0)
            out_ += space_;
        if (kept > 0 || beside_word_)
            text_.insert(kept, space_);
    }

    /// What stays as it is.
    void write(std::string_view octets) {
        beside_word_ = is_encoded_word(octets);
        if (!text_.empty()) {
            if (beside_word_)
                text_ += space_;
            write_text();
            if (space_.empty() && !octets.empty() &&
                (octets != ")" || column() > closing_column))
                out_ += ' ';
        }
        out_ += space_;
        out_ += octets;
        space_ = {};
    }

    void write_text() {
        fits_ =
            fits_ && text_.size() <= room_ / growth && out_.size() <= field_.size() + room_;
        if (fits_) {
            begin_words();
            const std::string words = encode_words(text_, charset_, column());
            fits_ = !words.empty();
            out_ += words;
        }
        text_.clear();
    }

    /// On a line of their own, where it is late on this one.
    void begin_words() {
        const bool opens = out_.back() == '(';
        if (!opens && !is_blank(out_.back()))
            out_ += ' ';
        if (column() <= last_column)
            return;
        const std::size_t begin = out_.size() - (opens ? 1 : 0);
        const std::size_t end = out_.find_last_not_of(" \t", begin - 1) + 1;
        if (out_[end - 1] != '\n')
            out_.insert(end, end < begin ? "\r\n" : "\r\n ");
    }

    /// Of what comes next; no more than encoded_line_limit.
    [[nodiscard]] std::size_t column() const {
        const std::size_t size = std::min(out_.size(), encoded_line_limit);
        const auto line = std::string_view(out_).substr(out_.size() - size);
        return line.size() - (line.rfind('\n') + 1);
    }

    std::string_view stated_;
    std::string_view field_; ///< without its line end
    bool ascii_trails_ = false;
    std::size_t at_ = 0;
    std::string out_;
    std::size_t room_;
    bool whole_ = true; ///< no 8-bit text stays that should not

    std::string_view charset_; ///< of the text at hand, as what follows
    bool fits_ = true;
    std::string_view space_;   ///< after the last word
    std::string text_;         ///< of words that are to be encoded
    bool beside_word_ = false; ///< what was written last is an encoded word
};

} // namespace

void encode_header(Header& header, std::vector<std::string>& notes) {
    const SignedFields fixed = header.signed_fields();
    const Entity entity = describe_entity(header);
    HeaderEncoder encoder(entity.charset, header.room());
    bool complete = true;
    for (Field& field : header.fields()) {
        if (has_eight_bit(field.octets()) && !fixed.cover(field.name()) &&
            (field.is_one_of(text_fields) || field.is_one_of(address_fields)))
            complete = encoder.encode(field) && complete;
    }
    if (!complete)
        notes.push_back(
            "8-bit text in the header is sent as it is where its charset or the "
            "addresses beside it are not clear, or where it would be too long");
}

} // namespace sallyport
