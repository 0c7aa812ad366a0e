// SPDX-License-Identifier: MIT
#include "message/submission.h"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

#include "base/concat.h"
#include "base/failure.h"
#include "message/authors.h"
#include "message/date.h"
#include "message/mime.h"
#include "message/reencode.h"
#include "text/address.h"
#include "text/address_lexer.h"
#include "text/ascii.h"
#include "text/encoded_word.h"

namespace sallyport {

namespace {

/// RFC 5321 4.4 forbids Return-Path; a Content-Length was counted before line ends changed.
constexpr std::string_view never_sent = "bcc:resent-bcc:return-path:content-length";

/// RFC 5322 3.6.2 and 3.6.6: who says that a message is his.
constexpr std::string_view author_fields = "from:sender:resent-from:resent-sender";

/// A longer one may hold half a million names, each of which costs memory, or thousands of
/// addresses, which cost time and have a domain all the same.
constexpr std::size_t bare_names_limit = 65536;

/// Puts "@domain" after each bare name of `field`, such as root: a server may refuse a
/// message for them. Every other octet stays, and all of them where the field cannot be
/// parsed, or `room`, the octets that may be added, is not enough.
void qualify_names(Field& field, const std::string& domain, std::size_t& room) {
    const auto list = try_address_list(field.body());
    if (!list)
        return;
    const std::string& octets = field.octets();
    const auto before = octets.size() - field.body().size();
    std::size_t copied = 0;
    std::size_t left = room;
    std::string changed;
    for (const Mailbox& mailbox : *list) {
        if (!mailbox.domain.empty() ||
            mailbox.local.size() + domain.size() >= address_limit)
            continue;
        if (left <= domain.size())
            return;
        left -= domain.size() + 1;
        const auto end = before + mailbox.end;
        changed.append(octets, copied, end - copied).append("@").append(domain);
        copied = end;
    }
    if (copied == 0)
        return;
    field = Field(changed.append(octets, copied));
    room = left;
}

class Completion {
  public:
    Completion(Header& header, const Envelope& envelope, const Invocation& invocation,
               const Settings& settings, const Identity& identity,
               std::vector<std::string>& notes)
        : header_(header), envelope_(envelope), invocation_(invocation),
          settings_(settings), identity_(identity), notes_(notes),
          domain_(identity.domain(settings.sender)) {}

    void run() {
        const bool resent = std::ranges::any_of(header_.fields(), [](const Field& field) {
            return starts_with_ignoring_case(field.name(), "Resent-");
        });
        std::erase_if(header_.fields(), is_not_sent);
        for (const auto& name : settings_.message.remove_headers)
            header_.remove(name);
        apply_policy();
        // RFC 5322 3.6.6: fields of one resending stand together, in front.
        add_missing(resent ? "Resent-" : "");
        if (settings_.message.received)
            put("Received", received());
        qualify_bare_names();
        header_.fold_lines(text_line_limit);
    }

  private:
    /// A From without an author is as good as none; but an empty group says that nobody is
    /// meant (RFC 6854).
    static bool is_not_sent(const Field& field) {
        return field.is_one_of(never_sent) ||
               (field.is_one_of("from:resent-from") && names_nobody(field) &&
                field.body().find(':') == std::string_view::npos);
    }

    static bool names_nobody(const Field& field) {
        const auto list = try_address_list(field.body(), false, 1);
        return list && list->empty();
    }

    /// The From field that the administrator wants, and nobody's but those he allows.
    void apply_policy() {
        if (settings_.sender.force_header)
            force_from();
        if (settings_.sender.allow.empty())
            return;
        for (const Field& field : header_.fields()) {
            if (field.is_one_of(author_fields))
                check_authors(field);
        }
    }

    void check_authors(const Field& field) const {
        const auto authors = try_address_list(field.body(), true);
        if (!authors || authors->empty())
            stop(ExitStatus::no_perm, Fault::local,
                 {field.name(), " without an author: [sender] allow does not name it"},
                 "5.7.1", 550);
        for (const Mailbox& author : *authors)
            check_sender(qualify(author, domain_), settings_.sender);
    }

    /// RFC 5322 3.6.2: replies go to all who wrote the message, though they may not be its
    /// From. Ours is not left out of them: where there is a Reply-To, From gets none.
    void force_from() {
        header_.remove("Sender");
        header_.remove("Resent-Sender");
        if (header_.contains("Resent-From"))
            header_.replace(Field("Resent-From", from()));
        if (!header_.contains("From"))
            return put("From", from());
        Mailbox forced = own_mailbox();
        const std::string own = forced.address();
        std::string words;
        std::string replies;
        bool others = false;
        for (Mailbox& author : read_authors(header_, notes_)) {
            take_words(words, author);
            if (author.domain.empty())
                continue;
            encode_escapes(author.display_name);
            const bool other = !equals_ignoring_case(author.address(), own);
            others = others || other;
            if (replies.empty())
                name_after(author, other, forced);
            replies.append(replies.empty() ? "" : ",\r\n ").append(write_mailbox(author));
        }
        if (replies.empty())
            encode_escapes(words);
        if (replies.empty() && !words.empty())
            forced.display_name = words;
        if (others && !replies_go_elsewhere())
            header_.replace(Field("Reply-To", replies));
        header_.replace(Field("From", write_mailbox(forced)));
    }

