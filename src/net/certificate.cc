// SPDX-License-Identifier: MIT
#include "net/certificate.h"

#include <algorithm>
#include <ctime>

#include <openssl/bio.h>
#include <openssl/x509v3.h>

#include "base/concat.h"
#include "base/failure.h"
#include "base/owned.h"
#include "system/memory.h"
#include "text/base64.h"
#include "text/printable.h"

namespace sallyport {

namespace {

void free_octets(void* octets) {
    OPENSSL_free(octets);
}

using Chain = STACK_OF(X509);
using Output = Owned<BIO, BIO_free_all>;

/// As a clock is set by it, in UTC.
std::string shown(const std::tm& time) {
    std::string text(32, '\0');
    text.resize(std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &time));
    return text;
}

/// Whose date has made it bad, and what this machine takes for now. The chain is checked
/// from its authority down.
std::string dates(const Chain* chain, bool early) {
    std::tm time{};
    const std::time_t seconds = std::time(nullptr);
    ::gmtime_r(&seconds, &time);
    const std::string now = shown(time);
    std::string date;
    for (int at = sk_X509_num(chain);
         at-- > 0 && (date.empty() || (date > now) != early);) {
        const X509* const one = sk_X509_value(chain, at);
        ASN1_TIME_to_tm(early ? X509_get0_notBefore(one) : X509_get0_notAfter(one), &time);
        date = shown(time);
    }
    return concat(
        {early ? "; it is good from " : "; it was good until ", date,
         " UTC, and this machine's clock says ", now,
         early ? ": is the clock right?" : ": if that is right, tell the server's owner"});
}

/// What OpenSSL writes of its names ("DNS:a.example, IP Address:192.0.2.1", or nothing) or
/// of its issuer: somebody else's text, and perhaps much of it.
std::string described(const X509* certificate, bool by_issuer) {
    const Output output(BIO_new(BIO_s_mem()));
    const int index = X509_get_ext_by_NID(certificate, NID_subject_alt_name, -1);
    if (by_issuer)
        X509_NAME_print_ex(output.get(), X509_get_issuer_name(certificate), 0,
                           XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB);
    else if (index >= 0)
        X509V3_EXT_print(output.get(), X509_get_ext(certificate, index), 0, 0);
    const char* octets = nullptr;
    const long size = BIO_ctrl(output.get(), BIO_CTRL_INFO, 0, &octets);
    return printable({octets, static_cast<std::size_t>(std::max(size, 0L))}, 200);
}

std::string wrong_name(const std::string& names, const std::string& name) {
    if (names.empty())
        return "; it names no host in its subjectAltName";
    return concat({"; it is for ", names, " and not for ", printable(name),
                   ": set tls_name if one is your provider's"});
}

/// What to know and to do about the refusals that administrators meet. `chain` begins with
/// the server's certificate and goes as far as its issuers are known.
std::string advice(long verdict, const Chain* chain, const std::string& name) {
    switch (sk_X509_num(chain) > 0 ? verdict : X509_V_OK) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        return wrong_name(described(sk_X509_value(chain, 0), false), name);
    case X509_V_ERR_CERT_NOT_YET_VALID:
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return dates(chain, verdict == X509_V_ERR_CERT_NOT_YET_VALID);
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        return concat({"; its issuer, ",
                       described(sk_X509_value(chain, sk_X509_num(chain) - 1), true),
                       ", is neither known here nor sent by the server: update "
                       "ca-certificates or, if you trust it, set tls_ca"});
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        return "; if you trust its issuer, set tls_ca";
    default:
        return {};
    }
}

} // namespace

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

void check_pin(const SSL* ssl, const std::vector<std::string>& pins,
               const std::string& peer) {
    const std::string found = public_key_digest(SSL_get0_peer_certificate(ssl));
    expect_memory(); // what OpenSSL went on without may have been a check
    if (!pins.empty() && std::ranges::find(pins, found) == pins.end())
        stop(ExitStatus::no_perm, Fault::relay, peer, Step::tls,
             {"certificate refused: its key is none of tls_pin; it is sha256//",
              encode_base64(found)},
             "4.7.5");
}

void refuse_certificate(const SSL* ssl, const std::string& peer, const std::string& name) {
    const long verdict = SSL_get_verify_result(ssl);
    const std::string remark = advice(verdict, SSL_get0_verified_chain(ssl), name);
    expect_memory();
    // It will be good some day, or is when the clock has been set.
    const bool later = verdict == X509_V_ERR_CERT_NOT_YET_VALID;
    stop(later ? ExitStatus::temp_fail : ExitStatus::no_perm, Fault::relay, peer, Step::tls,
         {"certificate refused: ", X509_verify_cert_error_string(verdict), remark},
         "4.7.5");
}

} // namespace sallyport
