// SPDX-License-Identifier: MIT
#include "smtp/session.h"

#include <algorithm>
#include <new>
#include <utility>

#include "base/concat.h"
#include "base/failure.h"
#include "smtp/refusal.h"
#include "text/ascii.h"
#include "text/base64.h"
#include "text/printable.h"

namespace sallyport {

namespace {

/// RFC 5321 4.5.3.1.4: a command line has 512 octets; what is longer waits for the server's
/// go.
constexpr std::size_t command_line_limit = 512;

/// One log-in (RFC 4954), by one mechanism after the other. For as long as it lives, the
/// wire shows nobody what gives away what it sends.
class LogIn {
  public:
    LogIn(Wire& wire, SaslIdentity identity, std::string_view secret)
        : wire_(wire), client_(std::move(identity), secret) {
        withheld_.add(secret);
    }
    LogIn(const LogIn&) = delete;
    LogIn& operator=(const LogIn&) = delete;
    ~LogIn() { wire_.set_withheld(nullptr); }

    /// Empty once the server has said yes; else why the next mechanism may be tried: there
    /// is no plug-in for this one, or the server does not know it after all (504). A
    /// refused secret is never tried again: accounts get locked that way.
    std::string run(std::string_view mechanism, bool plus_missing);

  private:
    Reply begin();
    Reply begin_with(std::string_view response);
    Reply answer_challenge(const Reply& reply);
    Reply answer(std::string_view command, std::string_view response);
    [[noreturn]] void cancel(const Where& where, ExitStatus status, const std::string& why);
    [[nodiscard]] Where at() const { return {Step::auth, mechanism_}; }

