// SPDX-License-Identifier: MIT
#include "trials/tracer.h"

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <stdexcept>
#include <utility>

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sallyport::trials {

namespace {

constexpr int of_call = SIGTRAP | 0x80; // PTRACE_O_TRACESYSGOOD

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> list;
    list.reserve(texts.size() + 1);
    for (std::string& text : texts)
        list.push_back(text.data());
    list.push_back(nullptr);
    return list;
}

#ifdef __x86_64__

template<class Change>
void change_registers(pid_t process, Change change) {
    user_regs_struct registers{};
    if (::ptrace(PTRACE_GETREGS, process, nullptr, &registers) != 0)
        return;
    change(registers);
    ::ptrace(PTRACE_SETREGS, process, nullptr, &registers);
}

/// At its entry: nothing is done, and this comes of it.
void leave_out(pid_t process, long result) {
    change_registers(process, [result](user_regs_struct& now) {
        now.orig_rax = ~0ULL;
        now.rax = static_cast<unsigned long long>(result);
    });
}

/// At its end.
void set_result(pid_t process, long result) {
    change_registers(process, [result](user_regs_struct& now) {
        now.rax = static_cast<unsigned long long>(result);
    });
}

/// At its entry: half of the octets.
void halve_count(pid_t process) {
    change_registers(process, [](user_regs_struct& now) { now.rdx -= now.rdx / 2; });
}

constexpr bool knows_registers = true;

#else

void leave_out(pid_t /*process*/, long /*result*/) {}
void set_result(pid_t /*process*/, long /*result*/) {}
void halve_count(pid_t /*process*/) {}
constexpr bool knows_registers = false;

#endif

/// Has the kernel stop a client at the calls that matter, and at no others.
class Filter {
  public:
    Filter() {
        std::vector<unsigned> numbers = numbers_of_calls();
        numbers.push_back(SYS_prctl);
        statements_.push_back(
            BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)));
        for (const unsigned number : numbers) {
            statements_.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1));
            statements_.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE));
        }
        statements_.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
        program_ = {static_cast<unsigned short>(statements_.size()), statements_.data()};
    }

    /// For this process, what it becomes and its children. It makes no memory.
    [[nodiscard]] bool apply() const {
        return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
               ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program_, 0, 0) == 0;
    }

  private:
    std::vector<sock_filter> statements_;
    sock_fprog program_{};
};

const Filter& filter() {
    static const Filter the_filter;
    return the_filter;
}

/// In the child, between fork and exec.
[[noreturn]] void become(const Client& client, char* const* arguments,
                         char* const* environment, const Filter& calls) {
    ::dup2(client.input.get(), STDIN_FILENO);
    ::dup2(client.output.get(), STDOUT_FILENO);
    ::dup2(client.error.get(), STDERR_FILENO);
    ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    ::raise(SIGSTOP); // until somebody traces it
    if (calls.apply())
        ::execve(arguments[0], arguments, environment);
    ::_exit(127);
}

constexpr long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL | PTRACE_O_TRACEFORK |
                         PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACESECCOMP;

} // namespace

bool Tracer::works() {
    const Filter& calls = filter();
    const pid_t child = ::fork();
    if (child == 0) {
        if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0)
            ::_exit(1);
        ::raise(SIGSTOP);
        if (calls.apply())
            ::close(-1);
        ::_exit(1);
    }
    int status = 0;
    struct __ptrace_syscall_info info {};
    const bool traced = ::waitpid(child, &status, 0) == child && WIFSTOPPED(status) &&
                        ::ptrace(PTRACE_SETOPTIONS, child, nullptr, options) == 0 &&
                        ::ptrace(PTRACE_CONT, child, nullptr, 0) == 0 &&
                        ::waitpid(child, &status, 0) == child && WIFSTOPPED(status) &&
                        ::ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof info, &info) > 0 &&
                        info.op == PTRACE_SYSCALL_INFO_SECCOMP;
    ::kill(child, SIGKILL);
    while (!WIFEXITED(status) && !WIFSIGNALED(status) &&
           ::waitpid(child, &status, 0) == child) {
    }
    return traced && knows_registers;
}

void Tracer::start(Client& client) {
    const std::vector<char*> arguments = pointers(client.arguments);
    const std::vector<char*> environment = pointers(environment_);
    const Filter& calls = filter();
    const pid_t child = ::fork();
    if (child == 0)
        become(client, arguments.data(), environment.data(), calls);
    client.input = UniqueFd();
    client.output = UniqueFd();
    client.error = UniqueFd();
    int status = 0;
    if (child < 0 || ::waitpid(child, &status, 0) != child || !WIFSTOPPED(status))
        throw std::runtime_error("no client can be started");
    ::ptrace(PTRACE_SETOPTIONS, child, nullptr, options);
    client.process = child;
    traced_[child] = {&client, true};
    go_on(child);
}

