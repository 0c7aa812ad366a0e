// SPDX-License-Identifier: MIT
#include "system/process.h"

#include <csignal>
#include <cstring>
#include <limits>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/failure.h"

namespace sallyport {

namespace {

/// Descriptor 0 must not be readable: an empty standard input is a legal message. Without
/// /dev a socket will do; nobody is at its other end.
void fill_descriptor(int fd) {
    if (::fcntl(fd, F_GETFD) != -1)
        return;
    int opened = ::open("/dev/null", O_WRONLY);
    if (opened == -1)
        opened = ::socket(AF_UNIX, SOCK_STREAM, 0);
    if (opened != fd) // the lowest free one is what open returns, so it failed
        stop(ExitStatus::os_error, Fault::local,
             {"descriptor ", std::to_string(fd),
              " is closed, and nothing can be opened in its place"});
}

constexpr const char* aborted =
    "sallyport: broken off by SIGABRT, for want of memory or by a "
    "bug; the message may have been accepted\n";
const char* last_words = aborted;
volatile std::sig_atomic_t last_status = static_cast<int>(ExitStatus::temp_fail);

/// Only what is safe in a signal handler.
void break_off(int /*signal*/) {
    [[maybe_unused]] const ssize_t written =
        ::write(STDERR_FILENO, last_words, std::strlen(last_words));
    ::_exit(last_status);
}

void set_signals() {
    std::signal(SIGABRT, break_off);
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
    std::signal(SIGCHLD, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

} // namespace

void prepare_process() {
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        fill_descriptor(fd);
    // Not every libc has close_range; where the kernel has not, descriptors stay open.
    ::syscall(SYS_close_range, STDERR_FILENO + 1, std::numeric_limits<unsigned>::max(), 0);
    set_signals();
    ::umask(S_IRWXG | S_IRWXO);
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

void silence_errors_within_output() {
    struct stat output {};
    struct stat errors {};
    if (::fstat(STDOUT_FILENO, &output) != 0 || ::fstat(STDERR_FILENO, &errors) != 0 ||
        output.st_dev != errors.st_dev || output.st_ino != errors.st_ino)
        return;
    ::close(STDERR_FILENO);
    fill_descriptor(STDERR_FILENO);
}

void break_off_with(ExitStatus status) {
    last_status = static_cast<int>(status);
}

FragileCall::FragileCall(const char* words) {
    last_words = words;
    struct sigaction action {};
    action.sa_handler = break_off;
    ::sigaction(SIGSEGV, &action, &before_);
}

FragileCall::~FragileCall() {
    ::sigaction(SIGSEGV, &before_, nullptr);
    last_words = aborted;
}

} // namespace sallyport
