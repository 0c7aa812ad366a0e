// SPDX-License-Identifier: MIT
#include "pop.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "concat.h"
#include "exchange.h"

namespace sallyport {

namespace {

/// RFC 3206 4, RFC 2449 8.1.1: it is not the password's fault.
bool is_transient(std::string_view text) {
    return text.starts_with("-ERR [SYS/TEMP]") || text.starts_with("-ERR [IN-USE]") ||
           text.starts_with("-ERR [LOGIN-DELAY]");
}

/// RFC 1939 3: "+OK" goes on.
void expect_ok(Exchange& exchange, std::string_view step) {
    const std::string line = exchange.read_line(step);
    if (line == "+OK" || line.starts_with("+OK "))
        return;
    if (line != "-ERR" && !line.starts_with("-ERR "))
        exchange.fail(ExitStatus::protocol, Fault::relay, step,
                      {"not a reply of POP: ", exchange.quote(line, 80)}, "5.5.0");
    const std::string refusal = exchange.quote(line, 200, "-ERR");
    if (is_transient(line) || step == "greeting")
        exchange.fail(ExitStatus::temp_fail, Fault::relay, step, {refusal}, "4.7.0");
    // A server without STLS is what a server without STARTTLS is to SMTP.
    if (step == "STLS")
        exchange.fail(ExitStatus::protocol, Fault::relay, step, {refusal}, "4.7.4");
    // What a refused log-in is to SMTP, so that it is not tried again either.
    exchange.fail(ExitStatus::no_perm, Fault::relay, step, {refusal}, "5.7.8", 535);
}

void command(Exchange& exchange, std::string_view line, std::string_view step) {
    exchange.write(line, step);
    expect_ok(exchange, step);
}

void expect_greeting(Stream& stream, const std::string& peer, Deadline deadline) {
    Exchange exchange(stream, peer, deadline);
    expect_ok(exchange, "greeting");
}

} // namespace

void log_in_by_pop(Connection connection, Securer& securer, TlsMode mode,
                   const std::string& user, const Secret& password,
                   const PopDeadlines& until) {
    const std::string peer = concat({connection.peer, ": POP"});
    if (mode == TlsMode::starttls) {
        // Octets after its reply are left in the stream, and are no handshake (RFC 2595
        // 4).
        expect_greeting(*connection.stream, peer, until.greeting);
        Exchange clear(*connection.stream, peer, until.end);
        command(clear, "STLS\r\n", "STLS");
    }
    const bool at_once = mode == TlsMode::implicit;
    const auto stream = securer.secure(std::move(connection.stream), peer,
                                       at_once ? until.greeting : until.end);
    if (at_once)
        expect_greeting(*stream, peer, until.greeting);
    Exchange exchange(*stream, peer, until.end);
    command(exchange, concat({"USER ", user, "\r\n"}), "USER");
    const std::string_view secret = password.reveal(Permit(*stream));
    exchange.withhold(secret);
    std::string line;
    line.reserve(secret.size() + 7); // so that it leaves no copies behind
    line.append("PASS ").append(secret).append("\r\n");
    exchange.write(line, "PASS");
    wipe(line);
    expect_ok(exchange, "PASS");
    // Some note the log-in when the session is over. What becomes of QUIT is no matter.
    const Deadline courtesy = std::min(until.end, Clock::now() + courtesy_wait);
    char octets[512];
    if (!stream->write("QUIT\r\n", courtesy).failed())
        stream->read(octets, courtesy);
}

} // namespace sallyport
