// SPDX-License-Identifier: MIT
//
// Which certification authorities are believed. Parsing a whole bundle costs ten times the
// rest of a delivery, so nothing is parsed that a chain does not ask for: a hashed
// directory where there is one, else a bundle that is searched when a name is expected.
#pragma once

#include <string>

#include <openssl/ssl.h>

namespace sallyport {

/// Gives `context` the authorities in `configured` (a PEM file or a hashed directory) or,
/// if that is empty, the first of: SSL_CERT_FILE and SSL_CERT_DIR (not in a set-id run),
/// /etc/ssl/certs with hash links, the bundles of Debian, Fedora, SUSE, Alpine.
/// Failure (78, local) if `configured`, which `origin` has named, cannot be used, or no
/// authority is found at all.
void load_authorities(SSL_CTX* context, const std::string& configured,
                      const std::string& origin);

/// A remark on the first of SSL_CERT_FILE and SSL_CERT_DIR that is set and leads to none,
/// or nothing.
std::string unusable_variable();

} // namespace sallyport
