// SPDX-License-Identifier: MIT
//
// Keys and certificates made on the spot, for tests.
#pragma once

#include <memory>
#include <string>

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace sallyport {

template<auto free>
struct Free {
    template<class Handle>
    void operator()(Handle* handle) const {
        free(handle);
    }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Context = std::unique_ptr<SSL_CTX, Free<SSL_CTX_free>>;

/// What stands in a certificate beside the name.
struct Extent {
    bool authority = true;
    const char* alternative_names = nullptr; ///< "DNS:a.example, IP:127.0.0.1"
    long from = -3600;                       ///< seconds from now
    long until = 3600;
    bool rsa = false; ///< of 2048 bits; else on the curve P-256
};

/// A key and its certificate, signed by `issuer` or by itself.
struct Party {
    Party(const char* name, const Party* issuer, const Extent& extent = {})
        : key(extent.rsa ? EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048})
                         : EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")),
          certificate(X509_new()) {
        static long serial = 1;
        X509* const x509 = certificate.get();
        X509_set_version(x509, X509_VERSION_3);
        ASN1_INTEGER_set(X509_get_serialNumber(x509), serial++);
        X509_gmtime_adj(X509_getm_notBefore(x509), extent.from);
        X509_gmtime_adj(X509_getm_notAfter(x509), extent.until);
        X509_set_pubkey(x509, key.get());
        X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_UTF8,
                                   reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
        X509_set_issuer_name(
            x509,
            X509_get_subject_name(issuer != nullptr ? issuer->certificate.get() : x509));
        X509V3_CTX context;
        X509V3_set_ctx(&context, issuer != nullptr ? issuer->certificate.get() : x509, x509,
                       nullptr, nullptr, 0);
        extend(context, NID_basic_constraints, extent.authority ? "CA:TRUE" : "CA:FALSE");
        extend(context, NID_subject_key_identifier, "hash");
        extend(context, NID_authority_key_identifier, "keyid");
        if (extent.alternative_names != nullptr)
            extend(context, NID_subject_alt_name, extent.alternative_names);
        X509_sign(x509, issuer != nullptr ? issuer->key.get() : key.get(), EVP_sha256());
    }

    void extend(X509V3_CTX& context, int nid, const char* value) {
        X509_EXTENSION* const extension =
            X509V3_EXT_conf_nid(nullptr, &context, nid, value);
        X509_add_ext(certificate.get(), extension, -1);
        X509_EXTENSION_free(extension);
    }

    [[nodiscard]] std::string pem() const {
        const std::unique_ptr<BIO, Free<BIO_free_all>> memory(BIO_new(BIO_s_mem()));
        PEM_write_bio_X509(memory.get(), certificate.get());
        const char* octets = nullptr;
        const long size = BIO_ctrl(memory.get(), BIO_CTRL_INFO, 0, &octets);
        return {octets, static_cast<std::size_t>(size)};
    }

    Key key;
    Certificate certificate;
};

/// A revocation list of `issuer`, in PEM, good from two hours ago until `until` seconds
/// from now.
inline std::string revocation_list(const Party& issuer, const Party* revoked, long until) {
    const std::unique_ptr<X509_CRL, Free<X509_CRL_free>> list(X509_CRL_new());
    const std::unique_ptr<ASN1_TIME, Free<ASN1_TIME_free>> time(ASN1_TIME_new());
    X509_CRL_set_version(list.get(), 1);
    X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(issuer.certificate.get()));
    X509_gmtime_adj(time.get(), -7200);
    X509_CRL_set1_lastUpdate(list.get(), time.get());
    if (revoked != nullptr) {
        X509_REVOKED* const entry = X509_REVOKED_new();
        X509_REVOKED_set_serialNumber(entry,
                                      X509_get_serialNumber(revoked->certificate.get()));
        X509_REVOKED_set_revocationDate(entry, time.get());
        X509_CRL_add0_revoked(list.get(), entry);
    }
    X509_gmtime_adj(time.get(), until);
    X509_CRL_set1_nextUpdate(list.get(), time.get());
    X509_CRL_sort(list.get());
    X509_CRL_sign(list.get(), issuer.key.get(), EVP_sha256());
    const std::unique_ptr<BIO, Free<BIO_free_all>> memory(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509_CRL(memory.get(), list.get());
    const char* octets = nullptr;
    const long size = BIO_ctrl(memory.get(), BIO_CTRL_INFO, 0, &octets);
    return {octets, static_cast<std::size_t>(size)};
}

} // namespace sallyport
