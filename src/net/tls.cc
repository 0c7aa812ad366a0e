// SPDX-License-Identifier: MIT
#include "net/tls.h"

#include <algorithm>
#include <array>
#include <new>
#include <utility>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/concat.h"
#include "base/failure.h"
#include "net/certificate.h"
#include "net/hint.h"
#include "net/trust.h"
#include "system/memory.h"
#include "text/printable.h"

namespace sallyport {

namespace {

/// Octets of records without data that are borne until data comes: session tickets, new
/// keys. OpenSSL goes through any number of them in one call.
constexpr std::size_t idle_limit = 262144;

using Method = Owned<BIO_METHOD, BIO_meth_free>;

/// What OpenSSL reads and writes through: our own stream, with the deadline of the moment.
struct Transport {
    Transfer read(std::span<char> buffer) {
        if (idle > idle_limit)
            return {0, "the server sends records without data"};
        if (!only_arrived)
            return stream->read(buffer, deadline);
        // Who sends without end is not read without end.
        return std::exchange(may_read, false) ? stream->read_arrived(buffer) : Transfer{};
    }

    Method method; ///< of the BIO that leads here
    std::unique_ptr<Stream> stream;
    Deadline deadline{};
    std::string trouble;       ///< of the last read or write that failed
    bool only_arrived = false; ///< reads do not wait
    bool may_read = false;     ///< once, if they do not wait
    std::size_t idle = 0;      ///< octets read since there was data last
};

/// What `move` did. No exception passes OpenSSL, which is C: want of
/// memory comes up when it has returned.
template<class Move>
Transfer moved(Move move) {
    try {
        return move();
    } catch (const std::bad_alloc&) {
        note_want_of_memory();
        return {0, "no memory"}; // so short that it wants none
    }
}

int transport_read(BIO* bio, char* data, std::size_t size, std::size_t* done) {
    auto& transport = *static_cast<Transport*>(BIO_get_data(bio));
    Transfer got = moved([&] { return transport.read({data, size}); });
    BIO_clear_retry_flags(bio);
    if (got.octets == 0 && !got.failed())
        BIO_set_retry_read(bio);
    transport.idle += got.octets;
    transport.trouble = std::move(got.trouble);
    *done = got.octets;
    return got.octets > 0 ? 1 : 0;
}

int transport_write(BIO* bio, const char* data, std::size_t size, std::size_t* done) {
    auto& transport = *static_cast<Transport*>(BIO_get_data(bio));
    Transfer written = moved([&] {
        return transport.stream->write({data, size}, transport.deadline);
    });
    transport.trouble = std::move(written.trouble);
    *done = written.octets;
    return transport.trouble.empty() ? 1 : 0;
}

long transport_control(BIO* /*bio*/, int command, long /*number*/, void* /*pointer*/) {
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

Method make_method() {
    Method method(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "stream"));
    if (method == nullptr)
        throw std::bad_alloc();
    BIO_meth_set_read_ex(method.get(), transport_read);
    BIO_meth_set_write_ex(method.get(), transport_write);
    BIO_meth_set_ctrl(method.get(), transport_control);
    return method;
}

using Ssl = Owned<SSL, SSL_free>;

/// The newest entry of OpenSSL's error queue, in its words; the queue is emptied.
std::string openssl_reason() {
    const unsigned long error = ERR_peek_last_error();
    ERR_clear_error();
    const char* const reason = error != 0 ? ERR_reason_error_string(error) : nullptr;
    return reason != nullptr ? reason : "no reason given";
}

[[noreturn]] void unusable(const std::string& origin) {
    expect_memory_for(nullptr); // the file
    expect_memory();
    misconfigured(origin, openssl_reason());
}

/// Nobody is asked for the pass phrase of a key.
int no_phrase(char* /*buffer*/, int /*size*/, int /*writes*/, void* /*data*/) {
    return -1;
}

using Certificate = Owned<X509, X509_free>;

/// The client's own, and those that lead to its authority.
bool use_certificates(SSL_CTX* context, BIO* pem) {
    const Certificate own(PEM_read_bio_X509_AUX(pem, nullptr, no_phrase, nullptr));
    if (own == nullptr || SSL_CTX_use_certificate(context, own.get()) != 1)
        return false;
    while (const Certificate next{PEM_read_bio_X509(pem, nullptr, no_phrase, nullptr)}) {
        if (SSL_CTX_add1_chain_cert(context, next.get()) != 1)
            return false;
    }
    expect_memory();
    ERR_clear_error(); // that there is no further one
    return true;
}

bool use_key(SSL_CTX* context, BIO* pem) {
    const Owned<EVP_PKEY, EVP_PKEY_free> key(
        PEM_read_bio_PrivateKey(pem, nullptr, no_phrase, nullptr));
    return key != nullptr && SSL_CTX_use_PrivateKey(context, key.get()) == 1;
}

/// `use` what the file holds that `key` names. Failure (78, local) if it cannot be used.
void use_file(SSL_CTX* context, const Relay& relay, std::string_view key,
              const NamedFile& file, bool (*use)(SSL_CTX* context, BIO* pem)) {
    if (file.empty())
        return;
    const std::string origin = concat({relay.origin_of(key), ": ", printable(file.path)});
    const auto content = file.read();
    if (!content->trouble.empty())
        misconfigured(origin, content->trouble);
    const Owned<BIO, BIO_free_all> pem(
        BIO_new_mem_buf(content->text.data(), static_cast<int>(content->text.size())));
    if (pem == nullptr || !use(context, pem.get()))
        unusable(origin);
}

class TlsStream : public VerifiedStream {
  public:
    TlsStream(std::unique_ptr<Transport> transport, Ssl ssl)
        : transport_(std::move(transport)), ssl_(std::move(ssl)) {}

