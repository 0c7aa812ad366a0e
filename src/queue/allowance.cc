// SPDX-License-Identifier: MIT
#include "queue/allowance.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/failure.h"
#include "base/unique_fd.h"
#include "text/ascii.h"

namespace sallyport {

namespace {

constexpr std::size_t digits = 20; // of the file, which holds one number

[[noreturn]] void fail() {
    stop(ExitStatus::temp_fail, Fault::local,
         {"[limits] per_user: counting this call: ", std::strerror(errno)}, "4.3.0");
}

std::int64_t microseconds(auto time) {
    return std::chrono::duration_cast<std::chrono::microseconds>(time).count();
}

} // namespace

/// What is kept is when all of the allowance will be there again (a generic cell rate
/// algorithm): each message puts that off by its share of the time.
bool take_allowance(int directory, const LimitSettings& limits,
                    std::chrono::system_clock::time_point now) {
    const UniqueFd file(::openat(directory, ".limit",
                                 O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
                                 S_IRUSR | S_IWUSR));
    if (!file)
        fail();
    while (::flock(file.get(), LOCK_EX) != 0) {
        if (errno != EINTR)
            fail();
    }
    std::string text(digits, '\0');
    const ssize_t got = ::pread(file.get(), text.data(), text.size(), 0);
    if (got < 0)
        fail();
    text.resize(static_cast<std::size_t>(got));
    const std::int64_t time = microseconds(limits.time);
    const std::int64_t present = microseconds(now.time_since_epoch());
    const auto kept = static_cast<std::int64_t>(to_number(text).value_or(0));
    // Not further away than a clock that was right could have put it.
    std::int64_t full = std::clamp(kept, present, present + time);
    const bool lets = full + time / limits.per_user <= present + time;
    full += lets ? time / limits.per_user : 0;
    text = std::to_string(full);
    text.insert(0, digits - text.size(), '0');
    if (::pwrite(file.get(), text.data(), text.size(), 0) !=
        static_cast<ssize_t>(text.size()))
        fail();
    return lets;
}

} // namespace sallyport
