// SPDX-License-Identifier: MIT
#include "queue/file.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/concat.h"
#include "base/failure.h"
#include "text/ascii.h"
#include "text/printable.h"
#include "text/xtext.h"

namespace sallyport {

namespace {

constexpr std::size_t envelope_id_limit = 100; // RFC 3461 4.4
/// Of seconds and octets: JSON, in which they are shown, has no larger numbers everywhere.
constexpr std::uint64_t number_limit = std::uint64_t{1} << 53U;

/// `at`: an octet of the line that is wrong, or the end of the text.
[[noreturn]] void refuse(std::string_view text, std::size_t at) {
    const std::string_view before = text.substr(0, at);
    std::string_view rest = text.substr(before.rfind('\n') + 1);
    const auto line = std::ranges::count(before, '\n') + 1;
    stop(ExitStatus::data_error, Fault::local,
         {"damaged: line ", std::to_string(line), ": \"",
          printable(take_until(rest, '\n'), 80), "\""});
}

/// The lines, each of which begins with a key. One that has another key is left for the
/// next to ask.
class HeaderLines {
  public:
    explicit HeaderLines(std::string_view text) : text_(text), rest_(text) {}

    bool take(std::string_view key) {
        begin_ = text_.size() - rest_.size();
        value_ = {};
        if (!rest_.starts_with(key))
            return false;
        value_ = take_until(rest_, '\n').substr(key.size());
        return true;
    }

    /// Empty, if there is no such line.
    std::string_view value_of(std::string_view key) {
        take(key);
        return value_;
    }

    std::uint64_t number_of(std::string_view key) {
        const auto number = to_number(value_of(key));
        require(number && *number <= number_limit);
        return *number;
    }

    /// Takes from the line what it goes on with.
    Mailbox take_path() {
        require(value_.starts_with('<'));
        Path path = parse_path(value_);
        value_.remove_prefix(path.size);
        return std::move(path.mailbox);
    }

    std::string_view take_parameter(std::string_view key) {
        if (!value_.starts_with(key))
            return {};
        value_.remove_prefix(key.size());
        const auto parameter = value_.substr(0, value_.find(' '));
        value_.remove_prefix(parameter.size());
        return parameter;
    }

    /// Of the line that was taken, or should have been.
    void require(bool good) const {
        if (!good)
            refuse(text_, begin_);
    }

