// SPDX-License-Identifier: MIT
//
// The header as it will be sent: what must not leave is taken out, what RFC 5322 3.6 wants
// is put in, and nothing else is touched.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "address.h"
#include "ascii.h"
#include "envelope.h"

namespace sallyport {

namespace {

/// RFC 5321 4.4 forbids Return-Path; a Content-Length was counted before line ends changed.
constexpr std::array<std::string_view, 4> never_sent{"Bcc", "Resent-Bcc", "Return-Path",
                                                     "Content-Length"};

std::string two_digits(long number) {
    std::string digits = std::to_string(number);
    return digits.size() < 2 ? "0" + digits : digits;
}

/// RFC 5322 3.3, in English whatever the locale.
std::string format_date(std::chrono::system_clock::time_point now, long utc_offset) {
    constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    using namespace std::chrono;
    const auto offset =
        duration_cast<minutes>(seconds(utc_offset)); // as far as the zone says
    const auto local = floor<seconds>(now) + offset;
    const auto day = floor<std::chrono::days>(local);
    const year_month_day date(day);
    const hh_mm_ss time(local - day);
    const long zone = abs(offset).count();
    return std::string(days.at(weekday(day).c_encoding())) + ", " +
           std::to_string(static_cast<unsigned>(date.day())) + " " +
           months.at(static_cast<unsigned>(date.month()) - 1) + " " +
           std::to_string(static_cast<int>(date.year())) + " " +
           two_digits(time.hours().count()) + ":" + two_digits(time.minutes().count()) +
           ":" + two_digits(time.seconds().count()) + (offset.count() < 0 ? " -" : " +") +
           two_digits(zone / 60) + two_digits(zone % 60);
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
        // RFC 5322 3.6.6: fields of one resending stand together, in front.
        add_missing(resent ? "Resent-" : "");
        if (settings_.message.received)
            put("Received", received());
    }

  private:
    void add_missing(const std::string& prefix) {
        const std::string domain = identity_.domain(settings_.sender);
        if (!header_.contains(prefix + "Message-ID"))
            put(prefix + "Message-ID",
                "<" + identity_.id + "@" + message_id_domain(domain) + ">");
        if (!header_.contains(prefix + "Date"))
            put(prefix + "Date", date());
        if (!header_.contains(prefix + "From"))
            put(prefix + "From", from());
    }

    void put(const std::string& name, const std::string& body) {
        Field field(name + ": " + body + "\r\n");
        if (name.starts_with("Resent-") || name == "Received")
            header_.prepend(std::move(field));
        else
            header_.append(std::move(field));
    }

    [[nodiscard]] std::string date() const {
        return format_date(identity_.now, identity_.utc_offset);
    }

    /// [sender] header_from, else the envelope sender; a null sender has no name to give,
    /// so the caller's own stands in.
    [[nodiscard]] std::string from() const {
        const std::string domain = identity_.domain(settings_.sender);
        Mailbox mailbox = parse_reverse_path(settings_.sender.header_from);
        if (mailbox.local.empty() && !envelope_.reverse_path.empty())
            mailbox = parse_reverse_path(envelope_.reverse_path);
        if (mailbox.local.empty())
            mailbox.local = make_local_part(identity_.login);
        if (mailbox.domain.empty())
            mailbox.domain = domain;
        const std::string name = make_phrase(invocation_.full_name.value_or(
            mailbox.display_name.empty() ? identity_.full_name : mailbox.display_name));
        return name.empty() ? mailbox.address() : name + " <" + mailbox.address() + ">";
    }

    /// RFC 5321 4.4.
    [[nodiscard]] std::string received() const {
        return "by " + identity_.host_name + " (sallyport, from userid " +
               std::to_string(identity_.uid) + ")\r\n\tid " + identity_.id + "; " + date();
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
