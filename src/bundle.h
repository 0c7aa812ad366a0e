// SPDX-License-Identifier: MIT
//
// Certificates of a PEM file, of which only those are parsed that OpenSSL asks for: of 145
// authorities a chain needs one or two, and parsing all takes ten times as long as the rest
// of a delivery.
#pragma once

#include <string>

#include <openssl/x509.h>

namespace sallyport {

/// The file has a certificate; looks no further than the first.
bool holds_certificates(const std::string& path);

/// Lets `store` find certificates in the file, which is read when the first is looked for.
/// False if OpenSSL has no memory for it.
bool add_bundle(X509_STORE* store, const std::string& path);

} // namespace sallyport
