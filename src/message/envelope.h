// SPDX-License-Identifier: MIT
//
// Who the message is from and to.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/invocation.h"
#include "config/settings.h"
#include "message/header.h"
#include "message/identity.h"
#include "text/address.h"

namespace sallyport {

/// More would be a mailing list's work, and every one costs memory and a line of the log.
constexpr std::size_t recipients_limit = 10'000;

/// Only make_envelope makes one, so: at least one recipient and at most recipients_limit,
/// every address parsed, qualified, within limits and without control characters, no
/// recipient twice.
struct Envelope {
    std::string reverse_path; ///< empty: <>
    std::vector<std::string> recipients;
    bool smtputf8 = false;         ///< RFC 6531: asked for, needed or not
    bool smtputf8_allowed = false; ///< announced if offered: an address to come may need it
    bool require_tls = false;      ///< RFC 8689
    BodyType body = BodyType::unspecified;
    std::string notify; ///< DSN parameters (RFC 3461), empty: none
    std::string ret;
    std::string envelope_id;
    std::vector<std::string> notes{}; ///< remarks for the log

    [[nodiscard]] bool wants_notification() const {
        return !notify.empty() || !ret.empty() || !envelope_id.empty();
    }
};

/// Failure (77, local) if [sender] allow does not name `address`; the null sender is
/// nobody's.
void check_sender(const std::string& address, const SenderSettings& settings);

/// The envelope sender: `given` (an empty Mailbox is the null sender), else envelope_from,
/// else login@domain; with `force` envelope_from in any case. Failure: 65 (local) for an
/// address that gets too long, 77 (local) as check_sender.
std::string make_reverse_path(std::optional<Mailbox> given, const SenderSettings& settings,
                              const Identity& identity);

/// The same for addresses of one mailbox. RFC 5321 2.4: domains are the same in any case,
/// local parts are the receiver's business.
std::string mailbox_key(const std::string& address);

/// The addresses that one mailbox stands for, a bare name, or one in a domain that is this
/// machine, as [recipients] says, all qualified, none twice. A remark for the log goes to
/// `notes`, once. Failure: 65 (local) for an address that gets too long or more than
/// recipients_limit, 72 (local) if the aliases cannot be used.
std::vector<std::string> make_recipients(const Mailbox& mailbox, const Settings& settings,
                                         const Identity& identity,
                                         std::vector<std::string>& notes);

/// Recipients: argv's, and with -t the header's To, Cc and Bcc, or where a Resent-To, -Cc
/// or -Bcc exists, those of that kind instead; bare names, and those in a domain that is
/// this machine, as [recipients] says.
/// Reverse-path: -f, else [sender] envelope_from, else login@domain; with `force`
/// envelope_from in any case. Failure: 64 (local) without a recipient, or with a word that
/// looks like a command of an administrator's tool and nothing else; 65 (local) for a bad
/// address or more than recipients_limit, 72 (local) if the aliases cannot be used, 77
/// (local) for a sender that [sender] allow does not name.
Envelope make_envelope(const Invocation& invocation, const Settings& settings,
                       const Header& header, const Identity& identity);

} // namespace sallyport
