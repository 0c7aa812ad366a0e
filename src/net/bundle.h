// SPDX-License-Identifier: MIT
//
// Certificates of a PEM file, of which only those are parsed that OpenSSL asks for: of 145
// authorities a chain needs one or two, and parsing all takes ten times as long as the rest
// of a delivery.
#pragma once

#include <string>

#include <openssl/x509.h>

namespace sallyport {

/// Lets `store` find the certificates of the file. False if it has none, and where OpenSSL
/// has no memory.
bool add_bundle(X509_STORE* store, const std::string& path);

/// Whether the file has any. Decodes the first of them only.
bool holds_certificates(const std::string& path);

} // namespace sallyport
