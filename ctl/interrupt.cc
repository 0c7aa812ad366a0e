// SPDX-License-Identifier: MIT
#include "ctl/interrupt.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ctl/exit.h"

namespace sallyport::ctl {

namespace {

constexpr int signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
constexpr int by_signal = interrupted - SIGINT;

/// What a signal handler needs: it is called with nothing.
volatile std::sig_atomic_t silent_terminal = -1; // or none
termios terminal_before{};

/// The command that prints a secret has a process group of its own, which no key of the
/// terminal reaches. Where the kernel tells of no children, it is left to itself.
void end_children() {
    const int list = ::open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
    char text[256];
    const ssize_t got = ::read(list, text, sizeof text);
    pid_t child = 0;
    for (ssize_t at = 0; at < got; ++at) {
        if (text[at] != ' ') {
            child = child * 10 + (text[at] - '0');
            continue;
        }
        // Another PID namespace's /proc would have the numbers of strangers.
        if (::waitpid(child, nullptr, WNOHANG) != -1)
            ::kill(-child, SIGKILL);
        child = 0;
    }
}

/// Only what is safe in a signal handler.
void leave(int signal) {
    end_children();
    if (silent_terminal != -1) {
        ::tcsetattr(silent_terminal, TCSANOW, &terminal_before);
        [[maybe_unused]] const ssize_t written = ::write(silent_terminal, "\n", 1);
    }
    ::_exit(by_signal + signal);
}

sigset_t all_signals() {
    sigset_t set;
    ::sigemptyset(&set);
    for (const int signal : signals)
        ::sigaddset(&set, signal);
    return set;
}

} // namespace

void watch_interrupts() {
    struct sigaction action {};
    action.sa_handler = leave;
    action.sa_mask = all_signals();
    for (const int signal : signals)
        ::sigaction(signal, &action, nullptr);
}

EchoOff::EchoOff(int fd) {
    if (::tcgetattr(fd, &terminal_before) != 0)
        return;
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    ::sigaction(SIGTSTP, &ignore, &stop_);
    off_ = true;
    silent_terminal = fd;
    termios silent = terminal_before;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    silent.c_lflag |= ECHONL; // the line ends on the screen, too
    ::tcsetattr(fd, TCSAFLUSH, &silent);
}

EchoOff::~EchoOff() {
    if (!off_)
        return;
    ::tcsetattr(silent_terminal, TCSAFLUSH, &terminal_before);
    silent_terminal = -1;
    ::sigaction(SIGTSTP, &stop_, nullptr);
}

Uninterrupted::Uninterrupted() : before_() {
    const sigset_t set = all_signals();
    ::pthread_sigmask(SIG_BLOCK, &set, &before_);
}

Uninterrupted::~Uninterrupted() {
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

} // namespace sallyport::ctl
