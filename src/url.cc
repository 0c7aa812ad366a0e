// SPDX-License-Identifier: MIT
#include "url.h"

#include <algorithm>
#include <array>

#include "ascii.h"
#include "values.h"

namespace sallyport {

namespace {

constexpr std::array relay_schemes{
    UrlScheme{"smtps://", "implicit", "465"},
    UrlScheme{"smtp+starttls://", "starttls", "587"},
    UrlScheme{"smtp://", "none", "25"},
};

class UrlParser {
  public:
    explicit UrlParser(const std::string& origin) : origin_(origin) {}

    std::vector<UrlSetting> parse(std::string_view url) {
        const auto question = url.find('?');
        take_place(url.substr(0, question), relay_schemes,
                   "smtps://, smtp+starttls:// or smtp:// is expected in front");
        if (question != std::string_view::npos)
            take_query(url.substr(question + 1));
        return std::move(settings_);
    }

    std::vector<UrlSetting> parse_place(std::string_view url,
                                        std::span<const UrlScheme> schemes,
                                        const char* wanted) {
        take_place(url, schemes, wanted);
        return std::move(settings_);
    }

  private:
    void take_place(std::string_view url, std::span<const UrlScheme> schemes,
                    const char* wanted) {
        const auto scheme =
            std::ranges::find_if(schemes, [url](const UrlScheme& candidate) {
                return starts_with_ignoring_case(url, candidate.prefix);
            });
        if (scheme == schemes.end())
            refuse(wanted);
        url.remove_prefix(scheme->prefix.size());
        if (url.ends_with('/'))
            url.remove_suffix(1);
        put("tls", scheme->tls);
        take_authority(url, *scheme);
    }

    void take_authority(std::string_view authority, const UrlScheme& scheme) {
        const auto at = authority.find('@');
        if (at != std::string_view::npos && scheme.tls == "none")
            refuse("smtp:// is without TLS, so without a log-in");
        const std::string_view place =
            authority.substr(at == std::string_view::npos ? 0 : at + 1);
        if (place.find_first_of("@/#") != std::string_view::npos)
            refuse("@, / and # are written as %40, %2F and %23 in a user's name and a "
                   "password, "
                   "and there is no path");
        const auto bracket = place.rfind(']');
        const auto colon = place.rfind(':');
        const bool has_port = colon != std::string_view::npos &&
                              (bracket == std::string_view::npos || colon > bracket);
        put("port", has_port ? place.substr(colon + 1) : scheme.port);
        put("host", decode(place.substr(0, has_port ? colon : place.size()), "[]"));
        if (at != std::string_view::npos)
            take_user(authority.substr(0, at));
    }

    void take_user(std::string_view text) {
        const auto colon = text.find(':');
        put("user", decode(text.substr(0, colon), ""));
        if (colon != std::string_view::npos)
            put("password", decode(text.substr(colon + 1), ""));
    }

    void take_query(std::string_view query) {
        for (bool more = true; more;) {
            const auto end = query.find('&');
            const std::string_view pair = query.substr(0, end);
            const auto equals = pair.find('=');
            if (equals == std::string_view::npos || equals == 0)
                refuse("after the ? key=value is expected, with & between");
            put(pair.substr(0, equals), decode(pair.substr(equals + 1), "/?@"));
            more = end != std::string_view::npos;
            query.remove_prefix(more ? end + 1 : 0);
        }
    }

    void put(std::string_view key, std::string_view value) {
        UrlSetting& setting = settings_.emplace_back();
        setting.key = key;
        setting.value = value;
    }

    /// `others` stand for themselves beside letters, digits and what has no meaning in a
    /// URL.
    [[nodiscard]] std::string decode(std::string_view text, std::string_view others) const {
        constexpr std::string_view meaningless = "-._~!$&'()*+,;=:"; // RFC 3986 2.2, 2.3
        std::string decoded;
        decoded.reserve(text.size()); // a password leaves no copies behind by growing
        for (std::size_t at = 0; at < text.size(); ++at) {
            char c = text[at];
            if (c == '%') {
                const auto octet = decode_hex(upper_case(text.substr(at + 1, 2)));
                if (!octet)
                    refuse("after % two hexadecimal digits are expected");
                c = *octet;
                at += 2;
            } else if (!is_alpha(c) && !is_digit(c) && !is_control(c) &&
                       meaningless.find(c) == std::string_view::npos &&
                       others.find(c) == std::string_view::npos) {
                refuse(
                    "a character that has to be written as % and two hexadecimal digits");
            }
            if (is_control(c))
                refuse("a control character");
            decoded += c;
        }
        return decoded;
    }

    [[noreturn]] void refuse(std::string_view why) const { misconfigured(origin_, why); }

    const std::string& origin_;
    std::vector<UrlSetting> settings_;
};

} // namespace

std::vector<UrlSetting> parse_relay_url(std::string_view url, const std::string& origin) {
    return UrlParser(origin).parse(url);
}

std::vector<UrlSetting> parse_place_url(std::string_view url,
                                        std::span<const UrlScheme> schemes,
                                        const char* wanted, const std::string& origin) {
    return UrlParser(origin).parse_place(url, schemes, wanted);
}

} // namespace sallyport
