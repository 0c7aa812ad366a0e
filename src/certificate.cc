// SPDX-License-Identifier: MIT
#include "certificate.h"

#include <algorithm>

#include <openssl/x509v3.h>

#include "base64.h"
#include "concat.h"
#include "failure.h"
#include "memory.h"
#include "owned.h"
#include "printable.h"

namespace sallyport {

namespace {

void free_octets(void* octets) {
    OPENSSL_free(octets);
}

/// SHA-256 of the certificate's SubjectPublicKeyInfo (RFC 7469 2.4), in its 32 octets.
std::string public_key_digest(const X509* certificate) {
    unsigned char* der = nullptr;
    const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
    const Owned<unsigned char, free_octets> owner(der);
    std::string digest(SHA256_DIGEST_LENGTH, '\0');
    if (size <= 0 || EVP_Digest(der, static_cast<std::size_t>(size),
                                reinterpret_cast<unsigned char*>(digest.data()), nullptr,
                                EVP_sha256(), nullptr) != 1)
        digest.clear();
    return digest;
}

/// What to do about the refusals that administrators meet.
std::string advice(long verdict, const std::string& name) {
    switch (verdict) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        return concat({"; it is not for ", printable(name),
                       ": set host, or tls_name, to a name in it"});
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        return "; if you trust its issuer, set tls_ca";
    default:
        return {};
    }
}

} // namespace

void check_pin(const SSL* ssl, const std::vector<std::string>& pins,
               const std::string& where) {
    const std::string found = public_key_digest(SSL_get0_peer_certificate(ssl));
    expect_memory(); // what OpenSSL went on without may have been a check
    if (!pins.empty() && std::ranges::find(pins, found) == pins.end())
        stop(ExitStatus::no_perm, Fault::relay,
             {where, "certificate refused: its key is none of tls_pin; it is sha256//",
              encode_base64(found)},
             "4.7.5");
}

void refuse_certificate(long verdict, const std::string& where, const std::string& name) {
    stop(ExitStatus::no_perm, Fault::relay,
         {where, "certificate refused: ", X509_verify_cert_error_string(verdict),
          advice(verdict, name)},
         "4.7.5");
}

} // namespace sallyport