    Transfer read(std::span<char> buffer, Deadline deadline) override {
        wait_until(deadline);
        return read_data(buffer);
    }

    Transfer read_arrived(std::span<char> buffer) override {
        transport_->only_arrived = transport_->may_read = true;
        return read_data(buffer);
    }

    Transfer write(std::string_view octets, Deadline deadline) override {
        wait_until(deadline);
        std::size_t sent = 0;
        if (octets.empty() ||
            SSL_write_ex(ssl_.get(), octets.data(), octets.size(), &sent) == 1)
            return {sent, {}};
        return {sent, trouble()};
    }

    [[nodiscard]] std::string protocol() const override {
        return SSL_get_version(ssl_.get());
    }

    [[nodiscard]] ChannelBinding channel_binding() const override {
        auto binding = SSL_version(ssl_.get()) == TLS1_3_VERSION ? exporter() : end_point();
        if (binding.type.empty()) // none can be had; or there is no memory for it
            expect_memory();
        return binding;
    }

    [[nodiscard]] X509* peer_certificate() const override {
        return SSL_get0_peer_certificate(ssl_.get());
    }

  private:
    void wait_until(Deadline deadline) {
        transport_->deadline = deadline;
        transport_->only_arrived = false;
    }

    /// RFC 9266.
    [[nodiscard]] ChannelBinding exporter() const {
        constexpr std::string_view label = "EXPORTER-Channel-Binding";
        std::array<unsigned char, 32> octets{};
        if (SSL_export_keying_material(ssl_.get(), octets.data(), octets.size(),
                                       label.data(), label.size(), nullptr, 0, 0) != 1)
            return {};
        return {"tls-exporter", {octets.begin(), octets.end()}};
    }

    /// RFC 5929 4.1: the hash of the server's certificate by its signature's own algorithm,
    /// and by SHA-256 where that is a weaker one. tls-unique would need RFC 7627.
    [[nodiscard]] ChannelBinding end_point() const {
        X509* const certificate = peer_certificate();
        int algorithm = NID_undef;
        if (!X509_get_signature_info(certificate, &algorithm, nullptr, nullptr, nullptr))
            return {};
        if (algorithm == NID_md5 || algorithm == NID_sha1)
            algorithm = NID_sha256;
        std::array<unsigned char, EVP_MAX_MD_SIZE> octets{};
        unsigned size = 0;
        const EVP_MD* const digest = EVP_get_digestbynid(algorithm);
        if (digest == nullptr ||
            X509_digest(certificate, digest, octets.data(), &size) != 1)
            return {};
        return {"tls-server-end-point", {octets.begin(), octets.begin() + size}};
    }

