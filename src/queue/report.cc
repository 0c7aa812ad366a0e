// SPDX-License-Identifier: MIT
#include "queue/report.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>
#include <utility>

#include "base/concat.h"
#include "message/date.h"
#include "text/address.h"
#include "text/ascii.h"
#include "text/printable.h"
#include "text/xtext.h"

namespace sallyport {

namespace {

/// Octets of a header that is brought back.
constexpr std::size_t returned_header_limit = 16 * 1024;
/// RFC 5322 2.1.1: more a line should not have.
constexpr std::size_t fold_limit = 78;
/// The longest address after "rfc822; ".
constexpr std::size_t value_limit = address_limit + 8;
constexpr std::size_t subject_limit = 100;
constexpr std::size_t message_id_limit = 256;

/// Nothing where there is no value.
std::string field(std::string_view name, std::string_view value) {
    if (value.empty())
        return {};
    Field made(name, printable(value, value_limit));
    made.fold_lines(fold_limit);
    return made.octets();
}

/// Of the first field of that name, unfolded.
std::string text_of(const Header& header, std::string_view name) {
    for (const Field& field : header.fields()) {
        if (!field.is(name))
            continue;
        std::string text(field.body());
        std::erase_if(text, [](char c) { return c == '\r' || c == '\n'; });
        std::ranges::replace(text, '\t', ' ');
        return std::string(trim(text));
    }
    return {};
}

/// The fields at its front, but for those that no message may hold.
Header returned_header(const Message& message) {
    std::string_view octets = message.header().substr(0, returned_header_limit);
    octets = octets.substr(0, octets.rfind('\n') + 1);
    Header header = parse_header(octets).value_or(Header());
    std::erase_if(header.fields(), [](const Field& field) {
        return field.longest_line() > text_line_limit;
    });
    return header;
}

/// The one message-id of RFC 5322 3.6.4 that it is, without comments and quoted strings;
/// else nothing.
std::string message_id_of(const Header& header) {
    std::string id = text_of(header, "Message-ID");
    const bool fits = id.size() <= message_id_limit && id.starts_with('<') &&
                      id.ends_with('>') && id.find_first_of("<>(\"", 1) == id.size() - 1 &&
                      id.find('@') != id.npos &&
                      std::ranges::all_of(id, [](char c) { return c > ' ' && c < 0x7f; });
    return fits ? id : std::string();
}

/// RFC 3464 2.3.1: with the type of the one that the sender named.
std::string original_recipient(const Recipient& recipient) {
    std::string_view value = recipient.original_recipient;
    const std::string_view type = take_until(value, ';');
    const std::string address = decode_xtext(value).value_or("");
    return address.empty()
               ? address
               : concat({has_eight_bit(address) ? "utf-8" : type, "; ", address});
}

bool is_number(std::string_view text) {
    return !text.empty() && text.size() <= 3 && std::ranges::all_of(text, is_digit);
}

/// RFC 3463 2.
bool is_status_code(std::string_view code) {
    const std::string_view kind = take_until(code, '.');
    const std::string_view subject = take_until(code, '.');
    return (kind == "4" || kind == "5") && is_number(subject) && is_number(code);
}

/// RFC 3464 2.3.6: of a reply what the server said, without where and when.
std::string diagnostic_code(const Progress::Fate& fate) {
    if (fate.text.empty())
        return {};
    const std::string text = concat({fate.text, " "});
    const auto reply = text.find(concat({": ", std::to_string(fate.code), " "}));
    if (fate.code == 0 || reply == text.npos)
        return concat({"X-sallyport; ", fate.text});
    return concat({"smtp; ", trim(std::string_view(text).substr(reply + 2))});
}

struct Part {
    std::string_view type;
    std::string octets;
};
using Parts = std::array<Part, 3>;

/// A field for a part or a whole, if it needs one.
std::string_view encoding_of(std::string_view octets) {
    return has_eight_bit(octets) ? "Content-Transfer-Encoding: 8bit\r\n" : "";
}

/// RFC 2046 5.1.1: what stands in none of them.
std::string boundary_of(const Parts& parts, const std::string& id) {
    std::string boundary;
    const auto holds_it = [&](const Part& part) {
        return part.octets.find(boundary) != std::string::npos;
    };
    unsigned number = 0;
    do
        boundary = concat({"=_", id, ".", std::to_string(number++)});
    while (std::ranges::any_of(parts, holds_it));
    return boundary;
}

class FailureReport {
  public:
    FailureReport(const QueueHeader& about, const Progress& progress,
                  std::span<const std::size_t> failed, const Message& message,
                  const Identity& identity)
        : about_(about), progress_(progress), failed_(failed), message_(message),
          header_(returned_header(message)), identity_(identity),
          now_(std::chrono::system_clock::to_time_t(identity.now)) {}

