// SPDX-License-Identifier: MIT
#include "secret.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ascii.h"
#include "concat.h"
#include "failure.h"
#include "permission.h"
#include "printable.h"
#include "unique_fd.h"

namespace sallyport {

namespace {

/// A command may succeed later, and another relay may have another.
[[noreturn]] void unavailable(std::string_view origin, std::string_view why) {
    stop(ExitStatus::temp_fail, Fault::relay, {origin, ": ", why}, "4.3.0");
}

/// A buffer for a secret on its way: it never grows, so that no copy is left behind, and is
/// wiped.
class Buffer {
  public:
    Buffer() { text_.reserve(Secret::max_size + 3); }
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;
    ~Buffer() { wipe(text_); }

    /// False at the end of `fd`, and when more came than a secret may have.
    bool read_some(int fd) {
        const std::size_t size = text_.size();
        text_.resize(text_.capacity());
        ssize_t got = 0;
        do
            got = ::read(fd, text_.data() + size, text_.size() - size);
        while (got < 0 && errno == EINTR);
        text_.resize(size + static_cast<std::size_t>(got > 0 ? got : 0));
        failed_ = failed_ || got < 0;
        return got > 0 && text_.size() < text_.capacity();
    }

    [[nodiscard]] bool failed() const { return failed_; }
    /// Of what was taken.
    [[nodiscard]] bool ended_in_blank() const { return ended_in_blank_; }
    [[nodiscard]] bool full() const { return text_.size() == text_.capacity(); }

    /// What was read, as a secret.
    std::shared_ptr<const Secret> take(const std::string& origin) {
        text_.resize(without_line_end(text_).size());
        if (text_.empty())
            misconfigured(origin, "the secret is empty");
        if (text_.size() > Secret::max_size)
            misconfigured(origin, "the secret has more than 16384 octets");
        if (text_.find_first_of(std::string_view("\0\r\n", 3)) != std::string::npos)
            misconfigured(origin, "the secret has more than one line, or holds a NUL");
        ended_in_blank_ = is_blank(text_.back());
        return std::make_shared<const Secret>(text_);
    }