    Wire& wire_;
    SaslClient client_;
    Withheld withheld_;
    std::string_view mechanism_;
    bool challenge_withheld_ = false; ///< so is what the library says of one
};

std::string LogIn::run(std::string_view mechanism, bool plus_missing) {
    if (!client_.start(mechanism, plus_missing))
        return client_.trouble();
    mechanism_ = mechanism;
    wire_.set_withheld(&withheld_, lets_guess(mechanism));
    Reply reply = begin();
    while (reply.intermediate())
        reply = answer_challenge(reply);
    if (reply.code == 504)
        return concat({"AUTH ", mechanism, ": ", printable(reply.text(), 200)});
    if (!reply.positive())
        refuse(wire_, at(), reply,
               challenge_withheld_ && !client_.complaint().empty() ? Withheld::mark
                                                                   : client_.complaint());
    if (!client_.complete())
        wire_.fail(ExitStatus::no_perm, Fault::relay, at(),
                   {"the server said yes before it had proved who it is"}, "5.7.8");
    return {};
}

/// RFC 4954 4: the initial response is "=" if it is empty.
Reply LogIn::begin() {
    const auto& initial = client_.initial();
    if (!initial)
        return wire_.ask(concat({"AUTH ", mechanism_, "\r\n"}), at());
    std::string response = encode_base64(*initial);
    if (response.empty())
        response = "=";
    Reply reply = begin_with(response);
    wipe(response);
    return reply;
}

/// The response rides along, unless the line gets long; then it goes out after the server's
/// go. Some servers do not take the response of PLAIN in the same line, and say 501: they
/// get it after their go, once. Where such a server hangs up instead, its 501 was its
/// verdict; one about the log-in (5.7.x) is a verdict, too.
Reply LogIn::begin_with(std::string_view response) {
    const std::string alone = concat({"AUTH ", mechanism_, "\r\n"});
    std::optional<Reply> go;
    if (alone.size() + 1 + response.size() > command_line_limit) {
        go = wire_.ask(alone, at());
    } else {
        Reply reply = answer(concat({"AUTH ", mechanism_, " "}), response);
        const bool deaf = mechanism_ == "PLAIN" && reply.code == 501 &&
                          !reply.enhanced().starts_with("5.7.");
        if (deaf && wire_.try_send(alone, 1, Step::auth))
            go = wire_.receive_if_any(std::chrono::milliseconds::max(), Step::auth);
        if (!go)
            return reply;
    }
    return go->intermediate() ? answer({}, response) : std::move(*go);
}

Reply LogIn::answer_challenge(const Reply& reply) {
    challenge_withheld_ = challenge_withheld_ || reply.withheld;
    // The prompts of LOGIN say nothing, and servers write them as they like.
    const auto challenge = mechanism_ == "LOGIN"
                               ? std::string()
                               : decode_base64(reply.lines.size() == 1 ? reply.lines.front()
                                                                       : std::string("?"));
    if (!challenge)
        cancel(at(), ExitStatus::protocol, "the challenge is no base64");
    auto response = client_.step(*challenge);
    if (!response)
        cancel(Step::auth, ExitStatus::no_perm,
               challenge_withheld_ ? concat({mechanism_, ": ", Withheld::mark})
                                   : client_.trouble());
    std::string encoded = encode_base64(*response);
    Reply next = answer({}, encoded);
    wipe(*response);
    wipe(encoded);
    return next;
}

/// Sends `response`, which is base64, after `command`.
Reply LogIn::answer(std::string_view command, std::string_view response) {
    if (response != "=") // it says that there is nothing
        withheld_.add(response);
    std::string line = concat({command, response, "\r\n"});
    wire_.send(line, 1, at(), concat({command, "(credentials)\r\n"}));
    wipe(line);
    return wire_.receive(at());
}

/// RFC 4954 4: a line with an asterisk ends the exchange; the reply to it changes nothing.
void LogIn::cancel(const Where& where, ExitStatus status, const std::string& why) {
    if (wire_.try_send("*\r\n", 1, Step::auth))
        wire_.receive_if_any(courtesy_wait, Step::auth);
    wire_.fail(status, Fault::relay, where, {why}, "5.7.8");
}

} // namespace

Session::Session(Connection& connection, const Relay& relay, const SessionContext& context)
    : relay_(relay), notes_(context.notes),
      wire_(std::move(connection.stream), std::move(connection.peer), context.transcript,
            relay.greeting_timeout, context.run_deadline),
      ehlo_name_(context.ehlo_name.empty() ? connection.local_literal : context.ehlo_name) {
    wire_.set_awaits_verdict(relay.awaits_verdict);
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
    context.transcript.begin(Step::greeting);
    greet();
    say_ehlo();
    if (mode == TlsMode::starttls) {
        verified = &start_tls(route);
        say_ehlo();
    }
    if (verified != nullptr)
        tls_ = verified->protocol();
    else
        extensions_.requiretls = false; // RFC 8689 2: offered within TLS, or not at all
    if (wants_login()) {
        const Permit permit = verified != nullptr
                                  ? Permit(*verified)
                                  : Permit(relay.allow_plaintext_auth.value());
        authenticate(context.secret ? context.secret->reveal(permit) : std::string_view(),
                     verified != nullptr ? verified->channel_binding() : ChannelBinding(),
                     connection.port);
    }
    recipient_limit_ = extensions_.rcptmax.value_or(relay.max_recipients);
    transactions_left_ = extensions_.mailmax.value_or(relay.max_messages);
}

void Session::greet() {
    const Reply reply = wire_.receive(Step::greeting);
    wire_.set_timeout(relay_.timeout);
    if (reply.code != 220)
        refuse(wire_, Step::greeting, reply);
}

void Session::say_ehlo() {
    const Step hello = relay_.lmtp ? Step::lhlo : Step::ehlo; // RFC 2033 4.1
    const Reply reply =
        wire_.ask(concat({relay_.lmtp ? "LHLO " : "EHLO ", ehlo_name_, "\r\n"}), hello);
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
    const Reply reply = wire_.ask(concat({"HELO ", ehlo_name_, "\r\n"}), Step::helo);
    if (!reply.positive())
        refuse(wire_, Step::helo, reply);
    extensions_ = {};
}

VerifiedStream& Session::start_tls(Route& route) {
    if (!extensions_.starttls)
        wire_.fail(ExitStatus::protocol, Fault::relay, Step::starttls,
                   {"the server does not offer it, or somebody in between hides it; try "
                    "port = 465"},
                   "4.7.4");
    const Reply reply = wire_.ask("STARTTLS\r\n", Step::starttls);
    if (reply.permanent())
        wire_.fail(ExitStatus::protocol, Fault::relay, Step::starttls, {reply.text()},
                   "4.7.4");
    if (reply.code != 220)
        refuse(wire_, Step::starttls, reply);
    // RFC 3207 6: what follows the 220 in clear may be anybody's.
    if (wire_.input_waiting())
        wire_.fail(ExitStatus::protocol, Fault::relay, Step::starttls,
                   {"octets were injected after the server's reply"}, "4.7.4");
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

void Session::authenticate(std::string_view secret, ChannelBinding binding,
                           std::uint16_t port) {
    SaslWishes wishes;
    wishes.credential = relay_.is_token       ? Credential::token
                        : relay_.has_secret() ? Credential::password
                                              : Credential::none;
    wishes.encrypted = !tls_.empty();
    wishes.can_bind = !binding.type.empty();
    wishes.must_bind = relay_.require_channel_binding;
    const auto ranked = rank_mechanisms(extensions_.auth, relay_.auth, wishes);
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
        secret);
    std::string troubles;
    for (const std::string_view mechanism : ranked) {
        const std::string trouble = log_in.run(mechanism, plus_missing);
        if (trouble.empty())
            return;
        troubles.append("; ").append(trouble);
    }
    no_mechanism(troubles);
}

void Session::no_mechanism(const std::string& troubles) {
    const std::string offers =
        extensions_.auth.empty() ? "nothing" : printable(joined(extensions_.auth, " "));
    wire_.fail(ExitStatus::no_perm, Fault::relay, Step::auth,
               {"no mechanism in common: the server offers ", offers,
                relay_.auth.empty() ? "" : ", auth = ", joined(relay_.auth, " "),
                relay_.require_channel_binding ? ", require_channel_binding = yes" : "",
                troubles},
               "5.7.4");
}

void Session::transact(const Envelope& envelope, const Message& message,
                       std::span<Recipient* const> recipients, bool last,
                       Witness* witness) {
    const auto transaction = begin_transaction(envelope);
    const auto note_use = [&] { usable_ = transaction->in_step() && !wire_.leaving(); };
    try {
        transaction->run(recipients, message, last, witness);
    } catch (const Failure&) { // a refusal, perhaps, and the server goes on
        note_use();
        throw;
    }
    note_use();
    if (transaction->too_many())
        recipient_limit_ = std::min(recipient_limit_, transaction->accepted());
}

std::unique_ptr<Transaction> Session::begin_transaction(const Envelope& envelope) {
    usable_ = false; // until it is known to have ended well
    --transactions_left_;
    return std::make_unique<Transaction>(wire_, extensions_, envelope, notes_);
}

void Session::end_transaction(const Transaction& transaction) {
    usable_ = transaction.in_step();
    start_over();
}

void Session::start_over() {
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
