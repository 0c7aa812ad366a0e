// SPDX-License-Identifier: MIT
//
// The hints of the mail path, in the order of their table, each with the id under which the
// tool and its manual say more, and with a reply that leads to both.
#pragma once

#include "net/hint_rows.h"

namespace sallyport::ctl {

struct HintId {
    const char* hint;
    const char* id;
    const char* provider;
    const char* reply;
    /// Where the server has to be asked for that: the id that its reply alone leads to.
    const char* unasked = nullptr;
};

constexpr HintId hint_ids[] = {
    {"port 25 is shut on most networks: remove port = 25", "port25-shut", "",
     "[192.0.2.1]:25: timed out"},
    {"a firewall may shut these ports: try port = 2525", "port-shut", "",
     "[192.0.2.1]:465: timed out"},
    {"nothing listens there: check host and port", "refused", "",
     "[192.0.2.1]:465: Connection refused"},
    {"no TLS begins here: set tls = starttls, or port = 465", "wants-starttls", "",
     "wrong version number"},
    {"its TLS is older than tls_min, at least 1.2", "tls-old", "",
     "tlsv1 alert protocol version"},
    {"if TLS begins here, as on 465, set tls = implicit", "wants-implicit", "", "timed out",
     "mute"},
    {"this is no SMTP port: try port = 465 or 587", "not-smtp", "",
     "not an SMTP reply: * OK [CAPABILITY IMAP4rev1]"},
    {"set [sender] domain, or helo, to a name with a dot", "sender-domain", "",
     "501 5.1.7 <root@vm>: bad sender address"},
    {"check port, or remove user and password", "no-auth-offered", "",
     "no mechanism in common: the server offers nothing"},
    {"a token is expected: set token_file or token_command", "no-mechanism", "",
     "no mechanism in common: the server offers XOAUTH2"},
    {"the token of % may have expired: renew it", "token-refused", "",
     "535 5.7.8 Error: authentication failed"},
    {"enable SMTP AUTH for the mailbox, or use a token", "m365-auth-off", "m365",
     "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for "
     "the "
     "Tenant."},
    {"make an app password: Gmail takes no other", "gmail-app", "gmail",
     "535 5.7.8 Username and Password not accepted. For more information, go to "
     "https://support.google.com/mail/?p=BadCredentials"},
    {"at SendGrid user is the word apikey, password an API key", "sendgrid-user",
     "sendgrid", "535 Authentication failed: Bad username / password"},
    {"check user %", "wrong-password", "", "535 5.7.8 Error: authentication failed"},
    {"the server wants a log-in: set user and password", "auth-wanted", "",
     "530 5.7.0 Authentication Required"},
    {"the log-in does not allow this: check user and [sender]", "login-refused", "",
     "554 5.7.1 <you@example.com>: Relay access denied"},
    {"set [sender] envelope_from to one of yours, and force = both", "own-address", "",
     "550 5.7.1 <me@example.org>: Sender address rejected"},
};

} // namespace sallyport::ctl
