// SPDX-License-Identifier: MIT
#include "ctl/server_word.h"

#include <algorithm>

#include "base/failure.h"
#include "config/url.h"
#include "config/values.h"
#include "ctl/words.h"
#include "text/ascii.h"

namespace sallyport::ctl {

namespace {

constexpr UrlScheme schemes[] = {
    {"smtps://", "465"}, {"smtp+starttls://", ""}, {"smtp://", ""}};
constexpr const char* tls_of_scheme[] = {"implicit", "starttls", ""};

/// Where its port begins, or the end: after the last colon, unless that is one of an IPv6
/// address without brackets.
std::size_t port_of(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == text.npos || colon + 1 == text.size())
        return text.size();
    const std::string_view host = text.substr(0, colon);
    const bool is_port = std::ranges::all_of(text.substr(colon + 1), is_digit) &&
                         (host.find(':') == host.npos || host.ends_with(']'));
    return is_port ? colon + 1 : text.size();
}

} // namespace

ServerWord read_server_word(std::string_view text, const std::string& origin) {
    if (text.find("://") == text.npos) {
        const auto at = port_of(text);
        if (at == text.size())
            return {read_server(text, origin)};
        return {read_host(text.substr(0, at - 1), origin),
                read_ports(text.substr(at), origin)};
    }
    if (text.find('@') != text.npos)
        misconfigured(origin, tr("a URL without a user is expected: the password is asked "
                                 "for later"));
    const UrlServer url = parse_server_url(
        text, schemes, tr("smtps://, smtp+starttls:// or smtp:// is expected in front"),
        origin);
    ServerWord word{read_host(url.host, origin)};
    if (!url.port.empty())
        word.ports = read_ports(url.port, origin);
    word.tls = tls_of_scheme[url.scheme];
    return word;
}

} // namespace sallyport::ctl
