// SPDX-License-Identifier: MIT
//
// What certificates that are refused show of themselves.
#define BOOST_TEST_MODULE tls_facts
#include <boost/test/unit_test.hpp>

#include <csignal>
#include <ctime>

#include "config/values.h"
#include "ctl/tls_facts.h"
#include "station.h"
#include "text/base64.h"
#include "unit/party.h"

using namespace sallyport;
using namespace sallyport::ctl;

namespace {

constexpr long day = 86400;

/// Shows certificates, and says what it is told to before.
struct TlsServer {
    explicit TlsServer(const Party& own, const std::vector<const Party*>& chain = {},
                       int newest = TLS1_3_VERSION)
        : context(SSL_CTX_new(TLS_server_method())) {
        std::signal(SIGPIPE, SIG_IGN); // of a client that leaves before the tickets come
        SSL_CTX_set_security_level(context.get(), 0);
        SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
        SSL_CTX_set_max_proto_version(context.get(), newest);
        SSL_CTX_set_cipher_list(context.get(), "ALL:@SECLEVEL=0");
        SSL_CTX_use_certificate(context.get(), own.certificate.get());
        SSL_CTX_use_PrivateKey(context.get(), own.key.get());
        for (const Party* const each : chain)
            SSL_CTX_add1_chain_cert(context.get(), each->certificate.get());
    }

    void shake_hands(int fd) {
        const std::unique_ptr<SSL, Free<SSL_free>> ssl(SSL_new(context.get()));
        SSL_set_fd(ssl.get(), fd);
        char octet = 0;
        if (SSL_accept(ssl.get()) == 1 && SSL_read(ssl.get(), &octet, 1) > 0)
            written = true;
        name = SSL_get_servername(ssl.get(), TLSEXT_NAMETYPE_host_name) != nullptr
                   ? SSL_get_servername(ssl.get(), TLSEXT_NAMETYPE_host_name)
                   : "";
    }

    Context context;
    bool written = false; ///< something came over TLS
    std::string name;     ///< that it was asked for
};

std::optional<TlsReport> inspect(const Station& station, TlsMode mode, bool lmtp = false,
                                 Deadline deadline = soon()) {
    return inspect_tls(parse("127.0.0.1"), station.number, mode, lmtp, "mail.example",
                       deadline);
}

/// What a server with TLS at once shows.
TlsReport shown(TlsServer& server) {
    const Station station([&server](int fd, std::size_t) { server.shake_hands(fd); });
    const auto report = inspect(station, TlsMode::implicit);
    BOOST_REQUIRE(report.has_value());
    return *report;
}

TlsReport shown(const Party& own, const std::vector<const Party*>& chain = {}) {
    TlsServer server(own, chain);
    return shown(server);
}

std::string pin_of(const Party& party) {
    unsigned char* der = nullptr;
    const int size = i2d_PUBKEY(party.key.get(), &der);
    std::string digest(32, '\0');
    EVP_Digest(der, static_cast<std::size_t>(size),
               reinterpret_cast<unsigned char*>(digest.data()), nullptr, EVP_sha256(),
               nullptr);
    OPENSSL_free(der);
    return "sha256//" + encode_base64(digest);
}

/// Answers line by line with `replies`, then begins TLS; hears the lines into `heard`.
Station::Serve after_starttls(TlsServer& server, std::vector<std::string> replies,
                              std::string& heard) {
    return [&server, &heard, replies](int fd, std::size_t) {
        for (const std::string& reply : replies) {
            say(fd, reply);
            if (&reply != &replies.back())
                heard += hear(fd);
        }
        server.shake_hands(fd);
    };
}

const std::vector<std::string> willing{"220-mail.example\r\n220 ready\r\n",
                                       "250-mail.example\r\n250 STARTTLS\r\n",
                                       "220 go ahead\r\n"};

} // namespace

BOOST_AUTO_TEST_CASE(one_that_has_signed_itself) {
    const Party own("mail.example", nullptr,
                    {false, "DNS:mail.example,DNS:*.example,IP:192.0.2.1,IP:2001:db8::1"});
    TlsServer server(own);
    const TlsReport report = shown(server);
    BOOST_TEST(report.self_signed);
    BOOST_TEST(report.chain_length == 1U);
    BOOST_TEST(report.version == "TLSv1.3");
    BOOST_TEST((report.mode == TlsMode::implicit));
    BOOST_TEST(report.issuer == "mail.example");
    const std::vector<std::string> names{"mail.example", "*.example", "192.0.2.1",
                                         "2001:db8::1"};
    BOOST_TEST(report.subject == names, boost::test_tools::per_element());
    BOOST_TEST(server.name == "mail.example");
    BOOST_TEST(!server.written);
}

BOOST_AUTO_TEST_CASE(its_pin_is_what_tls_pin_takes) {
    const Party own("mail.example", nullptr);
    const TlsReport report = shown(own);
    BOOST_TEST(report.pin == pin_of(own));
    BOOST_TEST(read_pins(report.pin, "tls_pin").size() == 1U);
}

