// SPDX-License-Identifier: MIT
//
// A server that is who it claims to be, and sends records that hold no data.
#define BOOST_TEST_MODULE tls_flood
#include <boost/test/unit_test.hpp>

#include <algorithm>

#include <openssl/ssl.h>

#include "folder.h"
#include "net/tls.h"
#include "party.h"

using namespace sallyport;

namespace {

/// Far more than what is read at once.
constexpr std::size_t batch = 4 * 16384;
constexpr std::size_t never = 1000; ///< so many reads are as good as no end

/// An OpenSSL server that works when its client reads or writes, and what is read of it.
class Flooder {
  public:
    explicit Flooder(const Party& party)
        : context_(SSL_CTX_new(TLS_server_method())), ssl_(SSL_new(context_.get())) {
        SSL_use_certificate(ssl_.get(), party.certificate.get());
        SSL_use_PrivateKey(ssl_.get(), party.key.get());
        SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
        SSL_set_accept_state(ssl_.get());
    }

    void hear(std::string_view octets) {
        BIO_write(SSL_get_rbio(ssl_.get()), octets.data(), static_cast<int>(octets.size()));
        char data[100];
        const int size = SSL_read(ssl_.get(), data, sizeof data);
        heard.append(data, size > 0 ? static_cast<std::size_t>(size) : 0);
    }

    std::size_t give(std::span<char> buffer) {
        ++reads;
        while (endless && waiting() < batch)
            update_key();
        const int size = BIO_read(SSL_get_wbio(ssl_.get()), buffer.data(),
                                  static_cast<int>(buffer.size()));
        return size > 0 ? static_cast<std::size_t>(size) : 0;
    }

    void update_key() {
        SSL_key_update(ssl_.get(), kind);
        SSL_do_handshake(ssl_.get());
    }
    void say(std::string_view data) {
        SSL_write(ssl_.get(), data.data(), static_cast<int>(data.size()));
    }
    [[nodiscard]] std::size_t waiting() const {
        return BIO_ctrl_pending(SSL_get_wbio(ssl_.get()));
    }

    int kind = SSL_KEY_UPDATE_NOT_REQUESTED;
    bool endless = false;
    std::size_t reads = 0;
    std::string heard;

  private:
    Context context_;
    std::unique_ptr<SSL, Free<SSL_free>> ssl_;
};

class FloodedStream : public Stream {
  public:
    explicit FloodedStream(Flooder& flooder) : flooder_(flooder) {}

    Transfer read(std::span<char> buffer, Deadline /*deadline*/) override {
        const std::size_t octets = flooder_.reads < never ? flooder_.give(buffer) : 0;
        return {octets, octets > 0 ? "" : "timed out"};
    }
    Transfer read_arrived(std::span<char> buffer) override {
        return {flooder_.reads < never ? flooder_.give(buffer) : 0, {}};
    }
    Transfer write(std::string_view octets, Deadline /*deadline*/) override {
        flooder_.hear(octets);
        return {octets.size(), {}};
    }

  private:
    Flooder& flooder_;
};

struct Fixture {
    Fixture() {
        Relay relay;
        relay.host = "mail.example.org";
        relay.tls_ca = folder.write("ca.pem", ca.pem());
        relay.tls_min = TlsVersion::tls1_3;
        stream = TlsSecurer(relay).secure(std::make_unique<FloodedStream>(server), "peer",
                                          Deadline::max());
        server.say("220\r\n"); // after the tickets
        BOOST_TEST(read() == "220\r\n");
        server.reads = 0;
    }

    /// Data, or trouble in brackets.
    std::string read() {
        const Transfer got = stream->read(buffer, Deadline::max());
        return got.failed() ? "(" + got.trouble + ")" : std::string(buffer, got.octets);
    }
    std::string read_arrived() {
        const Transfer got = stream->read_arrived(buffer);
        return got.failed() ? "(" + got.trouble + ")" : std::string(buffer, got.octets);
    }

    Folder folder;
    Party ca{"authority", nullptr};
    Flooder server{
        {"mail", &ca, {.authority = false, .alternative_names = "DNS:mail.example.org"}}};
    std::unique_ptr<VerifiedStream> stream;
    char buffer[100]{};
};

constexpr const char* refused = "(the server sends records without data)";

} // namespace

BOOST_FIXTURE_TEST_CASE(what_has_arrived_is_read_once, Fixture) {
    server.endless = true;
    BOOST_TEST(read_arrived() == "");
    BOOST_TEST(server.reads == 1U);
    BOOST_TEST(read_arrived() == "");
    BOOST_TEST(server.reads == 2U);
}

BOOST_FIXTURE_TEST_CASE(a_flood_ends_in_a_failure, Fixture) {
    server.endless = true;
    std::string got;
    for (int call = 0; call < 100 && got.empty(); ++call)
        got = read_arrived();
    BOOST_TEST(got == refused);
    BOOST_TEST(server.reads <= 40U);
    BOOST_TEST(read() == refused);
}

BOOST_FIXTURE_TEST_CASE(a_flood_is_not_waited_out, Fixture) {
    server.endless = true;
    BOOST_TEST(read() == refused);
    BOOST_TEST(server.reads <= 40U);
}

BOOST_FIXTURE_TEST_CASE(nor_one_that_asks_for_answers, Fixture) {
    server.endless = true;
    server.kind = SSL_KEY_UPDATE_REQUESTED;
    BOOST_TEST(read() == refused);
    BOOST_TEST(server.reads <= 40U);
}

BOOST_FIXTURE_TEST_CASE(a_few_between_data_are_as_they_should_be, Fixture) {
    for (int turn = 0; turn < 120; ++turn) {
        server.kind =
            turn % 2 == 0 ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED;
        for (int update = 0; update < 100; ++update)
            server.update_key();
        BOOST_TEST(read_arrived() == "");
        BOOST_TEST(stream->write("EHLO", Deadline::max()).octets == 4U);
        server.say("250\r\n");
        BOOST_TEST(read() == "250\r\n");
    }
    BOOST_TEST(server.heard.size() == 480U);
}
