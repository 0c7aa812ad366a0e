// SPDX-License-Identifier: MIT
//
// The header as it will be sent: what must not leave is taken out, what RFC 5322 3.6 wants
// is put in, and nothing else is touched.
#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include "address.h"
#include "ascii.h"
#include "concat.h"
#include "envelope.h"
#include "failure.h"
#include "message.h"

namespace sallyport {

namespace {

/// RFC 5321 4.4 forbids Return-Path; a Content-Length was counted before line ends changed.
constexpr std::array<std::string_view, 4> never_sent{"Bcc", "Resent-Bcc", "Return-Path",
                                                     "Content-Length"};

/// RFC 5322 3.6.2 and 3.6.6: who says that a message is his.
constexpr std::array<std::string_view, 4> author_fields{"From", "Sender", "Resent-From",
                                                        "Resent-Sender"};

/// RFC 5322 3.3. In English, since nothing here calls setlocale.
std::string format_date(std::chrono::system_clock::time_point now, long utc_offset) {
    const long offset = utc_offset / 60 * 60; // as far as the zone says
    const std::time_t local = std::chrono::system_clock::to_time_t(now) + offset;
    std::tm time{};
    ::gmtime_r(&local, &time);
    time.tm_gmtoff = offset;
    std::string text(64, '\0');
    text.resize(std::strftime(text.data(), text.size(), "%a, %e %b %Y %H:%M:%S %z", &time));
    const auto blanks = text.find("  "); // before a day of one digit
    if (blanks != std::string::npos)
        text.erase(blanks, 1);
    return text;
}

/// The right side of a Message-ID must be a dot-atom; a domain literal or a host name with
/// odd characters is none.
std::string message_id_domain(const std::string& domain) {
    const bool plain = !domain.empty() && std::ranges::all_of(domain, [](char c) {
        return is_alpha(c) || is_digit(c) || c == '-' || c == '.';
    });
    return plain ? domain : "localhost";
}

class Completion {
  public:
    Completion(Header& header, const Envelope& envelope, const Invocation& invocation,
               const Settings& settings, const Identity& identity)
        : header_(header), envelope_(envelope), invocation_(invocation),
          settings_(settings), identity_(identity) {}

    void run() {
        const bool resent = std::ranges::any_of(header_.fields(), [](const Field& field) {
            return starts_with_ignoring_case(field.name(), "Resent-");
        });
        for (const auto name : never_sent)
            header_.remove(name);
        for (const auto& name : settings_.message.remove_headers)
            header_.remove(name);
        apply_policy();
        // RFC 5322 3.6.6: fields of one resending stand together, in front.
        add_missing(resent ? "Resent-" : "");
        if (settings_.message.received)
            put("Received", received());
        header_.fold_lines(text_line_limit);
    }

  private:
    /// The From field that the administrator wants, and nobody's but those he allows.
    void apply_policy() {
        if (settings_.sender.force_header)
            force_from();
        if (settings_.sender.allow.empty())
            return;
        for (const Field& field : header_.fields()) {
            if (std::ranges::any_of(author_fields,
                                    [&](std::string_view name) { return field.is(name); }))
                check_authors(field);
        }
    }

    void check_authors(const Field& field) const {
        const auto authors = try_address_list(field.body(), true);
        if (!authors || authors->empty())
            stop(ExitStatus::no_perm, Fault::local,
                 {field.name(), " without an author: [sender] allow does not name it"},
                 "5.7.1");
        for (const Mailbox& author : *authors)
            check_sender(qualified(author), settings_.sender);
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
        const std::vector<Mailbox> authors = old_authors();
        Mailbox forced = own_mailbox();
        const auto is_other = [&, own = forced.address()](const Mailbox& author) {
            return !equals_ignoring_case(qualified(author), own);
        };
        if (!authors.empty() && !authors.front().display_name.empty())
            forced.display_name = authors.front().display_name;
        else if (!authors.empty() && is_other(authors.front()) &&
                 forced.display_name.empty())
            forced.display_name = qualified(authors.front());
        if (std::ranges::any_of(authors, is_other) && !replies_go_elsewhere())
            header_.replace(Field("Reply-To", write_mailboxes(authors)));
        header_.replace(Field("From", write_mailbox(forced)));
    }

