// SPDX-License-Identifier: MIT
//
// SASL mechanisms. PLAIN, LOGIN, XOAUTH2, OAUTHBEARER and EXTERNAL are written here, so
// that they work where no plug-in is installed; for each of the others libsasl2 loads its
// plug-in, and no other. This file knows nothing of SMTP.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/stream.h"
#include "config/mechanisms.h"

namespace sallyport {

struct SaslIdentity {
    std::string user;
    std::string authzid;
    std::string realm;
    std::string host; ///< the server's name, for mechanisms that use it
    std::uint16_t port = 0;
    ChannelBinding binding; ///< for the mechanisms whose name ends in -PLUS
};

struct SaslWishes {
    Credential credential = Credential::password;
    bool encrypted = true;
    bool can_bind = false;  ///< there is a channel binding
    bool must_bind = false; ///< nothing but a mechanism that uses it will do
};

/// Names of those to try, best first: what the server offers, of `configured` in its order,
/// or, if that is empty, by preference: with a token OAUTHBEARER, then XOAUTH2; with a
/// password SCRAM, bound to the channel first, then PLAIN, LOGIN, CRAM-MD5; with neither
/// EXTERNAL. Without TLS those that send the secret itself come last.
std::vector<std::string_view> rank_mechanisms(const std::vector<std::string>& offered,
                                              const std::vector<std::string>& configured,
                                              const SaslWishes& wishes);

/// Who sees a challenge of `mechanism` can guess the password from what is answered.
bool lets_guess(std::string_view mechanism);

/// One exchange with one mechanism. Octets are raw: the caller does the base64.
class SaslClient {
  public:
    /// `secret` must outlive this.
    SaslClient(SaslIdentity identity, std::string_view secret);
    ~SaslClient();
    SaslClient(const SaslClient&) = delete;
    SaslClient& operator=(const SaslClient&) = delete;

    /// Begins with `mechanism`, whose name outlives this. False if its plug-in is not
    /// installed or it has no use for these credentials; trouble() says which. initial() is
    /// the initial response, if the mechanism has one (it may be empty). `plus_missing`:
    /// the server could have been bound to the channel and does not offer it; SCRAM tells
    /// it so, and a server whose offer somebody changed on the way refuses (RFC 5802 6).
    bool start(std::string_view mechanism, bool plus_missing = false);
    [[nodiscard]] const std::optional<std::string>& initial() const { return initial_; }

    /// Answers a challenge. Nothing if the server failed to prove itself or the challenge
    /// makes no sense; trouble() says which.
    std::optional<std::string> step(std::string_view challenge);

    /// Why the last start() or step() failed: "NTLM: its plug-in is missing: install X".
    [[nodiscard]] const std::string& trouble() const { return trouble_; }

    /// Why the server refuses a token, in its own words (RFC 7628 3.2.2), or empty.
    [[nodiscard]] const std::string& complaint() const { return complaint_; }

    /// True once the client side is satisfied: the server has proved itself where it must.
    [[nodiscard]] bool complete() const { return complete_; }

  private:
    struct Library;
    bool is_good(int result);
    std::string own_answer(bool first);
    void explain(std::string_view why);

    SaslIdentity identity_;
    std::string_view secret_;
    std::unique_ptr<Library> library_; ///< null: the mechanism is one of ours
    std::string_view mechanism_;
    std::optional<std::string> initial_;
    std::string trouble_;
    std::string complaint_;
    bool challenged_ = false; ///< the first challenge has come
    bool complete_ = false;
};

} // namespace sallyport
