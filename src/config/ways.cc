// SPDX-License-Identifier: MIT
#include "config/ways.h"

#include <algorithm>

#include "base/concat.h"
#include "config/mechanisms.h"
#include "config/presets.h"
#include "config/url.h"
#include "config/values.h"

namespace sallyport {

namespace {

std::uint16_t read_port(std::string_view text, const std::string& origin) {
    return static_cast<std::uint16_t>(read_number(text, 1, 65535, origin));
}

/// What does not go together. A key that guards nothing misleads whoever has set it.
void check(const Relay& relay) {
    const bool local = relay.is_local();
    const bool in_clear = relay.tls == TlsMode::none;
    const bool pop = relay.pop_before.has_value();
    const struct {
        bool broken;
        const char* why;
    } rules[] = {
        {relay.host.empty(), "[relay] needs a host, a provider or srv: set host = NAME"},
        {local && !relay.source_address.empty(), "unix: has no source_address"},
        {local && relay.proxy, "unix: is not reached through a proxy"},
        {local && !in_clear && relay.tls_name.empty(), "TLS over unix: needs tls_name"},
        {relay.srv && !relay.port.empty(), "srv finds the ports: port goes with host"},
        {relay.srv && in_clear, "srv finds servers with TLS only"},
        {relay.srv && relay.proxy, "srv cannot be looked up through a proxy"},
        {relay.srv && relay.lmtp, "srv finds servers that speak SMTP only"},
        {relay.tls_cert.empty() != relay.tls_key.empty(),
         "tls_cert and tls_key go together"},
        {relay.tls_pin_only && relay.tls_pin.empty(), "tls_ca = none needs a tls_pin"},
        {relay.tls_pin_only && !relay.tls_crl.empty(),
         "tls_crl needs a tls_ca that is not none"},
        {pop && relay.require_channel_binding,
         "POP sends the password itself: pop_before does not go with "
         "require_channel_binding"},
        {pop && relay.is_token, "pop_before needs a password, and not a token"},
        {!pop && in_clear && !relay.tls_pin.empty(),
         "tls_pin has nothing to check where tls = none"},
    };
    for (const auto& [broken, why] : rules) {
        if (broken)
            misconfigured(relay.origin, why);
    }
}

/// On the port of the other kind of TLS both sides may wait for each other to begin.
void finish_ports(Relay& relay, std::vector<std::string>& notes) {
    const bool at_once = relay.tls == TlsMode::implicit;
    const bool follows_tls = relay.tls && !relay.srv && !relay.lmtp;
    if (relay.port.empty() && relay.lmtp)
        relay.port = {24}; // RFC 2033 5: not those of SMTP
    else if (relay.port.empty() && follows_tls)
        relay.port = {at_once ? submissions_port : submission_port};
    else if (relay.port.empty())
        relay.port = {submissions_port, submission_port};
    const std::uint16_t others = at_once ? submission_port : submissions_port;
    if (follows_tls && relay.tls != TlsMode::none && !relay.is_local() &&
        std::ranges::find(relay.port, others) != relay.port.end())
        notes.push_back(concat({relay.origin, ": port ", std::to_string(others),
                                " is for tls = ", at_once ? "starttls" : "implicit",
                                ", and tls is set to the other"}));
}

/// A variable names another server than that of the file's password.
bool has_unused_secret(const Relay& relay) {
    return !relay.has_secret() && find_setting(relay.keys, "relay", "password") != nullptr;
}

/// With EXTERNAL it is the client certificate's key that proves who we are, with GSSAPI a
/// ticket. Who has logged in by POP does so to the server only if that is named.
bool needs_secret(const Relay& relay) {
    if (relay.auth.empty())
        return !relay.pop_before &&
               (relay.has_secret() || has_unused_secret(relay) || !relay.user.empty());
    return std::ranges::any_of(relay.auth, [](const std::string& name) {
        const Mechanism* const known = find_mechanism(name);
        return known == nullptr || known->credential != Credential::none;
    });
}

[[noreturn]] void lacks_secret(const Relay& relay) {
    if (has_unused_secret(relay))
        misconfigured(relay.origin_of("password"),
                      "not used where a variable names a server: set the password "
                      "by one, too");
    misconfigured(relay.origin_of("user"),
                  "a log-in needs a password, password_file, password_command, "
                  "token_file or token_command; without one set auth = none");
}

void finish_login(Relay& relay) {
    const bool has_certificate = !relay.tls_cert.empty() && relay.tls != TlsMode::none;
    const bool by_certificate = has_certificate && !relay.pop_before;
    bool wants_secret = needs_secret(relay);
    relay.auth_wanted =
        relay.auth_wanted && (wants_secret || by_certificate || !relay.auth.empty());
    wants_secret = relay.pop_before || (relay.auth_wanted && wants_secret);
    if (wants_secret && relay.user.empty() && !has_unused_secret(relay))
        misconfigured(relay.origin_of("password"), "a log-in needs a user");
    if (wants_secret && !relay.has_secret())
        lacks_secret(relay);
    if (!relay.auth_wanted)
        return;
    const bool external = std::ranges::find(relay.auth, "EXTERNAL") != relay.auth.end();
    if (external && !has_certificate)
        misconfigured(relay.origin, "EXTERNAL needs tls_cert and tls_key");
    if (relay.tls == TlsMode::none && !relay.allow_plaintext_auth)
        misconfigured(relay.origin_of("tls"),
                      "the password would go in clear: set tls = starttls, or, in a file, "
                      "allow_plaintext_auth = yes");
}

} // namespace

Proxy read_proxy(std::string_view text, const std::string& origin) {
    constexpr UrlScheme schemes[] = {{"socks5://", ""}, {"http://", ""}};
    UrlServer server = parse_server_url(
        text, schemes, "socks5:// or http:// is expected in front", origin);
    if (std::max({server.host.size(), server.user.size(), server.password.size()}) >
        Proxy::text_limit)
        misconfigured(origin, "a part of it has more than 255 octets");
    Proxy proxy;
    proxy.kind = server.scheme == 0 ? Proxy::Kind::socks5 : Proxy::Kind::http;
    proxy.port = read_port(server.port, origin);
    proxy.host = read_host(server.host, origin);
    if (server.has_user)
        proxy.user = read_text(server.user, origin);
    if (server.has_password)
        proxy.password = std::make_shared<const ProxySecret>(server.password);
    if (proxy.user.empty() != !proxy.password)
        misconfigured(origin, "a user and a password go together");
    // RFC 7617 2: what is after the first colon would be taken for the password.
    if (proxy.kind == Proxy::Kind::http && proxy.user.find(':') != std::string::npos)
        misconfigured(origin, "a user with a colon cannot be sent by HTTP");
    return proxy;
}

PopServer read_pop_server(std::string_view text, const std::string& origin) {
    constexpr UrlScheme schemes[] = {{"pop3s://", "995"}, {"pop3://", "110"}};
    const UrlServer server =
        parse_server_url(text, schemes, "pop3s:// or pop3:// is expected in front", origin);
    if (server.has_user)
        misconfigured(origin, "the user is that of the relay, and so is the password");
    return {read_host(server.host, origin), read_port(server.port, origin),
            server.scheme == 0 ? TlsMode::implicit : TlsMode::starttls};
}

void finish_relay(Relay& relay, std::vector<std::string>& notes) {
    relay.auth_wanted = true;
    for (const Setting& setting : relay.keys) {
        if (setting.key == "srv")
            relay.srv = true;
        else if (setting.key.starts_with("token"))
            relay.is_token = true;
        else if (setting.key == "tls_ca")
            relay.tls_pin_only = setting.text == "none";
        else if (setting.key == "auth")
            relay.auth_wanted = setting.text != "none";
        else if (setting.key == "timeout")
            relay.greeting_timeout = relay.timeout;
    }
    apply_provider(relay);
    // A socket of this machine has no port that says whether there is TLS, and no name.
    if (relay.is_local() && !relay.tls)
        relay.tls = TlsMode::none;
    check(relay);
    finish_ports(relay, notes);
    finish_login(relay);
}

} // namespace sallyport