BOOST_AUTO_TEST_CASE(dates) {
    const Party expired("mail.example", nullptr, {true, nullptr, -30 * day, -2 * day - 60});
    BOOST_TEST(shown(expired).days == -3);
    const Party just_expired("mail.example", nullptr, {true, nullptr, -30 * day, -3600});
    BOOST_TEST(shown(just_expired).days == -1);
    const Party early("mail.example", nullptr, {true, nullptr, day, 9 * day + 3600});
    const TlsReport report = shown(early);
    const std::time_t now = std::time(nullptr);
    BOOST_TEST(report.days == 9);
    BOOST_TEST(report.not_before > now + day - 600);
    BOOST_TEST(report.not_before < now + day + 600);
    BOOST_TEST(report.not_after > report.not_before);
}

BOOST_AUTO_TEST_CASE(a_gap_in_the_chain) {
    const Party root("Root", nullptr);
    const Party between("Between", &root);
    const Party own("mail.example", &between, {false, "DNS:mail.example"});
    const TlsReport alone = shown(own);
    BOOST_TEST(alone.chain_length == 1U);
    BOOST_TEST(!alone.self_signed);
    BOOST_TEST(alone.issuer == "Between");
    BOOST_TEST(shown(own, {&between}).chain_length == 2U);
}

BOOST_AUTO_TEST_CASE(an_old_version) {
    const Party own("mail.example", nullptr, {true, nullptr, -3600, 3600, true});
    TlsServer server(own, {}, TLS1_1_VERSION);
    BOOST_TEST(shown(server).version == "TLSv1.1");
}

BOOST_AUTO_TEST_CASE(names_that_are_made_to_harm) {
    const Party own("\x1b[2J\n", nullptr, {true, "DNS:a\x1b[2J.example"});
    const TlsReport report = shown(own);
    BOOST_REQUIRE(report.subject.size() == 1U);
    BOOST_TEST(report.subject.front() == "a?[2J.example");
    BOOST_TEST(report.issuer == "?[2J?");
}

BOOST_AUTO_TEST_CASE(no_names_and_no_common_name) {
    const Party own("mail.example", nullptr);
    X509_NAME* const name = X509_NAME_new();
    X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>("Firm"), -1, -1, 0);
    X509_set_issuer_name(own.certificate.get(), name);
    BOOST_TEST(facts_of(own.certificate.get(), std::time(nullptr)).issuer == "Firm");
    X509_NAME_free(name);
    BOOST_TEST(facts_of(own.certificate.get(), 0).subject.empty());
}

BOOST_AUTO_TEST_CASE(after_the_word_starttls) {
    const Party own("mail.example", nullptr);
    TlsServer server(own);
    std::string heard;
    std::optional<TlsReport> report;
    {
        const Station station(after_starttls(server, willing, heard));
        report = inspect(station, TlsMode::starttls);
    }
    BOOST_REQUIRE(report.has_value());
    BOOST_TEST((report->mode == TlsMode::starttls));
    BOOST_TEST(report->pin == pin_of(own));
    BOOST_TEST(heard == "EHLO [127.0.0.1]\r\nSTARTTLS\r\n");
    BOOST_TEST(!server.written);
}

BOOST_AUTO_TEST_CASE(after_the_word_starttls_in_lmtp) {
    const Party own("mail.example", nullptr);
    TlsServer server(own);
    std::string heard;
    {
        const Station station(after_starttls(server, willing, heard));
        BOOST_TEST(inspect(station, TlsMode::starttls, true).has_value());
    }
    BOOST_TEST(heard == "LHLO [127.0.0.1]\r\nSTARTTLS\r\n");
}

BOOST_AUTO_TEST_CASE(a_server_that_says_no) {
    const std::vector<std::vector<std::string>> dialogues{
        {"554 no\r\n"},
        {"220 ready\r\n", "502 what?\r\n"},
        {"220 ready\r\n", "250 mail.example\r\n", "454 not now\r\n"},
        {"220"}, // and the end
    };
    for (const auto& replies : dialogues) {
        const Station station([&replies](int fd, std::size_t) {
            for (const std::string& reply : replies) {
                say(fd, reply);
                if (&reply != &replies.back())
                    hear(fd);
            }
        });
        BOOST_TEST(!inspect(station, TlsMode::starttls).has_value());
    }
}

BOOST_AUTO_TEST_CASE(a_server_that_goes_on_and_on) {
    const Station station([](int fd, std::size_t) {
        const std::string line = "220-" + std::string(500, 'x') + "\r\n";
        while (::send(fd, line.data(), line.size(), MSG_NOSIGNAL) > 0) {
        }
    });
    BOOST_TEST(!inspect(station, TlsMode::starttls, false, Deadline::max()).has_value());
}

BOOST_AUTO_TEST_CASE(no_tls_there) {
    const Station clear([](int fd, std::size_t) { say(fd, "220 mail.example\r\n"); });
    BOOST_TEST(!inspect(clear, TlsMode::implicit).has_value());
    BOOST_TEST(!inspect(clear, TlsMode::none).has_value());
    const Station mute([](int fd, std::size_t) { hear_all(fd); });
    BOOST_TEST(!inspect(mute, TlsMode::implicit, false,
                        Clock::now() + std::chrono::milliseconds(50))
                    .has_value());
    const Port refused;
    BOOST_TEST(!inspect_tls(parse("127.0.0.1"), refused.number, TlsMode::implicit, false,
                            "mail.example", soon())
                    .has_value());
}
