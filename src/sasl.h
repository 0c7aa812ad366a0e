// SPDX-License-Identifier: MIT
//
// SASL mechanisms by libsasl2, one at a time: only the plug-in of the mechanism in use is
// loaded, and PLAIN and LOGIN are registered in process, so that they work where no plug-in
// package is installed. This file knows nothing of SMTP.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport {

struct SaslIdentity {
    std::string user;
    std::string authzid;
    std::string realm;
    std::string host; ///< the server's name, for mechanisms that use it
};

/// Mechanisms to try, best first: what the server offers, of `configured` in its order, or,
/// if that is empty, by preference: SCRAM, then PLAIN, LOGIN, CRAM-MD5; without TLS those
/// that send the secret itself come last.
std::vector<std::string> rank_mechanisms(const std::vector<std::string>& offered,
                                         const std::vector<std::string>& configured,
                                         bool encrypted);

/// One exchange with one mechanism. Octets are raw: the caller does the base64.
class SaslClient {
  public:
    /// `secret` must outlive the exchange.
    SaslClient(SaslIdentity identity, std::string_view secret);
    ~SaslClient();
    SaslClient(const SaslClient&) = delete;
    SaslClient& operator=(const SaslClient&) = delete;

    /// Begins with `mechanism`. False if its plug-in is not installed or it has no use for
    /// these credentials; trouble() says which. `initial` is the initial response, if the
    /// mechanism has one (it may be empty).
    bool start(const std::string& mechanism);
    [[nodiscard]] const std::optional<std::string>& initial() const { return initial_; }

    /// Answers a challenge. Nothing if the server failed to prove itself or the challenge
    /// makes no sense; trouble() says which.
    std::optional<std::string> step(std::string_view challenge);

    /// Why the last start() or step() failed: "SCRAM-SHA-256: install libsasl2-modules".
    [[nodiscard]] const std::string& trouble() const { return trouble_; }

    /// True once the client side is satisfied: the server has proved itself where it must.
    [[nodiscard]] bool complete() const { return complete_; }

  private:
    struct Library;
    void explain(std::string_view why);

    std::unique_ptr<Library> library_;
    std::optional<std::string> initial_;
    std::string trouble_;
    std::string mechanism_;
    bool complete_ = false;
};

} // namespace sallyport