  private:
    std::string text_;
    bool failed_ = false;
    bool ended_in_blank_ = false;
};

[[noreturn]] void unreadable(const SecretFile& source, std::string_view why) {
    misconfigured(concat({source.origin, ": ", printable(source.path)}), why);
}

LoadedSecret load_file(const SecretFile& source) {
    const UniqueFd file(::open(source.path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat facts {};
    if (!file || ::fstat(file.get(), &facts) != 0)
        unreadable(source, why_unreadable(source.path, errno));
    if (!S_ISREG(facts.st_mode))
        unreadable(source, "not a regular file");
    Buffer buffer;
    while (buffer.read_some(file.get())) {
    }
    if (buffer.failed())
        unreadable(source, std::strerror(errno));
    LoadedSecret loaded{buffer.take(source.origin), {}};
    const bool open = (facts.st_mode & S_IROTH) != 0;
    const bool blank = buffer.ended_in_blank();
    if (open || blank)
        loaded.note = concat({source.origin, ": ", printable(source.path),
                              open ? ": others can read it" : "",
                              blank ? ": the blank at its end is a part of it" : ""});
    return loaded;
}

int milliseconds_until(Deadline deadline) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    constexpr std::chrono::milliseconds longest = std::chrono::hours(1);
    return static_cast<int>(
        std::clamp(left, std::chrono::milliseconds(0), longest).count());
}

/// A shell in a process group of its own, gone with all it started when this goes.
class Child {
  public:
    Child(const SecretCommand& source, int output) {
        std::vector<char*> environment;
        for (char** variable = environ; variable != nullptr && *variable != nullptr;
             ++variable)
            if (!std::string_view(*variable).starts_with("SALLYPORT_"))
                environment.push_back(*variable);
        char* const end = nullptr;
        environment.push_back(end);
        std::array<std::string, 3> words{"sh", "-c", source.command};
        const std::array<char*, 4> argv{words[0].data(), words[1].data(), words[2].data(),
                                        nullptr};
        posix_spawn_file_actions_t files;
        ::posix_spawn_file_actions_init(&files);
        ::posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        ::posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
        posix_spawnattr_t attributes;
        ::posix_spawnattr_init(&attributes);
        sigset_t signals;
        ::sigemptyset(&signals);
        ::posix_spawnattr_setsigmask(&attributes, &signals);
        ::sigaddset(&signals, SIGPIPE);
        ::posix_spawnattr_setsigdefault(&attributes, &signals);
        ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP |
                                                    POSIX_SPAWN_SETSIGMASK |
                                                    POSIX_SPAWN_SETSIGDEF);
        const int error = ::posix_spawn(&pid_, "/bin/sh", &files, &attributes, argv.data(),
                                        environment.data());
        ::posix_spawnattr_destroy(&attributes);
        ::posix_spawn_file_actions_destroy(&files);
        if (error != 0)
            unavailable(source.origin, concat({"/bin/sh: ", std::strerror(error)}));
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child() {
        ::kill(-pid_, SIGKILL);
        while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
        }
    }

    /// What became of the child, or nothing if it is still there at the deadline. It is not
    /// reaped yet: its number must stay its own until what it left running is ended, too.
    std::optional<siginfo_t> wait(Deadline deadline) {
        for (;;) {
            siginfo_t fate{};
            if (::waitid(P_PID, static_cast<id_t>(pid_), &fate,
                         WEXITED | WNOHANG | WNOWAIT) == 0 &&
                fate.si_pid == pid_)
                return fate;
            const int left = milliseconds_until(deadline);
            if (left == 0)
                return std::nullopt;
            const timespec span{left / 1000, left % 1000 * 1'000'000L};
            ::sigtimedwait(&blocked_.signals, nullptr, &span);
        }
    }

  private:
    /// SIGCHLD is blocked from before the child is made, so that none is missed in wait().
    struct Blocked {
        Blocked() {
            ::sigemptyset(&signals);
            ::sigaddset(&signals, SIGCHLD);
            ::sigprocmask(SIG_BLOCK, &signals, nullptr);
        }
        Blocked(const Blocked&) = delete;
        Blocked& operator=(const Blocked&) = delete;
        ~Blocked() { ::sigprocmask(SIG_UNBLOCK, &signals, nullptr); }
        sigset_t signals{};
    };

    Blocked blocked_;
    pid_t pid_ = 0;
};

void await_output(int fd, const std::string& origin, Deadline deadline) {
    pollfd watched{fd, POLLIN, 0};
    int ready = -1;
    do
        ready = ::poll(&watched, 1, milliseconds_until(deadline));
    while (ready < 0 && errno == EINTR);
    if (ready == 0)
        unavailable(origin, "the command was not done in time");
}

LoadedSecret run_command(const SecretCommand& source, Deadline deadline) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        unavailable(source.origin, concat({"pipe: ", std::strerror(errno)}));
    const UniqueFd output(ends[0]);
    UniqueFd input(ends[1]);
    Child child(source, input.get());
    input = UniqueFd();
    Buffer buffer;
    do
        await_output(output.get(), source.origin, deadline);
    while (buffer.read_some(output.get()));
    if (buffer.full())
        return {buffer.take(source.origin), {}}; // which refuses it
    const auto fate = child.wait(deadline);
    if (!fate)
        unavailable(source.origin, "the command was not done in time");
    const bool exited = fate->si_code == CLD_EXITED;
    if (exited && (fate->si_status == 127 || fate->si_status == 126))
        misconfigured(source.origin, "the command cannot be run");
    if (!exited || fate->si_status != 0)
        unavailable(source.origin, "the command failed");
    return {buffer.take(source.origin), {}};
}

} // namespace

Secret::Secret(std::string& text)
    : octets_(std::make_unique<char[]>(text.size())), size_(text.size()) {
    text.copy(octets_.get(), size_);
    wipe(text);
}

Secret::~Secret() {
    ::explicit_bzero(octets_.get(), size_);
}

void wipe(std::string& text) noexcept {
    ::explicit_bzero(text.data(), text.size());
    text.clear();
}

LoadedSecret load_secret(const SecretSource& source, Deadline deadline) {
    if (const auto* secret = std::get_if<std::shared_ptr<const Secret>>(&source))
        return {*secret, {}};
    if (const auto* file = std::get_if<SecretFile>(&source))
        return load_file(*file);
    if (const auto* command = std::get_if<SecretCommand>(&source))
        return run_command(*command, deadline);
    return {};
}

} // namespace sallyport
