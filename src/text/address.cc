// SPDX-License-Identifier: MIT
#include "text/address.h"

#include <utility>

#include "base/failure.h"
#include "text/address_lexer.h"
#include "text/ascii.h"
#include "text/host_name.h"
#include "text/utf8.h"

namespace sallyport {

namespace {

/// RFC 5321 4.1.3, less what would end a path for a server that reads carelessly.
bool is_literal_text(char c) {
    return (is_dot_atom_text(c) && !is_eight_bit(c)) || c == ' ' || c == ':';
}

/// Recursive descent over RFC 5322 3.4 with the obsolete forms of 4.4 and what address.h
/// adds to them, and over the path of RFC 5321 4.1.2, which is one of its angle addresses
/// without comments. Every octet is read a bounded number of times.
class AddressParser {
  public:
    /// `legacy`: the text holds octets that are not UTF-8.
    AddressParser(std::string_view text, std::string_view what, Reading reading,
                  bool legacy)
        : in_(text, what, reading), legacy_(legacy) {}

    /// Up to the mailbox that makes `most` of them.
    std::vector<Mailbox> parse_list(std::size_t most) {
        most_ = most;
        for (in_.skip_space(); found_.size() < most_ && !in_.at_end(); in_.skip_space()) {
            if (in_.take(','))
                unsure_ = nowhere;
            else if (!in_.take(';') && !parse_address())
                require(is_at_separator());
        }
        return std::move(found_);
    }

    Path parse_path() {
        in_.expect_no_comments();
        expect('<', "'<' is missing before");
        in_.skip_space();
        if (in_.take('>'))
            return {{}, in_.position()};
        parse_angle_address();
        return {std::move(found_.front()), in_.position()};
    }

  private:
    static constexpr std::size_t nowhere = AddressLexer::nowhere;

    /// True for a group that needs no separator after its semicolon.
    bool parse_address() {
        in_.begin();
        mailbox_.final = in_.take('\\'); // aliases(5) of sendmail
        mailbox_.display_name.clear();
        read_words();
        const char next = in_.here();
        const bool good =
            next != ':' && next != '<' && read_address_spec() && is_at_separator();
        const std::size_t end = in_.position();
        if (!good && parse_named(next))
            return false;
        in_.go_to(end);
        if (next == ':')
            return parse_group();
        require(good);
        add();
        const bool may_be_name = found_.back().domain.empty() && in_.here() == ';';
        unsure_ = may_be_name && !in_group_ ? in_.begun() : nowhere;
        return false;
    }

    /// Members of a group up to its semicolon; RFC 5322 4.4 allows empty ones. After bare
    /// names something else may have been meant by "x: y; z".
    bool parse_group() {
        constexpr std::string_view missing = "the semicolon of a group is missing before";
        if (std::exchange(in_group_, true))
            in_.refuse(missing, in_.position());
        in_.take(':');
        bare_ = false;
        for (in_.skip_space(); found_.size() < most_ && !in_.take(';'); in_.skip_space()) {
            if (in_.at_end())
                in_.refuse(missing, in_.position());
            if (in_.take(','))
                continue;
            parse_address();
            require(is_at_separator());
        }
        in_group_ = false;
        return !bare_;
    }

    void parse_angle_address() {
        in_.skip_space();
        if (in_.here() == '@' || in_.here() == ',')
            skip_route();
        read_words();
        require(read_address_spec());
        in_.skip_space();
        expect('>', "'>' is missing before");
        add();
    }

    /// RFC 5321 C: source routes are read and not used.
    void skip_route() {
        while (!in_.take(':')) {
            in_.skip_space();
            if (in_.take(','))
                continue;
            expect('@', "'@' or ':' of a source route is missing before");
            require(read_domain());
            in_.skip_space();
        }
    }

    /// A display name and an address in brackets. `next` comes after the first words: but
    /// for '<' the name is one that RFC 5322 has in quotes.
    bool parse_named(char next) {
        const bool odd = next != '<';
        if ((odd && in_.reading() == Reading::strict) || !scan_name(nullptr)) {
            mailbox_.display_name.clear();
            return false;
        }
        if (unsure_ != nowhere)
            refuse_guess();
        in_.take('<');
        parse_angle_address();
        const std::size_t end = in_.position();
        const std::string own = found_.back().address();
        if (odd)
            scan_name(&own);
        in_.go_to(end);
        return true;
    }