void Tracer::run() {
    while (!traced_.empty()) {
        int status = 0;
        const pid_t process = ::waitpid(-1, &status, __WALL);
        if (process < 0 && errno == EINTR)
            continue;
        if (process < 0)
            throw std::runtime_error("the clients are gone");
        if (WIFSTOPPED(status))
            on_stop(process, status);
        else
            on_end(process, status);
    }
}

void Tracer::go_on(pid_t process, int signal) {
    ::ptrace(PTRACE_CONT, process, nullptr, signal);
}

void Tracer::on_stop(pid_t process, int status) {
    Traced& traced = traced_[process];
    const int signal = WSTOPSIG(status);
    const int event = status >> 16;
    if (signal == of_call)
        return on_exit(process, traced);
    if (!traced.begun) { // a child, whose parent may not have told of it yet
        traced.begun = true;
        traced.stopped = traced.client == nullptr;
        return traced.stopped ? void() : go_on(process);
    }
    if (event == PTRACE_EVENT_SECCOMP)
        return on_entry(process, traced);
    if (event == 0)
        return go_on(process, signal == SIGTRAP ? 0 : signal); // exec traps
    unsigned long message = 0;
    ::ptrace(PTRACE_GETEVENTMSG, process, nullptr, &message);
    const auto born = static_cast<pid_t>(message);
    Traced& child = traced_[born];
    child.client = traced.client;
    if (std::exchange(child.stopped, false))
        go_on(born);
    go_on(process);
}

/// The end of a call, where that was asked for.
void Tracer::on_exit(pid_t process, Traced& traced) {
    if (traced.error != 0)
        set_result(process, -std::exchange(traced.error, 0));
    if (traced.dies)
        ::kill(process, SIGKILL);
    go_on(process);
}

void Tracer::on_entry(pid_t process, Traced& traced) {
    struct __ptrace_syscall_info info {};
    if (::ptrace(PTRACE_GET_SYSCALL_INFO, process, sizeof info, &info) <= 0)
        return;
    Call call{info.seccomp.nr, {}};
    std::memcpy(call.arguments, info.seccomp.args, sizeof call.arguments);
    // It would keep the tracer of another user than root from seeing anything.
    if (call.number == SYS_prctl && call.arguments[0] == PR_SET_DUMPABLE)
        leave_out(process, 0);
    const Reach reach = reach_of(process, call, queue_);
    if (reach != Reach::elsewhere) {
        const std::string removed = removed_by(process, call);
        if (!removed.empty())
            watch_.removes(removed);
        on_point(process, traced, call, reach);
    }
    const bool has_end = traced.error != 0 || traced.dies;
    ::ptrace(has_end ? PTRACE_SYSCALL : PTRACE_CONT, process, nullptr, 0);
}

void Tracer::on_point(pid_t process, Traced& traced, const Call& call, Reach reach) {
    Client& client = *traced.client;
    const auto errors = errors_of(call, reach);
    client.seen.push_back({static_cast<unsigned>(errors.size()), reach == Reach::network});
    if (counts(client.strike, reach) &&
        (client.strike.kind != Strike::Kind::fail || !errors.empty()) &&
        ++client.points == client.strike.at)
        strike(process, traced, call, reach);
}

bool Tracer::counts(const Strike& strike, Reach reach) const {
    switch (strike.among) {
    case Strike::Among::of_messages:
        return reach == Reach::message;
    case Strike::Among::of_network:
        return reach == Reach::network;
    case Strike::Among::since_stored:
        return watch_.stored();
    case Strike::Among::all:
        break;
    }
    return true;
}

void Tracer::strike(pid_t process, Traced& traced, const Call& call, Reach reach) {
    Client& client = *traced.client;
    const std::string name = name_of(call) + " #" + std::to_string(client.strike.at);
    const auto errors = errors_of(call, reach);
    switch (client.strike.kind) {
    case Strike::Kind::none:
        return;
    case Strike::Kind::kill_before:
        client.struck = "killed before " + name;
        ::kill(process, SIGKILL);
        return;
    case Strike::Kind::kill_after:
        client.struck = "killed after " + name;
        traced.dies = true;
        return;
    case Strike::Kind::cut:
        client.struck = "network cut before " + name;
        watch_.cut();
        return;
    case Strike::Kind::fail:
        break;
    }
    const int error = errors[client.strike.choice % errors.size()];
    client.struck =
        name + " failed: " + (error == short_count ? "half" : std::strerror(error));
    if (error == short_count)
        return halve_count(process);
    if (is_made_anyway(call))
        traced.error = error;
    else
        leave_out(process, -error);
}

void Tracer::on_end(pid_t process, int status) {
    const auto found = traced_.find(process);
    if (found == traced_.end())
        return;
    Client* const client = found->second.client;
    traced_.erase(found);
    if (client == nullptr || client->process != process)
        return;
    client->status = status;
    watch_.ended(*client);
}

} // namespace sallyport::trials