    Transfer read_data(std::span<char> buffer) {
        std::size_t got = 0;
        const int result = SSL_read_ex(ssl_.get(), buffer.data(), buffer.size(), &got);
        if (result == 1) {
            transport_->idle = 0;
            return {got, {}};
        }
        const bool nothing = transport_->only_arrived &&
                             SSL_get_error(ssl_.get(), result) == SSL_ERROR_WANT_READ;
        return {0, nothing ? std::string() : trouble()};
    }

    std::string trouble() {
        expect_memory();
        if (!transport_->trouble.empty())
            return transport_->trouble;
        if ((SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0)
            return "connection closed by the server";
        return concat({"TLS: ", openssl_reason()});
    }

    std::unique_ptr<Transport> transport_; // outlives the BIO in ssl_
    Ssl ssl_;
};

/// That the certificate must bear.
const std::string& name_of(const Relay& relay) {
    return relay.tls_name.empty() ? relay.host : relay.tls_name;
}

/// The name that the certificate must bear is known before the handshake begins, so that
/// the handshake itself fails where it does not.
void expect_name(SSL* ssl, const std::string& name) {
    X509_VERIFY_PARAM* const parameters = SSL_get0_param(ssl);
    if (X509_VERIFY_PARAM_set1_ip_asc(parameters, name.c_str()) == 1)
        return; // RFC 6066 3: an address is no server name to ask for
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT |
                               X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (SSL_set1_host(ssl, name.c_str()) != 1 ||
        SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                 std::string(name).data()) != 1) {
        expect_memory();
        misconfigured("tls_name", {"no host name: ", printable(name)});
    }
}

using SecurityCheck = int (*)(const SSL*, const SSL_CTX*, int, int, int, void*, void*);

/// RFC 9325 4.1: finite-field DHE is not for us to offer. In TLS 1.2 its group is the
/// server's choice: one that prefers a group too small for us ends the handshake, though
/// it may have something better. Of all else `usual` decides, and so does the system's
/// policy: to set a list of ciphers would replace that.
int offer_no_dhe(const SSL* ssl, const SSL_CTX* context, int operation, int bits, int nid,
                 void* other, void* usual) {
    const int kind = operation & static_cast<int>(SSL_SECOP_OTHER_TYPE);
    if (kind == SSL_SECOP_OTHER_CIPHER &&
        SSL_CIPHER_get_kx_nid(static_cast<const SSL_CIPHER*>(other)) == NID_kx_dhe)
        return 0;
    if (kind == SSL_SECOP_OTHER_CURVE && // RFC 7919 2: its groups are 256 to 511
        *static_cast<const unsigned char*>(other) == 1)
        return 0;
    return reinterpret_cast<SecurityCheck>(usual)(ssl, context, operation, bits, nid, other,
                                                  nullptr);
}

/// With `tls_ca = none` the key's pin is all that counts, if it is a strong key.
int accept_any(int verified, X509_STORE_CTX* context) {
    if (X509_STORE_CTX_get_error(context) == X509_V_ERR_EE_KEY_TOO_SMALL)
        return verified;
    X509_STORE_CTX_set_error(context, X509_V_OK);
    return 1;
}

/// The server's own certificate needs a current list of its issuer's; those above it are
/// looked up where there is one.
int allow_missing_list(int verified, X509_STORE_CTX* context) {
    if (verified == 1 ||
        X509_STORE_CTX_get_error(context) != X509_V_ERR_UNABLE_TO_GET_CRL ||
        X509_STORE_CTX_get_error_depth(context) == 0)
        return verified;
    X509_STORE_CTX_set_error(context, X509_V_OK);
    return 1;
}

[[noreturn]] void handshake_failed(SSL* ssl, const Transport& transport,
                                   const std::string& peer, const Relay& relay) {
    expect_memory();
    if (SSL_get_verify_result(ssl) != X509_V_OK)
        refuse_certificate(ssl, peer, name_of(relay));
    if (!transport.trouble.empty())
        stop(ExitStatus::temp_fail, Fault::address, peer, Step::tls, {transport.trouble},
             "4.4.2");
    const std::string reason = openssl_reason();
    stop(ExitStatus::protocol, Fault::relay, peer, Step::tls,
         {reason, hint(relay, TlsMode::implicit, Step::tls, reason)}, "4.7.5");
}

void load_revocations(SSL_CTX* context, const Relay& relay) {
    if (relay.tls_crl.empty())
        return;
    const std::string origin =
        concat({relay.origin_of("tls_crl"), ": ", printable(relay.tls_crl)});
    // OpenSSL would wait for a FIFO without any limit of ours.
    struct stat facts {};
    if (::stat(relay.tls_crl.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode))
        misconfigured(origin, "no such regular file");
    X509_STORE* const store = SSL_CTX_get_cert_store(context);
    X509_LOOKUP* const lookup = X509_STORE_add_lookup(store, X509_LOOKUP_file());
    if (lookup == nullptr ||
        X509_load_crl_file(lookup, relay.tls_crl.c_str(), X509_FILETYPE_PEM) < 1)
        unusable(origin);
    X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, allow_missing_list);
}

} // namespace

