// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE tls
#include <boost/test/unit_test.hpp>

#include <csignal>
#include <cstdlib>
#include <ctime>
#include <thread>

#include <fcntl.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/failure.h"
#include "net/socket.h"
#include "net/tls.h"
#include "party.h"
#include "text/ascii.h"
#include "text/base64.h"

using namespace sallyport;

namespace {

/// What a server takes.
struct Offer {
    int max_version = TLS1_3_VERSION;
    const char* ciphers = nullptr; ///< of TLS 1.2, best first
    const char* groups = nullptr;
    const char* signatures = nullptr;
};

/// An OpenSSL server on one end of a socket pair: it shakes hands, echoes one read, and
/// goes. Its own Diffie-Hellman group has 1024 bits.
class EchoServer {
  public:
    EchoServer(int fd, const Party& party, const Offer& offer)
        : thread_([fd, &party, offer] { serve(fd, party, offer); }) {}
    EchoServer(const EchoServer&) = delete;
    EchoServer& operator=(const EchoServer&) = delete;
    ~EchoServer() { thread_.join(); }

  private:
    static void serve(int fd, const Party& party, const Offer& offer) {
        const UniqueFd owner(fd);
        const Context context(SSL_CTX_new(TLS_server_method()));
        SSL_CTX_set_security_level(context.get(), 0);
        SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
        SSL_CTX_set_max_proto_version(context.get(), offer.max_version);
        SSL_CTX_set_options(context.get(), SSL_OP_CIPHER_SERVER_PREFERENCE);
        SSL_CTX_set_dh_auto(context.get(), 2);
        if (offer.ciphers != nullptr)
            SSL_CTX_set_cipher_list(context.get(), offer.ciphers);
        if (offer.groups != nullptr)
            SSL_CTX_set1_groups_list(context.get(), std::string(offer.groups).data());
        if (offer.signatures != nullptr)
            SSL_CTX_set1_sigalgs_list(context.get(), std::string(offer.signatures).data());
        SSL_CTX_use_certificate(context.get(), party.certificate.get());
        SSL_CTX_use_PrivateKey(context.get(), party.key.get());
        const std::unique_ptr<SSL, Free<SSL_free>> ssl(SSL_new(context.get()));
        SSL_set_fd(ssl.get(), fd);
        char octets[100];
        if (SSL_accept(ssl.get()) == 1) {
            const int size = SSL_read(ssl.get(), octets, sizeof octets);
            SSL_write(ssl.get(), octets, size > 0 ? size : 0);
            SSL_shutdown(ssl.get());
        }
    }

    std::thread thread_;
};

/// The date `seconds` from now.
std::string day(std::time_t seconds) {
    const std::time_t then = std::time(nullptr) + seconds;
    std::tm time{};
    ::gmtime_r(&then, &time);
    char text[16];
    return {text, std::strftime(text, sizeof text, "%Y-%m-%d", &time)};
}

/// Without the times of day in it.
std::string without_times(std::string text) {
    for (auto at = text.find(':'); at != text.npos; at = text.find(':', at + 1)) {
        const bool is_time = at > 2 && at + 2 < text.size() && is_digit(text[at - 1]) &&
                             is_digit(text[at + 1]) && text[at - 3] == ' ';
        if (is_time)
            text.erase(at - 3, 9);
    }
    return text;
}

struct Fixture {
    Fixture() {
        std::signal(SIGPIPE, SIG_IGN);
        const int fd = ::mkstemp(ca_file.data());
        BOOST_REQUIRE(fd >= 0);
        const std::string pem = ca.pem();
        BOOST_REQUIRE(::write(fd, pem.data(), pem.size()) ==
                      static_cast<ssize_t>(pem.size()));
        ::close(fd);
        relay.host = "mail.example.org";
        relay.tls_ca = ca_file;
    }
    ~Fixture() {
        ::unlink(ca_file.c_str());
        ::unlink(crl_file.c_str());
    }

