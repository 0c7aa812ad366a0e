// SPDX-License-Identifier: MIT
//
// SALLYPORT_URL: a relay in one line, "smtps://user:password@host:465?key=value".
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sallyport {

/// A [relay] key and its value, percent-decoded.
struct UrlSetting {
    std::string key;
    std::string value;
};

/// The settings that `url` stands for: tls, port, host, user, password, then those of the
/// query in its order. Failure (78, local) says what is wrong and quotes nothing of the
/// URL, for it may hold a password: an unknown scheme, an octet that has to be
/// percent-encoded and is not (RFC 3986), a path, a fragment, a user with smtp://, a
/// control character.
std::vector<UrlSetting> parse_relay_url(std::string_view url, const std::string& origin);

} // namespace sallyport