    /// Of all From fields that can be understood; there should be one.
    [[nodiscard]] std::vector<Mailbox> old_authors() const {
        std::vector<Mailbox> authors;
        for (const Field& field : header_.fields()) {
            auto list = field.is("From") ? try_address_list(field.body()) : std::nullopt;
            if (!list)
                continue;
            for (Mailbox& author : *list)
                authors.push_back(std::move(author));
        }
        return authors;
    }

    /// A Reply-To that is empty, or a comment only, says nothing. One that cannot be
    /// understood here says something.
    [[nodiscard]] bool replies_go_elsewhere() const {
        return std::ranges::any_of(header_.fields(), [](const Field& field) {
            if (!field.is("Reply-To"))
                return false;
            const auto list = try_address_list(field.body());
            return !list || !list->empty();
        });
    }

    /// The mailbox of a From field of ours: [sender] header_from, else the envelope sender;
    /// a null sender has no name to give, so the caller's own stands in.
    [[nodiscard]] Mailbox own_mailbox() const {
        const SenderSettings& sender = settings_.sender;
        Mailbox mailbox = parse_reverse_path(identity_.fill_in(sender.header_from));
        if (mailbox.local.empty() && sender.force_header)
            mailbox = parse_reverse_path(identity_.fill_in(sender.envelope_from));
        if (mailbox.local.empty() && !envelope_.reverse_path.empty())
            mailbox = parse_reverse_path(envelope_.reverse_path);
        if (mailbox.local.empty())
            mailbox.local = make_local_part(identity_.login);
        if (mailbox.domain.empty())
            mailbox.domain = identity_.domain(sender);
        return mailbox;
    }

    [[nodiscard]] std::string qualified(Mailbox mailbox) const {
        if (mailbox.domain.empty())
            mailbox.domain = identity_.domain(settings_.sender);
        return mailbox.address();
    }

    [[nodiscard]] std::string write_mailbox(const Mailbox& mailbox) const {
        const std::string& name = mailbox.display_name;
        const std::string phrase = is_encoded(name) ? name : make_phrase(name);
        const std::string address = qualified(mailbox);
        return phrase.empty() ? address : concat({phrase, " <", address, ">"});
    }

    [[nodiscard]] std::string write_mailboxes(const std::vector<Mailbox>& mailboxes) const {
        std::string list;
        for (const Mailbox& mailbox : mailboxes)
            list.append(list.empty() ? "" : ",\r\n ").append(write_mailbox(mailbox));
        return list;
    }

    /// RFC 2047 encoded words as a mail program made them: they are a phrase as they are.
    static bool is_encoded(std::string_view name) {
        return name.find("=?") < name.find("?=") && !has_control(name) &&
               !has_eight_bit(name) && name.find_first_of("()<>[]:;@\\,.\"") == name.npos;
    }

    void add_missing(const std::string& prefix) {
        const std::string domain = identity_.domain(settings_.sender);
        if (!header_.contains(prefix + "Message-ID"))
            put(prefix + "Message-ID",
                concat({"<", identity_.id, "@", message_id_domain(domain), ">"}));
        if (!header_.contains(prefix + "Date"))
            put(prefix + "Date", date());
        if (!header_.contains(prefix + "From"))
            put(prefix + "From", from());
    }

    void put(std::string_view name, std::string_view body) {
        Field field(name, body);
        if (name.starts_with("Resent-") || name == "Received")
            header_.prepend(std::move(field));
        else
            header_.append(std::move(field));
    }

    [[nodiscard]] std::string date() const {
        return format_date(identity_.now, identity_.utc_offset);
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
};

} // namespace

void complete_header(Header& header, const Envelope& envelope, const Invocation& invocation,
                     const Settings& settings, const Identity& identity) {
    Completion(header, envelope, invocation, settings, identity).run();
}

} // namespace sallyport
