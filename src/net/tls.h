// SPDX-License-Identifier: MIT
//
// TLS by OpenSSL, as a Stream over a Stream. A TlsStream exists only after the handshake
// has verified the chain, the dates, the purpose and the name (RFC 9525: subjectAltName,
// never the common name), or the public key that the administrator pinned: an unverified
// one cannot be constructed.
#pragma once

#include <memory>
#include <string>

#include <openssl/ssl.h>

#include "base/owned.h"
#include "base/stream.h"
#include "config/settings.h"

namespace sallyport {

class TlsSecurer : public Securer {
  public:
    /// Reads the files that the relay's tls_ keys name. Failure (78, local) if they
    /// cannot be used. The relay outlives it.
    explicit TlsSecurer(const Relay& relay);

    /// Failure: 77 (relay) certificate refused, with the reason, or 75 (relay) where it is
    /// not valid yet; 76 (relay) no TLS spoken, or none we both know; 75 (address) trouble
    /// on the line.
    std::unique_ptr<VerifiedStream> secure(std::unique_ptr<Stream> plain,
                                           const std::string& peer,
                                           Deadline deadline) override;

  private:
    const Relay& relay_;
    Owned<SSL_CTX, SSL_CTX_free> context_;
};

} // namespace sallyport
