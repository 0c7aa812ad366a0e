// SPDX-License-Identifier: MIT
//
// surroundings SITUATION... -- COMMAND [ARGUMENT...]: runs the command as a caller might
// that takes no care. For what a shell cannot make:
//
//     ignored       SIGPIPE and SIGCHLD are ignored
//     blocked       every signal is blocked
//     leaked        descriptors 3 to 9 and 200 are open, to something that can be written
//     to socket        standard input is a socket, what was to be read there its content
//     terminal      standard input is a terminal at which somebody types what was to be
//     read
//                   there; nothing is typed at the end of it
//     no-descriptor nothing can be opened for writing alone, and no socket made
//     deaf-log      at /dev/log is a datagram socket that is full, and nobody reads it
#include <array>
#include <bit>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

constexpr int cannot = 99; // the situation cannot be made here

[[noreturn]] void stop(const char* what) {
    std::perror(what);
    std::exit(cannot);
}

void check(bool fine, const char* what) {
    if (!fine)
        stop(what);
}

void write_all(int fd, std::string_view octets) {
    while (!octets.empty()) {
        const ssize_t written = ::write(fd, octets.data(), octets.size());
        check(written > 0, "write");
        octets.remove_prefix(static_cast<std::size_t>(written));
    }
}

std::string read_stdin() {
    std::string all;
    std::array<char, 4096> block{};
    for (;;) {
        const ssize_t got = ::read(STDIN_FILENO, block.data(), block.size());
        check(got >= 0, "standard input");
        if (got == 0)
            return all;
        all.append(block.data(), static_cast<std::size_t>(got));
    }
}

void become_stdin(int fd) {
    check(::dup2(fd, STDIN_FILENO) == STDIN_FILENO && ::close(fd) == 0, "dup2");
}

void leak_descriptors() {
    const int full = ::open("/dev/full", O_RDWR);
    check(full >= 0, "/dev/full");
    for (const int fd : {3, 4, 5, 6, 7, 8, 9, 200})
        check(::dup2(full, fd) == fd, "dup2");
}

/// What is read now waits in the socket's buffer: there is nobody who could be too slow.
void use_socket() {
    const std::string octets = read_stdin();
    std::array<int, 2> ends{};
    check(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0, "socketpair");
    check(::fcntl(ends[1], F_SETFL, O_NONBLOCK) == 0, "fcntl");
    write_all(ends[1], octets);
    check(::close(ends[1]) == 0, "close");
    become_stdin(ends[0]);
}

/// The parent keeps its descriptors open until the command ends; only the child returns.
void go_on_in_child() {
    const pid_t pid = ::fork();
    check(pid >= 0, "fork");
    if (pid == 0)
        return;
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    std::exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

/// The other end stays open, as a person keeps a terminal.
void use_terminal() {
    const std::string octets = read_stdin();
    const int master = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    check(master >= 0 && ::grantpt(master) == 0 && ::unlockpt(master) == 0, "posix_openpt");
    const char* const name = ::ptsname(master);
    check(name != nullptr, "ptsname");
    const int slave = ::open(name, O_RDWR | O_NOCTTY);
    check(slave >= 0, "terminal");
    write_all(master, octets);
    go_on_in_child();
    become_stdin(slave);
}

void deafen_log() {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    std::string_view("/dev/log").copy(name.sun_path, sizeof name.sun_path - 1);
    auto* const where = reinterpret_cast<sockaddr*>(&name);
    const int daemon = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const int filler = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    check(::bind(daemon, where, sizeof name) == 0, "/dev/log");
    check(::connect(filler, where, sizeof name) == 0, "/dev/log");
    while (::send(filler, "full", 4, 0) >= 0) {
    }
    go_on_in_child();
}

sock_filter statement(unsigned code, unsigned value) {
    return {static_cast<unsigned short>(code), 0, 0, value};
}

/// Skips `unless` statements if what was loaded is not `value`.
sock_filter equals(unsigned value, unsigned char unless) {
    return {BPF_JMP | BPF_JEQ | BPF_K, 0, unless, value};
}

/// As if the table of descriptors were full, but only once the program runs: the loader
/// opens its libraries for reading.
void allow_no_descriptor() {
    constexpr unsigned number = offsetof(seccomp_data, nr);
    constexpr unsigned low_half = std::endian::native == std::endian::big ? 4 : 0;
    constexpr unsigned flags =
        offsetof(seccomp_data, args) + 2 * sizeof(std::uint64_t) + low_half;
    std::array<sock_filter, 9> program{
        statement(BPF_LD | BPF_W | BPF_ABS, number),
        equals(SYS_socket, 1),
        statement(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EMFILE),
        equals(SYS_openat, 4),
        statement(BPF_LD | BPF_W | BPF_ABS, flags),
        statement(BPF_ALU | BPF_AND | BPF_K, O_ACCMODE),
        equals(O_WRONLY, 1),
        statement(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EMFILE),
        statement(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog rules{program.size(), program.data()};
    check(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
              ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &rules) == 0,
          "seccomp");
}

void block_signals() {
    sigset_t all;
    check(::sigfillset(&all) == 0 && ::sigprocmask(SIG_BLOCK, &all, nullptr) == 0,
          "sigprocmask");
}

void make(std::string_view situation) {
    if (situation == "ignored") {
        std::signal(SIGPIPE, SIG_IGN);
        std::signal(SIGCHLD, SIG_IGN);
    } else if (situation == "blocked")
        block_signals();
    else if (situation == "leaked")
        leak_descriptors();
    else if (situation == "socket")
        use_socket();
    else if (situation == "terminal")
        use_terminal();
    else if (situation == "no-descriptor")
        allow_no_descriptor();
    else if (situation == "deaf-log")
        deafen_log();
    else
        std::exit(64);
}

} // namespace

int main(int argc, char** argv) {
    int at = 1;
    for (; at < argc && std::string_view(argv[at]) != "--"; ++at)
        make(argv[at]);
    if (at + 1 >= argc)
        return 64;
    ::execvp(argv[at + 1], argv + at + 1);
    std::perror(argv[at + 1]);
    return 127;
}
