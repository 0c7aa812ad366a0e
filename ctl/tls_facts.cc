// SPDX-License-Identifier: MIT
#include "ctl/tls_facts.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include "base/concat.h"
#include "base/failure.h"
#include "base/owned.h"
#include "ctl/unverified.h"
#include "net/certificate.h"
#include "net/connect.h"
#include "net/prelude.h"
#include "net/socket.h"
#include "text/ascii.h"
#include "text/base64.h"
#include "text/printable.h"

namespace sallyport::ctl {

namespace {

constexpr int most_names = 100;
constexpr std::size_t most_of_a_text = 200;
constexpr std::size_t most_of_a_handshake = 262144;
constexpr std::time_t seconds_a_day = 86400;

std::string_view octets_of(const ASN1_STRING* text) {
    return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
            static_cast<std::size_t>(ASN1_STRING_length(text))};
}

/// Empty if it is neither a host nor an address.
std::string text_of(const GENERAL_NAME* name) {
    int kind = GEN_OTHERNAME;
    const void* const value = GENERAL_NAME_get0_value(name, &kind);
    const auto octets = kind == GEN_DNS || kind == GEN_IPADD
                            ? octets_of(static_cast<const ASN1_STRING*>(value))
                            : std::string_view();
    if (kind != GEN_IPADD)
        return printable(octets, most_of_a_text);
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (octets.size() == sizeof(in_addr))
        ::inet_ntop(AF_INET, octets.data(), text.data(), text.size());
    else if (octets.size() == sizeof(in6_addr))
        ::inet_ntop(AF_INET6, octets.data(), text.data(), text.size());
    return text.data();
}

std::vector<std::string> names_of(const X509* certificate) {
    const Owned<GENERAL_NAMES, GENERAL_NAMES_free> names(static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
    std::vector<std::string> texts;
    const int count = names ? std::min(sk_GENERAL_NAME_num(names.get()), most_names) : 0;
    for (int i = 0; i < count; ++i) {
        std::string text = text_of(sk_GENERAL_NAME_value(names.get(), i));
        if (!text.empty())
            texts.push_back(std::move(text));
    }
    return texts;
}

void free_octets(unsigned char* octets) {
    OPENSSL_free(octets);
}

/// What the issuer calls itself, or else whose it is.
std::string issuer_of(const X509* certificate) {
    X509_NAME* const issuer = X509_get_issuer_name(certificate);
    for (const int part : {NID_commonName, NID_organizationName}) {
        const int at = X509_NAME_get_index_by_NID(issuer, part, -1);
        if (at < 0)
            continue;
        unsigned char* utf8 = nullptr;
        const int size = ASN1_STRING_to_UTF8(
            &utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(issuer, at)));
        const Owned<unsigned char, free_octets> owner(utf8);
        if (size > 0)
            return printable(
                {reinterpret_cast<const char*>(utf8), static_cast<std::size_t>(size)},
                most_of_a_text);
    }
    return {};
}

/// 0 if it is no date.
std::time_t moment(const ASN1_TIME* time) {
    std::tm parts{};
    return ASN1_TIME_to_tm(time, &parts) == 1 ? ::timegm(&parts) : 0;
}

/// Whole days, towards the past.
int days_between(std::time_t now, std::time_t then) {
    const std::time_t left = then - now;
    return static_cast<int>(left / seconds_a_day - (left % seconds_a_day < 0 ? 1 : 0));
}

/// RFC 5321 4.1.3, so that no name of ours need be known.
std::string literal(int fd) {
    Address address;
    socklen_t size = sizeof address;
    ::getsockname(fd, &address.any, &size);
    return concat({address.family() == AF_INET6 ? "[IPv6:" : "[", address.text(), "]"});
}

/// Whether a reply with this code came, of as many lines as Prelude allows.
bool replied(Prelude& prelude, std::string_view code) {
    std::string line;
    do
        line = prelude.read_line();
    while (line.starts_with(code) && line.size() > code.size() && line[code.size()] == '-');
    return line.starts_with(code);
}

/// RFC 3207 4. Failure where the line is lost; false where the server says no.
bool start_tls(Stream& stream, std::string_view hello, Deadline deadline) {
    const Transcript nobody;
    Prelude prelude(stream, "server", deadline, Step::tls, nobody);
    if (!replied(prelude, "220"))
        return false;
    prelude.write(hello);
    if (!replied(prelude, "250"))
        return false;
    prelude.write("STARTTLS\r\n");
    return replied(prelude, "220");
}

void shake_hands(Stream& stream, UnverifiedHandshake& handshake, Deadline deadline) {
    std::array<char, 16384> buffer{};
    std::size_t total = 0;
    std::string answer = handshake.advance({});
    while (!stream.write(answer, deadline).failed() && !handshake.over() &&
           total < most_of_a_handshake) {
        const Transfer got = stream.read(buffer, deadline);
        if (got.octets == 0)
            return;
        total += got.octets;
        answer = handshake.advance({buffer.data(), got.octets});
    }
}

std::optional<TlsReport> facts_shown(const SSL* session, TlsMode mode) {
    const X509* const certificate = SSL_get0_peer_certificate(session);
    if (certificate == nullptr)
        return std::nullopt;
    TlsReport report = facts_of(certificate, std::time(nullptr));
    const int sent = sk_X509_num(SSL_get_peer_cert_chain(session));
    report.chain_length = static_cast<unsigned>(std::max(sent, 0));
    report.version = SSL_get_version(session);
    report.mode = mode;
    return report;
}

} // namespace

TlsReport facts_of(const X509* certificate, std::time_t now) {
    TlsReport report;
    report.subject = names_of(certificate);
    report.issuer = issuer_of(certificate);
    report.not_before = moment(X509_get0_notBefore(certificate));
    report.not_after = moment(X509_get0_notAfter(certificate));
    report.days = days_between(now, report.not_after);
    report.pin = concat({"sha256//", encode_base64(public_key_digest(certificate))});
    report.chain_length = 1;
    report.self_signed = X509_self_signed(const_cast<X509*>(certificate), 1) == 1;
    return report;
}

std::optional<TlsReport> inspect_tls(const Address& address, std::uint16_t port,
                                     TlsMode mode, bool lmtp, const std::string& name,
                                     Deadline deadline,
                                     const std::optional<Address>& source) {
    if (mode == TlsMode::none)
        return std::nullopt;
    Connector connector({address}, {port}, source);
    auto connected = connector.connect(deadline);
    if (!connected)
        return std::nullopt;
    const std::string hello =
        concat({lmtp ? "LHLO " : "EHLO ", literal(connected->fd.get()), "\r\n"});
    SocketStream stream(std::move(connected->fd));
    try {
        if (mode == TlsMode::starttls && !start_tls(stream, hello, deadline))
            return std::nullopt;
    } catch (const Failure&) { // there is nothing to see
        return std::nullopt;
    }
    UnverifiedHandshake handshake(name);
    shake_hands(stream, handshake, deadline);
    return facts_shown(handshake.session(), mode);
}

} // namespace sallyport::ctl
