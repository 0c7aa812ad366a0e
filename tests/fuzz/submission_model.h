// SPDX-License-Identifier: MIT
//
// A submission server in memory that follows what it is told: it aborts on what no client
// may write, and keeps every message that it took.
#pragma once

#include <algorithm>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/route.h"
#include "require.h"

namespace sallyport {

/// What all connections of a run share.
struct Submissions {
    std::string offers;      ///< EHLO keywords
    std::string script;      ///< a letter a reply, see SubmissionServer::say
    std::size_t limit = 100; ///< of recipients that a transaction may have
    std::size_t next = 0;
    std::vector<std::string> heard; ///< of each connection
    std::vector<std::string> taken; ///< messages that were accepted
    std::vector<std::string> asked; ///< RCPT commands
    std::size_t granted = 0;        ///< of those
};

class SubmissionServer {
  public:
    explicit SubmissionServer(Submissions& all) : all_(all), index_(all.heard.size()) {
        all_.heard.emplace_back();
        say("220 hi\r\n");
    }
    SubmissionServer(const SubmissionServer&) = delete;
    SubmissionServer& operator=(const SubmissionServer&) = delete;
    /// No message is begun that does not come to its end, unless the server was to blame.
    ~SubmissionServer() { require(troubled_ || (!in_text_ && text_.empty())); }

    void hear(std::string_view octets) {
        require(!gone_ || troubled_);
        all_.heard[index_] += octets;
        inbox_ += octets;
        while (!gone_ && take()) {
        }
    }

    /// The next reply, or empty; with `gone` there will be none.
    std::string speak() {
        if (replies_.empty())
            return {};
        std::string reply = std::move(replies_.front());
        replies_.pop_front();
        return reply;
    }

    [[nodiscard]] bool gone() const { return gone_; }

  private:
    /// A command, a line of text or a chunk; false if it is not all there.
    bool take() {
        if (chunk_ > 0)
            return take_chunk();
        const auto end = inbox_.find("\r\n");
        if (end == inbox_.npos)
            return false;
        const std::string line = inbox_.substr(0, end);
        inbox_.erase(0, end + 2);
        if (in_text_)
            take_text(line);
        else
            take_command(line);
        return true;
    }

    void take_command(const std::string& line) {
        require(!has_control(line) && line.size() < 2000);
        const std::string verb = line.substr(0, line.find(' '));
        const bool plain = verb == "HELO" || verb == "RSET" || verb == "QUIT";
        const bool path = line.starts_with("MAIL FROM:<") || line.starts_with("RCPT TO:<");
        const bool greets = verb == "EHLO" || verb == "LHLO";
        require(plain || path || greets || verb == "BDAT" || line == "DATA");
        if (verb == "BDAT")
            return begin_chunk(line);
        if (verb == "MAIL" || verb == "RSET" || greets) {
            text_.clear();
            granted_ = 0;
        }
        if (line == "DATA")
            in_text_ = say("354 go\r\n");
        else if (greets)
            say("250-mail\r\n" + all_.offers + "250 HELP\r\n");
        else if (verb == "RCPT")
            take_recipient(line);
        else
            say("250 ok\r\n");
        gone_ = gone_ || verb == "QUIT";
    }

    void take_recipient(const std::string& line) {
        all_.asked.push_back(line);
        if (!say("250 ok\r\n"))
            return;
        ++all_.granted;
        require(++granted_ <= all_.limit);
    }

    void take_text(std::string line) {
        if (line == ".") {
            in_text_ = false;
            return finish();
        }
        line.erase(0, line.starts_with('.') ? 1 : 0);
        text_ += line + "\r\n";
    }

    void begin_chunk(const std::string& line) {
        require(all_.offers.find("CHUNKING") != all_.offers.npos);
        chunk_ = std::strtoul(line.c_str() + 5, nullptr, 10);
        last_ = line.ends_with(" LAST");
        if (chunk_ == 0)
            end_chunk();
    }

    bool take_chunk() {
        const std::size_t size = std::min(chunk_, inbox_.size());
        text_ += inbox_.substr(0, size);
        inbox_.erase(0, size);
        chunk_ -= size;
        if (chunk_ == 0)
            end_chunk();
        return chunk_ == 0;
    }

    void end_chunk() {
        if (last_)
            finish();
        else
            say("250 more\r\n");
    }

