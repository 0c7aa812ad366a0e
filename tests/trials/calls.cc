// SPDX-License-Identifier: MIT
#include "trials/calls.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "queue/file.h"

namespace sallyport::trials {

namespace {

/// Where a call says what it is about.
enum class About : unsigned char {
    descriptor, ///< its first argument
    path,       ///< its second, in the directory that is the first
    family,     ///< of a socket that is made
    waiting,    ///< for any descriptors
};

constexpr int reading[] = {short_count, EIO, EINTR, ESTALE};
constexpr int writing[] = {short_count, EIO, ENOSPC, EDQUOT, EINTR, EFBIG, EROFS};
constexpr int syncing[] = {EIO, ENOSPC, EDQUOT, EROFS, EINTR};
constexpr int opening[] = {EIO,    ENOSPC, EDQUOT, EINTR,  EMFILE,
                           ENFILE, EACCES, EROFS,  ENOMEM, ESTALE};
constexpr int naming[] = {EIO, ENOSPC, EDQUOT, EACCES, EROFS, ENOMEM, ESTALE};
constexpr int naming_anew[] = {EIO,    ENOSPC, EDQUOT, EACCES, EROFS,
                               ENOMEM, ESTALE, EINVAL, ENOSYS};
constexpr int removing[] = {EIO, EACCES, EROFS, EBUSY, ESTALE};
constexpr int looking[] = {EIO, EACCES, ENOMEM, ESTALE};
constexpr int touching[] = {EIO, EACCES, EROFS};
constexpr int seeking[] = {EIO, ESTALE};
constexpr int cutting[] = {EIO, EINTR, EROFS};
constexpr int locking[] = {EINTR, EWOULDBLOCK, ENOLCK};
constexpr int measuring[] = {EIO, EINTR, ENOMEM, ENOSYS, ESTALE};
constexpr int doubling[] = {EMFILE};
constexpr int closing[] = {EIO, EINTR, ENOSPC, EDQUOT};
constexpr int making[] = {EMFILE, ENFILE, ENOMEM};
constexpr int connecting[] = {ECONNREFUSED, ENETUNREACH, ETIMEDOUT};
constexpr int sending[] = {EPIPE, ECONNRESET, ENOMEM};
constexpr int receiving[] = {ECONNRESET, ETIMEDOUT, ENOMEM};
constexpr int leaving[] = {ENOTCONN};

struct Kind {
    long number;
    const char* name;
    About about;
    std::span<const int> errors;
};

constexpr Kind kinds[] = {
    {SYS_openat, "openat", About::path, opening},
    {SYS_mkdirat, "mkdirat", About::path, naming},
    {SYS_unlinkat, "unlinkat", About::path, removing},
    {SYS_newfstatat, "newfstatat", About::path, looking},
    {SYS_faccessat, "faccessat", About::path, looking},
    {SYS_utimensat, "utimensat", About::path, touching},
    {SYS_renameat, "renameat", About::path, naming},
    {SYS_renameat2, "renameat2", About::path, naming_anew},
    {SYS_read, "read", About::descriptor, reading},
    {SYS_pread64, "pread64", About::descriptor, reading},
    {SYS_write, "write", About::descriptor, writing},
    {SYS_pwrite64, "pwrite64", About::descriptor, writing},
    {SYS_lseek, "lseek", About::descriptor, seeking},
    {SYS_fsync, "fsync", About::descriptor, syncing},
    {SYS_fdatasync, "fdatasync", About::descriptor, syncing},
    {SYS_ftruncate, "ftruncate", About::descriptor, cutting},
    {SYS_flock, "flock", About::descriptor, locking},
    {SYS_fstat, "fstat", About::descriptor, looking},
    {SYS_fstatfs, "fstatfs", About::descriptor, measuring},
    {SYS_getdents64, "getdents64", About::descriptor, seeking},
    {SYS_fcntl, "fcntl", About::descriptor, doubling},
    {SYS_close, "close", About::descriptor, closing},
    {SYS_socket, "socket", About::family, making},
    {SYS_connect, "connect", About::descriptor, connecting},
    {SYS_sendto, "sendto", About::descriptor, sending},
    {SYS_sendmsg, "sendmsg", About::descriptor, sending},
    {SYS_recvfrom, "recvfrom", About::descriptor, receiving},
    {SYS_recvmsg, "recvmsg", About::descriptor, receiving},
    {SYS_poll, "poll", About::waiting, {}},
    {SYS_shutdown, "shutdown", About::descriptor, leaving},
};

const Kind* kind_of(const Call& call) {
    const Kind* const found =
        std::ranges::find(kinds, static_cast<long>(call.number), &Kind::number);
    return found != std::end(kinds) ? found : nullptr;
}

std::string proc(pid_t process, const std::string& what) {
    return "/proc/" + std::to_string(process) + "/" + what;
}

/// What a descriptor is: a path, or "socket:[…]".
std::string target_of(pid_t process, int fd) {
    std::array<char, 512> text{};
    const std::string link =
        fd == AT_FDCWD ? proc(process, "cwd") : proc(process, "fd/" + std::to_string(fd));
    const ssize_t size = ::readlink(link.c_str(), text.data(), text.size());
    return {text.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
}

/// Text that ends with a NUL, in the memory of a process; cut where a page is missing.
std::string text_at(pid_t process, std::uint64_t address) {
    constexpr std::uint64_t page = 4096;
    std::string text;
    while (address != 0 && text.size() < page) {
        std::array<char, page> part{};
        const iovec here{part.data(), page - address % page};
        const iovec there{reinterpret_cast<void*>(address), here.iov_len}; // NOLINT
        const ssize_t got = ::process_vm_readv(process, &here, 1, &there, 1, 0);
        if (got <= 0)
            break;
        const std::string_view octets(part.data(), static_cast<std::size_t>(got));
        text += octets.substr(0, octets.find('\0'));
        if (octets.find('\0') != std::string_view::npos)
            break;
        address += static_cast<std::uint64_t>(got);
    }
    return text;
}

std::string path_of(pid_t process, const Call& call) {
    std::string name = text_at(process, call.arguments[1]);
    if (name.starts_with('/'))
        return name;
    const std::string directory = target_of(process, static_cast<int>(call.arguments[0]));
    return name.empty() ? directory : directory + "/" + name;
}

Reach reach_of_path(std::string_view path, const std::string& queue) {
    if (path.starts_with("socket:"))
        return Reach::network;
    if (path == "/tmp" || path.starts_with("/tmp/#"))
        return Reach::message;
    if (!path.starts_with(queue) ||
        (path.size() > queue.size() && path[queue.size()] != '/'))
        return Reach::elsewhere;
    std::string_view name = path.substr(path.rfind('/') + 1);
    name.remove_prefix(name.starts_with('.') ? 1 : 0);
    return is_queue_id(name) ? Reach::message : Reach::queue;
}

} // namespace

std::vector<unsigned> numbers_of_calls() {
    std::vector<unsigned> numbers;
    for (const Kind& kind : kinds)
        numbers.push_back(static_cast<unsigned>(kind.number));
    return numbers;
}

Reach reach_of(pid_t process, const Call& call, const std::string& queue) {
    const Kind* const kind = kind_of(call);
    if (kind == nullptr)
        return Reach::elsewhere;
    switch (kind->about) {
    case About::waiting:
        return Reach::network;
    case About::family:
        return call.arguments[0] == AF_INET ? Reach::network : Reach::elsewhere;
    case About::path:
        return reach_of_path(path_of(process, call), queue);
    case About::descriptor:
        break;
    }
    return reach_of_path(target_of(process, static_cast<int>(call.arguments[0])), queue);
}

std::span<const int> errors_of(const Call& call, Reach reach) {
    static constexpr std::array over_network{ECONNRESET, ETIMEDOUT};
    const Kind* const kind = kind_of(call);
    if (kind == nullptr || reach == Reach::elsewhere)
        return {};
    const bool of_file = !kind->errors.empty() && kind->errors.front() == short_count;
    if (reach == Reach::network && (of_file || call.number == SYS_close))
        return of_file ? std::span<const int>(over_network) : std::span<const int>();
    if (call.number == SYS_fcntl && call.arguments[1] != F_DUPFD_CLOEXEC)
        return {};
    return kind->errors;
}

std::string removed_by(pid_t process, const Call& call) {
    return call.number == SYS_unlinkat ? path_of(process, call) : std::string();
}

bool is_made_anyway(const Call& call) {
    return call.number == SYS_close;
}

std::string name_of(const Call& call) {
    const Kind* const kind = kind_of(call);
    return kind != nullptr ? kind->name : std::to_string(call.number);
}

} // namespace sallyport::trials
