// SPDX-License-Identifier: MIT
//
// SMTP conversations as data: the files tests/dialogues/*.txt, in the language described in
// tests/dialogues/README.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport {

/// How a dialogue is run: see README.
enum class Run { memory, octets, program };

/// A part of what the client is to write.
struct Part {
    enum class Kind { text, anything, chunk, last_chunk, block };
    Kind kind = Kind::text;
    std::string text{}; ///< of Kind::text
};

/// What happens next on a connection, from the server's side.
struct Event {
    enum class Kind { say, hear, tls, close, reset, stall, broken };
    Kind kind = Kind::say;
    unsigned line = 0;         ///< in the file
    std::string text{};        ///< say: the octets; tls: which certificate
    std::vector<Part> parts{}; ///< hear: one flight
};

struct ScriptedConnection {
    std::string port; ///< its name
    unsigned line = 0;
    std::vector<Event> steps{};
};

struct Section {
    std::string heading; ///< "[relay]"
    std::vector<std::string> lines{};
};

struct Dialogue {
    std::string name;
    std::set<Run> runs{Run::memory, Run::octets, Run::program};
    std::vector<std::string> needs{}; ///< "resolver", "libidn2", or a mechanism
    std::vector<std::string> arguments{"-i", "-f", "a@client.example", "b@example.net"};
    std::vector<Section> configuration{};
    std::string input{};             ///< standard input
    std::set<std::string> refused{}; ///< ports that nobody listens on
    std::vector<ScriptedConnection> connections{};
    int status = -1;
    std::vector<std::string> standard_error{};
    std::vector<std::string> standard_output{};
    std::vector<std::string> log{};

    /// The input in wire form, as it is sent where nothing is added or removed.
    [[nodiscard]] std::string message() const;
};

/// Throws std::runtime_error, naming file and line.
Dialogue parse_dialogue(const std::string& name, std::string_view text);

/// All of $srcdir/tests/dialogues, in the order of their names.
std::vector<Dialogue> load_dialogues();

} // namespace sallyport
