// SPDX-License-Identifier: MIT
//
// A TLS handshake that believes everybody, to look at who is there. It has no way to write:
// nothing passes over it once it is done.
#pragma once

#include <string>
#include <string_view>

#include <openssl/ssl.h>

#include "base/owned.h"

namespace sallyport::ctl {

class UnverifiedHandshake {
  public:
    /// Of a client that asks for `name` (an address is not asked for), in any version from
    /// TLS 1.0 on, with any cipher that OpenSSL still has.
    explicit UnverifiedHandshake(const std::string& name);

    /// Goes on with what the server has sent, and returns what it is to be sent. The first
    /// call, with nothing, returns the ClientHello.
    std::string advance(std::string_view received);

    /// There is nothing more to come: it is done, or has failed.
    [[nodiscard]] bool over() const { return over_; }
    /// To be looked at: nothing can be written to what is const.
    [[nodiscard]] const SSL* session() const { return ssl_.get(); }

  private:
    Owned<SSL_CTX, SSL_CTX_free> context_;
    Owned<SSL, SSL_free> ssl_;
    bool over_ = false;
};

} // namespace sallyport::ctl
