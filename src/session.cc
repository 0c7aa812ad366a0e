// SPDX-License-Identifier: MIT
#include "session.h"

#include <algorithm>
#include <new>
#include <utility>

#include "ascii.h"
#include "base64.h"
#include "concat.h"
#include "failure.h"
#include "printable.h"
#include "refusal.h"

namespace sallyport {

namespace {

/// RFC 5321 4.5.3.1.4: a command line has 512 octets; what is longer waits for the server's
/// go.
constexpr std::size_t command_line_limit = 512;

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words)
        text.append(text.empty() ? "" : " ").append(word);
    return text;
}

std::string command_of(const std::string& mechanism) {
    return concat({"AUTH ", mechanism, "\r\n"});
}

} // namespace

Session::Session(Connection& connection, const Relay& relay, const SessionContext& context)
    : relay_(relay), context_(context),
      wire_(std::move(connection.stream), std::move(connection.peer), context.transcript,
            relay.greeting_timeout, context.run_deadline),
      ehlo_name_(context.ehlo_name.empty() ? connection.local_literal : context.ehlo_name) {
}

Session::Session(Connection connection, const Relay& relay, const SessionContext& context,
                 Route& route)
    : Session(connection, relay, context) {
    const TlsMode mode = connection.tls.value_or(relay.tls_mode(connection.port));
    if (context.hints)
        wire_.set_relay(relay, mode);
    const VerifiedStream* verified = nullptr;
    if (mode == TlsMode::implicit)
        verified = &wire_.secure(route.securer());
    greet();
    say_ehlo();
    if (mode == TlsMode::starttls) {
        verified = &start_tls(route);
        say_ehlo();
    }
    if (verified != nullptr) {
        tls_ = verified->protocol();
        context.transcript.remark(concat({wire_.peer(), ": ", tls_, ", server verified"}));
    } else {
        extensions_.requiretls = false; // RFC 8689 2: offered within TLS, or not at all
    }
    if (wants_login() && verified != nullptr)
        authenticate(Permit(*verified), verified->channel_binding(), connection.port);
    else if (wants_login())
        authenticate(Permit(relay.allow_plaintext_auth.value()), {}, connection.port);
    recipient_limit_ = extensions_.rcptmax.value_or(relay.max_recipients);
    transactions_left_ = extensions_.mailmax.value_or(relay.max_messages);
}

void Session::greet() {
    const Reply reply = wire_.receive(Step::greeting);
    wire_.set_timeout(relay_.timeout);
    if (reply.code != 220)
        refuse(wire_, Step::greeting, reply);
}

void Session::say(std::string_view command, const Where& where,
                  std::optional<std::string_view> shown) {
    wire_.send(command, 1, where, shown);
}

void Session::say_ehlo() {
    const Step hello = relay_.lmtp ? Step::lhlo : Step::ehlo; // RFC 2033 4.1
    say(concat({relay_.lmtp ? "LHLO " : "EHLO ", ehlo_name_, "\r\n"}), hello);
    const Reply reply = wire_.receive(hello);
    if (reply.permanent() && !relay_.lmtp && !wire_.broken())
        return say_helo(reply);
    if (!reply.positive())
        refuse(wire_, hello, reply);
    extensions_ = parse_extensions(reply, relay_.ignore);
    extensions_.lmtp = relay_.lmtp;
}

/// RFC 5321 3.2: a server that does not know EHLO has no extension, so neither TLS nor
/// AUTH.
void Session::say_helo(const Reply& refused) {
    if (relay_.auth_wanted || relay_.tls != TlsMode::none)
        refuse(wire_, Step::ehlo, refused);
    say(concat({"HELO ", ehlo_name_, "\r\n"}), Step::helo);
    const Reply reply = wire_.receive(Step::helo);
    if (!reply.positive())
        refuse(wire_, Step::helo, reply);
    extensions_ = {};
}

VerifiedStream& Session::start_tls(Route& route) {
    if (!extensions_.starttls)
        wire_.fail(
            ExitStatus::protocol, Fault::relay, Step::starttls,
            "the server does not offer it, or somebody in between hides it; try port = 465",
            "4.7.4");
    say("STARTTLS\r\n", Step::starttls);
    const Reply reply = wire_.receive(Step::starttls);
    if (reply.permanent())
        wire_.fail(ExitStatus::protocol, Fault::relay, Step::starttls, reply.text(),
                   "4.7.4");
    if (reply.code != 220)
        refuse(wire_, Step::starttls, reply);
    // RFC 3207 6: what follows the 220 in clear may be anybody's.
    if (wire_.input_waiting())
        wire_.fail(ExitStatus::protocol, Fault::relay, Step::starttls,
                   "octets were injected after the server's reply", "4.7.4");
    extensions_ = {};
    return wire_.secure(route.securer());
}

