// SPDX-License-Identifier: MIT
//
// What the administrator wants: plain values, made by builder.cc, fitted to the caller by
// suit(), const from then on. The keys are described in sallyport.conf(5); a member has the
// name of its key.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/failure.h"
#include "system/log.h"
#include "system/secret.h"
#include "text/address.h"

namespace sallyport {

enum class TlsMode { implicit, starttls, none };
enum class TlsVersion { tls1_2, tls1_3 };
enum class IpFamily { any, ipv4, ipv6 };

/// RFC 8314 7.3: TLS at once, and after STARTTLS.
constexpr std::uint16_t submissions_port = 465;
constexpr std::uint16_t submission_port = 587;

/// A key that is set, as whoever looks for a mistake is told of it.
struct Setting {
    std::string_view section;
    std::string_view key;
    std::string_view slot;    ///< Key::slot()
    std::string text;         ///< as it was written; or "(set)", "(not used)"
    std::string origin;       ///< "/etc/sallyport.conf:7: tls", "SALLYPORT_RELAY_TLS"
    unsigned round = 0;       ///< in which it was set, see Builder
    bool by_provider = false; ///< nobody set it: see apply_provider()
};
using SetKeys = std::vector<Setting>; ///< one for each slot

/// Null where nothing is set.
const Setting* find_setting(const SetKeys& keys, std::string_view section,
                            std::string_view slot);

/// RFC 8314: 465, 2465, 8465 and 443 speak TLS at once, all others STARTTLS.
TlsMode usual_tls(std::uint16_t port);

/// Through which a relay is reached.
struct Proxy {
    static constexpr std::size_t text_limit = 255; ///< RFC 1929 2, of user and password

