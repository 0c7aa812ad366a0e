// SPDX-License-Identifier: MIT
#include "config/url.h"

#include <algorithm>

#include "base/failure.h"
#include "text/ascii.h"

namespace sallyport {

namespace {

constexpr UrlScheme relay_schemes[] = {
    {"smtps://", "465"}, {"smtp+starttls://", "587"}, {"smtp://", "25"}};
constexpr std::string_view relay_tls[] = {"implicit", "starttls", "none"};

/// `others` stand for themselves beside letters, digits and what has no meaning in a URL.
std::string decode(std::string_view text, std::string_view others,
                   const std::string& origin) {
    constexpr std::string_view meaningless = "-._~!$&'()*+,;=:"; // RFC 3986 2.2, 2.3
    std::string decoded;
    decoded.reserve(text.size()); // a password leaves no copies behind by growing
    for (std::size_t at = 0; at < text.size(); ++at) {
        char c = text[at];
        if (c == '%') {
            const auto octet = decode_hex(upper_case(text.substr(at + 1, 2)));
            if (!octet)
                misconfigured(origin, "after % two hexadecimal digits are expected");
            c = *octet;
            at += 2;
        } else if (!is_alpha(c) && !is_digit(c) && !is_control(c) &&
                   meaningless.find(c) == meaningless.npos &&
                   others.find(c) == others.npos) {
            misconfigured(origin, "a character that has to be written as % and two "
                                  "hexadecimal digits");
        }
        if (is_control(c))
            misconfigured(origin, "a control character");
        decoded += c;
    }
    return decoded;
}

void put(std::vector<UrlSetting>& settings, std::string_view key, std::string_view value) {
    settings.push_back({key, std::string(value)});
}

void take_query(std::string_view query, std::vector<UrlSetting>& settings,
                const std::string& origin) {
    for (bool more = true; more;) {
        const auto end = query.find('&');
        const std::string_view pair = query.substr(0, end);
        const auto equals = pair.find('=');
        if (equals == pair.npos || equals == 0)
            misconfigured(origin, "after the ? key=value is expected, with & between");
        put(settings, pair.substr(0, equals),
            decode(pair.substr(equals + 1), "/?@", origin));
        more = end != query.npos;
        query.remove_prefix(more ? end + 1 : 0);
    }
}

} // namespace

UrlServer parse_server_url(std::string_view url, std::span<const UrlScheme> schemes,
                           std::string_view expected, const std::string& origin) {
    const auto scheme = std::ranges::find_if(schemes, [url](const UrlScheme& candidate) {
        return starts_with_ignoring_case(url, candidate.prefix);
    });
    if (scheme == schemes.end())
        misconfigured(origin, expected);
    url.remove_prefix(scheme->prefix.size());
    if (url.ends_with('/'))
        url.remove_suffix(1);
    UrlServer server;
    server.scheme = static_cast<std::size_t>(scheme - schemes.begin());
    if (const auto at = url.find('@'); at != url.npos) {
        const std::string_view user = url.substr(0, at);
        const auto colon = user.find(':');
        url.remove_prefix(at + 1);
        server.has_user = true;
        server.user = decode(user.substr(0, colon), "", origin);
        server.has_password = colon != user.npos;
        if (server.has_password)
            server.password = decode(user.substr(colon + 1), "", origin);
    }
    if (url.find_first_of("@/#") != url.npos)
        misconfigured(origin, "@, / and # are written as %40, %2F and %23 in a user's name "
                              "and a password, and there is no path");
    const auto bracket = url.rfind(']');
    const auto colon = url.rfind(':');
    const bool has_port = colon != url.npos && (bracket == url.npos || colon > bracket);
    server.port = has_port ? url.substr(colon + 1) : scheme->port;
    server.host = decode(url.substr(0, has_port ? colon : url.size()), "[]", origin);
    return server;
}

std::vector<UrlSetting> parse_relay_url(std::string_view url, const std::string& origin) {
    const auto question = std::min(url.find('?'), url.size());
    const UrlServer server = parse_server_url(
        url.substr(0, question), relay_schemes,
        "smtps://, smtp+starttls:// or smtp:// is expected in front", origin);
    const std::string_view tls = relay_tls[server.scheme];
    if (server.has_user && tls == "none")
        misconfigured(origin, "smtp:// is without TLS, so without a log-in");
    std::vector<UrlSetting> settings;
    put(settings, "tls", tls);
    const bool is_elsewhere = server.host.empty() && question != url.size();
    if (!is_elsewhere || server.port != relay_schemes[server.scheme].port)
        put(settings, "port", server.port);
    if (!is_elsewhere)
        put(settings, "host", server.host);
    if (server.has_user)
        put(settings, "user", server.user);
    if (server.has_password)
        put(settings, "password", server.password);
    if (question != url.size())
        take_query(url.substr(question + 1), settings, origin);
    return settings;
}

} // namespace sallyport
