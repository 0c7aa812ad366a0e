// SPDX-License-Identifier: MIT
#include "trials/talk.h"

#include <array>
#include <string_view>
#include <utility>

#include <sys/socket.h>

namespace sallyport::trials {

namespace {

/// RFC 5321 4.5.2.
std::string with_dots(std::string_view text) {
    std::string stuffed;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = text.find('\n', at) + 1;
        stuffed += text[at] == '.' ? "." : "";
        stuffed += text.substr(at, end - at);
        at = end;
    }
    return stuffed + ".";
}

} // namespace

Talk::Talk(UniqueFd socket, std::vector<const Mail*> mails)
    : socket_(std::move(socket)), mails_(std::move(mails)), thread_([this] { talk(); }) {}

Talk::~Talk() {
    told();
}

/// A process that the program leaves may have the other end still, and be stopped: what has
/// come is read, and no more is waited for.
const std::vector<Talk::Told>& Talk::told() {
    ::shutdown(socket_.get(), SHUT_RD);
    if (thread_.joinable())
        thread_.join();
    return told_;
}

void Talk::talk() {
    bool open = reply().starts_with("220") && ask("EHLO client").starts_with("250");
    for (auto mail = mails_.begin(); open && mail != mails_.end(); ++mail) {
        hand_over(**mail);
        open = ask("RSET").starts_with("250");
    }
    ask("QUIT");
    ::shutdown(socket_.get(), SHUT_WR);
}

void Talk::hand_over(const Mail& mail) {
    Told told{&mail};
    if (!ask("MAIL FROM:<" + mail.sender + ">").starts_with("250"))
        return;
    for (const std::string& recipient : mail.recipients) {
        if (ask("RCPT TO:<" + recipient + ">").starts_with("25"))
            told.recipients.push_back(recipient);
    }
    if (!told.recipients.empty() && ask("DATA").starts_with("354"))
        told.reply = ask(with_dots(mail.text));
    told_.push_back(std::move(told));
}

std::string Talk::ask(const std::string& line) {
    const std::string octets = line + "\r\n";
    for (std::string_view left = octets; !left.empty();) {
        const ssize_t sent = ::send(socket_.get(), left.data(), left.size(), MSG_NOSIGNAL);
        if (sent <= 0)
            return {};
        left.remove_prefix(static_cast<std::size_t>(sent));
    }
    return reply();
}

std::string Talk::reply() {
    for (;;) {
        const auto end = input_.find("\r\n");
        if (end != std::string::npos) {
            std::string line = input_.substr(0, end);
            input_.erase(0, end + 2);
            if (line.size() > 3 && line[3] == '-')
                continue;
            return line;
        }
        std::array<char, 4096> block{};
        const ssize_t got = ::recv(socket_.get(), block.data(), block.size(), 0);
        if (got <= 0)
            return {};
        input_.append(block.data(), static_cast<std::size_t>(got));
    }
}

} // namespace sallyport::trials
