// SPDX-License-Identifier: MIT
#include "net/hint.h"

#include <cstring>

#include "base/concat.h"
#include "text/printable.h"

namespace sallyport {

namespace {

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
constexpr Hint hints[] = {
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

unsigned state_of(const Relay& relay, TlsMode mode) {
    unsigned state = relay.auth_wanted ? login : no_login;
    if (mode != TlsMode::implicit)
        state |= in_clear;
    if (!relay.proxy)
        state |= direct;
    if (relay.port.size() == 1 && relay.port.front() == 25 && !relay.proxy)
        state |= port_25;
    if (relay.has_secret())
        state |= relay.is_token ? token : password;
    return state;
}

bool says_one_of(const char* what, const char* words) {
    do {
        if (::strcasestr(what, words) != nullptr)
            return true;
        words += std::strlen(words) + 1;
    } while (*words != '\0');
    return false;
}

} // namespace

std::string hint(const Relay& relay, TlsMode mode, Step step, const std::string& what) {
    const unsigned state = state_of(relay, mode);
    for (const Hint& row : hints) {
        if ((row.when & ~state) != 0 || (row.step != none && row.step != step) ||
            (row.code != 0 && !what.starts_with(row.code)) ||
            !says_one_of(what.c_str(), row.words))
            continue;
        const std::string_view text = row.text;
        const auto at = text.find('%');
        if (at == text.npos)
            return concat({"; ", text});
        return concat({"; ", text.substr(0, at),
                       relay.is_token ? "" : printable(relay.user),
                       relay.is_token ? "" : " and ", relay.origin_of("password"),
                       text.substr(at + 1)});
    }
    return {};
}

} // namespace sallyport
