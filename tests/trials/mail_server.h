// SPDX-License-Identifier: MIT
//
// A server at a port of its own, which can be cut off and comes back at the same port.
#pragma once

#include <list>
#include <mutex>
#include <thread>

#include <openssl/ssl.h>

#include "base/unique_fd.h"
#include "support/server_session.h"
#include "trials/moody.h"

namespace sallyport::trials {

class MailServer {
  public:
    /// Everything must outlive it. Without a context it speaks no TLS.
    MailServer(const ServerOptions& options, SSL_CTX* context, Moods& moods);
    MailServer(const MailServer&) = delete;
    MailServer& operator=(const MailServer&) = delete;
    ~MailServer();

    [[nodiscard]] unsigned port() const { return port_; }
    void listen();
    /// Nobody is served any more, and who is being served loses the connection.
    void cut();

  private:
    struct Served {
        UniqueFd fd; ///< the same connection
        std::thread thread{};
    };
    void accept();
    void serve(UniqueFd fd, Served& served);

    const ServerOptions& options_;
    SSL_CTX* context_;
    Moods& moods_;
    unsigned port_ = 0;
    UniqueFd keeper_; ///< of the port: nobody else gets it
    UniqueFd listener_;
    std::thread acceptor_;
    std::mutex mutex_; ///< of what follows
    std::list<Served> served_;
};

} // namespace sallyport::trials
