// SPDX-License-Identifier: MIT
//
// Secrets that a command tells. Whether one of its processes was left behind is seen by a
// pipe that all of them inherit: it ends when they have ended.
#define BOOST_TEST_MODULE secret_command
#include <boost/test/unit_test.hpp>

#include <array>
#include <csignal>
#include <cstdlib>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "base/unique_fd.h"
#include "failing.h"
#include "folder.h"
#include "support/talker.h"
#include "system/secret.h"

using namespace sallyport;
using namespace std::string_literals;

namespace {

struct Fixture {
    Fixture() {
        std::signal(SIGCHLD, SIG_DFL); // Boost.Test takes every child's failure for its own
        BOOST_REQUIRE(::pipe(ends.data()) == 0);
        BOOST_REQUIRE(::fcntl(ends[0], F_SETFD, FD_CLOEXEC) == 0);
    }
    ~Fixture() {
        const UniqueFd reader(ends[0]);
        ::close(ends[1]);
        pollfd watched{ends[0], POLLIN, 0};
        BOOST_TEST(::poll(&watched, 1, 10'000) == 1, "a process was left behind");
    }

    static LoadedSecret load(const std::string& command, Deadline deadline) {
        return load_secret(SecretCommand{command, "conf:7: password_command"}, deadline);
    }
    static std::string output(const std::string& command) {
        Talk talk;
        const Talker peer(talk);
        const LoadedSecret loaded = load(command, soon());
        return std::string(loaded.secret->reveal(Permit(peer)));
    }
    static Failure refusal(const std::string& command, Deadline deadline = soon()) {
        return failure_of([&] { return load(command, deadline); });
    }

    static Deadline soon() { return Clock::now() + std::chrono::minutes(1); }

    std::array<int, 2> ends{};
};

} // namespace

BOOST_FIXTURE_TEST_CASE(its_output_is_the_secret, Fixture) {
    BOOST_TEST(output("printf secret") == "secret");
    BOOST_TEST(output("echo ' two words'") == " two words");
    BOOST_TEST(output("printf 'x\\r\\n'") == "x");
    BOOST_TEST(output("printf a; printf b; echo c") == "abc");
    BOOST_TEST(output("head -c 16384 /dev/zero | tr '\\0' x") == std::string(16384, 'x'));
}

BOOST_FIXTURE_TEST_CASE(output_that_is_no_secret, Fixture) {
    for (const char* command :
         {"true", "echo", "printf 'a\\nb'", "printf 'a\\0b'", "printf 'a\\n\\n'",
          "head -c 16385 /dev/zero | tr '\\0' x"}) {
        const Failure failure = refusal(command);
        BOOST_TEST(status_of(failure) == 78, command);
        BOOST_TEST((failure.fault() == Fault::local));
        BOOST_TEST(failure.what() ==
                   "conf:7: password_command: the secret "s + (failure.what() + 37));
    }
}

BOOST_FIXTURE_TEST_CASE(endless_output_is_cut_off, Fixture) {
    const Failure failure = refusal("while :; do echo xxxxxxxxxxxxxxxx; done");
    BOOST_TEST(status_of(failure) == 78);
    BOOST_TEST(failure.what() ==
               "conf:7: password_command: the secret has more than 16384 octets"s);
}

BOOST_FIXTURE_TEST_CASE(a_command_that_fails, Fixture) {
    for (const char* command :
         {"false", "echo secret; exit 3", "kill -9 $$", "kill -15 $$"}) {
        const Failure failure = refusal(command);
        BOOST_TEST(status_of(failure) == 75, command);
        BOOST_TEST((failure.fault() == Fault::relay));
        BOOST_TEST(failure.enhanced() == "4.3.0");
        BOOST_TEST(failure.what() == "conf:7: password_command: the command failed"s);
    }
}

BOOST_FIXTURE_TEST_CASE(a_command_that_is_not_there, Fixture) {
    const Folder folder;
    const std::string text = folder.write("text", "no program");
    for (const std::string& command : {folder.path("none") + " 2>/dev/null", "exit 127"s,
                                       "exit 126"s, "exec 2>/dev/null; exec " + text}) {
        const Failure failure = refusal(command);
        BOOST_TEST(status_of(failure) == 78, command);
        BOOST_TEST((failure.fault() == Fault::local));
        BOOST_TEST(failure.what() ==
                   "conf:7: password_command: the command cannot be run"s);
    }
}

BOOST_FIXTURE_TEST_CASE(a_command_that_takes_too_long, Fixture) {
    for (const char* command :
         {"sleep 1000", "sleep 1000 & sleep 1000", "echo secret; sleep 1000",
          "trap '' TERM INT HUP PIPE; sleep 1000; sleep 1000", "exec >&-; sleep 1000",
          "(sleep 1000; sleep 1000) & exit 0"}) {
        for (const auto wait :
             {std::chrono::milliseconds(0), std::chrono::milliseconds(100)}) {
            const Failure failure = refusal(command, Clock::now() + wait);
            BOOST_TEST(status_of(failure) == 75, command);
            BOOST_TEST((failure.fault() == Fault::relay));
            BOOST_TEST(failure.what() ==
                       "conf:7: password_command: the command was not done in time"s);
        }
    }
}

BOOST_FIXTURE_TEST_CASE(what_it_leaves_running_is_ended, Fixture) {
    BOOST_TEST(output("sleep 1000 >/dev/null & echo secret") == "secret");
    BOOST_TEST(status_of(refusal("sleep 1000 >/dev/null & exit 1")) == 75);
}

BOOST_FIXTURE_TEST_CASE(its_environment_has_nothing_of_ours, Fixture) {
    ::setenv("SALLYPORT_PASSWORD", "a", 1);
    ::setenv("SALLYPORT_", "b", 1);
    ::setenv("SALLYPORTER", "c", 1);
    BOOST_TEST(output("env | grep -c ^SALLYPORT_; echo $SALLYPORTER | grep -q c") == "0");
    BOOST_TEST(output("printf %s \"${SALLYPORT_PASSWORD-none}$SALLYPORTER\"") == "nonec");
    for (const char* name : {"SALLYPORT_PASSWORD", "SALLYPORT_", "SALLYPORTER"})
        ::unsetenv(name);
}

BOOST_FIXTURE_TEST_CASE(its_standard_input_is_empty, Fixture) {
    const Folder folder;
    const UniqueFd saved(::dup(STDIN_FILENO));
    const UniqueFd message(::open(folder.write("m", "a message").c_str(), O_RDONLY));
    BOOST_REQUIRE(::dup2(message.get(), STDIN_FILENO) == STDIN_FILENO);
    BOOST_TEST(output("cat; printf secret") == "secret");
    if (saved)
        ::dup2(saved.get(), STDIN_FILENO);
    BOOST_TEST(::lseek(message.get(), 0, SEEK_CUR) == 0);
}

BOOST_FIXTURE_TEST_CASE(it_can_be_ended_by_a_closed_pipe, Fixture) {
    std::signal(SIGPIPE, SIG_IGN); // as prepare_process leaves it
    BOOST_TEST(status_of(refusal("kill -PIPE $$; echo secret")) == 75);
}
