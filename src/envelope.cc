// SPDX-License-Identifier: MIT
#include "envelope.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "address.h"
#include "ascii.h"
#include "failure.h"
#include "printable.h"

namespace sallyport {

namespace {

constexpr std::array<std::string_view, 3> recipient_fields{"To", "Cc", "Bcc"};
constexpr std::array<std::string_view, 3> resent_fields{"Resent-To", "Resent-Cc",
                                                        "Resent-Bcc"};

constexpr std::size_t path_limit = 256 - 2; // RFC 5321 4.5.3.1.3

std::string qualify(Mailbox mailbox, const std::string& domain) {
    if (mailbox.domain.empty())
        mailbox.domain = domain;
    std::string address = mailbox.address();
    if (address.size() > path_limit)
        throw Failure(ExitStatus::data_error, Fault::local,
                      "address \"" + printable(address, 80) + "\": an address is too long",
                      "5.1.3");
    return address;
}

/// RFC 5321 2.4: domains are the same in any case, local parts are the receiver's business.
std::string key_of(const std::string& address) {
    std::string key = address;
    const auto at = key.rfind('@');
    std::transform(key.begin() + static_cast<std::ptrdiff_t>(at), key.end(),
                   key.begin() + static_cast<std::ptrdiff_t>(at), to_lower);
    return key;
}

class Recipients {
  public:
    explicit Recipients(std::string domain) : domain_(std::move(domain)) {}

    void add(std::string_view list) {
        for (Mailbox& mailbox : parse_address_list(list)) {
            std::string address = qualify(std::move(mailbox), domain_);
            if (known_.insert(key_of(address)).second)
                addresses_.push_back(std::move(address));
        }
    }

    void add(const Header& header) {
        const bool resent = std::ranges::any_of(
            resent_fields, [&](std::string_view name) { return header.contains(name); });
        for (const Field& field : header.fields()) {
            const auto is_named = [&](std::string_view name) { return field.is(name); };
            if (std::ranges::any_of(resent ? resent_fields : recipient_fields, is_named))
                add(field.body());
        }
    }

    std::vector<std::string> take() { return std::move(addresses_); }

  private:
    std::string domain_;
    std::unordered_set<std::string> known_;
    std::vector<std::string> addresses_;
};

std::string find_reverse_path(const Invocation& invocation, const Settings& settings,
                              const Identity& identity) {
    const std::string domain = identity.domain(settings.sender);
    if (invocation.sender) {
        Mailbox sender = parse_reverse_path(*invocation.sender);
        return sender.local.empty() ? std::string() : qualify(std::move(sender), domain);
    }
    if (!settings.sender.envelope_from.empty())
        return qualify(parse_reverse_path(settings.sender.envelope_from), domain);
    return qualify({make_local_part(identity.login), "", ""}, domain);
}

} // namespace

std::string Identity::domain(const SenderSettings& sender) const {
    if (!sender.domain.empty())
        return sender.domain;
    return mail_name.empty() ? host_name : mail_name;
}

Envelope make_envelope(const Invocation& invocation, const Settings& settings,
                       const Header& header, const Identity& identity) {
    Recipients recipients(identity.domain(settings.sender));
    for (const auto& list : invocation.recipients)
        recipients.add(list);
    if (invocation.recipients_from_header)
        recipients.add(header);
    Envelope envelope;
    envelope.recipients = recipients.take();
    if (envelope.recipients.empty())
        throw Failure(
            ExitStatus::usage, Fault::local,
            "no recipients: name them as arguments, or give -t and a To, Cc or Bcc "
            "field",
            "5.1.3");
    envelope.reverse_path = find_reverse_path(invocation, settings, identity);
    envelope.needs_smtputf8 = has_eight_bit(envelope.reverse_path) ||
                              std::ranges::any_of(envelope.recipients, has_eight_bit);
    envelope.body = invocation.body;
    envelope.notify = invocation.notify;
    envelope.ret = invocation.ret;
    envelope.envelope_id = invocation.envelope_id;
    return envelope;
}

} // namespace sallyport
