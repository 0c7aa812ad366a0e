// SPDX-License-Identifier: MIT
#include "smtp/pop.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/concat.h"
#include "net/prelude.h"

namespace sallyport {

namespace {

/// RFC 3206 4, RFC 2449 8.1.1: it is not the password's fault.
bool is_transient(std::string_view text) {
    return text.starts_with("-ERR [SYS/TEMP]") || text.starts_with("-ERR [IN-USE]") ||
           text.starts_with("-ERR [LOGIN-DELAY]");
}

/// RFC 1939 3: "+OK" goes on.
void expect_ok(Prelude& prelude) {
    const std::string line = prelude.read_line();
    const bool good = line == "+OK" || line.starts_with("+OK ");
    const bool bad = line == "-ERR" || line.starts_with("-ERR ");
    prelude.show(line, good ? "+OK" : bad ? "-ERR" : "");
    if (good)
        return;
    if (!bad)
        prelude.fail(ExitStatus::protocol, Fault::relay,
                     {"not a reply of POP: ", prelude.quote(line, 80)}, "5.5.0");
    const std::string refusal = prelude.quote(line, 200, "-ERR");
    if (is_transient(line) || prelude.step() == Step::pop_greeting)
        prelude.fail(ExitStatus::temp_fail, Fault::relay, {refusal}, "4.7.0");
    // A server without STLS is what a server without STARTTLS is to SMTP.
    if (prelude.step() == Step::pop_stls)
        prelude.fail(ExitStatus::protocol, Fault::relay, {refusal}, "4.7.4");
    prelude.fail(ExitStatus::no_perm, Fault::relay, {refusal}, "5.7.8", true);
}

} // namespace

void log_in_by_pop(Connection connection, Securer& securer, TlsMode mode,
                   const std::string& user, const Secret& password,
                   const PopDeadlines& until, const Transcript& transcript) {
    const std::string& peer = connection.peer;
    if (mode == TlsMode::starttls) {
        // Octets after its reply are left in the stream, and are no handshake (RFC 2595
        // 4).
        Prelude clear(*connection.stream, peer, until.greeting, Step::pop_greeting,
                      transcript);
        transcript.begin(Step::pop_greeting);
        expect_ok(clear);
        clear.enter(Step::pop_stls, until.end);
        clear.write("STLS\r\n", "STLS\r\n");
        expect_ok(clear);
    }
    const bool at_once = mode == TlsMode::implicit;
    const auto stream =
        secure(securer, std::move(connection.stream), concat({peer, ": POP"}),
               at_once ? until.greeting : until.end, transcript);
    Prelude prelude(*stream, peer, until.greeting, Step::pop_greeting, transcript);
    if (at_once) {
        transcript.begin(Step::pop_greeting);
        expect_ok(prelude);
    }
    prelude.enter(Step::pop_user, until.end);
    prelude.write(concat({"USER ", user, "\r\n"}), "USER (credentials)\r\n");
    expect_ok(prelude);
    prelude.enter(Step::pop_pass, until.end);
    const std::string_view secret = password.reveal(Permit(*stream));
    prelude.withhold(secret);
    std::string line;
    line.reserve(secret.size() + 7); // so that it leaves no copies behind
    line.append("PASS ").append(secret).append("\r\n");
    prelude.write(line, "PASS (credentials)\r\n");
    wipe(line);
    expect_ok(prelude);
    // Some note the log-in when the session is over. What becomes of QUIT is no matter.
    const Deadline courtesy = std::min(until.end, Clock::now() + courtesy_wait);
    transcript.sent(Step::none, "QUIT\r\n");
    char octets[512];
    if (!stream->write("QUIT\r\n", courtesy).failed())
        stream->read(octets, courtesy);
}

} // namespace sallyport
