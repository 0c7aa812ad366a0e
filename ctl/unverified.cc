// SPDX-License-Identifier: MIT
#include "ctl/unverified.h"

#include <array>
#include <new>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/bio.h>
#include <openssl/err.h>

namespace sallyport::ctl {

namespace {

/// RFC 6066 3: an address is no server name.
bool is_address(const std::string& name) {
    std::array<unsigned char, sizeof(in6_addr)> octets{};
    return ::inet_pton(AF_INET, name.c_str(), octets.data()) == 1 ||
           ::inet_pton(AF_INET6, name.c_str(), octets.data()) == 1;
}

std::string taken_from(BIO* bio) {
    std::string octets(BIO_ctrl_pending(bio), '\0');
    std::size_t size = 0;
    if (octets.empty() || BIO_read_ex(bio, octets.data(), octets.size(), &size) != 1)
        return {};
    octets.resize(size);
    return octets;
}

} // namespace

UnverifiedHandshake::UnverifiedHandshake(const std::string& name)
    : context_(SSL_CTX_new(TLS_client_method())) {
    if (context_ == nullptr)
        throw std::bad_alloc();
    SSL_CTX* const context = context_.get();
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context, 0);
    SSL_CTX_set_cipher_list(context, "ALL:@SECLEVEL=0");
    SSL_CTX_set_options(context, SSL_OP_LEGACY_SERVER_CONNECT);
    ssl_.reset(SSL_new(context));
    BIO* const in = BIO_new(BIO_s_mem());
    BIO* const out = BIO_new(BIO_s_mem());
    if (ssl_ == nullptr || in == nullptr || out == nullptr) {
        BIO_free(in);
        BIO_free(out);
        throw std::bad_alloc();
    }
    SSL_set_bio(ssl_.get(), in, out);
    if (!is_address(name))
        SSL_ctrl(ssl_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                 std::string(name).data());
}

std::string UnverifiedHandshake::advance(std::string_view received) {
    std::size_t size = 0;
    if (!received.empty())
        BIO_write_ex(SSL_get_rbio(ssl_.get()), received.data(), received.size(), &size);
    ERR_clear_error();
    const int result = SSL_connect(ssl_.get());
    over_ = result == 1 || SSL_get_error(ssl_.get(), result) != SSL_ERROR_WANT_READ;
    ERR_clear_error();
    return taken_from(SSL_get_wbio(ssl_.get()));
}

} // namespace sallyport::ctl