    /// Reads the display name, from the beginning of the address up to a '<'. False if none
    /// comes before a separator. No other address than `own`, where that is known, is
    /// allowed in the name.
    bool scan_name(const std::string* own) {
        bool local = false;       // what was read last may be a local part,
        std::size_t at = nowhere; // and this be the '@' after it
        std::string& name = mailbox_.display_name;
        name.clear();
        for (in_.go_to(in_.begun()); in_.here() != '<';) {
            if (in_.skip_space()) {
                name += ' ';
                continue;
            }
            const char c = in_.here();
            if (in_.at_end() || c == ',' || c == ';' || c == '>' || c == ')')
                return false;
            if (own != nullptr && at != nowhere && begins_domain(at) &&
                !is_within(*own, at))
                refuse_another();
            at = c == '@' && local ? in_.position() : nowhere;
            in_.take_piece(name);
            // in a text that is not UTF-8 '@' may be half a character
            local = (is_dot_atom_text(c) || c == '"') &&
                    !(legacy_ && is_eight_bit(octet(in_.position() - 1)));
        }
        name = trim(name);
        return true;
    }

    /// A blank, where the address at hand does not reach so far.
    [[nodiscard]] char octet(std::size_t position) const {
        return position < in_.begun() || position >= in_.text().size()
                   ? ' '
                   : in_.text()[position];
    }

    /// That of an address, after the '@' at `at`. With blanks or comments between them it
    /// has a dot: "Jane @ Acme" is a name.
    [[nodiscard]] bool begins_domain(std::size_t at) const {
        const char before = octet(at - 1);
        const bool close = at + 1 == in_.position() && !is_blank(before) && before != ')';
        const std::string_view rest = in_.text().substr(in_.position());
        const bool dotted =
            !close && rest.substr(0, rest.find_first_of(" \t\r<(@")).find('.') != rest.npos;
        return (close || dotted) && (is_dot_atom_text(in_.here()) || in_.here() == '[');
    }

    /// The '@' at `at` is that of `address`, which stands here whole, in quotes perhaps.
    [[nodiscard]] bool is_within(const std::string& address, std::size_t at) const {
        const std::size_t local = address.rfind('@');
        if (local > at - in_.begun())
            return false;
        std::size_t begin = at - local;
        const char after = octet(begin + address.size());
        const bool same =
            equals_ignoring_case(in_.text().substr(begin, address.size()), address);
        if (after == '\'' && octet(begin - 1) == '\'')
            --begin;
        return same && !is_dot_atom_text(octet(begin - 1)) &&
               (after == '\'' || !is_dot_atom_text(after));
    }

    /// "boss; Jane <...>" is two, or one with a semicolon in the name.
    [[noreturn]] void refuse_guess() {
        in_.go_to(unsure_);
        in_.begin();
        in_.refuse("a comma is expected for the semicolon, or quotes around a name");
    }

    [[noreturn]] void refuse_another() {
        in_.go_to(in_.text().find_first_of(" \t\r<", in_.position()));
        in_.skip_space();
        in_.refuse("a comma is missing before", in_.position());
    }

    /// Atoms, quoted strings and dots: a phrase, a local part or a domain, which the next
    /// token tells.
    void read_words() {
        words_.clear();
        stray_ = nowhere;
        quoted_ = false;
        named_ = false;
        for (bool word_before = false;; words_end_ = in_.position()) {
            in_.skip_space();
            const char c = in_.here();
            const bool word = c == '"' || is_atom_text(c);
            if (!word && c != '.')
                return;
            if (word && std::exchange(word_before, word) && stray_ == nowhere)
                stray_ = in_.position();
            word_before = word;
            named_ = named_ || word;
            quoted_ = quoted_ || c == '"';
            in_.take_piece(words_);
        }
    }

    /// The words were the local part: word *("." word), RFC 5322 4.4 obs-local-part. Dots
    /// elsewhere are no address of RFC 5322's, but of some mobile carriers';
    /// make_local_part quotes them. False, and why_, where it is none.
    bool read_address_spec() {
        if (stray_ != nowhere)
            return fail("a comma is missing before", stray_);
        if (!named_)
            return fail("a local part is missing before", in_.position());
        mailbox_.local = make_local_part(words_);
        mailbox_.domain.clear();
        mailbox_.end = words_end_;
        return !in_.take('@') || read_domain();
    }