/// A client certificate without anything else to log in with may be enough as it is.
bool Session::wants_login() const {
    const bool may_do_without = !relay_.has_secret() && relay_.auth.empty();
    const auto& offered = extensions_.auth;
    return relay_.auth_wanted &&
           (!may_do_without || std::ranges::find(offered, "EXTERNAL") != offered.end());
}

/// libsasl2's side of a log-in, and what it sends: for as long as this lives, the wire
/// shows nobody what gives that away.
struct Session::LogIn {
    LogIn(Wire& its_wire, SaslIdentity identity, std::string_view secret)
        : wire(its_wire), client(std::move(identity), secret) {
        withheld.add(secret);
    }
    LogIn(const LogIn&) = delete;
    LogIn& operator=(const LogIn&) = delete;
    ~LogIn() { wire.set_withheld(nullptr); }

    Wire& wire;
    SaslClient client;
    Withheld withheld;
    bool challenge_withheld = false; ///< so is what the library says of one
};

void Session::authenticate(const Permit& permit, ChannelBinding binding,
                           std::uint16_t port) {
    SaslWishes wishes;
    wishes.configured = relay_.auth;
    wishes.credential = relay_.is_token       ? Credential::token
                        : relay_.has_secret() ? Credential::password
                                              : Credential::none;
    wishes.encrypted = !tls_.empty();
    wishes.can_bind = !binding.type.empty();
    wishes.must_bind = relay_.require_channel_binding;
    const auto ranked = rank_mechanisms(extensions_.auth, wishes);
    const bool plus_missing =
        wishes.can_bind && relay_.auth.empty() &&
        std::ranges::none_of(extensions_.auth, [](const std::string& mechanism) {
            return mechanism.ends_with("-PLUS");
        });
    // The name that the server has proved to have.
    const std::string host = !relay_.tls_name.empty() ? relay_.tls_name
                             : relay_.is_local()      ? "localhost"
                                                      : relay_.host;
    LogIn log_in(
        wire_, {relay_.user, relay_.authzid, relay_.realm, host, port, std::move(binding)},
        context_.secret ? context_.secret->reveal(permit) : std::string_view());
    std::string troubles;
    for (const auto& mechanism : ranked) {
        if (!log_in.client.start(mechanism, plus_missing)) {
            troubles.append("; ").append(log_in.client.trouble());
            continue;
        }
        const auto unknown = run_mechanism(log_in, mechanism);
        if (!unknown)
            return;
        troubles += concat({"; AUTH ", mechanism, ": ", printable(unknown->text(), 200)});
    }
    no_mechanism(wishes, troubles);
}

void Session::no_mechanism(const SaslWishes& wishes, const std::string& troubles) {
    const std::string offers =
        extensions_.auth.empty() ? "nothing" : printable(joined(extensions_.auth));
    wire_.fail(
        ExitStatus::no_perm, Fault::relay, Step::auth,
        concat({"no mechanism in common: the server offers ", offers,
                relay_.auth.empty() ? "" : ", auth = ", joined(relay_.auth),
                wishes.must_bind ? ", require_channel_binding = yes" : "", troubles}),
        "5.7.4");
}

/// Nothing once the server has said yes. The reply if it does not know the mechanism after
/// all (504): another may be tried. A refused secret is never tried again: accounts get
/// locked that way.
std::optional<Reply> Session::run_mechanism(LogIn& log_in, const std::string& mechanism) {
    SaslClient& client = log_in.client;
    wire_.set_withheld(&log_in.withheld, lets_guess(mechanism));
    Reply reply = begin_auth(log_in, mechanism);
    while (reply.intermediate())
        reply = answer_challenge(log_in, reply, mechanism);
    if (reply.code == 504)
        return reply;
    if (!reply.positive())
        refuse(wire_, {Step::auth, mechanism}, reply,
               log_in.challenge_withheld && !client.complaint().empty()
                   ? Withheld::mark
                   : client.complaint());
    if (!client.complete())
        wire_.fail(ExitStatus::no_perm, Fault::relay, {Step::auth, mechanism},
                   "the server said yes before it had proved who it is", "5.7.8");
    return std::nullopt;
}

