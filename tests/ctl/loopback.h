// SPDX-License-Identifier: MIT
//
// A submission server on the loopback interface that says what a test has it say. Each of
// its connections has a thread; all of them end with it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <list>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/unique_fd.h"
#include "config/settings.h"
#include "loopback_identity.h"

namespace sallyport::ctl {

/// In place of a reply: the connection is cut, or nothing comes any more.
inline constexpr const char* hang_up = "";
inline constexpr const char* silence = "(silence)";

/// What it says. Lines of a reply are parted by "\r\n"; the last line end is not written.
/// After 421 the connection ends.
struct Manners {
    TlsMode tls = TlsMode::implicit;
    Shown shown = Shown::good;
    int max_version = TLS1_3_VERSION;
    /// Said as soon as somebody has connected, with nothing after it; TLS and all that
    /// follows do not matter then.
    std::string raw{};
    bool waits_to_greet = false; ///< until let_greet()
    std::string greeting = "220 loopback ESMTP";
    /// The lines after the first of the reply to EHLO, in clear and under TLS; STARTTLS
    /// comes by itself, and AUTH only where it may be used.
    std::vector<std::string> offer{"PIPELINING", "8BITMIME", "SIZE 31457280"};
    std::string mechanisms = "PLAIN LOGIN"; ///< empty: no AUTH
    bool auth_in_clear = false;
    bool hides_starttls = false;
    std::string ehlo{}; ///< in place of all that
    std::string starttls = "220 2.0.0 go ahead";
    std::string auth = "235 2.7.0 accepted";    ///< when it has the credentials
    std::string auth_end = "535 5.7.8 refused"; ///< after `auth`, if that is a challenge
    std::string mail = "250 2.1.0 sender ok";
    std::string rcpt = "250 2.1.5 recipient ok";
    std::string data = "354 go ahead";
    std::string end = "250 2.0.0 queued as 1";
};

/// One connection, as the server has it.
class LoopbackSession {
  public:
    LoopbackSession(UniqueFd fd, const Manners& manners, SSL_CTX* context)
        : fd_(std::move(fd)), manners_(manners), context_(context) {}

    /// Until the client goes, or has been told to. `heard` gets each line of the client's.
    template<class Hear>
    void run(const Hear& heard) {
        if (!begin())
            return;
        std::string line;
        while (open_ && read_line(line)) {
            heard(line);
            take(line, heard);
        }
    }

    void cut() const { ::shutdown(fd_.get(), SHUT_RDWR); }

  private:
    bool begin() {
        if (!manners_.raw.empty()) {
            write(manners_.raw);
            return false;
        }
        if (manners_.tls == TlsMode::implicit && !secure())
            return false;
        say(manners_.greeting);
        return open_;
    }

    bool secure() {
        ssl_.reset(SSL_new(context_));
        SSL_set_fd(ssl_.get(), fd_.get());
        secured_ = SSL_accept(ssl_.get()) == 1;
        return secured_;
    }

    void write(std::string_view octets) {
        if (secured_)
            SSL_write(ssl_.get(), octets.data(), static_cast<int>(octets.size()));
        else
            static_cast<void>(
                ::send(fd_.get(), octets.data(), octets.size(), MSG_NOSIGNAL));
    }

    void say(const std::string& reply) {
        if (reply == silence) {
            quiet_ = true;
        } else if (reply == hang_up) {
            open_ = false;
        } else if (!quiet_) {
            write(reply + "\r\n");
            open_ = open_ && !reply.starts_with("421");
        }
    }

    bool fill() {
        char block[4096];
        const auto got = secured_
                             ? SSL_read(ssl_.get(), block, sizeof block)
                             : static_cast<int>(::recv(fd_.get(), block, sizeof block, 0));
        if (got <= 0)
            return false;
        input_.append(block, static_cast<std::size_t>(got));
        return true;
    }

    bool read_line(std::string& line) {
        while (input_.find('\n') == input_.npos) {
            if (!fill())
                return false;
        }
        const auto end = input_.find('\n');
        line = input_.substr(0, end);
        input_.erase(0, end + 1);
        if (!line.empty() && line.back() == '\r')
            line.pop_back();
        return true;
    }

    template<class Hear>
    void take(const std::string& line, const Hear& heard) {
        if (line.starts_with("EHLO") || line.starts_with("LHLO"))
            say(manners_.ehlo.empty() ? offer() : manners_.ehlo);
        else if (line == "STARTTLS")
            start_tls();
        else if (line.starts_with("AUTH "))
            log_in(line, heard);
        else if (line.starts_with("MAIL "))
            say(manners_.mail);
        else if (line.starts_with("RCPT "))
            say(manners_.rcpt);
        else if (line == "DATA")
            take_data();
        else if (line.starts_with("BDAT "))
            take_chunk(line);
        else
            take_rest(line);
    }

    void take_rest(const std::string& line) {
        say(line == "QUIT" ? "221 2.0.0 bye" : "250 2.0.0 ok");
        open_ = open_ && line != "QUIT";
    }

    [[nodiscard]] std::string offer() const {
        std::vector<std::string> lines{"loopback"};
        lines.insert(lines.end(), manners_.offer.begin(), manners_.offer.end());
        if (manners_.tls == TlsMode::starttls && !secured_ && !manners_.hides_starttls)
            lines.emplace_back("STARTTLS");
        const bool may = secured_ || manners_.auth_in_clear;
        if (!manners_.mechanisms.empty() && may)
            lines.push_back("AUTH " + manners_.mechanisms);
        std::string reply;
        for (const auto& line : lines) {
            reply += reply.empty() ? "250" : "\r\n250";
            reply += (&line == &lines.back() ? " " : "-") + line;
        }
        return reply;
    }

