// SPDX-License-Identifier: MIT
//
// Preloaded by tests/allocation.sh: a malloc that fails. FAIL_AT counts allocations from 1;
// with FAIL_ON=yes all that follow fail, too. The first one that fails leaves a file
// $FAIL_DIRECTORY/failed, and each connection over the Internet a line in
// $FAIL_DIRECTORY/connected: so the script knows what to wait for.
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* old, std::size_t size);
}

namespace {

std::atomic<unsigned long> allocations{0};

void leave_mark(const char* name) {
    char path[4096];
    const char* const directory = std::getenv("FAIL_DIRECTORY");
    if (directory == nullptr || std::strlen(directory) > 4000)
        return;
    std::strcpy(path, directory);
    std::strcat(path, name);
    const int error = errno;
    const int fd = ::open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    [[maybe_unused]] const auto written = ::write(fd, "\n", 1);
    ::close(fd);
    errno = error;
}

bool fails() {
    const char* const at = std::getenv("FAIL_AT");
    const char* const following = std::getenv("FAIL_ON");
    const bool on = following != nullptr && std::strcmp(following, "yes") == 0;
    if (at == nullptr)
        return false;
    const unsigned long first = std::strtoul(at, nullptr, 10);
    const unsigned long now = ++allocations;
    if (now == first)
        leave_mark("/failed");
    if (now < first || (now > first && !on))
        return false;
    errno = ENOMEM;
    return true;
}

} // namespace

extern "C" void* malloc(std::size_t size) {
    return fails() ? nullptr : __libc_malloc(size);
}

extern "C" void* calloc(std::size_t count, std::size_t size) {
    return fails() ? nullptr : __libc_calloc(count, size);
}

extern "C" void* realloc(void* old, std::size_t size) {
    return fails() ? nullptr : __libc_realloc(old, size);
}

extern "C" int connect(int fd, const sockaddr* address, socklen_t size) {
    using Connect = int(int, const sockaddr*, socklen_t);
    static auto* const real = reinterpret_cast<Connect*>(::dlsym(RTLD_NEXT, "connect"));
    if (address->sa_family == AF_INET)
        leave_mark("/connected");
    return real(fd, address, size);
}
