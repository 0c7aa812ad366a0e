// SPDX-License-Identifier: MIT
//
// A -bs dialogue in memory: what the client says, what it hears, and what the submission
// server hears of it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

#include "feeder.h"
#include "folder.h"
#include "relays.h"
#include "server.h"

namespace sallyport {

struct Talk {
    Talk() {
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
            Server({invocation, settings, identity, log, network, transcript}, input,
                   output.get())
                .run();
        } catch (const Failure&) {
            replies = written(output.get());
            throw;
        }
        replies = written(output.get());
        return replies;
    }

    /// Behind the greeting and an EHLO: the replies to `said`, LF for CRLF both ways.
    std::string say(const std::string& said) {
        std::string octets = "EHLO me\r\n";
        for (const char c : said)
            octets += c == '\n' ? "\r\n" : std::string(1, c);
        replies_from(file_of(octets).get());
        std::string text;
        for (const char c : replies.substr(replies.find("ENHANCEDSTATUSCODES\r\n") + 21))
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
};

} // namespace sallyport
