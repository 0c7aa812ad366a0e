// SPDX-License-Identifier: MIT
//
// By which replies of a provider's server an id is known, and by which of anybody's. The
// first that fits is the one.
#include "ctl/advice_rows.h"
#include "ctl/advice_words.h"
#include "text/ascii.h"

namespace sallyport::ctl {

namespace {

constexpr unsigned hello = at(Rung::greeting) | at(Rung::ehlo);
constexpr unsigned log_in = at(Rung::auth);
constexpr unsigned envelope = at(Rung::mail) | at(Rung::rcpt);
constexpr unsigned transaction = envelope | at(Rung::data);
constexpr unsigned dialogue = hello | log_in | transaction;

bool has_token(const Symptom& symptom) {
    return symptom.relay != nullptr && symptom.relay->is_token;
}

bool has_password(const Symptom& symptom) {
    return !has_token(symptom);
}

bool no_login(const Symptom& symptom) {
    return symptom.relay == nullptr || !symptom.relay->auth_wanted;
}

bool logged_in(const Symptom& symptom) {
    return !no_login(symptom);
}

bool no_auth_offered(const Symptom& symptom) {
    return !symptom.auth_offered;
}

bool is_no_apikey(const Symptom& symptom) {
    return symptom.relay == nullptr || symptom.relay->user != "apikey";
}

/// What IAM calls a secret key has 40 characters, what SES wants has 44.
bool has_iam_key(const Symptom& symptom) {
    constexpr std::size_t iam_key_size = 40;
    const auto* const secret =
        symptom.relay != nullptr
            ? std::get_if<std::shared_ptr<const Secret>>(&symptom.relay->secret)
            : nullptr;
    if (secret != nullptr && *secret != nullptr)
        return (*secret)->size() == iam_key_size;
    const auto size = symptom.words.find("secret_size");
    return size != symptom.words.end() && size->second == std::to_string(iam_key_size);
}

bool is_consumers(const Symptom& symptom) {
    const std::string user =
        symptom.relay != nullptr ? lower_case(symptom.relay->user) : "";
    return has_password(symptom) &&
           (user.ends_with("@outlook.com") || user.ends_with("@hotmail.com") ||
            user.ends_with("@live.com") || user.ends_with("@msn.com"));
}

/// Of a domain that nobody else knows.
bool sender_is_local(const Symptom& symptom) {
    const auto word = symptom.words.find("from");
    if (word == symptom.words.end())
        return false;
    const std::string from = lower_case(word->second);
    const auto domain = std::string_view(from).substr(from.rfind('@') + 1);
    return domain.find('.') == domain.npos || domain.ends_with(".localdomain") ||
           domain.ends_with(".local") || domain.ends_with(".internal");
}

/// Most likely made of the bare name: root is nobody's mailbox elsewhere.
bool rcpt_is_root(const Symptom& symptom) {
    const auto word = symptom.words.find("to");
    return word != symptom.words.end() && lower_case(word->second).starts_with("root@");
}

constexpr Pattern of_providers[] = {
    {"sendgrid-user", "sendgrid", log_in, "535", "", "", is_no_apikey},
    {"sendgrid-credits", "sendgrid", dialogue, "451", "", "Maximum credits exceeded"},
    {"sendgrid-from", "sendgrid", transaction, "550", "", "verified Sender Identity"},
    {"gmail-web", "gmail gmail-relay", log_in, "534", "5.7.14", ""},
    {"gmail-app", "gmail gmail-relay", log_in, "534", "5.7.9", "", has_password},
    {"gmail-app", "gmail gmail-relay", log_in, "535", "5.7.8", "BadCredentials",
     has_password},
    {"quota", "gmail gmail-relay", transaction, "550", "5.4.5", ""},
    {"gmail-relay", "gmail-relay", transaction, "550", "5.7.0 5.7.1", "relay"},
    {"gmail-relay", "gmail-relay", hello, "421", "4.7.0", ""},
    {"m365-auth-off", "m365 outlook", log_in, "535", "5.7.139",
     "SmtpClientAuthentication is disabled"},
    {"m365-policy", "m365 outlook", log_in, "535", "5.7.139",
     "security defaults|did not meet the criteria"},
    {"basic-off", "m365 outlook", dialogue, "550", "5.7.30", ""},
    {"basic-off", "m365 outlook", log_in, "535", "5.7.139",
     "basic authentication is disabled"},
    {"basic-off", "m365 outlook", log_in, "535", "", "", is_consumers},
    {"m365-hve-token", "m365-hve", log_in, "501", "5.5.127", ""},
    {"m365-token", "m365 outlook m365-hve", log_in, "535", "5.7.3", "", has_token},
    {"m365-mailbox", "m365 outlook", dialogue, "430", "4.2.0", "mailbox logon failure"},
    {"m365-send-as", "m365 outlook m365-hve", transaction, "550", "5.7.60", ""},
    {"m365-send-as", "m365 outlook m365-hve", transaction, "554", "5.2.252",
     "SendAsDenied"},
    {"m365-anonymous", "m365 outlook m365-hve", dialogue, "530", "5.7.57", ""},
    {"quota", "m365 outlook m365-hve", dialogue, "451", "4.7.500", ""},
    {"quota", "m365 outlook m365-hve", dialogue, "432", "4.3.2", "thread limit"},
    {"quota", "m365 outlook m365-hve", transaction, "554", "5.2.0",
     "SubmissionQuotaExceeded"},
    {"m365-blocked", "m365 outlook m365-hve", transaction, "550", "5.1.8", ""},
    {"acs-user", "acs", log_in, "535", "5.7.3", ""},
    {"acs-domain", "acs", transaction, "501", "5.1.7", "has not been linked"},
    {"ses-secret", "ses", log_in, "535", "", "", has_iam_key},
    {"ses-region", "ses", log_in, "535", "", ""},
    {"ses-unverified", "ses", transaction, "554", "", "not verified"},
    {"ses-denied", "ses", transaction, "554", "", "Access denied|ses:SendRawEmail"},
    {"quota", "ses", dialogue, "454", "", "Throttling"},
    {"mailgun-key", "mailgun", log_in, "535", "", ""},
    {"mailgun-sandbox", "mailgun", dialogue, "421", "", "is not allowed to send"},
    {"brevo-ip", "brevo", dialogue, "525", "5.7.1", "Unauthorized IP"},
    {"brevo-key", "brevo", log_in, "535", "", ""},
    {"brevo-key", "brevo", dialogue, "502", "5.7.0", ""},
    {"sparkpost", "sparkpost", log_in, "535", "", ""},
    {"sparkpost", "sparkpost", transaction, "550", "5.7.1", "Unconfigured Sending Domain"},
    {"oci-sender", "oci", dialogue, "535", "", "Envelope From"},
    {"quota", "oci", dialogue, "455", "", ""},
    {"own-address", "zoho", transaction, "553", "", "Relaying disallowed"},
    {"jp-abroad", "sakura xserver onamae", envelope, "550", "5.7.1", "Command rejected"},
    {"shape", "", log_in, "535", "", "", is_misshapen_user},
    {"jp-abroad", "sakura xserver onamae", log_in, "535", "", ""},
    {"smtp-off", "gmx webde yandex mailru yahoo-jp ybb", log_in, "535", "", ""},
};

constexpr Pattern of_anybody[] = {
    // ---- what the network or the machine says, without a reply ----
    {"config-error", "", dialogue | at(Rung::tls), "0", "",
     ": password_file: |: password_command: |: token_file: |: token_command: |: tls_ca: |"
     ": tls_cert: |: tls_key: |: tls_crl: "},
    {"proxy", "", at(Rung::names), "0", "", ": proxy: "},
    {"no-such-host", "", at(Rung::names), "0", "", "not known|no such host"},
    {"no-srv", "", at(Rung::names), "0", "", "it names none in DNS"},
    {"no-resolver", "", at(Rung::names), "0", "",
     "Temporary failure|no answer from DNS|timed out"},
    {"no-address", "", at(Rung::names), "0", "", ""},
    {"proxy", "", at(Rung::ports), "0", "", "proxy"},
    {"refused", "", at(Rung::ports), "0", "", "refused"},
    {"unreachable", "", at(Rung::ports), "0", "", "unreachable|No route"},
    {"port25-shut", "", at(Rung::ports), "0", "", ":25: timed out"},
    {"port-shut", "", at(Rung::ports), "0", "", "timed out"},
    {"no-authorities", "", anywhere, "0", "", "no CA certificates found"},
    {"in-doubt", "", at(Rung::data), "0", "", "may have been accepted"},
    {"pin-changed", "", at(Rung::tls), "0", "", "none of tls_pin"},
    {"clock", "", at(Rung::tls), "0", "", "not yet valid"},
    {"revoked", "", at(Rung::tls), "0", "", "certificate revoked|CRL"},
    {"expired", "", at(Rung::tls), "0", "", "certificate has expired"},
    {"wrong-name", "", at(Rung::tls), "0", "", "mismatch"},
    {"chain-gap", "", at(Rung::tls), "0", "",
     "unable to get local issuer|first certificate"},
    {"ca-unknown", "", at(Rung::tls), "0", "", "self-signed|self signed"},
    {"not-trusted", "", at(Rung::tls), "0", "", "certificate refused"},
    {"no-starttls", "", at(Rung::tls) | hello, "0", "", "does not offer it"},
    {"wants-starttls", "", at(Rung::tls), "0", "", "wrong version number"},
    {"tls-old", "", at(Rung::tls), "0", "", "protocol version|unsupported protocol"},
    {"tls-failed", "", at(Rung::tls), "0", "", ""},
    {"too-large", "", transaction, "0", "", "octets, the server takes"},
    {"captive", "", dialogue, "0", "", "reply: HTTP/"},
    {"not-smtp", "", dialogue, "0", "", "reply: * OK|reply: +OK|reply: SSH-"},
    {"pop-refused", "", log_in, "0", "", "-ERR|reply of POP"},
    {"no-auth-offered", "", log_in, "0", "", "server offers nothing"},
    {"no-mechanism", "", log_in, "0", "", "no mechanism in common"},
    {"mute", "", at(Rung::greeting), "0", "", "timed out"},
    {"timed-out", "", dialogue, "0", "", "timed out"},
    {"hung-up", "", dialogue, "0", "", "connection|broken pipe"},
    {"garbled", "", dialogue, "0", "", ""},

    // ---- before the log-in ----
    {"tls-old", "", dialogue, "421", "4.7.66", ""},
    {"tls-old", "", dialogue, "550", "5.7.67", ""},
    {"helo", "", dialogue, "504 550 554 501", "", "HELO"},
    {"listed", "", hello, "5 421", "",
     "blocked|listed|PBL|blacklist|blocklist|denylist|spamhaus"},
    {"helo", "", at(Rung::ehlo), "501 504", "", ""},
    {"turned-away", "", hello | at(Rung::tls), "5", "", ""},

    // ---- the log-in ----
    {"too-many", "", log_in, "454 421", "", ""},
    {"auth-wanted", "", dialogue, "530", "", "", no_login},
    {"token-refused", "", log_in, "5 334", "", "", has_token},
    {"wrong-password", "", log_in, "5", "", ""},

    // ---- sender, recipient, message ----
    {"suppressed", "", at(Rung::rcpt) | at(Rung::data), "254 550", "", "suppress"},
    {"bare-rcpt", "", envelope, "501 504 550 553", "",
     "must contain a domain|Recipient address rejected: need fully-qualified"},
    {"bare-rcpt", "", at(Rung::rcpt) | at(Rung::data), "550 551 553", "5.1.1 5.1.10", "",
     rcpt_is_root},
    {"sender-domain", "", transaction, "4 5", "4.1.8 5.1.8 5.1.7", ""},
    {"sender-domain", "", transaction, "501 504 550 553", "", "domain|fully-qualified",
     sender_is_local},
    {"too-large", "", transaction, "552", "5.3.4", ""},
    {"too-large", "", transaction, "552", "", "exceeds"},
    {"own-address", "", transaction, "551", "5.7.1", "header address"},
    {"own-address", "", transaction, "501 550 553 554", "",
     "one of your addresses|Sender address is not allowed|not owned|must be same|must be "
     "the same|must equal|Invalid Sender|is not verified|SendAs"},
    {"no-mailbox", "", at(Rung::rcpt) | at(Rung::data), "550 551 553", "5.1.1 5.1.10", ""},
    {"pop-first", "", envelope, "550 553", "", "rcpthosts", no_auth_offered},
    {"auth-wanted", "", envelope, "550 553 554", "",
     "authenti|logged in|log in|relay|rcpthosts", no_login},
    {"login-refused", "", at(Rung::rcpt), "5", "", "relay", logged_in},
    {"own-address", "", transaction, "5", "", "sender|not verified", logged_in},
    {"other-refusal", "", transaction, "5", "", ""},
    {"later", "", anywhere, "4", "", ""},
};

} // namespace

std::span<const Pattern> provider_patterns() {
    return of_providers;
}

std::span<const Pattern> general_patterns() {
    return of_anybody;
}

} // namespace sallyport::ctl
