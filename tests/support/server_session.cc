// SPDX-License-Identifier: MIT
#include "server_session.h"

#include <algorithm>
#include <charconv>

#include "text/ascii.h"

namespace sallyport {

namespace {

constexpr std::size_t command_limit = 16384; // RFC 4954 4: AUTH may have as many

std::string upper(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return result;
}

/// What stands before the first blank; `text` keeps what stands after it.
std::string_view take_word(std::string_view& text) {
    const auto end = std::min(text.find(' '), text.size());
    const auto word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return word;
}

std::optional<std::uint64_t> number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

/// "<address> PARAMETERS" after `prefix`: the address without its brackets; `text` keeps
/// the parameters. A quoted local part may hold a bracket.
std::optional<std::string> take_path(std::string_view& text, std::string_view prefix) {
    if (!starts_with_ignoring_case(text, prefix) ||
        !text.substr(prefix.size()).starts_with('<'))
        return std::nullopt;
    bool quoted = false;
    for (std::size_t at = prefix.size() + 1; at < text.size(); ++at) {
        if (quoted && text[at] == '\\')
            ++at;
        else if (text[at] == '"')
            quoted = !quoted;
        else if (text[at] == '>' && !quoted) {
            std::string address(text.substr(prefix.size() + 1, at - prefix.size() - 1));
            text.remove_prefix(at + 1);
            return address;
        }
    }
    return std::nullopt;
}

} // namespace

ServerSession::ServerSession(Channel& channel, const ServerOptions& options,
                             SSL_CTX* context, bool implicit_tls, Meddler* meddler)
    : channel_(channel), options_(options), context_(context), implicit_tls_(implicit_tls),
      meddler_(meddler) {}

const ServerSession::Command ServerSession::commands[] = {
    {"EHLO", &ServerSession::ehlo, true},         {"HELO", &ServerSession::helo, true},
    {"STARTTLS", &ServerSession::starttls, true}, {"AUTH", &ServerSession::auth, true},
    {"MAIL", &ServerSession::mail, false},        {"RCPT", &ServerSession::rcpt, false},
    {"DATA", &ServerSession::data, true},         {"BDAT", &ServerSession::bdat, false},
    {"RSET", &ServerSession::rset, false},        {"NOOP", &ServerSession::noop, true},
    {"QUIT", &ServerSession::quit, true},
};

void ServerSession::run() {
    secured_ = implicit_tls_ && channel_.accept_tls(context_);
    open_ = secured_ == implicit_tls_;
    if (open_ && channel_.input_waiting())
        fault("talks-before-greeting", "554 5.5.0 wait for the greeting");
    else if (open_ && is_obeyed("greeting"))
        reply("220 localhost ESMTP");
    while (open_ && channel_.read(input_)) {
        while (open_ && step()) {
        }
        input_.erase(0, begin_);
        begin_ = 0;
    }
    channel_.flush();
}

/// False if more input is needed.
bool ServerSession::step() {
    if (expecting_ == Expecting::text)
        return take_text();
    if (expecting_ == Expecting::chunk)
        return take_chunk();
    const auto line = take_line();
    if (!line)
        return false;
    if (expecting_ == Expecting::command) {
        take_command(*line);
    } else {
        channel_.note("credentials");
        take_credentials(*line);
    }
    return true;
}

/// One line without its CRLF. A LF alone ends the session.
std::optional<std::string_view> ServerSession::take_line() {
    const auto end = rest().find('\n');
    if (end == std::string_view::npos) {
        if (rest().size() > command_limit)
            fault("line-too-long", "500 5.5.2 line too long");
        return std::nullopt;
    }
    const auto line = rest().substr(0, end);
    begin_ += end + 1;
    if (!line.ends_with('\r') || std::ranges::count(line, '\r') > 1) {
        fault("bare-line-end", "554 5.5.2 bare <CR> or <LF> in a command");
        return std::nullopt;
    }
    return line.substr(0, line.size() - 1);
}

void ServerSession::take_command(std::string_view line) {
    const std::string verb = upper(take_word(line));
    const auto* const command = std::ranges::find(commands, verb, &Command::verb);
    channel_.note(command != std::end(commands) ? verb : "?");
    if (verb == options_.hang_up_at) {
        open_ = false;
        return;
    }
    if (command == std::end(commands))
        return fault("unknown-command", "500 5.5.1 unknown command");
    const bool more = !rest().empty() || (command->ends_group && channel_.input_waiting());
    if (more && verb != "BDAT" && (command->ends_group || !offers("PIPELINING")))
        return fault("pipelining-behind-" + verb, "554 5.5.0 improper pipelining");
    if (is_obeyed(verb, line))
        (this->*command->run)(line);
}

/// False where a meddler has done something else.
bool ServerSession::is_obeyed(std::string_view step, std::string_view argument) {
    const Meddler::Deed deed =
        meddler_ != nullptr ? meddler_->deed_at(step, argument) : Meddler::Deed{};
    if (!deed.reply.empty())
        reply(deed.reply);
    open_ = !deed.hangs_up;
    return open_ && deed.reply.empty();
}

void ServerSession::reply(std::string_view text) {
    channel_.queue(std::string(text) + "\r\n");
}

/// The client breaks a rule of the protocol: it is told, noted, and sent away.
void ServerSession::fault(const std::string& what, std::string_view text) {
    faults_ += (faults_.empty() ? "" : ",") + what;
    reply(text);
    open_ = false;
}

void ServerSession::ehlo(std::string_view argument) {
    if (argument.empty())
        return reply("501 5.5.4 EHLO name");
    reset();
    greeted_ = true;
    std::vector<std::string> lines{"localhost"};
    lines.insert(lines.end(), options_.offer.begin(), options_.offer.end());
    if (!secured_)
        lines.emplace_back("STARTTLS");
    else if (!options_.user.empty())
        lines.emplace_back("AUTH " + options_.mechanisms);
    for (const auto& line : lines)
        reply((&line == &lines.back() ? "250 " : "250-") + line);
}

void ServerSession::helo(std::string_view argument) {
    if (argument.empty())
        return reply("501 5.5.4 HELO name");
    reset();
    greeted_ = true;
    reply("250 localhost");
}

void ServerSession::starttls(std::string_view argument) {
    if (secured_ || !greeted_ || !argument.empty())
        return reply("503 5.5.1 not now");
    reply("220 2.0.0 ready for TLS");
    open_ = channel_.flush() && channel_.accept_tls(context_);
    secured_ = open_;
    greeted_ = false; // RFC 3207 4.2: what was said before is forgotten
    reset();
}

void ServerSession::mail(std::string_view argument) {
    const auto sender = take_path(argument, "FROM:");
    if (!greeted_ || has_sender_)
        return reply("503 5.5.1 not now");
    if (!options_.user.empty() && authenticated_.empty())
        return reply("530 5.7.0 log in first");
    if (!sender)
        return reply("501 5.5.4 MAIL FROM:<address>");
    if (!accepts_parameters(argument))
        return fault("parameter-not-offered", "555 5.5.4 unknown parameter");
    const auto at = argument.find("SIZE=");
    const auto size = at == std::string_view::npos ? argument : argument.substr(at + 5);
    if (number(size.substr(0, size.find(' '))).value_or(0) > size_limit())
        return reply("552 5.3.4 too big");
    envelope_.from = "<" + *sender + ">" + std::string(argument);
    has_sender_ = true;
    reply("250 2.1.0 sender ok");
}

void ServerSession::rcpt(std::string_view argument) {
    const auto recipient = take_path(argument, "TO:");
    if (!has_sender_ || drop_)
        return reply("503 5.5.1 not now");
    if (!recipient || recipient->empty())
        return reply("501 5.5.4 RCPT TO:<address>");
    if (!accepts_parameters(argument))
        return fault("parameter-not-offered", "555 5.5.4 unknown parameter");
    if (!options_.refuse.empty() && *recipient == options_.refuse)
        return reply("550 5.1.1 no such user");
    envelope_.to.push_back("<" + *recipient + ">" + std::string(argument));
    reply("250 2.1.5 recipient ok");
}

void ServerSession::rset(std::string_view /*argument*/) {
    reset();
    reply("250 2.0.0 as if nothing had been said");
}

void ServerSession::noop(std::string_view /*argument*/) {
    reply("250 2.0.0 nothing done");
}

void ServerSession::quit(std::string_view /*argument*/) {
    reply("221 2.0.0 bye");
    open_ = false;
}

void ServerSession::reset() {
    has_sender_ = false;
    envelope_ = {};
    drop_.reset();
}

bool ServerSession::offers(std::string_view keyword) const {
    return std::ranges::any_of(options_.offer, [keyword](std::string_view line) {
        return take_word(line) == keyword;
    });
}

std::uint64_t ServerSession::size_limit() const {
    for (std::string_view line : options_.offer) {
        if (take_word(line) == "SIZE" && number(line).value_or(0) > 0)
            return *number(line);
    }
    return UINT64_MAX;
}

/// RFC 5321 4.1.1.11: only those of extensions that were offered.
bool ServerSession::accepts_parameters(std::string_view parameters) const {
    if (!parameters.empty() && !parameters.starts_with(' '))
        return false;
    while (!parameters.empty()) {
        parameters.remove_prefix(1);
        const auto word = parameters.substr(0, parameters.find(' '));
        const std::string name = upper(word.substr(0, word.find('=')));
        const bool known =
            (name == "SIZE" && offers("SIZE")) || (name == "BODY" && offers("8BITMIME")) ||
            (name == "SMTPUTF8" && offers("SMTPUTF8")) ||
            ((name == "RET" || name == "ENVID" || name == "NOTIFY" || name == "ORCPT") &&
             offers("DSN"));
        if (!known)
            return false;
        parameters.remove_prefix(word.size());
    }
    return true;
}

/// For a shell to read: no value holds a blank.
std::string ServerSession::report() {
    channel_.count_segments();
    std::string dialogue;
    std::string octets;
    std::string records;
    std::string segments;
    std::uint64_t received = 0;
    constexpr std::size_t shown = 12; // of a big message there may be thousands
    for (std::size_t i = 0; i < channel_.flights().size(); ++i) {
        const Flight& flight = channel_.flights()[i];
        received += flight.octets;
        if (i >= shown)
            continue;
        const std::string separator = i > 0 ? "/" : "";
        dialogue += separator + (flight.dialogue.empty() ? "-" : flight.dialogue);
        octets += separator + std::to_string(flight.octets);
        records += separator + std::to_string(flight.records);
        segments += separator + std::to_string(flight.segments);
    }
    return std::string("port=") + (implicit_tls_ ? "implicit" : "starttls") +
           " tls=" + channel_.protocol() +
           " user=" + (authenticated_.empty() ? "none" : authenticated_) +
           " round_trips=" + std::to_string(channel_.round_trips_to_verdict()) +
           " flights=" + std::to_string(channel_.flights().size()) +
           " dialogue=" + dialogue + " records=" + records + " segments=" + segments +
           " octets=" + octets + " received=" + std::to_string(received) +
           " messages=" + std::to_string(messages_) +
           " message_octets=" + std::to_string(message_octets_) +
           " faults=" + (faults_.empty() ? "none" : faults_);
}

} // namespace sallyport