    [[nodiscard]] std::string write(const std::string& to,
                                    const SenderSettings& sender) const {
        const bool global = has_utf8_address();
        const Parts parts{
            Part{"text/plain; charset=utf-8", for_people()},
            Part{global ? "message/global-delivery-status" : "message/delivery-status",
                 for_programs(global)},
            returned(global)};
        const std::string boundary = boundary_of(parts, identity_.id);
        std::string body;
        for (const Part& part : parts)
            body += concat({"\r\n--", boundary, "\r\nContent-Type: ", part.type, "\r\n",
                            encoding_of(part.octets), "\r\n", part.octets});
        return concat({head(to, sender),
                       "Content-Type: multipart/report; report-type=delivery-status;\r\n",
                       " boundary=\"", boundary, "\"\r\n", encoding_of(body), body,
                       "\r\n--", boundary, "--\r\n"});
    }

  private:
    [[nodiscard]] std::string head(const std::string& to,
                                   const SenderSettings& sender) const {
        const std::string parent = message_id_of(header_);
        return concat({field("Date", date(now_)),
                       field("From", concat({"Mail Delivery System <MAILER-DAEMON@",
                                             identity_.domain(sender), ">"})),
                       field("To", to),
                       "Subject: Undelivered mail: ", std::to_string(failed_.size()),
                       failed_.size() == 1 ? " recipient" : " recipients",
                       " did not get a message\r\n",
                       field("Message-ID", identity_.message_id(sender)),
                       field("In-Reply-To", parent), field("References", parent),
                       "Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"});
    }

    [[nodiscard]] std::string for_people() const {
        std::string text =
            concat({"This message did not reach everybody it was sent to:\r\n\r\n",
                    field("From", about_.envelope.reverse_path), field("Date", arrival()),
                    field("Subject", printable(text_of(header_, "Subject"), subject_limit)),
                    "\r\nThese recipients do not get it, and nothing more is tried:\r\n"});
        for (const std::size_t number : failed_) {
            const Progress::Fate& fate = progress_.recipients[number];
            text += concat({"\r\n", field("To", about_.recipients[number].address),
                            field("Reason", fate.text),
                            fate.doubts == 0 ? ""
                                             : "But an earlier attempt may have succeeded "
                                               "unseen.\r\n"});
        }
        return text +=
               "\r\nCheck each address and its reason. If you send the message again, "
               "do so to\r\nthese recipients alone: the others have it, or are "
               "still being tried.\r\n";
    }

    /// RFC 3464. What is not ASCII is only for those programs that know of RFC 6533.
    [[nodiscard]] std::string for_programs(bool global) const {
        std::string text =
            concat({field("Reporting-MTA", concat({"dns; ", identity_.host_name})),
                    field("Original-Envelope-Id", about_.envelope.envelope_id),
                    field("Arrival-Date", arrival())});
        for (const std::size_t number : failed_) {
            const Recipient& recipient = about_.recipients[number];
            const Progress::Fate& fate = progress_.recipients[number];
            const std::string_view type =
                has_eight_bit(recipient.address) ? "utf-8; " : "rfc822; ";
            text +=
                concat({"\r\n", field("Original-Recipient", original_recipient(recipient)),
                        field("Final-Recipient", concat({type, recipient.address})),
                        "Action: failed\r\nStatus: ",
                        is_status_code(fate.enhanced) ? fate.enhanced.c_str() : "5.0.0",
                        "\r\n", field("Diagnostic-Code", diagnostic_code(fate))});
        }
        if (!global)
            std::ranges::replace_if(text, is_eight_bit, '?');
        return text;
    }

    /// RFC 3461 4.3.
    [[nodiscard]] Part returned(bool global) const {
        if (about_.envelope.ret != "FULL" || message_.size() > returned_limit ||
            message_.binary() || message_.longest_header_line() > text_line_limit)
            return {global ? "message/global-headers" : "text/rfc822-headers",
                    header_.octets()};
        std::string octets(message_.size(), '\0');
        octets.resize(message_.read(0, octets));
        return {global ? "message/global" : "message/rfc822", std::move(octets)};
    }

    /// That asks for the types of RFC 6533.
    [[nodiscard]] bool has_utf8_address() const {
        return has_eight_bit(about_.envelope.reverse_path) ||
               std::ranges::any_of(failed_, [this](std::size_t number) {
                   const Recipient& recipient = about_.recipients[number];
                   return has_eight_bit(recipient.address) ||
                          has_eight_bit(original_recipient(recipient));
               });
    }

    [[nodiscard]] std::string date(std::int64_t time) const {
        return date_of(time, identity_.utc_offset);
    }
    /// The clock may have been wrong, and the queue file may be a stranger's.
    [[nodiscard]] std::string arrival() const {
        return date(std::max<std::int64_t>(std::min(about_.arrived, now_), 0));
    }

    const QueueHeader& about_;
    const Progress& progress_;
    std::span<const std::size_t> failed_;
    const Message& message_;
    Header header_; ///< of the message, as it is returned
    const Identity& identity_;
    std::int64_t now_;
};

} // namespace

std::string write_failure_report(const QueueHeader& about, const Progress& progress,
                                 std::span<const std::size_t> failed,
                                 const Message& message, const std::string& to,
                                 const SenderSettings& sender, const Identity& identity) {
    return FailureReport(about, progress, failed, message, identity).write(to, sender);
}

} // namespace sallyport
