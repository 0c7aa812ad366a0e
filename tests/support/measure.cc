// SPDX-License-Identifier: MIT
//
// measure FILE COMMAND [ARGUMENT...]: runs the command on one processor, writes one line
// with what it took to FILE, and exits with its status (128 and the signal if it was
// killed).
//
//     status=0 wall_us=6912 user_us=3100 system_us=2010 max_rss_kb=6980 page_faults=431
//
// One processor, because Linux keeps a process's size apart for each, and adds up what is
// left over there only now and then.
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <sched.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

long microseconds(const timeval& span) {
    return span.tv_sec * 1'000'000L + span.tv_usec;
}

void stay_on_this_processor() {
    const int here = sched_getcpu();
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(static_cast<unsigned>(here < 0 ? 0 : here), &set);
    sched_setaffinity(0, sizeof set, &set);
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 3) {
        std::fputs("usage: measure FILE COMMAND [ARGUMENT...]\n", stderr);
        return 64;
    }
    stay_on_this_processor();
    const auto begun = std::chrono::steady_clock::now();
    pid_t pid = 0;
    const int error = ::posix_spawnp(&pid, argv[2], nullptr, nullptr, argv + 2, environ);
    if (error != 0) {
        std::fprintf(stderr, "measure: %s: %s\n", argv[2], std::strerror(error));
        return 127;
    }
    int wait_status = 0;
    rusage used{};
    while (::wait4(pid, &wait_status, 0, &used) < 0 && errno == EINTR) {
    }
    const std::chrono::duration<double, std::micro> wall =
        std::chrono::steady_clock::now() - begun;
    const int status =
        WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
    std::FILE* const file = std::fopen(argv[1], "we");
    if (file == nullptr) {
        std::perror(argv[1]);
        return 73;
    }
    std::fprintf(file,
                 "status=%d wall_us=%.0f user_us=%ld system_us=%ld max_rss_kb=%ld "
                 "page_faults=%ld\n",
                 status, wall.count(), microseconds(used.ru_utime),
                 microseconds(used.ru_stime), used.ru_maxrss,
                 used.ru_minflt + used.ru_majflt);
    if (std::fclose(file) != 0)
        return 73;
    return status;
}