    void finish() {
        check_message();
        std::string message = std::exchange(text_, {});
        if (say("250 2.0.0 queued\r\n"))
            all_.taken.push_back(std::move(message));
    }

    /// RFC 5321 2.3.8, and what a blind copy is for.
    void check_message() const {
        require(text_.find('\0') == text_.npos);
        for (std::size_t at = 0; at < text_.size(); ++at) {
            require(text_[at] != '\n' || (at > 0 && text_[at - 1] == '\r'));
            require(text_[at] != '\r' || (at + 1 < text_.size() && text_[at + 1] == '\n'));
        }
        const auto end = text_.find("\r\n\r\n");
        require(end != text_.npos);
        const std::string header = "\n" + lower_case(text_.substr(0, end));
        for (const char* name : {"\nbcc", "\nresent-bcc", "\nreturn-path"}) {
            for (auto at = header.find(name); at != header.npos;
                 at = header.find(name, at + 1)) {
                const auto behind =
                    header.find_first_not_of(" \t", at + std::string_view(name).size());
                require(behind == header.npos || header[behind] != ':');
            }
        }
        const bool takes_eight_bit = all_.offers.find("8BITMIME") != all_.offers.npos;
        require(takes_eight_bit || !has_eight_bit(text_.substr(end)));
    }

    /// `good`, or what the script has in its place; true if it was good.
    bool say(const std::string& good) {
        const char letter = all_.next < all_.script.size() ? all_.script[all_.next++] : '.';
        const bool trouble =
            std::string_view("ptnxqg").find(letter) != std::string_view::npos;
        troubled_ = troubled_ || trouble;
        gone_ = gone_ || letter == 'x' || letter == 'q';
        if (letter == 'p')
            replies_.emplace_back("550 5.7.1 no\r\n");
        else if (letter == 't')
            replies_.emplace_back("451 later\r\n");
        else if (letter == 'n')
            replies_.emplace_back("452 4.5.3 too many\r\n");
        else if (letter == 'q')
            replies_.emplace_back("421 4.3.2 down\r\n");
        else if (letter == 'g')
            replies_.emplace_back("\x1b[2Jwhat?\r\n");
        else if (letter == 'm' && good.starts_with("250 "))
            replies_.push_back("250-first\r\n" + good);
        else if (letter != 'x')
            replies_.push_back(good);
        return !trouble;
    }

    Submissions& all_;
    std::size_t index_;
    std::string inbox_;
    std::list<std::string> replies_;
    std::string text_;        ///< of the message under way
    std::size_t granted_ = 0; ///< its recipients
    bool in_text_ = false;
    std::size_t chunk_ = 0; ///< octets still to come
    bool last_ = false;
    bool gone_ = false;
    bool troubled_ = false;
};

class SubmissionNetwork : public Network {
  public:
    explicit SubmissionNetwork(Submissions& all) : all_(all) {}

    std::unique_ptr<Route> route(const Relay& /*relay*/, Deadline /*deadline*/) override {
        return std::make_unique<Way>(all_);
    }

  private:
    class Line : public Stream {
      public:
        explicit Line(Submissions& all) : server_(all) {}

        Transfer read(std::span<char> buffer, Deadline /*deadline*/) override {
            if (unread_.empty())
                unread_ = server_.speak();
            if (unread_.empty())
                return {0, server_.gone() ? "connection closed" : "timed out"};
            const std::size_t size = unread_.copy(buffer.data(), buffer.size());
            unread_.erase(0, size);
            return {size, {}};
        }
        Transfer write(std::string_view octets, Deadline /*deadline*/) override {
            if (server_.gone())
                return {0, "Broken pipe"};
            server_.hear(octets);
            return {octets.size(), {}};
        }

      private:
        SubmissionServer server_;
        std::string unread_;
    };

    class Way : public Route {
      public:
        explicit Way(Submissions& all) : all_(all) {}
        std::optional<Connection> connect() override {
            if (std::exchange(used_, true) || all_.heard.size() > 50)
                throw Failure(ExitStatus::temp_fail, Fault::relay, "mail: refused");
            Connection connection;
            connection.peer = "mail";
            connection.local_literal = "[192.0.2.9]";
            connection.stream = std::make_unique<Line>(all_);
            return connection;
        }
        Securer& securer() override { std::abort(); }

      private:
        Submissions& all_;
        bool used_ = false;
    };

    Submissions& all_;
};

} // namespace sallyport