TlsSecurer::TlsSecurer(const Relay& relay)
    : relay_(relay), context_(SSL_CTX_new(TLS_client_method())) {
    SSL_CTX* const context = context_.get();
    if (context == nullptr) {
        expect_memory();
        stop(ExitStatus::software, Fault::local, {"OpenSSL: ", openssl_reason()});
    }
    // The system's policy may ask for more than we do, never for less.
    const long wanted =
        relay.tls_min == TlsVersion::tls1_3 ? TLS1_3_VERSION : TLS1_2_VERSION;
    SSL_CTX_set_min_proto_version(context,
                                  std::max(wanted, SSL_CTX_get_min_proto_version(context)));
    // RFC 9325 4.5: no keys below 112 bits, whatever the distribution's default.
    SSL_CTX_set_security_level(context, std::max(2, SSL_CTX_get_security_level(context)));
    SSL_CTX_set0_security_ex_data(
        context, reinterpret_cast<void*>(SSL_CTX_get_security_callback(context)));
    SSL_CTX_set_security_callback(context, offer_no_dhe);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, relay.tls_pin_only ? accept_any : nullptr);
    // The certificate that was checked stays the one that counts.
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    if (!relay.tls_pin_only)
        load_authorities(context, relay.tls_ca, relay.origin_of("tls_ca"));
    errno = 0;
    load_revocations(context, relay);
    use_file(context, relay, "tls_cert", relay.tls_cert, use_certificates);
    use_file(context, relay, "tls_key", relay.tls_key, use_key);
}

std::unique_ptr<VerifiedStream> TlsSecurer::secure(std::unique_ptr<Stream> plain,
                                                   const std::string& peer,
                                                   Deadline deadline) {
    auto transport = std::make_unique<Transport>();
    transport->stream = std::move(plain);
    transport->deadline = deadline;
    transport->method = make_method();
    Ssl ssl(SSL_new(context_.get()));
    BIO* const bio = BIO_new(transport->method.get());
    if (ssl == nullptr || bio == nullptr)
        throw std::bad_alloc();
    BIO_set_data(bio, transport.get());
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl.get(), bio, bio);
    expect_name(ssl.get(), name_of(relay_));
    ERR_clear_error();
    if (SSL_connect(ssl.get()) != 1 || SSL_get_verify_result(ssl.get()) != X509_V_OK ||
        SSL_get0_peer_certificate(ssl.get()) == nullptr)
        handshake_failed(ssl.get(), *transport, peer, relay_);
    check_pin(ssl.get(), relay_.tls_pin, peer);
    return std::make_unique<TlsStream>(std::move(transport), std::move(ssl));
}

} // namespace sallyport
