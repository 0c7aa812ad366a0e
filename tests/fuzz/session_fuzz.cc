// SPDX-License-Identifier: MIT
//
// The whole client against servers that say whatever the input says. Success is reported if
// and only if a model of the server knows of an accepted copy; nobody gets two; no
// credential and nothing but EHLO and STARTTLS goes out before TLS, and what is shown until
// the verdict of a log-in gives no credential away.
//
// The first line of the input chooses what is sent and how. Then follow the servers' words:
// relays split by lines "===", connections by "---", what is said under TLS after "~~~".
// One read gives one line, or more where SOH joins them; ETX is a time-out, and where STX
// comes next, a write fails. EOT says what the client wrote last.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <string>
#include <vector>

#include "credential_model.h"
#include "deliver/delivery.h"
#include "deliver/reporting.h"
#include "message/reencode.h"
#include "server_model.h"
#include "support/talker.h"

using namespace sallyport;

namespace {

/// They speak of passwords themselves.
constexpr bool no_hints = false;

const std::string user = "user-7f3a";
const std::string password = "password-9c1e";
constexpr char joins = 1;
constexpr char write_fails = Talk::write_fails;
constexpr char times_out = Talk::times_out;
constexpr char echoes = 4;

std::vector<std::string> split(const std::string& text, const std::string& separator) {
    std::vector<std::string> parts;
    std::size_t begin = 0;
    for (auto end = text.find(separator); end != text.npos;
         end = text.find(separator, begin)) {
        parts.push_back(text.substr(begin, end - begin));
        begin = end + separator.size();
    }
    parts.push_back(text.substr(begin));
    return parts;
}

/// A read a piece: a line, or more of them where joins stands between.
std::deque<std::string> pieces_of(std::string_view script) {
    std::deque<std::string> pieces;
    bool open = false;
    while (!script.empty()) {
        std::size_t size = 1;
        if (open || (script.front() != write_fails && script.front() != times_out))
            size = std::min(script.find('\n'), script.size() - 1) + 1;
        (open ? pieces.back() : pieces.emplace_back()) += script.substr(0, size);
        script.remove_prefix(size);
        open = pieces.back().ends_with('\n') && script.starts_with(joins);
        if (open)
            script.remove_prefix(1);
    }
    return pieces;
}

class ScriptedStream : public Talker {
  public:
    explicit ScriptedStream(Talk& talk) : Talker(talk), talk_(talk) {}

    Transfer read(std::span<char> buffer, Deadline deadline) override {
        if (!talk_.says.empty())
            echo(talk_.says.front());
        return Talker::read(buffer, deadline);
    }

    Transfer write(std::string_view octets, Deadline deadline) override {
        require(!talk_.broken);
        Transfer written = Talker::write(octets, deadline);
        if (written.failed()) // some of it may have arrived
            talk_.heard += octets;
        return written;
    }

  private:
    /// In the line that comes next; so rarely that it stays below the limits of a reply.
    void echo(std::string& piece) {
        const auto at = piece.find(echoes);
        if (at == piece.npos || at > piece.find('\n') || ++echoed_ > 20)
            return;
        const std::string& heard = talk_.heard;
        const auto last = heard.rfind('\n', heard.size() - 3) + 1;
        std::string line = heard.substr(last, 200);
        std::erase_if(line, is_control);
        piece.replace(at, 1, line);
    }

    Talk& talk_;
    int echoed_ = 0;
};

/// A connection's two parts.
struct Line {
    Talk plain{.marks = true};
    Talk secured{.marks = true};
};

class ScriptedSecurer : public Securer {
  public:
    explicit ScriptedSecurer(bool refuses) : refuses_(refuses) {}
    void use(Line& line) { line_ = &line; }

    std::unique_ptr<VerifiedStream> secure(std::unique_ptr<Stream> /*plain*/,
                                           const std::string& peer,
                                           Deadline /*deadline*/) override {
        if (refuses_)
            throw Failure(ExitStatus::no_perm, Fault::relay,
                          peer + ": certificate refused");
        return std::make_unique<ScriptedStream>(line_->secured);
    }

