// SPDX-License-Identifier: MIT
#include "ways.h"

#include <array>
#include <utility>

#include "url.h"
#include "values.h"

namespace sallyport {

namespace {

/// One part of the URL of a proxy.
void set_proxy_part(Proxy& proxy, UrlSetting& part, const std::string& origin) {
    if (part.value.size() > Proxy::text_limit)
        misconfigured(origin, "a part of it has more than 255 octets");
    if (part.key == "tls")
        proxy.kind = part.value == "http" ? Proxy::Kind::http : Proxy::Kind::socks5;
    else if (part.key == "port")
        proxy.port = static_cast<std::uint16_t>(read_number(part.value, 1, 65535, origin));
    else if (part.key == "host")
        proxy.host = read_host(part.value, origin);
    else if (part.key == "user")
        proxy.user = read_text(part.value, origin);
    else
        proxy.password = std::make_shared<const ProxySecret>(part.value);
}

/// A socket of this machine has no port that says whether there is TLS, and no name.
/// None is the rule there; that a log-in needs a word for it holds as it does
/// elsewhere.
void finish_local(Relay& relay) {
    if (!relay.source_address.empty())
        misconfigured(relay.origin, "unix: has no source_address");
    if (relay.proxy)
        misconfigured(relay.origin, "unix: is not reached through a proxy");
    relay.tls = relay.tls.value_or(TlsMode::none);
    if (relay.tls != TlsMode::none && relay.tls_name.empty())
        misconfigured(relay.origin, "TLS over unix: needs tls_name");
}

} // namespace

Proxy read_proxy(std::string_view text, const std::string& origin) {
    constexpr std::array schemes{UrlScheme{"socks5://", "socks5", ""},
                                 UrlScheme{"http://", "http", ""}};
    Proxy proxy;
    for (UrlSetting& part :
         parse_place_url(text, schemes, "socks5:// or http:// is wanted in front", origin))
        set_proxy_part(proxy, part, origin);
    if (proxy.user.empty() != !proxy.password)
        misconfigured(origin, "a user and a password go together");
    // RFC 7617 2: what is behind the first colon would be taken for the password.
    if (proxy.kind == Proxy::Kind::http && proxy.user.find(':') != std::string::npos)
        misconfigured(origin, "a user with a colon cannot be sent by HTTP");
    return proxy;
}

void finish_ways(Relay& relay) {
    if (relay.is_local())
        finish_local(relay);
}

} // namespace sallyport
