// SPDX-License-Identifier: MIT
//
// The rows of the table of hints: what hint.cc says, and what the administrator's tool and
// its manual explain.
#pragma once

#include "base/step.h"

namespace sallyport::hints {

/// What must be true of the settings.
enum When : unsigned char {
    always = 0,
    in_clear = 1, ///< the port does not begin with TLS
    port_25 = 2,  ///< and no other
    no_login = 4,
    login = 8,
    password = 16,
    token = 32,
    direct = 64, ///< through no proxy
};

struct Hint {
    Step step; ///< none: any
    char code; ///< what came back begins so; 0: anything
    When when;
    char words[28]; ///< one of them is in what came back, in any case of letters
    char text[61];  ///< %: user and place of the password, or that of the token
};

using enum Step;

/// The first that fits is the one.
constexpr Hint rows[] = {
    {connect, 0, port_25, "timed out",
     "port 25 is shut on most networks: remove port = 25"},
    {connect, 0, direct, "timed out", "a firewall may shut these ports: try port = 2525"},
    {connect, 0, direct, "refused", "nothing listens there: check host and port"},
    {tls, 0, always, "wrong version number",
     "no TLS begins here: set tls = starttls, or port = 465"},
    {tls, 0, always, "protocol", "its TLS is older than tls_min, at least 1.2"},
    {greeting, 0, in_clear, "timed out",
     "if TLS begins here, as on 465, set tls = implicit"},
    {greeting, 0, always, "* OK\0+OK\0HTTP/",
     "this is no SMTP port: try port = 465 or 587"},
    {none, '5', always, "5.1.7\0HELO ",
     "set [sender] domain, or helo, to a name with a dot"},
    {auth, 0, always, "offers nothing", "check port, or remove user and password"},
    {auth, 0, password, "offers XOAUTH\0offers OAUTH",
     "a token is expected: set token_file or token_command"},
    {auth, '5', token, "", "the token of % may have expired: renew it"},
    {auth, '5', password, "5.7.139", "enable SMTP AUTH for the mailbox, or use a token"},
    {auth, '5', password, "google.com", "make an app password: Gmail takes no other"},
    {auth, '5', password, "Bad username / password",
     "at SendGrid user is the word apikey, password an API key"},
    {auth, '5', password, "535 ", "check user %"},
    {none, '5', no_login, "authenti\0logged in\0relay",
     "the server wants a log-in: set user and password"},
    {rcpt, '5', login, "relay", "the log-in does not allow this: check user and [sender]"},
    {none, '5', always, "sender\0SendAs\0not verified",
     "set [sender] envelope_from to one of yours, and force = both"},
};

} // namespace sallyport::hints