    /// What has no domain is no address here, but a part of the name of the author after
    /// it: "Doe, Jane <jane@example.com>".
    static void take_words(std::string& words, Mailbox& author) {
        std::string& name = author.display_name;
        const bool bare = author.domain.empty();
        const std::string& more = bare && name.empty() ? author.local : name;
        words.append(words.empty() || more.empty() ? "" : ", ").append(more);
        if (!bare)
            name = std::exchange(words, {});
    }

    /// Of ISO-2022-JP: without them a name would be other letters.
    void encode_escapes(std::string& name) {
        if (name.find('\x1b') == name.npos)
            return;
        const std::string stated = describe_entity(header_).charset;
        const std::string_view charset = charset_of(name, stated);
        name = charset.empty() ? "" : encode_words(name, charset, 1);
        if (name.empty())
            note_lost_name(notes_);
    }

    static void name_after(const Mailbox& author, bool other, Mailbox& forced) {
        if (!author.display_name.empty())
            forced.display_name = author.display_name;
        else if (other && forced.display_name.empty())
            forced.display_name = author.address();
    }

    /// A Reply-To that is empty, or a comment only, says nothing. One that cannot be
    /// understood here says something.
    [[nodiscard]] bool replies_go_elsewhere() const {
        return std::ranges::any_of(header_.fields(), [](const Field& field) {
            return field.is("Reply-To") && !names_nobody(field);
        });
    }

    /// The mailbox of a From field of ours: [sender] header_from, else the envelope sender;
    /// a null sender has no name to give, so the caller's own stands in.
    [[nodiscard]] Mailbox own_mailbox() const {
        const SenderSettings& sender = settings_.sender;
        Mailbox mailbox = identity_.fill_in(sender.header_from);
        if (mailbox.local.empty() && sender.force_header)
            mailbox = identity_.fill_in(sender.envelope_from);
        if (mailbox.local.empty() && !envelope_.reverse_path.empty())
            mailbox = parse_reverse_path(envelope_.reverse_path);
        if (mailbox.local.empty())
            mailbox.local = make_local_part(identity_.login);
        if (mailbox.domain.empty())
            mailbox.domain = domain_;
        return mailbox;
    }

    static std::string write_mailbox(const Mailbox& mailbox) {
        const std::string& name = mailbox.display_name;
        const std::string phrase = is_encoded(name) ? name : make_phrase(name);
        const std::string address = mailbox.address();
        return phrase.empty() ? address : concat({phrase, " <", address, ">"});
    }

    /// RFC 2047 encoded words as a mail program made them: they are a phrase as they are.
    static bool is_encoded(std::string_view name) {
        return name.find("=?") < name.find("?=") && !has_control(name) &&
               !has_eight_bit(name) && name.find_first_of(specials) == name.npos;
    }

    void add_missing(std::string_view prefix) {
        for (const std::string_view what : {"Message-ID", "Date", "From"}) {
            const std::string name = concat({prefix, what});
            if (!header_.contains(name))
                put(name, what == "From"   ? from()
                          : what == "Date" ? date()
                                           : identity_.message_id(settings_.sender));
        }
    }

    void put(std::string_view name, std::string_view body) {
        Field field(name, body);
        if (name.starts_with("Resent-") || name == "Received")
            header_.prepend(std::move(field));
        else
            header_.append(std::move(field));
    }

    void qualify_bare_names() {
        const SignedFields fixed = header_.signed_fields();
        std::size_t room = header_.room();
        for (Field& field : header_.fields()) {
            if (field.is_one_of(address_fields) && !fixed.cover(field.name()) &&
                field.octets().size() <= bare_names_limit)
                qualify_names(field, domain_, room);
        }
    }

    [[nodiscard]] std::string date() const {
        return date_of(std::chrono::system_clock::to_time_t(identity_.now),
                       identity_.utc_offset);
    }

    [[nodiscard]] std::string from() const {
        Mailbox mailbox = own_mailbox();
        if (invocation_.full_name)
            mailbox.display_name = *invocation_.full_name;
        else if (mailbox.display_name.empty())
            mailbox.display_name = identity_.full_name;
        return write_mailbox(mailbox);
    }

    /// RFC 5321 4.4.
    [[nodiscard]] std::string received() const {
        return concat({"by ", identity_.host_name, " (sallyport, from userid ",
                       std::to_string(identity_.uid), ")\r\n\tid ", identity_.id, "; ",
                       date()});
    }

    Header& header_;
    const Envelope& envelope_;
    const Invocation& invocation_;
    const Settings& settings_;
    const Identity& identity_;
    std::vector<std::string>& notes_;
    const std::string domain_; ///< of bare names
};

} // namespace

void complete_header(Header& header, const Envelope& envelope, const Invocation& invocation,
                     const Settings& settings, const Identity& identity,
                     std::vector<std::string>& notes) {
    Completion(header, envelope, invocation, settings, identity, notes).run();
}

Message finish_message(Draft draft, const Envelope& envelope, const Invocation& invocation,
                       const Settings& settings, const Identity& identity,
                       std::vector<std::string>& notes) {
    complete_header(draft.header, envelope, invocation, settings, identity, notes);
    Message message(draft.header, std::move(draft.body), draft.facts);
    auto encoded = reencode(message, false, notes);
    return encoded ? std::move(*encoded) : std::move(message);
}

} // namespace sallyport
