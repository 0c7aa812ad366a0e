// SPDX-License-Identifier: MIT
#include "ctl/faults.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <utility>

#include "base/concat.h"
#include "ctl/advice_words.h"
#include "ctl/tls_facts.h"
#include "ctl/words.h"
#include "text/host_name.h"
#include "text/printable.h"

namespace sallyport::ctl {

namespace {

constexpr int days_to_warn = 15;

bool says(const Failure& failure, std::string_view words) {
    return std::string_view(failure.what()).find(words) != std::string_view::npos;
}

/// The name that the certificate is to bear.
const std::string& name_of(const Relay& relay) {
    return relay.tls_name.empty() ? relay.host : relay.tls_name;
}

std::optional<TlsReport> inspect(const Relay& relay, const Site* site) {
    if (site == nullptr)
        return std::nullopt;
    return inspect_tls(site->address, site->port, site->mode, relay.lmtp, name_of(relay),
                       std::min(site->deadline, Clock::now() + site->waits.hello),
                       site->source);
}

/// What OpenSSL, or the mail path, calls it, and the row about it.
struct Complaint {
    std::string_view words;
    const char* found;
};

constexpr std::array complaints{
    Complaint{"none of tls_pin", "pin-changed"},
    Complaint{"has expired", "expired"},
    Complaint{"not yet valid", "clock"},
    Complaint{"mismatch", "wrong-name"},
    Complaint{"certificate revoked", "revoked"},
    Complaint{"self-signed certificate", "ca-unknown"},
    Complaint{"self signed certificate", "ca-unknown"},
    Complaint{"local issuer certificate", "ca-unknown"},
    Complaint{"verify the first certificate", "ca-unknown"},
};

void add_facts(Symptom& symptom, const TlsReport& facts) {
    auto& words = symptom.words;
    if (symptom.found == "ca-unknown" && facts.chain_length == 1 && !facts.self_signed)
        symptom.found = "chain-gap";
    if (!facts.issuer.empty())
        words["issuer"] = printable(facts.issuer, 200);
    if (!facts.pin.empty())
        words["pin"] = facts.pin;
    if (!facts.subject.empty())
        words["names"] = printable(joined(facts.subject, ", "), 200);
    if (facts.not_before != 0)
        words["since"] = date_text(facts.not_before);
    if (facts.days < 0)
        words["ago"] = std::to_string(-facts.days);
}

void explain_certificate(Explanation& told, const Failure& failure, const Relay& relay,
                         const Site* site) {
    const auto row = std::ranges::find_if(
        complaints, [&](const Complaint& each) { return says(failure, each.words); });
    if (row == complaints.end())
        return;
    told.symptom.found = row->found;
    told.symptom.words["date"] = date_text(std::time(nullptr));
    if (told.symptom.found == "expired")
        told.symptom.words["ago"] = "0";
    told.tls = inspect(relay, site);
    if (told.tls)
        add_facts(told.symptom, *told.tls);
}

void explain_old_tls(Explanation& told, const Relay& relay, const Site* site) {
    told.tls = inspect(relay, site);
    if (!told.tls || told.tls->version.empty())
        return;
    const bool old =
        told.tls->version != "TLSv1.3" &&
        (told.tls->version != "TLSv1.2" || relay.tls_min != TlsVersion::tls1_2);
    if (!old)
        return;
    told.symptom.found = "tls-old";
    told.symptom.words["offered"] = told.tls->version;
}

const char* protocol_of(Speaker speaker) {
    if (speaker == Speaker::imap)
        return "IMAP";
    if (speaker == Speaker::pop)
        return "POP";
    return speaker == Speaker::ssh ? "SSH" : "another protocol";
}

/// The row about who spoke first; empty: as the settings have it, or nobody can tell.
const char* found_by(const FirstWords& words, TlsMode mode) {
    if (words.masked)
        return "mangled";
    if (words.speaker == Speaker::mute)
        return "mute";
    if (words.speaker == Speaker::http)
        return "captive";
    if (words.speaker == Speaker::tls)
        return mode == TlsMode::implicit ? "" : "wants-implicit";
    if (words.speaker == Speaker::smtp)
        return mode == TlsMode::implicit ? "wants-starttls" : "";
    return words.speaker == Speaker::closed ? "" : "not-smtp";
}

void explain_silence(Explanation& told, const Failure& failure, const Relay& relay,
                     const Site& site) {
    FirstWaits waits = site.waits;
    waits.deadline = site.deadline;
    const bool timed_out = says(failure, "timed out");
    // The session has waited for a greeting already.
    if (timed_out && site.mode != TlsMode::implicit)
        waits.greeting = Milliseconds{0};
    const FirstWords words = who_speaks_first(site.address, site.port, site.mode,
                                              name_of(relay), waits, site.source);
    if (words.speaker == Speaker::mute && Clock::now() >= site.deadline)
        return; // it may have spoken later
    Symptom& symptom = told.symptom;
    symptom.found = found_by(words, site.mode);
    symptom.words["p"] = std::to_string(site.port);
    if (symptom.found == "not-smtp")
        symptom.words["protocol"] = protocol_of(words.speaker);
    if (!words.line.empty() && !symptom.found.empty())
        symptom.reply = words.line;
    told.slow = symptom.found.empty() && timed_out && words.speaker != Speaker::closed;
}

bool answered(const Failure& failure) {
    return failure.reply_code() != 0;
}

void explain_tls(Explanation& told, const Failure& failure, const Relay& relay,
                 const Site* site) {
    if (says(failure, "certificate refused"))
        return explain_certificate(told, failure, relay, site);
    if (site != nullptr && site->mode == TlsMode::implicit) {
        explain_silence(told, failure, relay, *site);
        if (!told.symptom.found.empty() || told.slow)
            return;
    }
    explain_old_tls(told, relay, site);
}

/// No mechanism in common, or a token that a JSON text refuses.
void explain_log_in(Explanation& told, const Failure& failure, const Trial& trial) {
    const std::string offered = capability(capabilities_of(trial.entries), "AUTH");
    if (says(failure, "no mechanism in common")) {
        told.symptom.found = offered.empty() ? "no-auth-offered" : "no-mechanism";
        told.symptom.words["list"] = offered;
    }
}

/// The JSON of RFC 7628 3.2.2, which the mail path quotes.
std::string json_text(std::string_view text, std::string_view name) {
    const std::string key = concat({"\"", name, "\""});
    auto at = text.find(key);
    if (at == text.npos)
        return {};
    at = text.find('"', at + key.size());
    if (at == text.npos)
        return {};
    const auto end = text.find('"', at + 1);
    return std::string(text.substr(at + 1, end == text.npos ? end : end - at - 1));
}

void explain_token(Explanation& told, const Failure& failure, const Relay& relay) {
    if (!relay.is_token || !says(failure, "\"status\""))
        return;
    told.symptom.found = "token-refused";
    told.symptom.words["status"] = json_text(failure.what(), "status");
    told.symptom.words["scope"] = json_text(failure.what(), "scope");
}

/// Of what is wrong before anybody is asked: files of the settings.
void explain_settings(Explanation& told, const Failure& failure, const Relay& relay,
                      const Trial& trial) {
    const bool of_secret = says(failure, relay.origin_of("password")) &&
                           relay.origin_of("password") != relay.origin;
    told.symptom.rung =
        of_secret || failure.status() != ExitStatus::config ? Rung::auth : Rung::tls;
    if (trial.peer.empty() && says(failure, "no CA certificates found"))
        told.symptom.found = "no-authorities";
}

void explain_connection(Explanation& told, const Failure& failure, const Relay& relay) {
    Symptom& symptom = told.symptom;
    symptom.words["peer"] = printable(relay.host);
    if (!relay.port.empty())
        symptom.words["p"] = std::to_string(relay.port.front());
    if (!relay.proxy && says(failure, "refused"))
        symptom.found = relay.is_local() ? "" : "refused";
}

/// What the mail path advises where it has no transcript to look at.
void cut_hint(Symptom& symptom) {
    const bool may_have = symptom.rung == Rung::tls || symptom.rung == Rung::ports;
    if (may_have && symptom.code == 0)
        symptom.reply.resize(std::min(symptom.reply.find("; "), symptom.reply.size()));
}

void explain_step(Explanation& told, const Failure& failure, const Relay& relay,
                  const Trial& trial, const Site* site) {
    const Step step = failure.step();
    if (step == Step::none)
        return explain_settings(told, failure, relay, trial);
    if (rung_of(step) == Rung::ports)
        return explain_connection(told, failure, relay);
    if (step == Step::auth) {
        explain_log_in(told, failure, trial);
        return explain_token(told, failure, relay);
    }
    if (answered(failure))
        return;
    if (step == Step::starttls && says(failure, "does not offer")) {
        told.symptom.found = is_mangled(trial.entries) ? "mangled" : "no-starttls";
        if (site != nullptr)
            told.symptom.words["p"] = std::to_string(site->port);
    } else if (step == Step::tls) {
        explain_tls(told, failure, relay, site);
    } else if (step == Step::greeting && site != nullptr) {
        explain_silence(told, failure, relay, *site);
    }
}

} // namespace

Explanation explain(const Relay& relay, const Trial& trial, const Site* site) {
    const Failure& failure = trial.failure.value();
    Explanation told;
    told.symptom = symptom_of(failure, relay, trial.peer);
    told.symptom.provider = provider_key(relay);
    cut_hint(told.symptom);
    told.text = told.symptom.reply;
    explain_step(told, failure, relay, trial, site);
    return told;
}

std::optional<Symptom> ends_soon(const Relay& relay, const TlsReport& tls) {
    if (tls.not_after == 0 || tls.days >= days_to_warn)
        return std::nullopt;
    Symptom symptom;
    symptom.relay = &relay;
    symptom.provider = provider_key(relay);
    symptom.rung = Rung::tls;
    symptom.found = "expired";
    symptom.words["left"] = std::to_string(tls.days);
    return symptom;
}

void add_words(Symptom& symptom, const Trial& trial, const std::string& from,
               const std::string& to) {
    symptom.words["from"] = from;
    symptom.words["to"] = to;
    symptom.auth_offered = !capability(capabilities_of(trial.entries), "AUTH").empty();
    const std::string hello = command_at(trial.entries, Rung::ehlo);
    if (const auto blank = hello.find(' '); blank != hello.npos)
        symptom.words["helo"] = hello.substr(blank + 1);
}

} // namespace sallyport::ctl