    /// The pin of a key, as the configuration has it.
    static std::string digest(const Party& party) {
        unsigned char* der = nullptr;
        const int size = i2d_PUBKEY(party.key.get(), &der);
        std::string octets(32, '\0');
        EVP_Digest(der, static_cast<std::size_t>(size),
                   reinterpret_cast<unsigned char*>(octets.data()), nullptr, EVP_sha256(),
                   nullptr);
        OPENSSL_free(der);
        return octets;
    }

    /// Leaves the list, which names `revoked`, where tls_crl is looked for.
    void revoke(const Party& issuer, const Party* revoked, long until = 3600) {
        const std::string pem = revocation_list(issuer, revoked, until);
        const UniqueFd file(
            ::open(crl_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
        BOOST_REQUIRE(::write(file.get(), pem.data(), pem.size()) ==
                      static_cast<ssize_t>(pem.size()));
        relay.tls_crl = crl_file;
    }

    /// "TLSv1.3 hello" after an echo, or the failure's status and text.
    std::string talk_to(const Party& party, int max_version = TLS1_3_VERSION) {
        return talk_to(party, Offer{max_version});
    }
    std::string talk_to(const Party& party, const Offer& offer) {
        int ends[2];
        BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
        BOOST_REQUIRE(::fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0);
        auto stream = std::make_unique<SocketStream>(UniqueFd(ends[0]));
        const EchoServer server(ends[1], party, offer);
        const Deadline deadline = Clock::now() + std::chrono::seconds(20);
        try {
            TlsSecurer securer(relay);
            const auto verified = securer.secure(std::move(stream), "peer", deadline);
            BOOST_TEST(verified->write("hello", deadline).octets == 5U);
            char octets[10];
            const Transfer got = verified->read(octets, deadline);
            BOOST_TEST(verified->read(octets, deadline).trouble ==
                       "connection closed by the server");
            binding = verified->channel_binding();
            return verified->protocol() + " " + std::string(octets, got.octets);
        } catch (const Failure& failure) {
            stream.reset();
            return std::to_string(static_cast<int>(failure.status())) + " " +
                   failure.what();
        }
    }

    std::string ca_file = "/tmp/sallyport-tls-XXXXXX";
    std::string crl_file = "/tmp/sallyport-crl-" + std::to_string(::getpid());
    ChannelBinding binding; ///< of the last talk
    Relay relay;
    Party ca{"authority", nullptr};
    Party good{
        "mail", &ca, {.authority = false, .alternative_names = "DNS:mail.example.org"}};
};

} // namespace

BOOST_FIXTURE_TEST_CASE(the_right_name_from_the_right_authority, Fixture) {
    BOOST_TEST(talk_to(good) == "TLSv1.3 hello");
    BOOST_TEST(talk_to(good, TLS1_2_VERSION) == "TLSv1.2 hello");
}

BOOST_FIXTURE_TEST_CASE(old_versions_are_refused, Fixture) {
    BOOST_TEST(talk_to(good, TLS1_1_VERSION).starts_with("76 peer: TLS: "));
    relay.tls_min = TlsVersion::tls1_3;
    BOOST_TEST(talk_to(good, TLS1_2_VERSION).starts_with("76 peer: TLS: "));
}

/// A server that prefers it, in a group that is too small, has something else as well.
BOOST_FIXTURE_TEST_CASE(no_finite_field_diffie_hellman_is_offered, Fixture) {
    const Party rsa(
        "mail", &ca,
        {.authority = false, .alternative_names = "DNS:mail.example.org", .rsa = true});
    const auto with = [&](const char* ciphers) {
        return talk_to(rsa, Offer{TLS1_2_VERSION, ciphers});
    };
    BOOST_TEST(with("DHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256") ==
               "TLSv1.2 hello");
    BOOST_TEST(with("DHE-RSA-AES128-GCM-SHA256:AES128-GCM-SHA256") == "TLSv1.2 hello");
    BOOST_TEST(with("DHE-RSA-AES128-GCM-SHA256").starts_with("76 peer: TLS: "));
    BOOST_TEST(talk_to(good, Offer{TLS1_3_VERSION, nullptr, "ffdhe2048:P-256"}) ==
               "TLSv1.3 hello");
    BOOST_TEST(talk_to(good, Offer{TLS1_3_VERSION, nullptr, "ffdhe2048:ffdhe3072"})
                   .starts_with("76 peer: TLS: "));
}

BOOST_FIXTURE_TEST_CASE(what_the_security_level_forbids_is_not_offered_either, Fixture) {
    const auto with = [&](const char* signatures) {
        return talk_to(good, Offer{TLS1_2_VERSION, nullptr, nullptr, signatures});
    };
    BOOST_TEST(with("ECDSA+SHA1:ECDSA+SHA256") == "TLSv1.2 hello");
    BOOST_TEST(with("ECDSA+SHA1").starts_with("76 peer: TLS: "));
}

BOOST_FIXTURE_TEST_CASE(another_name, Fixture) {
    relay.host = "other.example.org";
    BOOST_TEST(talk_to(good) ==
               "77 peer: TLS: certificate refused: hostname mismatch; it is for "
               "DNS:mail.example.org and not for other.example.org: set tls_name if one "
               "is your provider's");
    relay.tls_name = "mail.example.org";
    BOOST_TEST(talk_to(good) == "TLSv1.3 hello");
}

BOOST_FIXTURE_TEST_CASE(the_names_of_a_certificate_are_bounded, Fixture) {
    std::string names = "IP:192.0.2.1";
    for (int i = 0; i < 100; ++i)
        names += ",DNS:host" + std::to_string(i) + ".example";
    const Party many("mail", &ca, {.authority = false, .alternative_names = names.c_str()});
    const std::string refused = talk_to(many);
    BOOST_TEST(
        refused.find("it is for IP Address:192.0.2.1, DNS:host0.example, DNS:host1") !=
        std::string::npos);
    BOOST_TEST(refused.find("... and not for mail.example.org") != std::string::npos);
    BOOST_TEST(refused.size() < 500U);
}

BOOST_FIXTURE_TEST_CASE(the_common_name_counts_for_nothing, Fixture) {
    const Party old("mail.example.org", &ca, {.authority = false});
    BOOST_TEST(
        talk_to(old).starts_with("77 peer: TLS: certificate refused: hostname "
                                 "mismatch; it names no host in its subjectAltName"));
}

BOOST_FIXTURE_TEST_CASE(wildcards_stand_for_one_whole_label, Fixture) {
    const auto named = [this](const char* names) {
        return Party("mail", &ca, {.authority = false, .alternative_names = names});
    };
    BOOST_TEST(talk_to(named("DNS:*.example.org")) == "TLSv1.3 hello");
    BOOST_TEST(talk_to(named("DNS:m*.example.org")).starts_with("77 "));
    relay.host = "a.mail.example.org";
    BOOST_TEST(talk_to(named("DNS:*.example.org")).starts_with("77 "));
}

BOOST_FIXTURE_TEST_CASE(addresses_are_looked_for_as_addresses, Fixture) {
    const Party by_address("mail", &ca,
                           {.authority = false, .alternative_names = "IP:192.0.2.1"});
    const Party by_name("mail", &ca,
                        {.authority = false, .alternative_names = "DNS:192.0.2.1"});
    relay.host = "192.0.2.1";
    BOOST_TEST(talk_to(by_address) == "TLSv1.3 hello");
    BOOST_TEST(talk_to(by_name).starts_with("77 "));
    BOOST_TEST(talk_to(good).starts_with("77 "));
}

BOOST_FIXTURE_TEST_CASE(dates_are_shown_with_the_clocks, Fixture) {
    const Party expired("mail", &ca,
                        {.authority = false,
                         .alternative_names = "DNS:mail.example.org",
                         .from = -172800,
                         .until = -86400});
    const Party future("mail", &ca,
                       {.authority = false,
                        .alternative_names = "DNS:mail.example.org",
                        .from = 86400,
                        .until = 172800});
    const std::string today = day(0);
    const std::string late = talk_to(expired);
    const std::string early = talk_to(future);
    if (day(0) != today)
        return; // midnight
    BOOST_TEST(without_times(late) ==
               "77 peer: TLS: certificate refused: certificate has expired; it was good "
               "until " +
                   day(-86400) + " UTC, and this machine's clock says " + today +
                   ": if that is right, tell the server's owner");
    BOOST_TEST(
        without_times(early) ==
        "75 peer: TLS: certificate refused: certificate is not yet valid; it is good "
        "from " +
            day(86400) + " UTC, and this machine's clock says " + today +
            ": is the clock right?");
}

BOOST_FIXTURE_TEST_CASE(the_date_is_that_of_the_certificate_that_is_bad, Fixture) {
    const Party between("between", &ca, {.from = -864000, .until = -864000 / 2});
    const Party server("mail", &between,
                       {.authority = false, .alternative_names = "DNS:mail.example.org"});
    const UniqueFd file(::open(ca_file.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
    const std::string pem = between.pem();
    BOOST_REQUIRE(::write(file.get(), pem.data(), pem.size()) ==
                  static_cast<ssize_t>(pem.size()));
    BOOST_TEST(talk_to(server).find("it was good until " + day(-864000 / 2)) !=
               std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(signed_by_itself_or_by_a_stranger, Fixture) {
    const Party alone("mail", nullptr, {.alternative_names = "DNS:mail.example.org"});
    const Party stranger("authority", nullptr);
    const Party foreign("mail", &stranger,
                        {.authority = false, .alternative_names = "DNS:mail.example.org"});
    BOOST_TEST(talk_to(alone).starts_with("77 "));
    BOOST_TEST(talk_to(alone).ends_with("; if you trust its issuer, set tls_ca"));
    BOOST_TEST(talk_to(foreign).starts_with("77 "));
}

/// Whose certificate the server should have sent, with all that could harm a terminal gone.
BOOST_FIXTURE_TEST_CASE(an_issuer_that_is_missing_is_named, Fixture) {
    const Party between("Inter\x1b[1mmediate \xc3\xa4", &ca);
    const Party server("mail", &between,
                       {.authority = false, .alternative_names = "DNS:mail.example.org"});
    const std::string refused = talk_to(server);
    BOOST_TEST(refused.starts_with("77 peer: TLS: certificate refused: unable to get local "
                                   "issuer certificate; its issuer, CN"));
    BOOST_TEST(refused.find('\x1b') == std::string::npos);
    BOOST_TEST(refused.ends_with("mediate \xc3\xa4, is neither known here nor sent by the "
                                 "server: update ca-certificates or, if you trust it, set "
                                 "tls_ca"));
}

BOOST_FIXTURE_TEST_CASE(who_does_not_speak_tls, Fixture) {
    int ends[2];
    BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    const UniqueFd server(ends[1]);
    BOOST_REQUIRE(::write(server.get(), "220 hello\r\n", 11) == 11);
    BOOST_REQUIRE(::shutdown(server.get(), SHUT_WR) == 0);
    TlsSecurer securer(relay);
    BOOST_CHECK_EXCEPTION(securer.secure(std::make_unique<SocketStream>(UniqueFd(ends[0])),
                                         "peer", Clock::now() + std::chrono::seconds(20)),
                          Failure, [](const Failure& failure) {
                              return failure.status() == ExitStatus::protocol;
                          });
}

BOOST_FIXTURE_TEST_CASE(who_says_nothing_is_left_at_the_deadline, Fixture) {
    int ends[2];
    BOOST_REQUIRE(
        ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0);
    const UniqueFd server(ends[1]);
    TlsSecurer securer(relay);
    BOOST_CHECK_EXCEPTION(securer.secure(std::make_unique<SocketStream>(UniqueFd(ends[0])),
                                         "peer", Clock::now()),
                          Failure, [](const Failure& failure) {
                              return failure.status() == ExitStatus::temp_fail &&
                                     failure.fault() == Fault::address &&
                                     std::string(failure.what()) == "peer: TLS: timed out";
                          });
}

BOOST_FIXTURE_TEST_CASE(keys_that_cannot_be_used_are_named, Fixture) {
    relay.origin = "conf:1";
    relay.tls_cert.path = "/nonexistent/cert";
    BOOST_CHECK_EXCEPTION(TlsSecurer{relay}, Failure, [](const Failure& failure) {
        return failure.status() == ExitStatus::config &&
               std::string(failure.what()) ==
                   "conf:1: /nonexistent/cert: No such file or directory";
    });
}

BOOST_FIXTURE_TEST_CASE(a_pinned_key_is_wanted_beside_the_rest, Fixture) {
    relay.tls_pin = {std::string(32, 'x'), digest(good)};
    BOOST_TEST(talk_to(good) == "TLSv1.3 hello");
    relay.host = "other.example.org";
    BOOST_TEST(talk_to(good).starts_with("77 peer: TLS: certificate refused: hostname"));
    relay.host = "mail.example.org";
    relay.tls_pin = {digest(ca)};
    const std::string refused = talk_to(good);
    BOOST_TEST(refused.starts_with("77 peer: TLS: certificate refused: its key is none of "
                                   "tls_pin; it is sha256//"));
    relay.tls_pin = {decode_base64(refused.substr(refused.size() - 44)).value()};
    BOOST_TEST(talk_to(good) == "TLSv1.3 hello");
}

BOOST_FIXTURE_TEST_CASE(a_pinned_key_alone_will_do_if_it_is_said, Fixture) {
    const Party alone("anybody", nullptr, {.from = -7200, .until = -3600});
    relay.tls_ca.clear();
    relay.tls_pin_only = true;
    relay.tls_pin = {digest(alone)};
    BOOST_TEST(talk_to(alone) == "TLSv1.3 hello");
    BOOST_TEST(talk_to(alone, TLS1_2_VERSION) == "TLSv1.2 hello");
    BOOST_TEST(talk_to(good).starts_with("77 "));
}

BOOST_FIXTURE_TEST_CASE(revoked_certificates, Fixture) {
    const Party other("mail", &ca,
                      {.authority = false, .alternative_names = "DNS:mail.example.org"});
    revoke(ca, &good);
    BOOST_TEST(talk_to(good) == "77 peer: TLS: certificate refused: certificate revoked");
    BOOST_TEST(talk_to(other) == "TLSv1.3 hello");
}

BOOST_FIXTURE_TEST_CASE(a_revocation_list_must_be_there_and_current, Fixture) {
    const Party stranger("stranger", nullptr);
    revoke(stranger, nullptr);
    BOOST_TEST(talk_to(good) ==
               "77 peer: TLS: certificate refused: unable to get certificate CRL");
    revoke(ca, nullptr, -1800);
    BOOST_TEST(talk_to(good) == "77 peer: TLS: certificate refused: CRL has expired");
    relay.tls_crl = "/nonexistent/crl";
    relay.origin = "conf:1";
    BOOST_TEST(talk_to(good) == "78 conf:1: /nonexistent/crl: no such regular file");
}

BOOST_FIXTURE_TEST_CASE(authorities_between_need_no_list, Fixture) {
    const Party between("between", &ca);
    const Party server("mail", &between,
                       {.authority = false, .alternative_names = "DNS:mail.example.org"});
    relay.tls_ca = ca_file;
    const UniqueFd file(::open(ca_file.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
    const std::string pem = between.pem();
    BOOST_REQUIRE(::write(file.get(), pem.data(), pem.size()) ==
                  static_cast<ssize_t>(pem.size()));
    revoke(between, nullptr);
    BOOST_TEST(talk_to(server) == "TLSv1.3 hello");
    revoke(ca, &between);
    BOOST_TEST(talk_to(server) == "77 peer: TLS: certificate refused: certificate revoked");
}

BOOST_FIXTURE_TEST_CASE(what_a_log_in_can_be_tied_to, Fixture) {
    BOOST_TEST(talk_to(good) == "TLSv1.3 hello");
    BOOST_TEST(binding.type == "tls-exporter");
    BOOST_TEST(binding.data.size() == 32U);
    const std::string first = binding.data;
    BOOST_TEST(talk_to(good) == "TLSv1.3 hello");
    BOOST_TEST((binding.data != first));
    BOOST_TEST(talk_to(good, TLS1_2_VERSION) == "TLSv1.2 hello");
    BOOST_TEST(binding.type == "tls-server-end-point");
    std::string expected(32, '\0');
    X509_digest(good.certificate.get(), EVP_sha256(),
                reinterpret_cast<unsigned char*>(expected.data()), nullptr);
    BOOST_TEST((binding.data == expected));
}