  private:
    bool refuses_;
    Line* line_ = nullptr;
};

class ScriptedRoute : public Route {
  public:
    ScriptedRoute(std::vector<std::string> connections, std::list<Line>& lines,
                  bool refuses, std::uint16_t port)
        : connections_(std::move(connections)), lines_(lines), securer_(refuses),
          port_(port) {}

    std::optional<Connection> connect() override {
        if (next_ == connections_.size())
            return std::nullopt;
        const auto parts = split(connections_[next_++], "~~~\n");
        if (parts.front() == "refused")
            throw Failure(ExitStatus::temp_fail, Fault::relay, "connecting: refused");
        Line& line = lines_.emplace_back();
        line.plain.says = pieces_of(parts.front());
        line.secured.says = pieces_of(parts.back());
        securer_.use(line);
        Connection connection;
        connection.peer = "mail[192.0.2.1]:" + std::to_string(port_);
        connection.port = port_;
        connection.local_literal = "[192.0.2.9]";
        connection.stream = std::make_unique<ScriptedStream>(line.plain);
        return connection;
    }

    Securer& securer() override { return securer_; }

  private:
    std::vector<std::string> connections_;
    std::size_t next_ = 0;
    std::list<Line>& lines_;
    ScriptedSecurer securer_;
    std::uint16_t port_;
};

class ScriptedNetwork : public Network {
  public:
    ScriptedNetwork(const std::string& script, bool refuses)
        : relays_(split(script, "===\n")), refuses_(refuses) {}

    std::unique_ptr<Route> route(const Relay& relay, Deadline /*run_deadline*/) override {
        const std::string script = next_ < relays_.size() ? relays_[next_] : "refused";
        ++next_;
        return std::make_unique<ScriptedRoute>(split(script, "---\n"), lines, refuses_,
                                               relay.port.front());
    }

    std::list<Line> lines; ///< of all connections, in order

  private:
    std::vector<std::string> relays_;
    std::size_t next_ = 0;
    bool refuses_;
};

/// What the letters of the first line ask for.
struct Scene {
    explicit Scene(const std::string& letters) {
        const auto has = [&](char letter) { return letters.find(letter) != letters.npos; };
        refuses = has('f');
        envelope.reverse_path = has('0') ? "" : "me@example.org";
        envelope.recipients = {"a@example.com"};
        for (const char letter : {'2', '3'}) {
            if (has(letter))
                envelope.recipients.push_back(std::string(1, letter) + "@example.com");
        }
        if (has('u'))
            envelope.recipients.push_back("\xc3\xa4@example.com");
        envelope.notify = has('d') ? "SUCCESS,FAILURE" : "";
        contents = std::string(has('8') ? "\xc3\xa4" : "") + ".\r\n..a\r\n.\r\nb\r\n";
        for (int i = 0; has('b') && i < 2000; ++i)
            contents += ".2345678901234567890123456789012345678901234567890\r\n";
        texts = {text_of(message())};
        if (const auto encoded = reencode(message(), true, settings.notes))
            texts.push_back(text_of(*encoded));
        Relay relay;
        relay.host = "mail";
        relay.port = {has('i') ? std::uint16_t{465} : std::uint16_t{587}};
        if (has('n'))
            relay.tls = TlsMode::none;
        relay.max_recipients = has('m') ? 1 : 100;
        if (has('c'))
            relay.ignore = {"CHUNKING"};
        if (has('a') && !has('n'))
            log_in(relay, has('l') ? "LOGIN" : "PLAIN");
        settings.relays = {relay, relay};
    }

    static void log_in(Relay& relay, const char* mechanism) {
        std::string secret = password;
        relay.auth_wanted = true;
        relay.auth = {mechanism};
        relay.user = user;
        relay.secret = std::make_shared<const Secret>(secret);
    }

    [[nodiscard]] Message message() const {
        Header header;
        header.append(Field("Subject: x\r\n"));
        Store store;
        store.append(contents);
        return {header, std::move(store), {has_eight_bit(contents), false, 52}};
    }

    static std::string text_of(const Message& message) {
        std::string octets(message.size(), '\0');
        message.read(0, octets);
        return octets;
    }

