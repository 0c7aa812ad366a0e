// SPDX-License-Identifier: MIT
#include "address.h"

#include <algorithm>
#include <array>
#include <utility>

#include "ascii.h"
#include "concat.h"
#include "failure.h"
#include "printable.h"

namespace sallyport {

namespace {

constexpr std::size_t local_part_limit = 64; // RFC 5321 4.5.3.1
constexpr std::size_t domain_limit = 255;
constexpr std::size_t path_limit = 256 - 2;
constexpr int comment_depth_limit = 100;

/// RFC 5322 3.2.3, and UTF-8 (RFC 6532 3.2). A table, since every octet of every address is
/// looked up.
constexpr auto atom_text = [] {
    constexpr std::string_view specials = "()<>[]:;@\\,.\"";
    std::array<bool, 256> table{};
    for (std::size_t octet = '!'; octet < table.size(); ++octet)
        table.at(octet) = octet != 0x7f &&
                          specials.find(static_cast<char>(octet)) == std::string_view::npos;
    return table;
}();

bool is_atom_text(char c) {
    return atom_text[static_cast<unsigned char>(c)];
}

bool is_atom(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, is_atom_text);
}

/// RFC 5321 4.1.3, less what would end a path for a server that reads carelessly.
bool is_literal_text(char c) {
    return (is_atom_text(c) && !is_eight_bit(c)) || c == ' ' || c == '.' || c == ':';
}

/// RFC 5321 4.1.2 Dot-string.
bool is_dot_string(std::string_view text) {
    for (;;) {
        const auto dot = text.find('.');
        if (!is_atom(text.substr(0, dot)))
            return false;
        if (dot == std::string_view::npos)
            return true;
        text.remove_prefix(dot + 1);
    }
}

bool is_utf8(std::string_view text) {
    return printable(text, text.size()) == text;
}

bool is_domain_name(std::string_view text) {
    const auto is_label = [](std::string_view label) {
        return !label.empty() && std::ranges::all_of(label, [](char c) {
            return is_alpha(c) || is_digit(c) || c == '-' || c == '_' || is_eight_bit(c);
        });
    };
    for (;;) {
        const auto dot = text.find('.');
        if (!is_label(text.substr(0, dot)))
            return false;
        if (dot == std::string_view::npos)
            return true;
        text.remove_prefix(dot + 1);
    }
}

/// Recursive descent over RFC 5322 3.4 with the obsolete forms of 4.4, and over the path of
/// RFC 5321 4.1.2, which is one of its angle addresses without comments.
class AddressParser {
  public:
    explicit AddressParser(std::string_view text) : text_(text) {}

    std::vector<Mailbox> parse_list() {
        for (skip_space(); !at_end(); skip_space()) {
            if (take(','))
                continue;
            parse_address();
            skip_space();
            if (!at_end() && text_[at_] != ',')
                refuse("a comma is missing between addresses");
        }
        return std::move(found_);
    }

    Path parse_path() {
        comments_ = false;
        if (!take('<'))
            refuse("'<' is missing");
        skip_space();
        if (take('>'))
            return {{}, at_};
        parse_angle_address({});
        return {std::move(found_.front()), at_};
    }

  private:
    void parse_address() {
        comment_.clear();
        final_ = take('\\'); // aliases(5) of sendmail
        const std::vector<Word> words = parse_words();
        if (take(':'))
            parse_group();
        else if (take('<'))
            parse_angle_address(join_phrase(words));
        else
            add(parse_address_spec(words), {});
    }

    /// Members of a group up to its semicolon; RFC 5322 4.4 allows empty ones.
    void parse_group() {
        if (std::exchange(in_group_, true))
            refuse("a group within a group");
        for (skip_space(); !take(';'); skip_space()) {
            if (at_end())
                refuse("a group is not closed by a semicolon");
            if (take(','))
                continue;
            parse_address();
            skip_space();
            if (!at_end() && text_[at_] != ',' && text_[at_] != ';')
                refuse("a comma is missing between addresses");
        }
        in_group_ = false;
    }

    void parse_angle_address(const std::string& display_name) {
        skip_space();
        if (!at_end() && (text_[at_] == '@' || text_[at_] == ','))
            skip_route();
        Mailbox mailbox = parse_address_spec(parse_words());
        skip_space();
        if (!take('>'))
            refuse("'>' is missing");
        add(std::move(mailbox), display_name);
    }

    /// RFC 5321 C: source routes are read and not used.
    void skip_route() {
        while (!take(':')) {
            skip_space();
            if (take(','))
                continue;
            if (!take('@'))
                refuse("a source route is not understood");
            parse_domain();
            skip_space();
        }
    }

    struct Word {
        std::string text;
        bool quoted = false;
        bool dot = false; ///< only a dot
        bool space_before = false;
    };

    /// Atoms, quoted strings and dots: a phrase or a local part, which the next token
    /// tells.
    std::vector<Word> parse_words() {
        std::vector<Word> words;
        words.reserve(4); // two labels and a dot: most domains
        for (;;) {
            const bool space = skip_space();
            if (at_end())
                return words;
            const char c = text_[at_];
            if (c == '"') {
                words.push_back({parse_quoted_string(), true, false, space});
            } else if (c == '.') {
                ++at_;
                words.push_back({".", false, true, space});
            } else if (is_atom_text(c)) {
                const std::size_t begin = at_;
                while (!at_end() && is_atom_text(text_[at_]))
                    ++at_;
                words.push_back(
                    {std::string(text_.substr(begin, at_ - begin)), false, false, space});
            } else {
                return words;
            }
        }
    }

