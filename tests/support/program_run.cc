// SPDX-License-Identifier: MIT
#include "support/program_run.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <string_view>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/unique_fd.h"
#include "support/place.h"
#include "support/result.h"
#include "unit/folder.h"

namespace sallyport {

namespace {

constexpr int patience = 120'000; // milliseconds without a word from the program

struct Pipe {
    Pipe() {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0)
            throw std::runtime_error("no pipe can be made");
        out = UniqueFd(ends[0]);
        in = UniqueFd(ends[1]);
    }

    UniqueFd out;
    UniqueFd in;
};

/// Ours, with this configuration and no other.
std::vector<std::string> environment(const std::string& configuration,
                                     const std::string& log) {
    constexpr std::array<std::string_view, 4> left_out{"SALLYPORT", "SSL_CERT_",
                                                       "XDG_CONFIG_HOME=", "HOME="};
    std::vector<std::string> variables{"SALLYPORT_CONFIG=" + configuration,
                                       "SALLYPORT_LOG_TO=file:" + log};
    for (char** variable = environ; *variable != nullptr; ++variable) {
        const std::string_view text(*variable);
        if (std::ranges::none_of(
                left_out, [text](std::string_view name) { return text.starts_with(name); }))
            variables.emplace_back(text);
    }
    return variables;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> list;
    for (auto& text : texts)
        list.push_back(text.data());
    list.push_back(nullptr);
    return list;
}

/// Both streams to their ends. False if the program does not end.
bool read_all(Pipe& output, Pipe& error, Result& result) {
    std::array<pollfd, 2> watched{
        {{output.out.get(), POLLIN, 0}, {error.out.get(), POLLIN, 0}}};
    const std::array<std::string*, 2> texts{&result.standard_output,
                                            &result.standard_error};
    while (watched[0].fd >= 0 || watched[1].fd >= 0) {
        if (::poll(watched.data(), watched.size(), patience) <= 0)
            return false;
        for (std::size_t i = 0; i < watched.size(); ++i) {
            if (watched[i].fd < 0 || watched[i].revents == 0)
                continue;
            std::array<char, 4096> block{};
            const ssize_t got = ::read(watched[i].fd, block.data(), block.size());
            if (got <= 0)
                watched[i].fd = -1;
            else
                texts[i]->append(block.data(), static_cast<std::size_t>(got));
        }
    }
    return true;
}

pid_t spawn(std::vector<std::string> arguments, std::vector<std::string> variables,
            const std::string& input, const Pipe& output, const Pipe& error) {
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, input.c_str(), O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, output.in.get(), STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, error.in.get(), STDERR_FILENO);
    pid_t child = -1;
    const int failed =
        ::posix_spawn(&child, arguments.front().c_str(), &actions, nullptr,
                      pointers(arguments).data(), pointers(variables).data());
    ::posix_spawn_file_actions_destroy(&actions);
    if (failed != 0)
        throw std::runtime_error("cannot run " + arguments.front());
    return child;
}

void run(const std::vector<std::string>& arguments,
         const std::vector<std::string>& variables, const std::string& input,
         Result& result) {
    Pipe output;
    Pipe error;
    std::signal(SIGCHLD, SIG_DFL); // Boost.Test takes every child's failure for its own
    const pid_t child = spawn(arguments, variables, input, output, error);
    output.in = UniqueFd();
    error.in = UniqueFd();
    if (!read_all(output, error, result)) {
        ::kill(child, SIGKILL);
        result.complaint = "the program does not end";
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 300 + WTERMSIG(status);
}

} // namespace

std::vector<std::string> run_program(const Dialogue& dialogue,
                                     const Certificates& certificates) {
    const Folder folder;
    const std::string configuration = configuration_text(dialogue);
    ScriptedServer server(dialogue, port_names(configuration), certificates);
    const Place place{server.ports(), folder.path(".")};
    static_cast<void>(folder.write("authority.pem", certificates.authority()));
    const char* const program = std::getenv("SALLYPORT");
    std::vector<std::string> arguments{program != nullptr ? program : "./sallyport"};
    arguments.insert(arguments.end(), dialogue.arguments.begin(), dialogue.arguments.end());
    Result result;
    run(arguments,
        environment(folder.write("sallyport.conf", place.fill(configuration)),
                    folder.path("log")),
        folder.write("input", dialogue.input), result);
    const std::string complaint = server.finish();
    if (result.complaint.empty())
        result.complaint = complaint;
    result.log = folder.read("log");
    return differences(dialogue, place, result);
}

} // namespace sallyport