    enum class Kind { socks5, http };
    Kind kind = Kind::socks5;
    std::string host;
    std::uint16_t port = 0;
    std::string user;
    std::shared_ptr<const ProxySecret> password; ///< null: no log-in
};

/// Where to log in before a message is sent.
struct PopServer {
    std::string host;
    std::uint16_t port = 0;
    TlsMode tls = TlsMode::implicit;
};

struct Relay {
    std::string name;               ///< of `[relay NAME]`, or empty
    std::vector<std::string> match; ///< patterns of envelope senders; empty: any
    std::string origin; ///< "/etc/sallyport.conf:3", "SALLYPORT_URL": for errors
    SetKeys keys;
    std::string provider; ///< "sendgrid:eu", see presets.h; empty: none
    std::string host;     ///< name, address without brackets, "unix:/path"; see srv
    std::vector<std::uint16_t> port;  ///< empty only until all keys are known
    std::optional<TlsMode> tls;       ///< empty: by port, see tls_mode()
    std::string tls_ca;               ///< file or directory; empty: the system's
    std::string tls_name;             ///< empty: host
    std::vector<std::string> tls_pin; ///< SHA-256 of public keys, 32 octets each
    std::string tls_crl;
    NamedFile tls_cert;
    NamedFile tls_key;
    TlsVersion tls_min = TlsVersion::tls1_2;
    IpFamily ip = IpFamily::any;
    bool lmtp = false;     ///< RFC 2033 instead of SMTP
    bool srv = false;      ///< host is a domain whose SRV records name the servers
    bool is_token = false; ///< the secret is an OAuth 2 access token
    bool require_channel_binding = false;
    bool tls_pin_only = false;     ///< `tls_ca = none`: the pin is all there is
    bool auth_wanted = false;      ///< false: `auth = none`, or nothing to log in with
    std::vector<std::string> auth; ///< upper case, in order; empty: automatic
    std::string user;
    std::string authzid;
    std::string realm;
    SecretSource secret; ///< password or token
    std::optional<PlaintextConsent> allow_plaintext_auth;
    std::string helo;           ///< empty: by rule, see Identity
    std::string source_address; ///< IPv4 or IPv6 address; empty: the kernel's choice
    std::optional<Proxy> proxy;
    std::optional<PopServer> pop_before;
    std::vector<std::string> ignore; ///< upper-case EHLO keywords
    std::chrono::milliseconds connect_timeout{30'000};
    std::chrono::milliseconds timeout{300'000};
    std::chrono::milliseconds greeting_timeout{60'000}; ///< a timeout that is set is both
    std::chrono::milliseconds deadline{0}; ///< from the program's start; 0: none
    /// With a queue a copy may follow what is in doubt: `deadline` ends before that begins.
    bool awaits_verdict = false;
    std::uint32_t max_recipients = 100; ///< in a transaction
    std::uint32_t max_messages = 100;   ///< in a connection

    /// A socket of this machine: there is no port, no address and no name to check.
    [[nodiscard]] bool is_local() const { return host.starts_with("unix:"); }

    /// `tls`, or what is usual.
    [[nodiscard]] TlsMode tls_mode(std::uint16_t on_port) const;

    /// Where this key is set, as errors have it ("/etc/sallyport.conf:7: tls"), or `origin`
    /// where it is not. All keys for a password or token are one, "password"; srv is host.
    /// Of a key that the provider fills it is the provider's.
    [[nodiscard]] std::string origin_of(std::string_view key) const;

    /// Whether `match` lets it be used for this envelope sender.
    [[nodiscard]] bool serves(std::string_view reverse_path) const;

    [[nodiscard]] bool has_secret() const {
        return !std::holds_alternative<std::monostate>(secret);
    }
};

struct SenderSettings {
    std::string domain;
    Mailbox envelope_from; ///< local empty: none; may hold %U and %H: see fill_in
    Mailbox header_from;   ///< likewise
    bool force_envelope = false;
    bool force_header = false;
    std::vector<std::string> allow; ///< patterns; empty: any
    SetKeys keys;
};

struct RecipientSettings {
    std::string aliases;            ///< path; empty: none
    std::string root;               ///< address list; empty: none
    std::string default_to;         ///< likewise
    std::vector<std::string> local; ///< further domains that are this machine

    /// A name in `domain` is a name of this machine: localhost, localhost.localdomain, or
    /// one of `local`, in any case.
    [[nodiscard]] bool is_local(std::string_view domain) const;
};

struct MessageSettings {
    std::uint64_t size_limit = 0; ///< octets on the wire; 0: none
    bool received = false;
    bool encode_header = true; ///< 8-bit text for readers as encoded words
    std::vector<std::string> remove_headers;
};

/// Where what cannot be sent at once waits; see sallyport.conf(5).
struct QueueSettings {
    enum class When { temporary, background, always, never };

    std::string directory; ///< empty: there is no queue
    When when = When::temporary;
    std::vector<std::chrono::milliseconds> retry; ///< empty: see Retries
    std::chrono::milliseconds lifetime = std::chrono::hours(5 * 24);
    bool hold_in_doubt = false;
    bool bounce = true;                            ///< failure reports are made
    Mailbox bounce_to;                             ///< local empty: to the sender
    static constexpr std::uint32_t most = 100'000; ///< of one user's that are ever seen
    std::uint32_t max_count = 1000;                ///< of one user's, as the next is
    std::uint64_t max_size = 256 * 1024 * 1024;    ///< octets
    std::uint64_t reserve = 64 * 1024 * 1024;      ///< octets to be left free on the disk
    std::chrono::milliseconds keep_failed = std::chrono::hours(7 * 24);
};

/// What one user may send.
struct LimitSettings {
    std::uint32_t per_user = 0; ///< messages; 0: any number
    std::chrono::milliseconds time{0};
};

struct Settings {
    std::vector<Relay> relays; ///< at least one
    SenderSettings sender;
    std::map<std::string, SenderSettings> user_senders; ///< of [sender NAME], see suit()
    RecipientSettings recipients;
    MessageSettings message;
    LogSettings log;
    QueueSettings queue;
    LimitSettings limits;
    ExitStatus tempfail = ExitStatus::temp_fail; ///< may be any of 64 to 78
    SetKeys keys; ///< of sections that there are once: neither [relay] nor [sender]
    std::vector<std::string> notes; ///< remarks for the log
};

} // namespace sallyport
