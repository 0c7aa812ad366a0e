// SPDX-License-Identifier: MIT
//
// A -bs dialogue in memory: what the client says, what it hears, and what the submission
// server hears of it.
#pragma once

#include <array>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <sys/socket.h>
#include <unistd.h>

#include "failing.h"
#include "feeder.h"
#include "folder.h"
#include "relays.h"
#include "serve/server.h"

namespace sallyport {

struct Client {
    Client() {
        identity.login = "caller";
        identity.host_name = "host.example";
        Relay relay;
        relay.host = "one";
        relay.tls = TlsMode::none;
        settings.relays.push_back(std::move(relay));
        settings.log = {LogTarget::file, folder.path("log"), LogFormat::text};
    }

    /// What the submission server says, connection by connection.
    void has_servers(std::vector<Script> servers) {
        network.servers["one"] = std::move(servers);
        network.next.clear();
        network.goes_on = true;
    }

    /// The replies to all that `input` holds. What a Failure cuts off is kept in said_last.
    std::string replies_from(int input) {
        network.heard.clear();
        network.asked.clear();
        const UniqueFd output = file_of("");
        Log log(settings.log, "sallyport");
        try {
            Server({invocation, settings, identity, log, network, transcript, Clock::now(),
                    input, output.get()})
                .run();
        } catch (const Failure&) {
            replies = written(output.get());
            throw;
        }
        replies = written(output.get());
        return replies;
    }

    /// After the greeting and an EHLO: the replies to `said`, LF for CRLF both ways.
    std::string say(const std::string& said) {
        replies_from(file_of("EHLO me\r\n" + with_crlf(said)).get());
        return after_greeting();
    }

    /// The same from a client that is cut off with status 65.
    std::string say_too_much(const std::string& said) {
        const UniqueFd input = file_of("EHLO me\r\n" + with_crlf(said));
        const Failure failure = failure_of([&] { return replies_from(input.get()); });
        BOOST_TEST(status_of(failure) == 65);
        BOOST_TEST(std::string(failure.what()).starts_with("standard input: "));
        return after_greeting();
    }

    /// The same from a client that sends each of `steps` when it has the reply to the one
    /// before.
    std::string converse(const std::vector<std::string>& steps) {
        const Pair input(SOCK_SEQPACKET);
        const Pair output(SOCK_SEQPACKET);
        network.heard.clear();
        network.asked.clear();
        replies.clear();
        std::thread client([&] {
            replies = packet(output.client.get());
            for (const std::string& step : steps) {
                const std::string octets = with_crlf(step);
                if (::send(input.client.get(), octets.data(), octets.size(), MSG_NOSIGNAL) <
                    0)
                    break;
                replies += packet(output.client.get());
            }
            ::shutdown(input.client.get(), SHUT_WR);
            for (std::string more = packet(output.client.get()); !more.empty();
                 more = packet(output.client.get()))
                replies += more;
        });
        Log log(settings.log, "sallyport");
        status = 0;
        try {
            Server({invocation, settings, identity, log, network, transcript, Clock::now(),
                    input.server.get(), output.server.get()})
                .run();
        } catch (const Failure& failure) {
            status = status_of(failure);
        }
        ::shutdown(input.server.get(), SHUT_RDWR);
        ::shutdown(output.server.get(), SHUT_WR);
        client.join();
        return after_greeting();
    }

    struct Pair {
        explicit Pair(int type) {
            std::array<int, 2> ends{};
            BOOST_REQUIRE(::socketpair(AF_UNIX, type, 0, ends.data()) == 0);
            server = UniqueFd(ends[0]);
            client = UniqueFd(ends[1]);
        }
        UniqueFd server;
        UniqueFd client;
    };

    static std::string packet(int fd) {
        std::string octets(10000, '\0');
        const ssize_t size = ::read(fd, octets.data(), octets.size());
        return octets.substr(0, size > 0 ? static_cast<std::size_t>(size) : 0);
    }

    static std::string with_crlf(const std::string& text) {
        std::string octets;
        for (const char c : text)
            octets += c == '\n' ? "\r\n" : std::string(1, c);
        return octets;
    }

    [[nodiscard]] std::string after_greeting() const {
        const std::string last = "ENHANCEDSTATUSCODES\r\n";
        const auto begin = replies.find(last);
        std::string text;
        for (const char c : replies.substr(begin == replies.npos ? 0 : begin + last.size()))
            text += c == '\r' ? "" : std::string(1, c);
        return text;
    }

    static std::string written(int fd) {
        std::string text(1'000'000, '\0');
        text.resize(static_cast<std::size_t>(::pread(fd, text.data(), text.size(), 0)));
        return text;
    }

    Folder folder;
    Invocation invocation;
    Settings settings;
    Identity identity;
    Transcript transcript;
    ScriptedNetwork network;
    std::string replies; ///< of the last dialogue, all of them
    int status = 0;      ///< of what was said step by step
};

} // namespace sallyport
