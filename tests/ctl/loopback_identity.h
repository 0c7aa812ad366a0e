// SPDX-License-Identifier: MIT
//
// What a test's server shows of itself: certificates good and bad, made on the spot.
#pragma once

#include <string>

#include "unit/folder.h"
#include "unit/party.h"

namespace sallyport::ctl {

enum class Shown {
    good,
    self_signed,
    stranger,   ///< by an authority that is sent, and that nobody knows
    chain_gap,  ///< the certificate between it and the authority is not sent
    wrong_name, ///< for mail.example.org
    expired,    ///< ten days ago
    soon,       ///< to end in five days
    not_yet,
};

class LoopbackIdentity {
  public:
    void show(Shown what, int max_version) {
        SSL_CTX_set_security_level(context_.get(), 0);
        SSL_CTX_set_min_proto_version(context_.get(), TLS1_VERSION);
        SSL_CTX_set_max_proto_version(context_.get(), max_version);
        const Extent usual{.authority = false, .alternative_names = names};
        if (what == Shown::self_signed)
            use(Party("localhost", nullptr, {.alternative_names = names}));
        else if (what == Shown::stranger)
            use(Party("localhost", &stranger_, usual), &stranger_);
        else if (what == Shown::chain_gap)
            use(Party("localhost", &between_, usual));
        else
            use(Party("localhost", &authority_, extent_of(what)));
    }

    /// Where the certificate of the authority is, which is not the stranger.
    [[nodiscard]] const std::string& ca_file() const { return ca_file_; }
    [[nodiscard]] SSL_CTX* context() const { return context_.get(); }

  private:
    static constexpr const char* names = "DNS:localhost, IP:127.0.0.1";
    static constexpr long day = 86'400;

    static Extent extent_of(Shown what) {
        Extent extent{.authority = false, .alternative_names = names, .until = 60 * day};
        if (what == Shown::wrong_name)
            extent.alternative_names = "DNS:mail.example.org";
        if (what == Shown::expired) {
            extent.from = -20 * day;
            extent.until = -10 * day - 3600;
        }
        if (what == Shown::soon)
            extent.until = 5 * day + 3600;
        if (what == Shown::not_yet)
            extent.from = 10 * day;
        return extent;
    }

    void use(const Party& party, const Party* sent = nullptr) {
        SSL_CTX_use_certificate(context_.get(), party.certificate.get());
        SSL_CTX_use_PrivateKey(context_.get(), party.key.get());
        if (sent != nullptr)
            SSL_CTX_add1_chain_cert(context_.get(), sent->certificate.get());
    }

    Folder folder_{};
    Context context_{SSL_CTX_new(TLS_server_method())};
    Party authority_{"Test authority", nullptr, {.from = -40 * day, .until = 90 * day}};
    Party between_{"Test authority between", &authority_, {.until = 90 * day}};
    Party stranger_{"Stranger", nullptr, {.until = 90 * day}};
    std::string ca_file_ = folder_.write("ca.pem", authority_.pem());
};

} // namespace sallyport::ctl
