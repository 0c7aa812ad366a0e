// SPDX-License-Identifier: MIT
#include "queue/queue.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

#include <dirent.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/concat.h"
#include "base/failure.h"
#include "base/owned.h"
#include "queue/allowance.h"
#include "queue/sort_key.h"

namespace sallyport {

namespace {

constexpr std::uint64_t inodes_reserved = 1000;
constexpr int slots = 4;
constexpr std::int64_t unfinished_for = 60; // seconds, after which nobody writes any more

bool is_unfinished(std::string_view name) {
    return name.starts_with('.') && is_queue_id(name.substr(1));
}

std::int64_t seconds(std::chrono::system_clock::time_point time) {
    return std::chrono::system_clock::to_time_t(time);
}

/// Makes it where it is missing. Null: see errno.
UniqueFd open_directory(int parent, const char* name, int links) {
    const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | links;
    UniqueFd directory(::openat(parent, name, flags));
    if (directory || errno != ENOENT)
        return directory;
    // Somebody else may make it at this moment.
    if (::mkdirat(parent, name, S_IRWXU) != 0 && errno != EEXIST)
        return directory;
    const UniqueFd above(parent == AT_FDCWD ? ::open(concat({name, "/.."}).c_str(), flags)
                                            : ::fcntl(parent, F_DUPFD_CLOEXEC, 0));
    if (above)
        ::fsync(above.get());
    return UniqueFd(::openat(parent, name, flags));
}

/// Takes the new name only where nobody has it. Not every file system can say so at once.
int rename_to_new(int directory, const char* from, const char* to) {
    const auto renamed =
        ::syscall(SYS_renameat2, directory, from, directory, to, RENAME_NOREPLACE);
    if (renamed == 0 || (errno != EINVAL && errno != ENOSYS))
        return static_cast<int>(renamed);
    if (::faccessat(directory, to, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
        errno = EEXIST;
        return -1;
    }
    return ::renameat(directory, from, directory, to);
}

} // namespace

Queue::Queue(const QueueSettings& settings, uid_t user) : settings_(settings), user_(user) {
    const UniqueFd top = open_own(AT_FDCWD, settings.directory.c_str());
    const UniqueFd queue = open_own(top.get(), "queue");
    mine_ = open_own(queue.get(), std::to_string(user).c_str());
    failed_ = open_own(top.get(), "failed");
    run_ = open_own(top.get(), "run");
}

/// Where somebody else could write, he could take away what was promised.
UniqueFd Queue::open_own(int parent, const char* name) const {
    const bool is_top = parent == AT_FDCWD;
    UniqueFd directory = open_directory(parent, name, is_top ? 0 : O_NOFOLLOW);
    struct stat facts {};
    if (!directory || ::fstat(directory.get(), &facts) != 0)
        fail(is_top ? std::string("opening it") : concat({"opening ", name, " in it"}),
             errno);
    const bool others = facts.st_uid != ::geteuid();
    if (others || (facts.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        misconfigured(
            concat({"queue ", settings_.directory, is_top ? "" : ", ", is_top ? "" : name}),
            others ? "it is somebody else's directory"
                   : "others may write there (chmod 700 makes it a queue of one user)");
    return directory;
}

/// Those that `is_one` takes, as many as there may be. What cannot be seen is not taken for
/// nothing.
template<class Predicate>
std::vector<std::string> Queue::names_in(int directory, Predicate is_one) const {
    std::vector<std::string> names;
    // A descriptor of its own: the other's place in the directory is everybody's.
    const int fd = ::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const Owned<DIR, ::closedir> stream(fd >= 0 ? ::fdopendir(fd) : nullptr);
    if (stream == nullptr) {
        const int error = errno;
        if (fd >= 0)
            ::close(fd);
        fail("listing it", error);
    }
    while (names.size() < QueueSettings::most) {
        errno = 0;
        const dirent* const entry = ::readdir(stream.get());
        if (entry == nullptr && errno != 0)
            fail("listing it", errno);
        if (entry == nullptr)
            break;
        if (is_one(entry->d_name))
            names.emplace_back(entry->d_name);
    }
    return names;
}

void Queue::fail(std::string_view what, int error) const {
    stop(ExitStatus::temp_fail, Fault::local,
         {"queue ", settings_.directory, ": ", what, ": ", std::strerror(error)}, "4.3.0");
}

/// What is there already is counted anew each time: a number kept anywhere could be wrong.
/// Writers at the same time may go beyond the limits by as many messages as they are.
std::string_view Queue::limit_reached(std::uint64_t size) const {
    std::uint64_t count = 0;
    for (const std::string& name : names_in(mine_.get(), is_queue_id)) {
        struct stat facts {};
        if (::fstatat(mine_.get(), name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        ++count;
        size += static_cast<std::uint64_t>(facts.st_size);
    }
    if (count >= settings_.max_count)
        return "max_count";
    return size > settings_.max_size ? "max_size" : std::string_view();
}

/// What would be missing on the disk afterwards.
std::string_view Queue::reserve_needed(std::uint64_t size) const {
    struct statvfs disk {};
    if (::fstatvfs(mine_.get(), &disk) != 0)
        fail("looking for room", errno);
    if (std::uint64_t{disk.f_bavail} * disk.f_frsize < size + settings_.reserve)
        return "reserve";
    const bool lacks_inodes = disk.f_files > 0 && disk.f_favail < inodes_reserved;
    return lacks_inodes ? "reserve, of inodes" : std::string_view();
}

void Queue::check_room(std::uint64_t size, bool is_report) const {
    std::string_view full = is_report ? std::string_view() : limit_reached(size);
    if (full.empty())
        full = reserve_needed(size);
    if (!full.empty())
        stop(ExitStatus::temp_fail, Fault::local,
             {"queue ", settings_.directory, ": it is full ([queue] ", full, ")"}, "4.3.1",
             452);
}

QueuedMessage Queue::write(QueueHeader header, const Message& message,
                           std::span<const JournalLine> journal) const {
    header.size = message.size();
    check_room(header.size, header.is_report);
    std::string name = "." + header.id;
    UniqueFd file(::openat(mine_.get(), name.c_str(),
                           O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                           S_IRUSR | S_IWUSR));
    if (!file)
        fail("making a file", errno);
    QueuedMessage written(mine_.get(), std::move(name), std::move(file));
    if (::flock(written.file_.get(), LOCK_EX | LOCK_NB) != 0)
        fail("locking a file", errno);
    const std::string head = write_queue_header(header);
    written.begin_ = head.size();
    written.progress_.recipients.resize(header.recipients.size());
    std::string lines;
    for (const JournalLine& line : journal) {
        lines += to_text(line);
        written.progress_.add(line);
    }
    written.progress_.whole = lines.size();
    fill(written.file_.get(), head, message, lines);
    written.header_ = std::move(header);
    return written;
}

void Queue::fill(int file, const std::string& head, const Message& message,
                 std::string_view journal) const {
    const auto put = [&](std::string_view octets) {
        while (!octets.empty()) {
            const ssize_t written = ::write(file, octets.data(), octets.size());
            if (written < 0 && errno == EINTR)
                continue;
            if (written <= 0)
                fail("writing", written < 0 ? errno : ENOSPC);
            octets.remove_prefix(static_cast<std::size_t>(written));
        }
    };
    put(head);
    std::string block(block_size, '\0');
    for (std::uint64_t at = 0; at < message.size();) {
        const std::size_t got = message.read(at, block);
        put(std::string_view(block).substr(0, got));
        at += got;
    }
    put(journal);
    if (::fsync(file) != 0)
        fail("writing to the disk", errno);
}

void Queue::publish(std::span<QueuedMessage> messages) const {
    for (QueuedMessage& message : messages) {
        const std::string& id = message.header_.id;
        if (rename_to_new(mine_.get(), message.name_.c_str(), id.c_str()) != 0) {
            const int error = errno;
            withdraw(messages);
            fail("giving a file its name", error);
        }
        message.name_.erase(0, 1);
    }
    if (::fsync(mine_.get()) == 0)
        return;
    const int error = errno;
    withdraw(messages);
    fail("writing to the disk", error);
}

/// Nobody was promised those that have their names already.
void Queue::withdraw(std::span<QueuedMessage> messages) const {
    for (const QueuedMessage& message : messages) {
        if (!message.name_.starts_with('.'))
            ::unlinkat(mine_.get(), message.name_.c_str(), 0);
    }
}

QueuedMessage Queue::add(QueueHeader header, const Message& message,
                         std::span<const JournalLine> journal) const {
    QueuedMessage written = write(std::move(header), message, journal);
    publish({&written, 1});
    return written;
}

std::vector<std::string> Queue::ids() const {
    return names_in(mine_.get(), is_queue_id);
}

std::vector<std::string> Queue::ids_since(std::int64_t time) const {
    return names_in(mine_.get(), [&](const char* name) {
        struct stat facts {};
        return is_queue_id(name) &&
               ::fstatat(mine_.get(), name, &facts, AT_SYMLINK_NOFOLLOW) == 0 &&
               facts.st_mtime > time;
    });
}

UniqueFd Queue::open(const std::string& id, int flags) const {
    UniqueFd file(
        ::openat(mine_.get(), id.c_str(), flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    // A symbolic link, a directory, a socket.
    const bool strange = !file && (errno == ELOOP || errno == EISDIR || errno == ENXIO);
    if (!file && !strange && errno != ENOENT)
        fail(concat({"opening ", id}), errno);
    struct stat facts {};
    if (file && ::fstat(file.get(), &facts) != 0)
        fail(concat({"opening ", id}), errno);
    if (!strange && (!file || facts.st_nlink == 0))
        return {};
    if (strange || !S_ISREG(facts.st_mode) || facts.st_nlink != 1 || facts.st_uid != user_)
        stop(ExitStatus::data_error, Fault::local,
             {"queue ", settings_.directory, ": ", id, ": it is no message of ours"},
             "4.3.0");
    return file;
}

std::optional<QueuedMessage> Queue::lock(const std::string& id) const {
    UniqueFd file = open(id, O_RDWR);
    if (!file || ::flock(file.get(), LOCK_EX | LOCK_NB) != 0)
        return std::nullopt;
    struct stat facts {};
    if (::fstat(file.get(), &facts) != 0 || facts.st_nlink == 0)
        return std::nullopt; // finished while we came
    return QueuedMessage(mine_.get(), id, std::move(file));
}

std::optional<QueuedMessage> Queue::look_at(const std::string& id) const {
    UniqueFd file = open(id, O_RDONLY);
    if (!file)
        return std::nullopt;
    return QueuedMessage(mine_.get(), id, std::move(file));
}

Queue Queue::failed() const {
    UniqueFd messages(::openat(failed_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!messages)
        fail("opening failed in it", errno);
    return {*this, std::move(messages)};
}

bool Queue::set_aside(const std::string& name) const {
    return ::renameat(mine_.get(), name.c_str(), failed_.get(), name.c_str()) == 0;
}

void Queue::sweep(std::chrono::system_clock::time_point now) const {
    sweep_unfinished(seconds(now));
    sweep_failed(seconds(now));
}

void Queue::sweep_unfinished(std::int64_t now) const {
    for (const std::string& name : names_in(mine_.get(), is_unfinished)) {
        const UniqueFd file(::openat(mine_.get(), name.c_str(),
                                     O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
        struct stat facts {};
        if (file && ::fstat(file.get(), &facts) == 0 &&
            facts.st_mtime < now - unfinished_for &&
            ::flock(file.get(), LOCK_EX | LOCK_NB) == 0)
            ::unlinkat(mine_.get(), name.c_str(), 0);
    }
}

void Queue::sweep_failed(std::int64_t now) const {
    const auto facts_of = [&](const std::string& name) {
        struct stat facts {};
        const bool known =
            ::fstatat(failed_.get(), name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) == 0;
        return known ? std::optional(facts) : std::nullopt;
    };
    std::vector<std::string> keys;
    for (const std::string& name : names_in(failed_.get(), is_queue_id)) {
        if (const auto facts = facts_of(name)) // its status changed when it came here
            keys.push_back(sort_key({facts->st_ctime}, name));
    }
    std::ranges::sort(keys);
    std::ranges::reverse(keys);
    const auto oldest =
        now -
        std::chrono::duration_cast<std::chrono::seconds>(settings_.keep_failed).count();
    std::uint64_t octets = 0;
    std::size_t count = 0;
    for (const std::string& key : keys) {
        const std::string name = id_of(key);
        const auto facts = facts_of(name);
        if (!facts)
            continue;
        octets += static_cast<std::uint64_t>(facts->st_size);
        if (++count > settings_.max_count || octets > settings_.max_size ||
            facts->st_ctime <= oldest)
            ::unlinkat(failed_.get(), name.c_str(), 0);
    }
}

UniqueFd Queue::take_one_of_four(int directory, std::string_view name) const {
    for (int number = 0; number < slots; ++number) {
        UniqueFd slot(::openat(directory, concat({name, std::to_string(number)}).c_str(),
                               O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
                               S_IRUSR | S_IWUSR));
        if (!slot)
            fail("opening a slot", errno);
        if (::flock(slot.get(), LOCK_EX | LOCK_NB) == 0)
            return slot;
    }
    return {};
}

UniqueFd Queue::take_slot() const {
    UniqueFd slot = take_one_of_four(run_.get(), "slot.");
    if (slot)
        ::futimens(slot.get(), nullptr);
    return slot;
}

UniqueFd Queue::take_background() const {
    return take_one_of_four(mine_.get(), ".bg");
}

bool Queue::take_allowance(const LimitSettings& limits,
                           std::chrono::system_clock::time_point now) const {
    return sallyport::take_allowance(mine_.get(), limits, now);
}

std::int64_t Queue::last_run() const {
    std::int64_t last = 0;
    for (int number = 0; number < slots; ++number) {
        struct stat facts {};
        if (::fstatat(run_.get(), concat({"slot.", std::to_string(number)}).c_str(), &facts,
                      AT_SYMLINK_NOFOLLOW) == 0)
            last = std::max<std::int64_t>(last, facts.st_mtime);
    }
    return last;
}

void Queue::sync() const {
    ::fsync(mine_.get());
    ::fsync(failed_.get());
}

} // namespace sallyport
