// SPDX-License-Identifier: MIT
//
// What to do about what was seen: one table, the first row that fits wins, rows of a
// provider stand before general ones. A server's text selects a sentence of ours and is
// quoted after it; it never makes one.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/failure.h"
#include "config/settings.h"
#include "ctl/report.h"

namespace sallyport::ctl {

/// What was seen. Texts are fit to be shown.
struct Symptom {
    const Relay* relay = nullptr; ///< null: none is known yet
    std::string provider;         ///< key of its row, or empty
    Rung rung = Rung::machine;
    std::string found; ///< the id of a row that the probe itself knows; empty: by the reply
    int code = 0;
    std::string enhanced;
    std::string reply; ///< all of it, with its code; or what else came back
    bool auth_offered = true;
    /// For the braces of a sentence, see below.
    std::map<std::string, std::string, std::less<>> words;
};

// The ids for `found`, each with the words that its sentence needs from who found it. A
// word in parentheses may be missing: the part of the sentence about it is then left out.
// The relay, the symptom's provider and its reply fill host, user, provider, limit, region,
// p (the configured port, if there is one) and file, unless they are among the words; any
// other word that is missing reads as a general one ("your sender"). They also say whose
// the server is: title, where its host is that of the provider's row, and else own, which
// is the host. A provider's key is never shown. The words issuer and names are quoted.
//
//   machine  no-config         -
//            file-open         file
//            file-shut         file, account
//            no-authorities    -
//            other-sendmail    path; (program: where its links end)
//            clock             date: what the clock says, for people; (since: when the
//                              certificate begins, where that led to it)
//            secret-shape      shape: "begins with a blank", "is still the example's", …:
//                              goes on after "The password "
//            php85             -
//            queue-shut        reason: why it cannot be opened or made
//            queue-idle        (since: the last run, for people)
//            queue-remote      path
//            sender-domain     from: whose domain has no dot
//   names    no-such-host      (nearest: a host that does exist)
//            no-address        reason: what the resolver says
//            no-resolver       (list: the name servers that were asked)
//            mx-as-host        (preset: "KEY" or "KEY:VARIANT" to set instead)
//            no-srv            domain
//   ports    port25-shut       (q: a port that is open)
//            port-shut         p; (q)
//            all-shut          -
//            refused           peer, p
//            unreachable       -
//            v6-dead           -
//   greeting wants-implicit    p
//            wants-starttls    p
//            captive           -
//            not-smtp          protocol: "IMAP", "POP", "SSH", "another protocol"
//            mute              p; (tls_port: 465, where it was seen open)
//            mangled           (tls_port)
//   tls      no-starttls       p; (tls_port)
//            ca-unknown        issuer; (pin)
//            chain-gap         (issuer: of the certificate that came last)
//            wrong-name        names
//            expired           ago: days since it ended; or left: days until it ends, which
//                              is a warning
//            tls-old           (offered: "TLSv1.1")
//            pin-changed       pin: of the key that was shown
//            revoked           -
//   auth     no-auth-offered   p
//            no-mechanism      list: what the server offers; (package)
//            token-refused     status, scope: of the JSON that the server sent
//   any      slow              seconds: "4.2"; (reason: "the greeting")
//            in-doubt          -
//
// The rows of replies use from, to and helo: give them at mail, rcpt and data (helo at
// ehlo, too); and at auth secret_size, the password's octets, where it is not in the
// settings. What else they say is cut out of the reply here. Without `found` the texts of
// the mail path's failures lead to most of the ids above, too.

/// The row for it, its braces filled in; nothing where no row fits.
std::optional<Advice> advise(const Symptom& symptom);

/// Rung, code, enhanced code and reply of what the mail path threw, by `peer`, with which
/// its text begins. Its text should hold no hint: DeliveryContext::hints is false.
Symptom symptom_of(const Failure& failure, const Relay& relay, std::string_view peer);

/// For the manual and its test.
struct AdviceRow;
std::span<const AdviceRow> advice_table();

} // namespace sallyport::ctl