    bool read_domain() {
        in_.skip_space();
        const std::size_t begin = in_.position();
        bool good = false;
        if (in_.here() == '[') {
            good = read_domain_literal();
        } else {
            read_words();
            if (stray_ != nowhere)
                return fail("a comma is missing before", stray_);
            if (words_.empty())
                return fail("a domain is missing before", begin);
            if (words_.ends_with('.'))
                words_.pop_back();
            mailbox_.domain = words_;
            good = !quoted_ && is_host_name(words_, Naming::with_utf8);
        }
        return good || fail("a domain is not valid:", begin);
    }

    bool read_domain_literal() {
        std::string& literal = mailbox_.domain;
        literal = "[";
        for (in_.take('['); !in_.take(']'); in_.skip_line_ends()) {
            const char c = in_.here();
            if (!is_literal_text(c))
                return false;
            in_.take(c);
            if (c != ' ')
                literal += c;
        }
        literal += ']';
        return literal.size() > 2;
    }

    bool fail(std::string_view why, std::size_t position) {
        why_ = why;
        trouble_ = position;
        return false;
    }

    void expect(char c, std::string_view why) {
        if (!in_.take(c))
            in_.refuse(why, in_.position());
    }

    bool is_at_separator() {
        in_.skip_space();
        const char c = in_.here();
        return in_.at_end() || c == ',' || c == ';' ||
               fail("a comma is missing before", in_.position());
    }

    void require(bool read) {
        if (!read)
            in_.refuse(why_, trouble_);
    }

    void add() {
        in_.check_characters(mailbox_.local);
        in_.check_characters(mailbox_.domain);
        if (mailbox_.local.size() + mailbox_.domain.size() >= address_limit)
            in_.refuse("it has more than 985 octets");
        if (mailbox_.display_name.empty())
            mailbox_.display_name = in_.comment();
        bare_ = bare_ || mailbox_.domain.empty();
        found_.push_back(std::move(mailbox_));
    }

    AddressLexer in_;
    bool legacy_;
    bool in_group_ = false;
    bool bare_ = false;            ///< a member of the group was
    bool quoted_ = false;          ///< one of the words was
    bool named_ = false;           ///< one was more than a dot
    std::string words_;            ///< read last, without what is between them
    std::size_t words_end_ = 0;    ///< of the last one
    std::size_t stray_ = nowhere;  ///< the first one without a dot before it
    Mailbox mailbox_;              ///< of the address at hand, as far as it has been read
    std::size_t unsure_ = nowhere; ///< a bare name before ';', or the first part of a name
    std::string_view why_;         ///< no address can be read,
    std::size_t trouble_ = 0;      ///< and where
    std::size_t most_ = nowhere;   ///< mailboxes to find
    std::vector<Mailbox> found_;
};

/// In Shift_JIS, Big5 or GBK the second half of a character may be a backslash; after a
/// Latin letter a backslash may quote the next octet. Of these two readings of a text that
/// is not UTF-8, the second is tried first, and the other where that one fails.
std::vector<Mailbox> parse(std::string_view text, std::string_view what, Reading reading,
                           std::size_t most) {
    const bool legacy = has_eight_bit(text) && !is_well_formed(text);
    for (;;) {
        try {
            return AddressParser(text, what, reading, legacy).parse_list(most);
        } catch (const Failure&) {
            if (!legacy || reading != Reading::generous)
                throw;
        }
        reading = Reading::double_octets;
    }
}

} // namespace

std::vector<Mailbox> parse_address_list(std::string_view text, std::string_view what) {
    return parse(text, what, Reading::generous, std::string_view::npos);
}

Path parse_path(std::string_view text) {
    return AddressParser(text, "address", Reading::strict, false).parse_path();
}

std::optional<std::vector<Mailbox>> try_address_list(std::string_view text, bool strict,
                                                     std::size_t most) {
    // They shift to other characters in ISO-2022, and a reader who knows it sees no quotes.
    if (strict && text.find_first_of("\x1b\x0e\x0f") != text.npos)
        return std::nullopt;
    try {
        return parse(text, "address", strict ? Reading::strict : Reading::generous, most);
    } catch (const Failure&) { // that it is none is an answer here
        return std::nullopt;
    }
}

} // namespace sallyport
