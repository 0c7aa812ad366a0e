// SPDX-License-Identifier: MIT
#include "system/secret.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/concat.h"
#include "base/failure.h"
#include "base/unique_fd.h"
#include "text/ascii.h"
#include "text/printable.h"

namespace sallyport {

namespace {

constexpr std::size_t most_to_read = Secret::max_size + 2; // with a line end

constexpr const char* not_in_time = "the command was not done in time";

/// A command may succeed later, and another relay may have another.
[[noreturn]] void unavailable(std::string_view origin, std::string_view why) {
    stop(ExitStatus::temp_fail, Fault::relay, {origin, ": ", why}, "4.3.0");
}

/// What was read, as a secret.
std::shared_ptr<const Secret> make_secret(std::string& text, const std::string& origin) {
    text.resize(without_line_end(text).size());
    if (text.empty())
        misconfigured(origin, "the secret is empty");
    if (text.size() > Secret::max_size)
        misconfigured(origin, "the secret has more than 16384 octets");
    if (text.find_first_of(std::string_view("\0\r\n", 3)) != std::string::npos)
        misconfigured(origin, "the secret has more than one line, or holds a NUL");
    return std::make_shared<const Secret>(text);
}

/// A buffer for a secret on its way: it never grows, so that no copy is left behind, and is
/// wiped.
struct Buffer {
    Buffer() { text.reserve(most_to_read + 1); }
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;
    ~Buffer() { wipe(text); }

    /// False at the end of `fd`, and when more came than a secret may have.
    bool read_some(int fd) {
        const std::size_t size = text.size();
        text.resize(most_to_read + 1);
        ssize_t got = 0;
        do
            got = ::read(fd, text.data() + size, text.size() - size);
        while (got < 0 && errno == EINTR);
        text.resize(size + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
        return got > 0 && !full();
    }

    [[nodiscard]] bool full() const { return text.size() > most_to_read; }

    std::string text;
};

/// What stands for a secret in examples and instructions, in lower case and without what is
/// no letter.
constexpr std::string_view placeholders[] = {
    "apikey",       "changeit",   "changeme",         "password",
    "passwordhere", "secret",     "yourapikey",       "yourapikeyhere",
    "yourpassword", "yoursecret", "yoursmtppassword", "yourtoken",
};

/// "your-api-key" and "<YOUR API KEY>" are one. No copy: `text` may be a secret.
bool is_placeholder(std::string_view text) {
    const auto matches = [text](std::string_view word) {
        for (const char c : text) {
            const bool letter = is_alpha(c);
            if (!letter && std::string_view(" -_.<>[]{}\"'").find(c) == std::string::npos)
                return false;
            if (!letter)
                continue;
            if (word.empty() || word.front() != to_lower(c))
                return false;
            word.remove_prefix(1);
        }
        return word.empty();
    };
    return std::ranges::any_of(placeholders, matches);
}

SecretShape shape_of_text(std::string_view text) {
    if (text.empty())
        return {};
    const auto at_edge = [text](std::string_view characters) {
        return characters.find(text.front()) != std::string::npos ||
               characters.find(text.back()) != std::string::npos;
    };
    return {at_edge(" \t"), at_edge("\"'"),
            text.find_first_of("\r\n") != std::string_view::npos, is_placeholder(text)};
}

LoadedSecret load_file(const SecretFile& source) {
    const auto file = source.file.read();
    const std::string name = concat({source.origin, ": ", printable(source.file.path)});
    if (!file->trouble.empty())
        misconfigured(name, file->trouble);
    const bool open = (file->facts.st_mode & S_IROTH) != 0;
    Buffer buffer;
    buffer.text.assign(file->text, 0, most_to_read + 1);
    const std::string_view line = without_line_end(buffer.text);
    const bool blank = !line.empty() && is_blank(line.back());
    LoadedSecret loaded{make_secret(buffer.text, source.origin), {}};
    if (open || blank)
        loaded.note = concat({name, open ? ": others can read it" : "",
                              blank ? ": the blank at its end is a part of it" : ""});
    return loaded;
}

/// A shell in a process group of its own, gone with all it started when this goes.
class Child {
  public:
    Child(const SecretCommand& source, int output) : origin_(source.origin) {
        std::size_t count = 0;
        while (environ != nullptr && environ[count] != nullptr)
            ++count;
        std::vector<char*> environment(count + 1); // a null pointer ends it
        std::remove_copy_if(
            environ, environ + count, environment.begin(),
            [](std::string_view variable) { return variable.starts_with("SALLYPORT_"); });
        const std::array argv{"sh", "-c", source.command.c_str(),
                              static_cast<const char*>(nullptr)};
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
        const int error =
            ::posix_spawn(&pid_, "/bin/sh", &files, &attributes,
                          const_cast<char* const*>(argv.data()), environment.data());
        ::posix_spawnattr_destroy(&attributes);
        ::posix_spawn_file_actions_destroy(&files);
        if (error != 0)
            unavailable(origin_, concat({"/bin/sh: ", std::strerror(error)}));
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child() {
        ::kill(-pid_, SIGKILL);
        while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
        }
    }

    /// Waits for the child's own end, by `deadline`. It is not reaped yet: its number must
    /// stay its own until what it left running is ended, too.
    void expect_success(Deadline deadline) {
        siginfo_t fate{};
        while (::waitid(P_PID, static_cast<id_t>(pid_), &fate,
                        WEXITED | WNOHANG | WNOWAIT) != 0 ||
               fate.si_pid != pid_) {
            const int left = poll_timeout(deadline);
            if (left == 0)
                unavailable(origin_, not_in_time);
            const timespec span{left / 1000, left % 1000 * 1'000'000L};
            ::sigtimedwait(&blocked_.signals, nullptr, &span);
        }
        const bool exited = fate.si_code == CLD_EXITED;
        if (exited && (fate.si_status == 127 || fate.si_status == 126))
            misconfigured(origin_, "the command cannot be run");
        if (!exited || fate.si_status != 0)
            unavailable(origin_, "the command failed");
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

    const std::string& origin_;
    Blocked blocked_;
    pid_t pid_ = 0;
};

void await_output(int fd, const std::string& origin, Deadline deadline) {
    pollfd watched{fd, POLLIN, 0};
    int ready = -1;
    do
        ready = ::poll(&watched, 1, poll_timeout(deadline));
    while (ready < 0 && errno == EINTR);
    if (ready == 0)
        unavailable(origin, not_in_time);
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
    if (!buffer.full()) // else make_secret() refuses it
        child.expect_success(deadline);
    return {make_secret(buffer.text, source.origin), {}};
}

} // namespace

SecretShape Secret::shape() const {
    return shape_of_text(octets_);
}

SecretShape shape_of(const SecretSource& source) {
    if (const auto* secret = std::get_if<std::shared_ptr<const Secret>>(&source))
        return (*secret)->shape();
    if (const auto* file = std::get_if<SecretFile>(&source))
        return shape_of_text(without_line_end(file->file.read()->text));
    return {};
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