    Settings settings;
    Envelope envelope;
    std::string contents;           ///< the body
    std::vector<std::string> texts; ///< the whole message, 8-bit and as 7-bit
    bool refuses = false;
};

/// What precedes TLS: EHLO and STARTTLS, and QUIT where the server refuses.
void check_before_tls(const Line& line, TlsMode mode) {
    const Talk& plain = line.plain;
    if (mode == TlsMode::implicit)
        return require(plain.heard.empty());
    for (const std::string& command : split(plain.heard, "\r\n")) {
        require(command.empty() || command == "EHLO [192.0.2.9]" || command == "STARTTLS" ||
                command == "QUIT");
    }
    if (line.secured.heard.empty())
        return;
    // It was offered and granted, and nothing came after the 220 (RFC 3207 6).
    require(plain.heard == "EHLO [192.0.2.9]\r\nSTARTTLS\r\n");
    const auto last = plain.read.rfind('\n', plain.read.size() - 2) + 1;
    require(plain.read.ends_with('\n') && plain.read.substr(last).starts_with("220"));
    std::string offers;
    for (const char c : plain.read.substr(0, last))
        offers += to_lower(c);
    require(offers.find("starttls") != offers.npos);
}

/// RFC 6152, 6531: no 8-bit text for a server that has not offered to take some.
void check_eight_bit(const Talk& tape) {
    const std::string read = upper_case(tape.read);
    const bool taken = read.find("8BITMIME") != read.npos;
    require(taken || read.find("SMTPUTF8") != read.npos || !has_eight_bit(tape.heard));
}

std::vector<Copy> copies_of(const std::list<Line>& lines, const Scene& scene) {
    const Relay& relay = scene.settings.relays.front();
    const TlsMode mode = relay.tls_mode(relay.port.front());
    std::vector<Copy> copies;
    for (const Line& line : lines) {
        if (mode != TlsMode::none)
            check_before_tls(line, mode);
        const Talk& tape = mode == TlsMode::none ? line.plain : line.secured;
        check_eight_bit(tape);
        ServerModel model(tape, scene.texts, mode != TlsMode::starttls);
        const auto more = model.copies();
        copies.insert(copies.end(), more.begin(), more.end());
    }
    return copies;
}

long count(const std::vector<Copy>& copies, std::vector<std::string> Copy::*kind,
           const std::string& address) {
    long number = 0;
    for (const Copy& copy : copies)
        number += std::ranges::count(copy.*kind, address);
    return number;
}

void check_report(const Report& report, const std::vector<Copy>& copies) {
    bool all = true;
    for (const Recipient& outcome : report.recipients) {
        const bool ok = outcome.status == ExitStatus::ok;
        const long certain = count(copies, &Copy::certain, outcome.address);
        const long possible = count(copies, &Copy::possible, outcome.address);
        const bool clear = count(copies, &Copy::unclear, outcome.address) == 0;
        require(ok ? certain == 1 : certain == 0 || !clear);
        require(possible <= 1);
        require(ok || outcome.in_doubt() || possible == 0);
        require(!outcome.in_doubt() || possible == 1 || !clear);
        require(!outcome.in_doubt() || outcome.status == ExitStatus::temp_fail);
        all = all && ok;
    }
    require((report.status() == ExitStatus::ok) == all);
    for (const std::string& line : split(describe_failures(report), "\n"))
        require(!has_control(line));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string input(reinterpret_cast<const char*>(data), size);
    const auto end = input.find('\n');
    if (end == input.npos || size > 12000) // below every limit of a reply
        return 0;
    const Scene scene(input.substr(0, end));
    const Shown shown;
    const Transcript transcript(shown.fd());
    ScriptedNetwork network(input.substr(end + 1), scene.refuses);
    const Report report = [&] {
        Failover failover(scene.settings, network, {"host", {}, transcript, no_hints});
        return deliver(failover, scene.settings.message, scene.envelope,
                       recipients_of(scene.envelope), scene.message(), Clock::now());
    }();
    check_report(report, copies_of(network.lines, scene));
    const auto& chosen = scene.settings.relays.front().auth;
    const bool plain = chosen.empty() || chosen.front() == "PLAIN";
    const CredentialModel credentials(user, password, plain);
    credentials.check_shown(shown.lines());
    for (const Recipient& outcome : report.recipients)
        credentials.check_failure(outcome.text);
    return 0;
}
