// SPDX-License-Identifier: MIT
//
// The second half of a session: who logs in, and the text of messages.
#include <algorithm>
#include <charconv>

#include <openssl/evp.h>

#include "server_session.h"
#include "text/ascii.h"

namespace sallyport {

namespace {

std::optional<std::string> decode_base64(std::string_view text) {
    std::string octets(text.size(), '\0');
    const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(octets.data()),
                                     reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()));
    if (size < 0 || text.size() % 4 != 0)
        return std::nullopt;
    const auto padding = std::ranges::count(text, '='); // which it decodes as NULs
    octets.resize(static_cast<std::size_t>(size) - static_cast<std::size_t>(padding));
    return octets;
}

} // namespace

/// RFC 4954 4: AUTH mechanism [initial response]
void ServerSession::auth(std::string_view argument) {
    const auto blank = std::min(argument.find(' '), argument.size());
    const auto mechanism = argument.substr(0, blank);
    const bool has_initial = blank < argument.size();
    const bool offered =
        (" " + options_.mechanisms + " ").find(" " + std::string(mechanism) + " ") !=
        std::string::npos;
    if (!secured_ || options_.user.empty())
        return fault("auth-not-offered", "503 5.5.1 not offered");
    if (!greeted_ || !authenticated_.empty() || has_sender_)
        return reply("503 5.5.1 not now");
    if (!offered || (mechanism != "PLAIN" && mechanism != "LOGIN"))
        return reply("504 5.5.4 no such mechanism");
    expecting_ = mechanism == "PLAIN" ? Expecting::plain : Expecting::login_user;
    if (has_initial)
        return take_credentials(argument.substr(blank + 1));
    reply(mechanism == "PLAIN" ? "334 " : "334 VXNlcm5hbWU6");
}

void ServerSession::take_credentials(std::string_view line) {
    const Expecting step = expecting_;
    expecting_ = Expecting::command;
    const auto answer = decode_base64(line == "=" ? "" : line);
    if (!answer)
        return reply("501 5.5.2 no base64");
    if (step == Expecting::login_user) {
        login_user_ = *answer;
        expecting_ = Expecting::login_password;
        return reply("334 UGFzc3dvcmQ6");
    }
    if (step == Expecting::login_password)
        return check_login(login_user_, *answer);
    // RFC 4616 2: [authzid] NUL authcid NUL passwd
    const auto first = answer->find('\0');
    const auto second = first == std::string::npos ? first : answer->find('\0', first + 1);
    if (second == std::string::npos)
        return reply("501 5.5.2 no PLAIN");
    check_login(std::string_view(*answer).substr(first + 1, second - first - 1),
                std::string_view(*answer).substr(second + 1));
}

void ServerSession::check_login(std::string_view user, std::string_view password) {
    if (user != options_.user || password != options_.password)
        return reply("535 5.7.8 wrong user or password");
    authenticated_ = user;
    reply("235 2.7.0 welcome");
}

void ServerSession::begin_text() {
    if (!drop_)
        drop_.emplace(options_.discard ? std::string() : options_.directory);
    at_line_start_ = true;
}

void ServerSession::data(std::string_view argument) {
    if (!has_sender_ || drop_ || !argument.empty())
        return reply("503 5.5.1 not now");
    if (envelope_.to.empty())
        return reply("554 5.5.1 no valid recipients");
    begin_text();
    expecting_ = Expecting::text;
    reply("354 end with a dot");
}

/// RFC 5321 4.5.2. Lines that are not all here yet are taken as far as is safe.
bool ServerSession::take_text() {
    const auto end = rest().find('\n');
    if (end != std::string_view::npos) {
        const auto line = rest().substr(0, end + 1);
        begin_ += line.size();
        return take_text_line(line);
    }
    constexpr std::size_t undecided = 3; // it may be the dot that ends the text, or a CR
    if (rest().size() <= undecided)
        return false;
    const auto part = rest().substr(0, rest().size() - undecided);
    begin_ += part.size();
    take_text_line(part);
    return false;
}

bool ServerSession::take_text_line(std::string_view line) {
    if (at_line_start_ && line == ".\r\n") {
        channel_.note("text");
        expecting_ = Expecting::command;
        end_message();
        return true;
    }
    if (at_line_start_ && line.starts_with('.'))
        line.remove_prefix(1);
    drop_->append(line);
    at_line_start_ = line.ends_with('\n');
    return true;
}

/// RFC 3030 2: BDAT size [LAST]. The octets follow whatever the reply will be.
void ServerSession::bdat(std::string_view argument) {
    const auto blank = std::min(argument.find(' '), argument.size());
    const auto digits = argument.substr(0, blank);
    const auto end = argument.substr(blank);
    const auto [stop, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), chunk_left_);
    if (error != std::errc{} || stop != digits.data() + digits.size() ||
        (!end.empty() && !equals_ignoring_case(end, " LAST")))
        return fault("bad-bdat", "501 5.5.4 BDAT size [LAST]");
    if (!offers("CHUNKING"))
        return fault("bdat-not-offered", "503 5.5.1 not offered");
    chunk_is_last_ = !end.empty();
    chunk_is_wanted_ = has_sender_ && !envelope_.to.empty();
    if (chunk_is_wanted_ && !drop_)
        begin_text();
    expecting_ = Expecting::chunk;
}

bool ServerSession::take_chunk() {
    const auto part = rest().substr(0, chunk_left_);
    if (chunk_is_wanted_)
        drop_->append(part);
    begin_ += part.size();
    chunk_left_ -= part.size();
    if (chunk_left_ > 0)
        return false;
    expecting_ = Expecting::command;
    if (!chunk_is_wanted_)
        reply(has_sender_ ? "554 5.5.1 no valid recipients" : "503 5.5.1 MAIL first");
    else if (chunk_is_last_)
        end_message();
    else
        reply("250 2.0.0 chunk taken");
    return true;
}

void ServerSession::end_message() {
    channel_.note_verdict();
    message_octets_ += drop_->size();
    if (!drop_->has_clean_lines()) {
        faults_ += std::string(faults_.empty() ? "" : ",") + "bare-line-end-in-text";
        reply("550 5.6.11 bare <CR> or <LF> in the text");
    } else if (drop_->size() > size_limit()) {
        reply("552 5.3.4 too big");
    } else if (!is_obeyed("end")) {
        // and so it is not stored
    } else if (!drop_->finish(envelope_)) {
        reply("451 4.3.0 cannot be stored");
    } else if (is_obeyed("stored")) {
        ++messages_;
        reply("250 2.0.0 accepted, " + std::to_string(drop_->size()) + " octets");
    }
    reset();
}

} // namespace sallyport