Reply Session::answer_challenge(LogIn& log_in, const Reply& reply,
                                const std::string& mechanism) {
    log_in.challenge_withheld = log_in.challenge_withheld || reply.withheld;
    // The prompts of LOGIN say nothing, and servers write them as they like.
    const auto challenge = mechanism == "LOGIN"
                               ? std::string()
                               : decode_base64(reply.lines.size() == 1 ? reply.lines.front()
                                                                       : std::string("?"));
    if (!challenge)
        cancel_auth({Step::auth, mechanism}, ExitStatus::protocol,
                    "the challenge is no base64");
    auto response = log_in.client.step(*challenge);
    if (!response)
        cancel_auth(Step::auth, ExitStatus::no_perm,
                    log_in.challenge_withheld ? concat({mechanism, ": ", Withheld::mark})
                                              : log_in.client.trouble());
    std::string encoded = encode_base64(*response);
    Reply next = answer(log_in, {}, encoded, mechanism);
    wipe(*response);
    wipe(encoded);
    return next;
}

/// RFC 4954 4: a line with an asterisk ends the exchange; the reply to it changes nothing.
void Session::cancel_auth(const Where& where, ExitStatus status, const std::string& why) {
    if (wire_.try_send("*\r\n", 1))
        wire_.receive_if_any(courtesy_wait);
    wire_.fail(status, Fault::relay, where, why, "5.7.8");
}

/// RFC 4954 4: the initial response rides along, "=" if it is empty, unless the line gets
/// long.
Reply Session::begin_auth(LogIn& log_in, const std::string& mechanism) {
    const auto& initial = log_in.client.initial();
    std::string response = initial ? encode_base64(*initial) : std::string();
    if (initial && response.empty())
        response = "=";
    const auto size = command_of(mechanism).size() + 1 + response.size();
    Reply reply = initial && size <= command_line_limit
                      ? begin_with_response(log_in, response, mechanism)
                      : begin_alone(log_in, response, mechanism);
    wipe(response);
    return reply;
}

/// Some servers have no ear for the response of PLAIN in the same line, and say 501: they
/// get it after their go, once. Where such a server hangs up instead, its 501 was its
/// verdict; one about the log-in (5.7.x) is a verdict, too.
Reply Session::begin_with_response(LogIn& log_in, std::string_view response,
                                   const std::string& mechanism) {
    Reply reply = answer(log_in, concat({"AUTH ", mechanism, " "}), response, mechanism);
    const bool deaf =
        mechanism == "PLAIN" && reply.code == 501 && !reply.enhanced().starts_with("5.7.");
    if (!deaf || !wire_.try_send(command_of(mechanism), 1))
        return reply;
    auto go = wire_.receive_if_any(relay_.timeout);
    if (!go)
        return reply;
    return go->intermediate() ? answer(log_in, {}, response, mechanism) : std::move(*go);
}

/// A `response` that there is goes out after the server's go.
Reply Session::begin_alone(LogIn& log_in, std::string_view response,
                           const std::string& mechanism) {
    say(command_of(mechanism), {Step::auth, mechanism});
    Reply reply = wire_.receive({Step::auth, mechanism});
    if (response.empty() || !reply.intermediate())
        return reply;
    return answer(log_in, {}, response, mechanism);
}

/// Sends `response`, which is base64, after `command`.
Reply Session::answer(LogIn& log_in, std::string_view command, std::string_view response,
                      const std::string& mechanism) {
    if (response != "=") // it says that there is nothing
        log_in.withheld.add(response);
    std::string line = concat({command, response, "\r\n"});
    say(line, {Step::auth, mechanism}, concat({command, "(credentials)\r\n"}));
    wipe(line);
    return wire_.receive({Step::auth, mechanism});
}

void Session::transact(const Envelope& envelope, const Message& message,
                       std::span<Recipient* const> recipients, bool last) {
    const auto transaction = begin_transaction(envelope);
    transaction->run(recipients, message, last);
    usable_ = transaction->in_step() && !wire_.leaving();
    if (transaction->too_many())
        recipient_limit_ = std::min(recipient_limit_, transaction->accepted());
}

std::unique_ptr<Transaction> Session::begin_transaction(const Envelope& envelope) {
    usable_ = false; // until it is known to have ended well
    --transactions_left_;
    return std::make_unique<Transaction>(wire_, extensions_, envelope, context_.notes);
}

void Session::end_transaction(const Transaction& transaction) {
    usable_ = transaction.in_step();
    if (usable_ || !wire_.at_rest() || !wire_.try_send("RSET\r\n", 1))
        return;
    const auto reply = wire_.receive_if_any(courtesy_wait);
    usable_ = reply && reply->positive();
}

Session::~Session() {
    try {
        if (wire_.at_rest())
            wire_.try_send("QUIT\r\n", 1);
    } catch (const std::bad_alloc&) { // a courtesy
    }
}

} // namespace sallyport
