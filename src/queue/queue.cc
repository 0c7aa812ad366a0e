// SPDX-License-Identifier: MIT
#include "queue/queue.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/concat.h"
#include "base/failure.h"
#include "queue/allowance.h"
#include "queue/names.h"
#include "queue/sort_key.h"

namespace sallyport {

namespace {

constexpr std::uint64_t inodes_reserved = 1000;
constexpr std::int64_t unfinished_for = 60; // seconds, after which nobody writes any more

bool is_unfinished(std::string_view name) {
    return name.starts_with('.') && is_queue_id(name.substr(1));
}

/// Takes the new name only where nobody has it. Not every file system can say so at once.
int rename_to_new(int from, const char* name, int to, const char* new_name) {
    const auto renamed =
        ::syscall(SYS_renameat2, from, name, to, new_name, RENAME_NOREPLACE);
    if (renamed == 0 || (errno != EINVAL && errno != ENOSYS))
        return static_cast<int>(renamed);
    if (::faccessat(to, new_name, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
        errno = EEXIST;
        return -1;
    }
    return ::renameat(from, name, to, new_name);
}

} // namespace

/// Those that `is_one` takes, as many as there may be. What cannot be seen is not taken for
/// nothing.
template<class Predicate>
std::vector<std::string> Queue::names_in(int directory, Predicate is_one) const {
    std::vector<std::string> names;
    const bool seen = for_each_name(directory, [&](const char* name) {
        if (is_one(name))
            names.emplace_back(name);
        return names.size() < QueueSettings::most;
    });
    if (!seen)
        tree_.fail("listing it", errno);
    return names;
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
    if (count >= tree_.settings().max_count)
        return "max_count";
    return size > tree_.settings().max_size ? "max_size" : std::string_view();
}

/// What would be missing on the disk afterwards.
std::string_view Queue::reserve_needed(std::uint64_t size) const {
    struct statvfs disk {};
    if (::fstatvfs(mine_.get(), &disk) != 0)
        tree_.fail("looking for room", errno);
    if (std::uint64_t{disk.f_bavail} * disk.f_frsize < size + tree_.settings().reserve)
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
             {"queue ", tree_.settings().directory, ": it is full ([queue] ", full, ")"},
             "4.3.1", 452);
}

QueuedMessage Queue::write(QueueHeader header, const Message& message,
                           std::span<const JournalLine> journal) const {
    header.size = message.size();
    check_room(header.size, header.is_report);
    std::string name = "." + header.id;
    UniqueFd file = tree_.make_file(mine_.get(), name.c_str(), O_RDWR | O_CREAT | O_EXCL);
    if (!file)
        tree_.fail("making a file", errno);
    QueuedMessage written(mine_.get(), std::move(name), std::move(file));
    if (::flock(written.file_.get(), LOCK_EX | LOCK_NB) != 0)
        tree_.fail("locking a file", errno);
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
                tree_.fail("writing", written < 0 ? errno : ENOSPC);
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
        tree_.fail("writing to the disk", errno);
}

void Queue::publish(std::span<QueuedMessage> messages) const {
    for (QueuedMessage& message : messages) {
        const std::string& id = message.header_.id;
        if (rename_to_new(mine_.get(), message.name_.c_str(), mine_.get(), id.c_str()) !=
            0) {
            const int error = errno;
            withdraw(messages);
            tree_.fail("giving a file its name", error);
        }
        message.name_.erase(0, 1);
    }
    if (::fsync(mine_.get()) == 0)
        return;
    const int error = errno;
    withdraw(messages);
    tree_.fail("writing to the disk", error);
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

std::optional<Queue> queue_of(const QueueTree& tree, uid_t user) {
    UniqueFd directory = tree.open(user, false);
    if (!directory)
        return std::nullopt;
    return std::optional<Queue>(std::in_place, tree, user, std::move(directory));
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
        tree_.fail(concat({"opening ", id}), errno);
    struct stat facts {};
    if (file && ::fstat(file.get(), &facts) != 0)
        tree_.fail(concat({"opening ", id}), errno);
    if (!strange && (!file || facts.st_nlink == 0))
        return {};
    if (strange || !S_ISREG(facts.st_mode))
        refuse(id, ExitStatus::data_error, "it is no message of ours");
    // Neither is a fault of the message, and both may end: of a copy, of a restore.
    if (facts.st_nlink != 1)
        refuse(id, ExitStatus::temp_fail, "it has another name (a hard link), too");
    if (facts.st_uid != user_.value_or(facts.st_uid))
        refuse(id, ExitStatus::temp_fail, "it belongs to another user");
    return file;
}

void Queue::refuse(const std::string& id, ExitStatus status, std::string_view why) const {
    stop(status, Fault::local, {"queue ", tree_.settings().directory, ": ", id, ": ", why},
         "4.3.0");
}

std::optional<QueuedMessage> Queue::lock(const std::string& id) const {
    UniqueFd file = open(id, O_RDWR);
    if (!file || ::flock(file.get(), LOCK_EX | LOCK_NB) != 0)
        return std::nullopt;
    struct stat mine {};
    struct stat named {};
    const bool here = ::fstat(file.get(), &mine) == 0 &&
                      ::fstatat(mine_.get(), id.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0;
    if (!here || named.st_ino != mine.st_ino)
        return std::nullopt; // finished while we came, or moved to failed
    return QueuedMessage(mine_.get(), id, std::move(file));
}

std::optional<QueuedMessage> Queue::look_at(const std::string& id) const {
    UniqueFd file = open(id, O_RDONLY);
    if (!file)
        return std::nullopt;
    return QueuedMessage(mine_.get(), id, std::move(file));
}

Queue Queue::failed(const QueueTree& tree) {
    UniqueFd messages(::openat(tree.failed(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!messages)
        tree.fail("opening failed in it", errno);
    return {tree, tree.is_shared() ? std::nullopt : std::optional(::geteuid()),
            std::move(messages)};
}

bool Queue::set_aside(const std::string& name) const {
    return rename_to_new(mine_.get(), name.c_str(), tree_.failed(), name.c_str()) == 0;
}

void Queue::sweep(std::int64_t now) const {
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

/// As many of each user as he may have waiting: nobody has those of others removed.
void Queue::sweep_failed(std::int64_t now) const {
    const QueueSettings& settings = tree_.settings();
    const auto facts_of = [&](const std::string& name) {
        struct stat facts {};
        const bool known =
            ::fstatat(mine_.get(), name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) == 0;
        return known ? std::optional(facts) : std::nullopt;
    };
    std::vector<std::string> keys;
    for (const std::string& name : names_in(mine_.get(), is_queue_id)) {
        if (const auto facts = facts_of(name)) // its status changed when it came here
            keys.push_back(sort_key({facts->st_uid, facts->st_ctime}, name));
    }
    std::ranges::sort(keys);
    std::ranges::reverse(keys);
    const auto oldest =
        now -
        std::chrono::duration_cast<std::chrono::seconds>(settings.keep_failed).count();
    std::uint64_t octets = 0;
    std::size_t count = 0;
    std::optional<uid_t> whose;
    for (const std::string& key : keys) {
        const std::string name = id_of(key);
        const auto facts = facts_of(name);
        if (!facts)
            continue;
        if (std::exchange(whose, facts->st_uid) != facts->st_uid)
            octets = count = 0;
        octets += static_cast<std::uint64_t>(facts->st_size);
        if (++count > settings.max_count || octets > settings.max_size ||
            facts->st_ctime <= oldest)
            ::unlinkat(mine_.get(), name.c_str(), 0);
    }
}

UniqueFd Queue::take_background() const {
    return tree_.take_one_of_four(mine_.get(), ".bg");
}

bool Queue::take_allowance(const LimitSettings& limits,
                           std::chrono::system_clock::time_point now) const {
    return sallyport::take_allowance(mine_.get(), limits, now);
}

void Queue::sync() const {
    ::fsync(mine_.get());
    ::fsync(tree_.failed());
}

} // namespace sallyport
