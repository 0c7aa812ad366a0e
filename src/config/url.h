// SPDX-License-Identifier: MIT
//
// SALLYPORT_URL: a relay in one line, "smtps://user:password@host:465?key=value"; and keys
// whose value is a URL without such a query.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport {

/// A [relay] key, which may be a part of the URL, and its value, percent-decoded.
struct UrlSetting {
    std::string_view key;
    std::string value;
};

/// The settings that `url` stands for: tls, port, host, user, password, then those of the
/// query in its order. Where there is a query the host may be empty: then neither it nor a
/// port that is not named is among them. Failure (78, local) says what is wrong and quotes
/// nothing of the URL, for it may hold a password: an unknown scheme, an octet that has to
/// be percent-encoded and is not (RFC 3986), a path, a fragment, a user with smtp://, a
/// control character.
std::vector<UrlSetting> parse_relay_url(std::string_view url, const std::string& origin);

/// How a URL may begin, and the port where it names none.
struct UrlScheme {
    std::string_view prefix; ///< "smtps://"
    std::string_view port;
};

/// What such a URL names, percent-decoded.
struct UrlServer {
    std::size_t scheme = 0; ///< the number of it
    std::string port;
    std::string host;
    bool has_user = false;
    bool has_password = false; ///< only with a user
    std::string user;
    std::string password;
};

/// Likewise for a URL that begins in one of these ways and has no query; `expected` is said
/// of one that begins otherwise.
UrlServer parse_server_url(std::string_view url, std::span<const UrlScheme> schemes,
                           std::string_view expected, const std::string& origin);

} // namespace sallyport