  private:
    std::string_view text_;
    std::string_view rest_;
    std::string_view value_;
    std::size_t begin_ = 0; ///< of the line
};

void read_wishes(Envelope& envelope, HeaderLines& lines) {
    envelope.ret = lines.value_of("ret ");
    lines.require(envelope.ret.empty() || envelope.ret == "FULL" || envelope.ret == "HDRS");
    envelope.envelope_id = decode_xtext(lines.value_of("envid ")).value_or("");
    lines.require(envelope.envelope_id.size() <= envelope_id_limit &&
                  !has_control(envelope.envelope_id) &&
                  !has_eight_bit(envelope.envelope_id));
    const auto body = lines.value_of("body ");
    if (body == "7BIT")
        envelope.body = BodyType::seven_bit;
    else if (!body.empty())
        envelope.body = BodyType::eight_bit_mime;
    const auto smtputf8 = lines.value_of("smtputf8");
    envelope.smtputf8 = smtputf8.starts_with(" required");
    envelope.smtputf8_allowed = smtputf8.ends_with(" allowed");
    envelope.require_tls = lines.take("requiretls");
}

Recipient read_recipient(HeaderLines& lines) {
    const Mailbox mailbox = lines.take_path();
    lines.require(!mailbox.domain.empty());
    Recipient recipient(mailbox.address());
    recipient.notify = lines.take_parameter(" NOTIFY=");
    lines.require(recipient.notify.empty() ||
                  parse_notify(recipient.notify) == recipient.notify);
    recipient.original_recipient = lines.take_parameter(" ORCPT=");
    lines.require(recipient.original_recipient.empty() ||
                  is_typed_xtext(recipient.original_recipient));
    return recipient;
}

std::vector<Recipient> read_recipients(HeaderLines& lines) {
    std::vector<Recipient> recipients;
    std::set<std::string> known;
    while (lines.take("to ")) {
        lines.require(recipients.size() < recipients_limit);
        recipients.push_back(read_recipient(lines));
        lines.require(known.insert(mailbox_key(recipients.back().address)).second);
    }
    lines.require(!recipients.empty());
    return recipients;
}

void append(std::string& text, std::string_view key, std::string_view value,
            std::string_view end = {}) {
    if (!value.empty())
        text.append(key).append(value).append(end);
}

void append_wishes(std::string& text, const Envelope& envelope) {
    append(text, "ret ", envelope.ret, "\n");
    append(text, "envid ", encode_xtext(envelope.envelope_id), "\n");
    if (envelope.body != BodyType::unspecified)
        text += envelope.body == BodyType::seven_bit ? "body 7BIT\n" : "body 8BITMIME\n";
    append(text, "smtputf8",
           concat({envelope.smtputf8 ? " required" : "",
                   envelope.smtputf8_allowed ? " allowed" : ""}),
           "\n");
    text += envelope.require_tls ? "requiretls\n" : "";
}

} // namespace

bool is_queue_id(std::string_view name) {
    return name.size() == id_digits && name.find_first_not_of(hex_digits) == name.npos;
}

std::string check_of(std::string_view text) {
    std::uint32_t hash = 2166136261U;
    for (const char c : text)
        hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
    return to_hex(hash, 8);
}

std::string write_queue_header(const QueueHeader& header) {
    std::string text =
        concat({"sallyport-queue 1\nid ", header.id, "\ntime ",
                std::to_string(header.arrived), "\nsize ", std::to_string(header.size),
                "\n", header.is_report ? "kind report\n" : "", "from <",
                header.envelope.reverse_path, ">\n"});
    append_wishes(text, header.envelope);
    for (const Recipient& recipient : header.recipients) {
        text.append("to <").append(recipient.address) += '>';
        append(text, " NOTIFY=", recipient.notify);
        append(text, " ORCPT=", recipient.original_recipient);
        text += '\n';
    }
    text += concat({"check ", check_of(text), "\n\n"});
    if (text.size() > queue_header_limit)
        stop(ExitStatus::data_error, Fault::local,
             {"the recipients fill more than 4 MiB of a queue file: split the list"},
             "5.5.3");
    return text;
}

QueueHeader read_queue_header(std::string_view text) {
    if (text.size() > queue_header_limit)
        stop(ExitStatus::data_error, Fault::local, {"damaged: more than 4 MiB of header"});
    HeaderLines lines(text);
    const auto version = lines.value_of("sallyport-queue ");
    if (to_number(version).value_or(1) != 1)
        stop(ExitStatus::protocol, Fault::local,
             {"of version ", version, ", which this program does not know"});
    QueueHeader header;
    header.id = lines.value_of("id ");
    lines.require(is_queue_id(header.id));
    header.arrived = static_cast<std::int64_t>(lines.number_of("time "));
    header.size = lines.number_of("size ");
    lines.require(header.size > 0);
    header.is_report = lines.take("kind ");
    lines.take("from ");
    const Mailbox sender = lines.take_path();
    lines.require(sender.local.empty() || !sender.domain.empty());
    header.envelope.reverse_path = sender.address();
    read_wishes(header.envelope, lines);
    header.recipients = read_recipients(lines);
    // There is one way to write it: this finds all else, the check included.
    const std::string written = write_queue_header(header);
    const auto [own, other] = std::ranges::mismatch(written, text);
    if (own != written.end() || other != text.end())
        refuse(text, static_cast<std::size_t>(other - text.begin()));
    return header;
}

} // namespace sallyport
