// SPDX-License-Identifier: MIT
//
// A server's certificate: the pin, which OpenSSL knows nothing of, and what is said of one
// that is refused.
#pragma once

#include <string>
#include <vector>

#include <openssl/ssl.h>

namespace sallyport {

/// SHA-256 of the certificate's SubjectPublicKeyInfo (RFC 7469 2.4), in its 32 octets: what
/// is pinned. Empty for want of memory.
std::string public_key_digest(const X509* certificate);

/// After the handshake. Failure (77, relay) if the key of the server is none of `pins` and
/// there are any.
void check_pin(const SSL* ssl, const std::vector<std::string>& pins,
               const std::string& peer);

/// After a handshake that failed, where OpenSSL's verdict on the certificate was not
/// X509_V_OK. `name` is what it should have borne. Throws Failure: 75 (relay) where it is
/// not valid yet, which may be the clock's fault, else 77 (relay).
[[noreturn]] void refuse_certificate(const SSL* ssl, const std::string& peer,
                                     const std::string& name);

} // namespace sallyport
