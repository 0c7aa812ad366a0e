// SPDX-License-Identifier: MIT
#include "config/keys.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/concat.h"
#include "config/mechanisms.h"
#include "config/values.h"
#include "config/ways.h"
#include "text/address.h"
#include "text/ascii.h"
#include "text/host_name.h"
#include "text/printable.h"

namespace sallyport {

namespace {

// How the text of a value is read, beside what values.h and ways.h have.

/// A list of words that are all `known` ("A:B"), in upper case.
std::vector<std::string> read_words(std::string_view text, std::string_view known,
                                    const std::string& origin) {
    std::vector<std::string> words = read_list(text, origin);
    for (std::string& word : words) {
        if (!is_one_of(word, known)) {
            std::string expected;
            for (const char c : known)
                expected.append(c == ':' ? ", " : std::string_view(&c, 1));
            misconfigured(origin, {printable(word, 40), " is none of ", expected});
        }
        word = upper_case(word);
    }
    return words;
}

std::vector<std::string> read_extensions(std::string_view text, const std::string& origin) {
    return read_words(
        text, "8BITMIME:BINARYMIME:CHUNKING:DSN:LIMITS:PIPELINING:SIZE:SMTPUTF8", origin);
}

/// What none and auto stand for is seen when all keys are known: see ways.cc.
std::vector<std::string> read_mechanisms(std::string_view text, const std::string& origin) {
    if (text == "auto" || text == "none")
        return {};
    std::string names;
    for (const Mechanism& mechanism : mechanisms)
        names.append(names.empty() ? "" : ":").append(mechanism.name);
    return read_words(text, names, origin);
}

/// Words that stand for the values of an enumeration, in its order.
struct Choice {
    const char* expected;
    const char* words;
};

constexpr Choice protocols{"smtp or lmtp", "smtp lmtp"};
constexpr Choice families{"any, 4 or 6", "any 4 6"};
constexpr Choice tls_modes{"implicit (elsewhere SSL or TLS), starttls or none",
                           "implicit starttls none"};
constexpr Choice tls_versions{"1.2 or 1.3", "1.2 1.3"};
constexpr Choice forces{"no, envelope, header or both", "no header envelope both"};
constexpr Choice targets{"syslog, stderr, none or file:/path", "syslog stderr file: none"};
constexpr Choice formats{"text or json", "text json"};
constexpr Choice occasions{"temporary, background, always or never",
                           "temporary background always never"};
constexpr Choice doubts{"retry or hold", "retry hold"};

unsigned read_choice(std::string_view text, const Choice& choice,
                     const std::string& origin) {
    std::string_view words = choice.words;
    for (unsigned number = 0; !words.empty(); ++number) {
        if (text == take_until(words, ' '))
            return number;
    }
    misconfigured(origin, {choice.expected, " is expected"});
}

template<class Enum, const Choice& choice>
Enum choose(std::string_view text, const std::string& origin) {
    return static_cast<Enum>(read_choice(text, choice, origin));
}

template<unsigned least, unsigned most, class Number = std::uint32_t>
Number number(std::string_view text, const std::string& origin) {
    return static_cast<Number>(read_number(text, least, most, origin));
}

template<int least>
std::chrono::milliseconds duration(std::string_view text, const std::string& origin) {
    return read_duration(text, std::chrono::seconds(least), origin);
}

std::vector<std::chrono::milliseconds> read_retries(std::string_view text,
                                                    const std::string& origin) {
    constexpr std::chrono::minutes least(1);
    constexpr std::chrono::days most(1);
    std::vector<std::chrono::milliseconds> waits;
    for (const std::string& wait : read_list(text, origin))
        waits.push_back(read_duration(wait, least, origin, most));
    return waits;
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

std::string read_authorities(std::string_view text, const std::string& origin) {
    return text == "none" ? std::string() : read_path(text, origin);
}

NamedFile read_named_file(std::string_view text, const std::string& origin) {
    return {read_path(text, origin)};
}

SecretSource read_secret_file(std::string_view text, const std::string& origin) {
    return SecretFile{read_named_file(text, origin), origin};
}

SecretSource read_command(std::string_view text, const std::string& origin) {
    return SecretCommand{read_text(text, origin), origin};
}

std::optional<PlaintextConsent> read_consent(std::string_view text,
                                             const std::string& origin) {
    return read_switch(text, origin) ? std::optional(PlaintextConsent(origin))
                                     : std::nullopt;
}

std::string read_sender_domain(std::string_view text, const std::string& origin) {
    Mailbox mailbox = read_mailbox(concat({"postmaster@", text}), origin);
    if (mailbox.local != "postmaster") // of "<a@b>" the rest would be a display name
        misconfigured(origin, "a domain is expected");
    return std::move(mailbox.domain);
}

std::vector<std::string> read_domains(std::string_view text, const std::string& origin) {
    std::vector<std::string> domains = read_list(text, origin);
    for (std::string& domain : domains)
        domain = read_domain(domain, origin);
    return domains;
}

std::vector<std::string> read_field_names(std::string_view text,
                                          const std::string& origin) {
    std::vector<std::string> names = read_list(text, origin);
    for (const std::string& name : names) {
        if (has_control(name) || has_eight_bit(name) || name.find(':') != name.npos)
            misconfigured(origin, "names of header fields are expected, without colons");
    }
    return names;
}

// Where it goes.

template<class Section, class Member>
Member& member_of(const Target& target, Member Section::*member) {
    return std::get<Section*>(target)->*member;
}

/// One for all members and readers of a type.
template<class Member, class Read>
void assign(Member& member, Read* read, const Value& value) {
    member = read(value.text, value.origin);
}

template<auto member, auto read>
void put(const Target& target, Value& value) {
    assign(member_of(target, member), read, value);
}

void put_password(const Target& target, Value& value) {
    if (value.text.empty())
        misconfigured(value.origin, "it is empty");
    if (value.text.size() > Secret::max_size)
        misconfigured(value.origin, "it has more than 16384 octets");
    if (value.text.find_first_of(std::string_view("\0\r\n", 3)) != std::string::npos)
        misconfigured(value.origin, "it holds a line end or a NUL");
    // Single, or one of U+2018 to U+201F: most likely no part of it.
    if ((value.text.front() == '\'' && value.text.back() == '\'') ||
        (value.text.starts_with("\xe2\x80") && (value.text[2] & 0xf8) == 0x98))
        std::get<Settings*>(target)->notes.push_back(
            value.origin + ": the quotes around it are a part of it");
    std::get<Relay*>(target)->secret = std::make_shared<const Secret>(value.text);
}

void put_force(const Target& target, Value& value) {
    const unsigned which = read_choice(value.text, forces, value.origin);
    SenderSettings& sender = *std::get<SenderSettings*>(target);
    sender.force_header = (which & 1U) != 0;
    sender.force_envelope = (which & 2U) != 0;
}

void put_log_target(const Target& target, Value& value) {
    constexpr std::string_view file = "file:";
    LogSettings& log = *std::get<LogSettings*>(target);
    const bool is_file = value.text.starts_with(file);
    log.target =
        is_file ? LogTarget::file
                : static_cast<LogTarget>(read_choice(value.text, targets, value.origin));
    if (is_file) {
        log.path = read_path(value.text.substr(file.size()), value.origin);
        log.where = concat({value.origin, ": "});
    }
}

/// yes, no, or who hears of failures instead of the sender.
void put_bounce(const Target& target, Value& value) {
    QueueSettings& queue = *std::get<QueueSettings*>(target);
    const bool is_switch = value.text == "yes" || value.text == "no";
    if (!is_switch && value.text.find('@') == std::string::npos)
        misconfigured(value.origin, "yes, no or an address is expected");
    queue.bounce = value.text != "no";
    queue.bounce_to = is_switch ? Mailbox() : read_mailbox(value.text, value.origin);
}

/// Messages, a slash, and the time they are for.
void put_per_user(const Target& target, Value& value) {
    LimitSettings& limits = *std::get<LimitSettings*>(target);
    std::string_view time = value.text;
    const std::string_view count = take_until(time, '/');
    if (time.empty())
        misconfigured(value.origin, "messages and a time are expected, as in 100/1h");
    limits.per_user = number<1, 1'000'000>(count, value.origin);
    limits.time = duration<1>(time, value.origin);
}

using enum Key::Trait;
using Senders = SenderSettings;
using Recipients = RecipientSettings;
using Waiting = QueueSettings;

/// In the order of sallyport.conf(5), where each is described. Nothing is harmless that
/// opens a path or runs a command here, goes elsewhere before the server, or lets a secret
/// go in clear.
constexpr Key keys[] = {
    {"relay", "host", put<&Relay::host, read_server>, no_path | host},
    {"relay", "srv", put<&Relay::host, read_domain>, harmless | host},
    {"relay", "provider", put<&Relay::provider, read_text>, harmless | server},
    {"relay", "match", put<&Relay::match, read_list>, harmless},
    {"relay", "port", put<&Relay::port, read_ports>, harmless | way},
    {"relay", "protocol", put<&Relay::lmtp, choose<bool, protocols>>, harmless},
    {"relay", "ip", put<&Relay::ip, choose<IpFamily, families>>, harmless},
    {"relay", "source_address", put<&Relay::source_address, read_address>, harmless},
    {"relay", "proxy", put<&Relay::proxy, read_proxy>, way | url},
    {"relay", "helo", put<&Relay::helo, read_helo>, harmless},
    {"relay", "ignore", put<&Relay::ignore, read_extensions>, harmless},
    {"relay", "max_recipients", put<&Relay::max_recipients, number<1, 1'000'000>>,
     harmless},
    {"relay", "max_messages", put<&Relay::max_messages, number<1, 1'000'000>>, harmless},
    {"relay", "tls", put<&Relay::tls, choose<TlsMode, tls_modes>>, harmless | way},
    {"relay", "tls_ca", put<&Relay::tls_ca, read_authorities>, no_path | way},
    {"relay", "tls_name", put<&Relay::tls_name, read_host>, harmless | way},
    {"relay", "tls_min", put<&Relay::tls_min, choose<TlsVersion, tls_versions>>,
     harmless | way},
    {"relay", "tls_pin", put<&Relay::tls_pin, read_pins>, harmless | way},
    {"relay", "tls_crl", put<&Relay::tls_crl, read_path>, way},
    {"relay", "tls_cert", put<&Relay::tls_cert, read_named_file>, way},
    {"relay", "tls_key", put<&Relay::tls_key, read_named_file>, way},
    {"relay", "user", put<&Relay::user, read_text>, harmless},
    {"relay", "password", put_password, harmless | credential | secret},
    {"relay", "password_file", put<&Relay::secret, read_secret_file>, credential},
    {"relay", "password_command", put<&Relay::secret, read_command>, credential | command},
    {"relay", "token_file", put<&Relay::secret, read_secret_file>, credential},
    {"relay", "token_command", put<&Relay::secret, read_command>, credential | command},
    {"relay", "auth", put<&Relay::auth, read_mechanisms>, harmless},
    {"relay", "authzid", put<&Relay::authzid, read_text>, harmless},
    {"relay", "realm", put<&Relay::realm, read_text>, harmless},
    {"relay", "require_channel_binding", put<&Relay::require_channel_binding, read_switch>,
     harmless},
    {"relay", "pop_before", put<&Relay::pop_before, read_pop_server>, server},
    {"relay", "allow_plaintext_auth", put<&Relay::allow_plaintext_auth, read_consent>,
     file_only},
    {"relay", "connect_timeout", put<&Relay::connect_timeout, duration<1>>, harmless},
    {"relay", "timeout", put<&Relay::timeout, duration<1>>, harmless},
    {"relay", "deadline", put<&Relay::deadline, duration<0>>, harmless},
    {"sender", "domain", put<&Senders::domain, read_sender_domain>, harmless},
    {"sender", "envelope_from", put<&Senders::envelope_from, read_mailbox>, harmless},
    {"sender", "header_from", put<&Senders::header_from, read_mailbox>, harmless},
    {"sender", "force", put_force, harmless},
    {"sender", "allow", put<&Senders::allow, read_list>, harmless},
    {"recipients", "aliases", put<&Recipients::aliases, read_path>},
    {"recipients", "root", put<&Recipients::root, read_mailboxes>, harmless},
    {"recipients", "default", put<&Recipients::default_to, read_mailboxes>, harmless},
    {"recipients", "local", put<&Recipients::local, read_domains>, harmless},
    {"message", "size_limit", put<&MessageSettings::size_limit, read_size>, harmless},
    {"message", "received", put<&MessageSettings::received, read_switch>, harmless},
    {"message", "encode_header", put<&MessageSettings::encode_header, read_switch>,
     harmless},
    {"message", "remove_headers", put<&MessageSettings::remove_headers, read_field_names>,
     harmless},
    {"log", "to", put_log_target, no_path},
    {"log", "format", put<&LogSettings::format, choose<LogFormat, formats>>, harmless},
    {"queue", "directory", put<&Waiting::directory, read_path>},
    {"queue", "when", put<&Waiting::when, choose<Waiting::When, occasions>>},
    {"queue", "retry", put<&Waiting::retry, read_retries>},
    {"queue", "lifetime", put<&Waiting::lifetime, duration<3600>>},
    {"queue", "in_doubt", put<&Waiting::hold_in_doubt, choose<bool, doubts>>},
    {"queue", "bounce", put_bounce},
    {"queue", "max_count", put<&Waiting::max_count, number<1, Waiting::most>>},
    {"queue", "max_size", put<&Waiting::max_size, read_size>},
    {"queue", "reserve", put<&Waiting::reserve, read_size>},
    {"queue", "keep_failed", put<&Waiting::keep_failed, duration<0>>},
    {"limits", "per_user", put_per_user},
    {"exit", "tempfail", put<&Settings::tempfail, number<64, 78, ExitStatus>>, harmless},
};

} // namespace

std::span<const Key> key_table() {
    return keys;
}

} // namespace sallyport
