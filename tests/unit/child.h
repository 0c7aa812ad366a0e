// SPDX-License-Identifier: MIT
//
// For what a test cannot do to its own process: limits, descriptors, signals, identities.
#pragma once

#include <csignal>
#include <exception>

#include <sys/wait.h>
#include <unistd.h>

namespace sallyport {

/// The status of a child that runs `body` and exits with what it returns; 200 if it throws,
/// 300 and more if a signal ends it.
template<class Body>
int in_child(Body&& body) {
    std::signal(SIGCHLD, SIG_DFL); // Boost.Test takes every child's failure for its own
    const pid_t child = ::fork();
    if (child == 0) {
        int status = 200;
        try {
            status = body();
        } catch (const std::exception&) {
            status = 200;
        }
        ::_exit(status);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 300 + WTERMSIG(status);
}

inline constexpr int cannot = 77;

/// `status` of a child that needs what not everybody may do.
inline void check_or_skip(int status) {
    if (status == cannot)
        BOOST_TEST_MESSAGE("skipped: the system does not let us");
    else
        BOOST_TEST(status == 0);
}

} // namespace sallyport
