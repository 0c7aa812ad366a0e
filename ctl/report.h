// SPDX-License-Identifier: MIT
//
// What `check` found, as plain data: the ladder fills it in, the screen and JSON show it.
// Every text is fit to be shown, and none is or holds a secret.
#pragma once

#include <chrono>
#include <cstdint>
#include <ctime>
#include <string>
#include <vector>

#include "config/settings.h"

namespace sallyport::ctl {

using Milliseconds = std::chrono::milliseconds;

/// In the order in which they are climbed, but that of a server with TLS at once is greeted
/// after it.
enum class Rung : unsigned char {
    machine,
    names,
    ports,
    greeting,
    tls,
    ehlo,
    auth,
    mail,
    rcpt,
    data, ///< a whole message
};

/// "machine", "names", …: as JSON has it.
const char* word_for(Rung rung);
/// "machine", "TLS", "log-in", …: for people, through tr(); nine columns at most.
const char* title_of(Rung rung);

enum class Result : unsigned char { ok, warn, fail, skip };

/// "ok", "warn", "fail", "skip".
const char* word_for(Result result);

/// A key to set, in the section it belongs to.
struct Remedy {
    std::string section; ///< "relay"
    std::string key;
    std::string value; ///< empty: the administrator knows it
};

/// A row of the table of advice, its braces filled in.
struct Advice {
    std::string id;
    std::string text;
    std::vector<Remedy> set;
};

struct StepReport {
    Rung rung = Rung::machine;
    Result result = Result::skip;
    std::string text;     ///< what was found, in a few words
    Milliseconds start{}; ///< since the run began
    Milliseconds took{};
    std::string peer;     ///< host[address]:port, or empty
    int code = 0;         ///< of the reply that says no, or 0
    std::string enhanced; ///< RFC 3463, or empty
    std::string reply;    ///< that reply, or what else came back
    std::vector<Advice> advice;
};

enum class PortState : unsigned char { open, refused, silent, unreachable };

/// "open", "refused", "silent", "unreachable".
const char* word_for(PortState state);

struct PortReport {
    std::uint16_t port = 0;
    PortState state = PortState::silent; ///< the better of both families
    bool configured = false;             ///< a delivery would use it
    Milliseconds took{};
};

/// What is known of a server's certificate, trusted or not.
struct TlsReport {
    std::string version; ///< "TLSv1.3"; empty: no TLS
    TlsMode mode = TlsMode::none;
    std::vector<std::string> subject; ///< names in subjectAltName
    std::string issuer;
    std::time_t not_before = 0;
    std::time_t not_after = 0;
    int days = 0;              ///< until not_after; negative: since
    std::string pin;           ///< "sha256//…", as tls_pin takes it
    unsigned chain_length = 0; ///< certificates that the server sent
    bool self_signed = false;
};

struct RelayReport {
    std::string name; ///< of [relay NAME], or empty
    std::string
        provider; ///< its key, as configured; or that of a host in the table; or empty
    std::string host;
    std::string user;      ///< empty: no log-in
    int status = 0;        ///< what a delivery over this relay alone would exit with
    bool serves = true;    ///< the sender whom it was asked for
    bool ends_all = false; ///< a delivery tries no relay after its failure
    std::vector<StepReport> steps; ///< in the order in which they happened
    std::vector<PortReport> ports;
    TlsReport tls;
    std::vector<std::string> capabilities; ///< lines of the last reply to EHLO
    unsigned round_trips = 0;              ///< of a delivery, counted from this one
    Milliseconds round_trip{};             ///< the time to connect
};

struct CheckReport {
    std::string file;              ///< in force, or the variable that names the server
    std::vector<StepReport> steps; ///< without a relay: machine
    std::vector<RelayReport> relays;
    int status = 0;    ///< of the first relay that failed; what the process exits with
    bool sent = false; ///< a test message was accepted
};

} // namespace sallyport::ctl
