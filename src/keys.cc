// SPDX-License-Identifier: MIT
#include "keys.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "address.h"
#include "ascii.h"
#include "concat.h"
#include "host_name.h"
#include "mechanisms.h"
#include "printable.h"
#include "values.h"
#include "ways.h"

namespace sallyport {

namespace {

constexpr auto mechanism_names = [] {
    std::array<std::string_view, mechanisms.size()> names;
    std::ranges::transform(mechanisms, names.begin(), &Mechanism::name);
    return names;
}();
constexpr auto extensions =
    std::to_array<std::string_view>({"8BITMIME", "BINARYMIME", "CHUNKING", "DSN", "LIMITS",
                                     "PIPELINING", "SIZE", "SMTPUTF8"});

/// An element of a list that has to be one of `known`, in upper case.
std::string read_word(std::string_view text, std::span<const std::string_view> known,
                      const std::string& origin) {
    const auto found = std::ranges::find_if(
        known, [text](std::string_view word) { return equals_ignoring_case(word, text); });
    if (found != known.end())
        return std::string(*found);
    std::string wanted;
    for (const std::string_view word : known)
        wanted.append(wanted.empty() ? "" : ", ").append(word);
    misconfigured(origin, {printable(text, 40), " is none of ", wanted});
}

std::vector<std::string> read_words(const Value& value,
                                    std::span<const std::string_view> known) {
    std::vector<std::string> words;
    for (const std::string& name : read_list(value.text, value.origin))
        words.push_back(read_word(name, known, value.origin));
    return words;
}

using SetKey = void (*)(Settings&, Relay&, Value&);

void set_text(std::string& member, decltype(read_text)& read, const Value& value) {
    member = read(value.text, value.origin);
}

template<std::string Relay::*member, decltype(read_text)& read>
void set_relay_text(Settings& /*settings*/, Relay& relay, Value& value) {
    set_text(relay.*member, read, value);
}

template<std::chrono::milliseconds Relay::*member, int least>
void set_relay_duration(Settings& /*settings*/, Relay& relay, Value& value) {
    relay.*member = read_duration(value.text, std::chrono::seconds(least), value.origin);
}

void set_timeout(Settings& /*settings*/, Relay& relay, Value& value) {
    relay.timeout = read_duration(value.text, std::chrono::seconds(1), value.origin);
    relay.greeting_timeout = relay.timeout;
}

template<Mailbox SenderSettings::*member>
void set_sender_mailbox(Settings& settings, Relay& /*relay*/, Value& value) {
    settings.sender.*member = read_mailbox(value.text, value.origin);
}

void set_host(Settings& /*settings*/, Relay& relay, Value& value) {
    relay.host = read_server(value.text, value.origin);
    relay.srv = false;
}

void set_srv(Settings& /*settings*/, Relay& relay, Value& value) {
    relay.host = read_domain(value.text, value.origin);
    relay.srv = true;
}

void set_port(Settings& /*settings*/, Relay& relay, Value& value) {
    relay.port = read_ports(value.text, value.origin);
}

void set_protocol(Settings& /*settings*/, Relay& relay, Value& value) {
    if (value.text != "smtp" && value.text != "lmtp")
        misconfigured(value.origin, "smtp or lmtp is expected");
    relay.lmtp = value.text == "lmtp";
}

void set_tls(Settings& /*settings*/, Relay& relay, Value& value) {
    if (value.text == "implicit")
        relay.tls = TlsMode::implicit;
    else if (value.text == "starttls")
        relay.tls = TlsMode::starttls;
    else if (value.text == "none")
        relay.tls = TlsMode::none;
    else
        misconfigured(value.origin,
                      "implicit (elsewhere SSL or TLS), starttls or none is expected");
}

void set_tls_min(Settings& /*settings*/, Relay& relay, Value& value) {
    if (value.text != "1.2" && value.text != "1.3")
        misconfigured(value.origin, "1.2 or 1.3 is expected");
    relay.tls_min = value.text == "1.3" ? TlsVersion::tls1_3 : TlsVersion::tls1_2;
}

void set_ip(Settings& /*settings*/, Relay& relay, Value& value) {
    if (value.text == "any")
        relay.ip = IpFamily::any;
    else if (value.text == "4")
        relay.ip = IpFamily::ipv4;
    else if (value.text == "6")
        relay.ip = IpFamily::ipv6;
    else
        misconfigured(value.origin, "any, 4 or 6 is expected");
}

/// Whether there is anything to log in with is known when all keys are: see
/// configuration.cc.
void set_auth(Settings& /*settings*/, Relay& relay, Value& value) {
    relay.auth.clear();
    relay.auth_wanted = value.text != "none";
    if (value.text == "auto" || value.text == "none")
        return;
    relay.auth = read_words(value, mechanism_names);
}

void set_ignore(Settings& /*settings*/, Relay& relay, Value& value) {
    relay.ignore = read_words(value, extensions);
}

template<std::uint32_t Relay::*limit>
void set_limit(Settings& /*settings*/, Relay& relay, Value& value) {
    relay.*limit =
        static_cast<std::uint32_t>(read_number(value.text, 1, 1'000'000, value.origin));
}

/// RFC 5321 4.1.1.1: a domain or an address literal.
std::string read_helo(std::string_view text, const std::string& origin) {
    constexpr std::string_view ipv6 = "[IPv6:";
    text = without_final_dot(text);
    if (text.starts_with(ipv6))
        read_address(concat({"[", text.substr(ipv6.size())}), origin);
    else if (text.starts_with('['))
        read_address(text, origin);
    else if (!is_host_name(text))
        misconfigured(origin, "a host name or an address literal is expected");
    return std::string(text);
}

void set_password(Settings& settings, Relay& relay, Value& value) {
    if (value.text.empty())
        misconfigured(value.origin, "it is empty");
    if (value.text.size() > Secret::max_size)
        misconfigured(value.origin, "it has more than 16384 octets");
    if (value.text.find_first_of(std::string_view("\0\r\n", 3)) != std::string::npos)
        misconfigured(value.origin, "it holds a line end or a NUL");
    // Single, or one of U+2018 to U+201F: most likely no part of it.
    if ((value.text.front() == '\'' && value.text.back() == '\'') ||
        (value.text.starts_with("\xe2\x80") && (value.text[2] & 0xf8) == 0x98))
        settings.notes.push_back(value.origin + ": the quotes around it are a part of it");
    relay.secret = std::make_shared<const Secret>(value.text);
    relay.is_token = false;
}

void set_proxy(Settings& /*settings*/, Relay& relay, Value& value) {
    relay.proxy = read_proxy(value.text, value.origin);
}

void set_pop_before(Settings& /*settings*/, Relay& relay, Value& value) {
    relay.pop_before = read_pop_server(value.text, value.origin);
}

void set_password_file(Settings& /*settings*/, Relay& relay, Value& value) {
    relay.secret = SecretFile{read_path(value.text, value.origin), value.origin};
    relay.is_token = false;
}

void set_token_file(Settings& settings, Relay& relay, Value& value) {
    set_password_file(settings, relay, value);
    relay.is_token = true;
}

void set_password_command(Settings& /*settings*/, Relay& relay, Value& value) {
    if (value.trust == Trust::no_commands)
        misconfigured(value.origin, "no command is run set-user-ID or set-group-ID");
    relay.secret = SecretCommand{read_text(value.text, value.origin), value.origin};
    relay.is_token = false;
}

void set_token_command(Settings& settings, Relay& relay, Value& value) {
    set_password_command(settings, relay, value);
    relay.is_token = true;
}

void set_require_channel_binding(Settings& /*settings*/, Relay& relay, Value& value) {
    relay.require_channel_binding = read_switch(value.text, value.origin);
}

void set_tls_ca(Settings& /*settings*/, Relay& relay, Value& value) {
    relay.tls_pin_only = value.text == "none";
    relay.tls_ca = relay.tls_pin_only ? std::string() : read_path(value.text, value.origin);
}

void set_tls_pin(Settings& /*settings*/, Relay& relay, Value& value) {
    relay.tls_pin = read_pins(value.text, value.origin);
}

void set_allow_plaintext_auth(Settings& /*settings*/, Relay& relay, Value& value) {
    if (!value.consent)
        misconfigured(value.origin,
                      "only a configuration file of root or your own may say that");
    relay.allow_plaintext_auth.reset();
    if (read_switch(value.text, value.origin))
        relay.allow_plaintext_auth = value.consent;
}

void set_match(Settings& /*settings*/, Relay& relay, Value& value) {
    relay.match = read_list(value.text, value.origin);
}

void set_force(Settings& settings, Relay& /*relay*/, Value& value) {
    const bool both = value.text == "both";
    if (!both && value.text != "no" && value.text != "envelope" && value.text != "header")
        misconfigured(value.origin, "no, envelope, header or both is expected");
    settings.sender.force_envelope = both || value.text == "envelope";
    settings.sender.force_header = both || value.text == "header";
    settings.sender.force_origin = value.origin;
}

void set_allow(Settings& settings, Relay& /*relay*/, Value& value) {
    settings.sender.allow = read_list(value.text, value.origin);
}

void set_aliases(Settings& settings, Relay& /*relay*/, Value& value) {
    set_text(settings.recipients.aliases, read_path, value);
}

template<std::string RecipientSettings::*member>
void set_recipients(Settings& settings, Relay& /*relay*/, Value& value) {
    set_text(settings.recipients.*member, read_mailboxes, value);
}

void set_local(Settings& settings, Relay& /*relay*/, Value& value) {
    settings.recipients.local = read_list(value.text, value.origin);
    for (std::string& domain : settings.recipients.local)
        domain = read_domain(domain, value.origin);
}

void set_domain(Settings& settings, Relay& /*relay*/, Value& value) {
    Mailbox mailbox = read_mailbox("postmaster@" + value.text, value.origin);
    if (mailbox.local != "postmaster") // of "<a@b>" the rest would be a display name
        misconfigured(value.origin, "a domain is expected");
    settings.sender.domain = std::move(mailbox.domain);
}

void set_size_limit(Settings& settings, Relay& /*relay*/, Value& value) {
    settings.message.size_limit = read_size(value.text, value.origin);
}

template<bool MessageSettings::*member>
void set_message_switch(Settings& settings, Relay& /*relay*/, Value& value) {
    settings.message.*member = read_switch(value.text, value.origin);
}

void set_remove_headers(Settings& settings, Relay& /*relay*/, Value& value) {
    settings.message.remove_headers = read_list(value.text, value.origin);
    for (const std::string& name : settings.message.remove_headers) {
        if (has_control(name) || has_eight_bit(name) || name.find(':') != std::string::npos)
            misconfigured(value.origin,
                          "names of header fields are expected, without colons");
    }
}

void set_log_to(Settings& settings, Relay& /*relay*/, Value& value) {
    constexpr std::string_view file = "file:";
    LogSettings& log = settings.log;
    if (value.text == "syslog") {
        log.target = LogTarget::syslog;
    } else if (value.text == "stderr") {
        log.target = LogTarget::standard_error;
    } else if (value.text == "none") {
        log.target = LogTarget::none;
    } else if (value.text.starts_with(file)) {
        log.target = LogTarget::file;
        log.path = value.origin + ": ";
        log.path_at = log.path.size();
        log.path +=
            read_path(std::string_view(value.text).substr(file.size()), value.origin);
    } else {
        misconfigured(value.origin, "syslog, stderr, none or file:/path is expected");
    }
}

void set_log_format(Settings& settings, Relay& /*relay*/, Value& value) {
    if (value.text != "text" && value.text != "json")
        misconfigured(value.origin, "text or json is expected");
    settings.log.format = value.text == "json" ? LogFormat::json : LogFormat::text;
}

void set_tempfail(Settings& settings, Relay& /*relay*/, Value& value) {
    settings.tempfail =
        static_cast<ExitStatus>(read_number(value.text, 64, 78, value.origin));
}

// What may stand in a stranger's file: nothing that opens a path or runs a command here,
// that goes elsewhere before the server, or that lets a secret go in clear.

bool any(std::string_view /*value*/) {
    return true;
}

/// For keys that take a path from the root, and words.
bool any_but_a_path(std::string_view value) {
    return value.find('/') == value.npos;
}

/// In the order of sallyport.conf(5), where each is described.
constexpr std::array keys{
    Key{"relay", "host", set_host, any_but_a_path},
    Key{"relay", "srv", set_srv, any},
    Key{"relay", "match", set_match, any},
    Key{"relay", "port", set_port, any},
    Key{"relay", "protocol", set_protocol, any},
    Key{"relay", "ip", set_ip, any},
    Key{"relay", "source_address", set_relay_text<&Relay::source_address, read_address>,
        any},
    Key{"relay", "proxy", set_proxy},
    Key{"relay", "helo", set_relay_text<&Relay::helo, read_helo>, any},
    Key{"relay", "ignore", set_ignore, any},
    Key{"relay", "max_recipients", set_limit<&Relay::max_recipients>, any},
    Key{"relay", "max_messages", set_limit<&Relay::max_messages>, any},
    Key{"relay", "tls", set_tls, any},
    Key{"relay", "tls_ca", set_tls_ca, any_but_a_path},
    Key{"relay", "tls_name", set_relay_text<&Relay::tls_name, read_host>, any},
    Key{"relay", "tls_min", set_tls_min, any},
    Key{"relay", "tls_pin", set_tls_pin, any},
    Key{"relay", "tls_crl", set_relay_text<&Relay::tls_crl, read_path>},
    Key{"relay", "tls_cert", set_relay_text<&Relay::tls_cert, read_path>},
    Key{"relay", "tls_key", set_relay_text<&Relay::tls_key, read_path>},
    Key{"relay", "user", set_relay_text<&Relay::user, read_text>, any},
    Key{"relay", "password", set_password, any},
    Key{"relay", "password_file", set_password_file},
    Key{"relay", "password_command", set_password_command},
    Key{"relay", "token_file", set_token_file},
    Key{"relay", "token_command", set_token_command},
    Key{"relay", "auth", set_auth, any},
    Key{"relay", "authzid", set_relay_text<&Relay::authzid, read_text>, any},
    Key{"relay", "realm", set_relay_text<&Relay::realm, read_text>, any},
    Key{"relay", "require_channel_binding", set_require_channel_binding, any},
    Key{"relay", "pop_before", set_pop_before},
    Key{"relay", "allow_plaintext_auth", set_allow_plaintext_auth},
    Key{"relay", "connect_timeout", set_relay_duration<&Relay::connect_timeout, 1>, any},
    Key{"relay", "timeout", set_timeout, any},
    Key{"relay", "deadline", set_relay_duration<&Relay::deadline, 0>, any},
    Key{"sender", "domain", set_domain, any},
    Key{"sender", "envelope_from", set_sender_mailbox<&SenderSettings::envelope_from>, any},
    Key{"sender", "header_from", set_sender_mailbox<&SenderSettings::header_from>, any},
    Key{"sender", "force", set_force, any},
    Key{"sender", "allow", set_allow, any},
    Key{"recipients", "aliases", set_aliases},
    Key{"recipients", "root", set_recipients<&RecipientSettings::root>, any},
    Key{"recipients", "default", set_recipients<&RecipientSettings::default_to>, any},
    Key{"recipients", "local", set_local, any},
    Key{"message", "size_limit", set_size_limit, any},
    Key{"message", "received", set_message_switch<&MessageSettings::received>, any},
    Key{"message", "encode_header", set_message_switch<&MessageSettings::encode_header>,
        any},
    Key{"message", "remove_headers", set_remove_headers, any},
    Key{"log", "to", set_log_to, any_but_a_path},
    Key{"log", "format", set_log_format, any},
    Key{"exit", "tempfail", set_tempfail, any},
    Key{"relay", "provider", nullptr},
};

} // namespace

std::span<const Key> key_table() {
    return keys;
}

} // namespace sallyport