    void start_tls() {
        say(manners_.starttls);
        if (manners_.starttls.starts_with("220"))
            open_ = secure();
    }

    template<class Hear>
    void log_in(const std::string& line, const Hear& heard) {
        const bool in_two = line.starts_with("AUTH LOGIN");
        const bool initial = line.find(' ', 5) != line.npos;
        std::string answer;
        for (int missing = (in_two ? 2 : 1) - (initial ? 1 : 0); missing > 0; --missing) {
            say(in_two && missing == 2 ? "334 VXNlcm5hbWU6" : "334 UGFzc3dvcmQ6");
            if (!read_line(answer))
                return;
            heard(answer);
        }
        say(manners_.auth);
        if (manners_.auth.starts_with("334") && read_line(answer))
            say(manners_.auth_end);
    }

    void take_data() {
        say(manners_.data);
        std::string line;
        if (!manners_.data.starts_with("354"))
            return;
        do {
            if (!read_line(line))
                return;
        } while (line != ".");
        say(manners_.end);
    }

    void take_chunk(const std::string& line) {
        const std::size_t size = std::stoul(line.substr(5));
        while (input_.size() < size) {
            if (!fill())
                return;
        }
        input_.erase(0, size);
        say(line.ends_with("LAST") ? manners_.end : "250 2.0.0 ok");
    }

    UniqueFd fd_;
    const Manners& manners_;
    SSL_CTX* context_;
    std::unique_ptr<SSL, Free<SSL_free>> ssl_{};
    bool secured_ = false;
    bool open_ = true;
    bool quiet_ = false;
    std::string input_{};
};

class LoopbackServer {
  public:
    /// Listens on 127.0.0.1, at a port that the kernel chooses.
    explicit LoopbackServer(Manners manners) : manners_(std::move(manners)) {
        std::signal(SIGPIPE, SIG_IGN);
        identity_.show(manners_.shown, manners_.max_version);
        sockaddr_in any{};
        any.sin_family = AF_INET;
        any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof any;
        auto* const where = reinterpret_cast<sockaddr*>(&any);
        if (::bind(listener_.get(), where, size) != 0 ||
            ::listen(listener_.get(), 64) != 0 ||
            ::getsockname(listener_.get(), where, &size) != 0)
            throw std::runtime_error("nobody can listen on 127.0.0.1");
        port_ = ntohs(any.sin_port);
        acceptor_ = std::thread([this] { accept_all(); });
    }
    LoopbackServer(const LoopbackServer&) = delete;
    LoopbackServer& operator=(const LoopbackServer&) = delete;
    ~LoopbackServer() {
        ::shutdown(listener_.get(), SHUT_RDWR);
        acceptor_.join();
        let_greet();
        for (Visitor& visitor : visitors_)
            visitor.session.cut();
        for (Visitor& visitor : visitors_)
            visitor.thread.join();
    }

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] const LoopbackIdentity& identity() const { return identity_; }
    /// How many have connected.
    [[nodiscard]] unsigned connections() const { return connections_; }

    /// What clients have said until now, a line each.
    [[nodiscard]] std::string heard() {
        const std::lock_guard lock(mutex_);
        return heard_;
    }

    void let_greet() {
        const std::lock_guard lock(mutex_);
        may_greet_ = true;
        greeting_.notify_all();
    }

    /// One that can be delivered to: "localhost", this port, the server's way to begin TLS,
    /// its authority; logged in to as `user` with this password, unless that is empty.
    [[nodiscard]] Relay relay(const std::string& user = "me@example.org",
                              std::string password = "S3cretS3cret") const {
        Relay relay;
        relay.origin = "conf:1";
        relay.host = "localhost";
        relay.port = {port_};
        relay.tls = manners_.tls;
        relay.tls_ca = identity_.ca_file();
        relay.ip = IpFamily::ipv4;
        if (user.empty())
            return relay;
        relay.user = user;
        relay.secret = std::make_shared<const Secret>(password);
        relay.auth_wanted = true;
        return relay;
    }

  private:
    struct Visitor {
        explicit Visitor(LoopbackSession its_session) : session(std::move(its_session)) {}

        LoopbackSession session;
        std::thread thread{};
    };

    void accept_all() {
        for (;;) {
            UniqueFd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
            if (!fd)
                return;
            ++connections_;
            Visitor& visitor = visitors_.emplace_back(
                LoopbackSession(std::move(fd), manners_, identity_.context()));
            visitor.thread = std::thread([this, &visitor] { serve(visitor.session); });
        }
    }

    void serve(LoopbackSession& session) {
        if (manners_.waits_to_greet) {
            std::unique_lock lock(mutex_);
            greeting_.wait(lock, [this] { return may_greet_; });
        }
        session.run([this](const std::string& line) {
            const std::lock_guard lock(mutex_);
            heard_ += line + "\n";
        });
        session.cut();
    }

    const Manners manners_;
    LoopbackIdentity identity_{};
    UniqueFd listener_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    std::uint16_t port_ = 0;
    std::atomic<unsigned> connections_ = 0;
    std::mutex mutex_{};
    std::condition_variable greeting_{};
    bool may_greet_ = false;
    std::string heard_{};
    std::list<Visitor> visitors_{}; ///< the acceptor's until that has ended
    std::thread acceptor_{};
};

} // namespace sallyport::ctl