    /// `words` are the local part: word *("." word), RFC 5322 4.4 obs-local-part. Dots
    /// elsewhere are no address of RFC 5322's, but of some mobile carriers';
    /// make_local_part quotes them.
    Mailbox parse_address_spec(const std::vector<Word>& words) {
        std::string local;
        bool word_before = false;
        bool named = false;
        for (const Word& word : words) {
            if (word_before && !word.dot)
                refuse("a comma is missing");
            word_before = !word.dot;
            named = named || word_before;
            local += word.text;
        }
        if (!named)
            refuse("an address is missing its local part");
        Mailbox mailbox;
        mailbox.local = make_local_part(local);
        if (take('@'))
            mailbox.domain = parse_domain();
        return mailbox;
    }

    std::string parse_domain() {
        skip_space();
        if (take('['))
            return parse_domain_literal();
        std::string domain;
        for (const Word& word : parse_words()) {
            if (word.quoted)
                refuse("a quoted string in a domain");
            if (!domain.empty() && !word.dot && domain.back() != '.')
                refuse("a comma is missing after a domain");
            domain += word.text;
        }
        if (domain.ends_with('.'))
            domain.pop_back();
        if (!is_domain_name(domain))
            refuse("a domain name is not valid");
        return domain;
    }

    std::string parse_domain_literal() {
        std::string literal = "[";
        while (!take(']')) {
            skip_line_ends();
            if (at_end() || !is_literal_text(text_[at_]))
                refuse("an address literal is not valid");
            if (text_[at_] != ' ')
                literal += text_[at_];
            ++at_;
        }
        if (literal.size() == 1)
            refuse("an address literal is empty");
        literal += ']';
        return literal;
    }

    /// RFC 5322 3.2.4: the text within, its quoted pairs resolved, its folding undone.
    std::string parse_quoted_string() {
        std::string text;
        ++at_;
        while (!take('"')) {
            skip_line_ends();
            if (at_end())
                refuse("a quoted string is not closed");
            if (text_[at_] == '\\')
                ++at_;
            if (at_end() || (is_control(text_[at_]) && text_[at_] != '\t'))
                refuse("a control character in a quoted string");
            text += text_[at_++];
        }
        return text;
    }

    /// White space, folding and comments (RFC 5322 3.2.2); true if there was any.
    bool skip_space() {
        const std::size_t begin = at_;
        for (;;) {
            skip_line_ends();
            if (!at_end() && is_blank(text_[at_]))
                ++at_;
            else if (!at_end() && text_[at_] == '(' && comments_)
                skip_comment();
            else
                return at_ != begin;
        }
    }

    /// Its text, the outermost parentheses left out, goes to comment_.
    void skip_comment() {
        int depth = 0;
        const std::size_t begin = at_ + 1;
        do {
            if (at_end() || depth > comment_depth_limit)
                refuse("a comment is not closed");
            const char c = text_[at_++];
            if (c == '\\' && !at_end())
                ++at_;
            else if (c == '(')
                ++depth;
            else if (c == ')')
                --depth;
        } while (depth > 0);
        comment_ = text_.substr(begin, at_ - begin - 1);
    }

    void skip_line_ends() {
        while (!at_end() && text_[at_] == '\r' && text_.substr(at_).starts_with("\r\n"))
            at_ += 2;
    }

    bool take(char c) {
        if (at_end() || text_[at_] != c)
            return false;
        ++at_;
        return true;
    }

    [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }

    static std::string join_phrase(const std::vector<Word>& words) {
        std::string phrase;
        for (const Word& word : words) {
            if (word.space_before && !phrase.empty())
                phrase += ' ';
            phrase += word.text;
        }
        return phrase;
    }

    void add(Mailbox mailbox, const std::string& display_name) {
        const std::string address = mailbox.address();
        if (has_control(address) || !is_utf8(address))
            refuse("an address holds a control character or is not UTF-8");
        if (mailbox.local.size() > local_part_limit ||
            mailbox.domain.size() > domain_limit || address.size() > path_limit)
            refuse("an address is too long");
        mailbox.display_name = display_name.empty() ? comment_ : display_name;
        mailbox.final = final_;
        found_.push_back(std::move(mailbox));
    }

    [[noreturn]] void refuse(std::string_view why) const {
        stop(ExitStatus::data_error, Fault::local,
             {"address \"", printable(trim(text_), 80), "\": ", why}, "5.1.3");
    }

    std::string_view text_;
    std::size_t at_ = 0;
    bool comments_ = true; ///< are skipped
    bool in_group_ = false;
    bool final_ = false;  ///< the address at hand began with a backslash
    std::string comment_; ///< the last one of the address at hand
    std::vector<Mailbox> found_;
};

} // namespace

std::string make_local_part(std::string_view text) {
    if (is_dot_string(text))
        return std::string(text);
    return quote(text);
}

std::string Mailbox::address() const {
    return domain.empty() ? local : concat({local, "@", domain});
}

std::vector<Mailbox> parse_address_list(std::string_view text) {
    return AddressParser(text).parse_list();
}

Path parse_path(std::string_view text) {
    return AddressParser(text).parse_path();
}

std::optional<std::vector<Mailbox>> try_address_list(std::string_view text) {
    try {
        return parse_address_list(text);
    } catch (const Failure&) { // that it is none is an answer here
        return std::nullopt;
    }
}

Mailbox parse_reverse_path(std::string_view text) {
    const auto trimmed = trim(text);
    if (trimmed.empty() || trimmed == "<>")
        return {};
    auto found = parse_address_list(trimmed);
    if (found.size() != 1)
        stop(ExitStatus::data_error, Fault::local,
             {"sender \"", printable(text, 80), "\": not one address"}, "5.1.7");
    return std::move(found.front());
}

} // namespace sallyport
