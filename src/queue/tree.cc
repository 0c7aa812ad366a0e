// SPDX-License-Identifier: MIT
#include "queue/tree.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>

#include "base/concat.h"
#include "base/failure.h"
#include "queue/names.h"
#include "system/permission.h"
#include "text/ascii.h"

namespace sallyport {

namespace {

constexpr int directory_flags = O_DIRECTORY | O_CLOEXEC;
constexpr int slots = 4;
constexpr mode_t by_others = S_IWGRP | S_IWOTH;
constexpr mode_t shared_bits = S_ISVTX | S_ISGID; ///< of DIR/queue

/// Makes it where it is missing. Null: see errno.
UniqueFd open_directory(int parent, const char* name, int flags) {
    UniqueFd directory(::openat(parent, name, flags));
    if (directory || errno != ENOENT)
        return directory;
    // Somebody else may make it at this moment.
    if (::mkdirat(parent, name, S_IRWXU) != 0 && errno != EEXIST)
        return directory;
    const UniqueFd above(
        parent == AT_FDCWD
            ? ::open(concat({name, "/.."}).c_str(), O_RDONLY | directory_flags)
            : ::openat(parent, ".", O_RDONLY | directory_flags));
    if (above)
        ::fsync(above.get());
    return UniqueFd(::openat(parent, name, flags));
}

/// What is made while it lives may be used by the group of the directory: a change of mode
/// afterwards would take away the bit by which that group is inherited.
class ForGroup {
  public:
    ForGroup() : before_(::umask(S_IRWXO)) {}
    ForGroup(const ForGroup&) = delete;
    ForGroup& operator=(const ForGroup&) = delete;
    ~ForGroup() { ::umask(before_); }

  private:
    mode_t before_;
};

/// The user whose directory has this name; nothing where it is no user's.
std::optional<uid_t> user_of(const char* name) {
    const auto number = to_number(name);
    if (!number || std::to_string(*number) != name || *number >= static_cast<uid_t>(-1))
        return std::nullopt;
    return static_cast<uid_t>(*number);
}

bool is_directory_of(const struct stat& facts, uid_t user) {
    return S_ISDIR(facts.st_mode) && facts.st_uid == user;
}

} // namespace

QueueTree::QueueTree(QueueSettings settings) : settings_(std::move(settings)) {
    // A gate can be passed by who cannot read it.
    const UniqueFd top =
        open_directory(AT_FDCWD, settings_.directory.c_str(), O_PATH | directory_flags);
    struct stat gate {};
    if (!top || ::fstat(top.get(), &gate) != 0)
        fail("opening it", errno);
    struct stat queue {};
    const bool seen = ::fstatat(top.get(), "queue", &queue, AT_SYMLINK_NOFOLLOW) == 0;
    if (!seen && errno == EACCES)
        misconfigured(concat({"queue ", settings_.directory}),
                      why_unreadable(settings_.directory, EACCES));
    shared_ = seen && is_for_all(queue);
    if (shared_)
        open_shared(top.get(), gate, queue);
    else
        open_own(top.get(), gate);
}

void QueueTree::open_own(int top, const struct stat& facts) {
    expect_own(facts, "");
    queue_ = open_part(top, "queue", O_RDONLY);
    failed_ = open_part(top, "failed", O_RDONLY);
    run_ = open_part(top, "run", O_RDONLY);
}

/// Where somebody else could write, he could take away what was promised.
void QueueTree::expect_own(const struct stat& facts, const char* name) const {
    const bool others = facts.st_uid != ::geteuid();
    if (others || (facts.st_mode & by_others) != 0)
        misconfigured(
            concat({"queue ", settings_.directory, *name == '\0' ? "" : "/", name}),
            others ? "it is somebody else's directory"
                   : "others may write there (chmod 700 makes it a queue of one user)");
}

/// Opened, and made where this tree is one user's.
UniqueFd QueueTree::open_part(int parent, const char* name, int flags) const {
    flags |= directory_flags | O_NOFOLLOW;
    UniqueFd part = shared_ ? UniqueFd(::openat(parent, name, flags))
                            : open_directory(parent, name, flags);
    struct stat facts {};
    if (!part || ::fstat(part.get(), &facts) != 0)
        fail(concat({"opening ", name, " in it"}), errno);
    if (!shared_)
        expect_own(facts, name);
    return part;
}

/// Who passes the gate may add a directory for himself, and with the sticky bit nobody
/// moves or removes those of others.
void QueueTree::open_shared(int top, const struct stat& gate, const struct stat& queue) {
    // Else its owner could have root's calls work in a place that he rearranges.
    const bool guarded = (gate.st_mode & (S_IRWXO | S_IWGRP)) == 0 && gate.st_uid == 0;
    if (!guarded || !S_ISDIR(queue.st_mode) || (queue.st_mode & shared_bits) != shared_bits)
        misconfigured(concat({"queue ", settings_.directory}),
                      "others may write there (of one user's queue chmod 700 that and all "
                      "in it; of everybody's it has mode 0710 and is root's, and queue in "
                      "it has mode 3773)");
    owned_ = queue.st_uid == ::geteuid();
    const int flags = owned_ ? O_RDONLY : O_PATH;
    queue_ = open_part(top, "queue", flags);
    run_ = open_part(top, "run", flags);
    if (owned_)
        failed_ = open_part(top, "failed", flags);
}

std::vector<uid_t> QueueTree::users() const {
    if (!shared_ || !owned_)
        return {::geteuid()};
    std::vector<uid_t> all;
    const bool seen = for_each_name(queue_.get(), [&](const char* name) {
        if (const auto user = user_of(name))
            all.push_back(*user);
        return true;
    });
    if (!seen)
        fail("listing it", errno);
    return all;
}

UniqueFd QueueTree::open(uid_t user, bool made) const {
    const std::string name = std::to_string(user);
    if (!shared_)
        return open_part(queue_.get(), name.c_str(), O_RDONLY);
    constexpr int flags = O_RDONLY | directory_flags | O_NOFOLLOW;
    UniqueFd directory(::openat(queue_.get(), name.c_str(), flags));
    if (!directory && errno == ENOENT && made && user == ::geteuid())
        directory = make_shared(name.c_str());
    if (!directory && errno == ENOENT)
        return directory;
    const int error = errno;
    struct stat facts {};
    const bool seen =
        directory ? ::fstat(directory.get(), &facts) == 0
                  : ::fstatat(queue_.get(), name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) == 0;
    if (seen && !is_directory_of(facts, user))
        stop(ExitStatus::temp_fail, Fault::local,
             {"queue ", settings_.directory, ": somebody else has made queue/", name,
              ": the next run of the queue moves that out of the way"},
             "4.3.0");
    if (!seen || !directory)
        fail(concat({"opening queue/", name, " in it"}), error);
    return directory;
}

/// It is there after a power cut, too: who may only add to `queue` cannot open that to have
/// it written.
UniqueFd QueueTree::make_shared(const char* name) const {
    {
        const ForGroup mode;
        if (::mkdirat(queue_.get(), name, S_IRWXU | S_IRWXG) != 0 && errno != EEXIST)
            return {};
    }
    UniqueFd directory(
        ::openat(queue_.get(), name, O_RDONLY | directory_flags | O_NOFOLLOW));
    if (directory)
        ::syncfs(directory.get());
    return directory;
}

/// Its directory, and not what another has made in its place.
bool QueueTree::is_there(const std::string& name, uid_t user) const {
    struct stat facts {};
    return ::fstatat(queue_.get(), name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) == 0 &&
           is_directory_of(facts, user);
}

std::string QueueTree::move_strangers() const {
    std::string moved;
    for (const uid_t user : users()) {
        const std::string name = std::to_string(user);
        if (is_there(name, user))
            continue;
        std::uint64_t bits = 0;
        if (::getrandom(&bits, sizeof bits, 0) != sizeof bits)
            continue;
        // To another directory its owner alone could have it moved.
        const std::string instead = concat({name, ".moved-", to_hex(bits, 16)});
        if (::renameat(queue_.get(), name.c_str(), queue_.get(), instead.c_str()) != 0)
            continue;
        // Made a moment ago, when the other had gone.
        if (is_there(instead, user))
            ::renameat(queue_.get(), instead.c_str(), queue_.get(), name.c_str());
        else
            moved += concat({moved.empty() ? "" : ", ", instead});
    }
    return moved;
}

UniqueFd QueueTree::make_file(int directory, const char* name, int flags) const {
    flags |= O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    if (!shared_)
        return UniqueFd(::openat(directory, name, flags, S_IRUSR | S_IWUSR));
    const ForGroup mode;
    return UniqueFd(
        ::openat(directory, name, flags, S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP));
}

UniqueFd QueueTree::take_one_of_four(int directory, std::string_view name) const {
    for (int number = 0; number < slots; ++number) {
        UniqueFd slot = make_file(directory, concat({name, std::to_string(number)}).c_str(),
                                  O_RDWR | O_CREAT);
        if (!slot)
            fail("opening a slot", errno);
        if (::flock(slot.get(), LOCK_EX | LOCK_NB) == 0)
            return slot;
    }
    return {};
}

UniqueFd QueueTree::take_slot() const {
    if (!owned_)
        return take_one_of_four(open(::geteuid()).get(), ".bg");
    UniqueFd slot = take_one_of_four(run_.get(), "slot.");
    if (slot)
        ::futimens(slot.get(), nullptr);
    return slot;
}

std::int64_t QueueTree::last_run() const {
    std::int64_t last = 0;
    for (int number = 0; number < slots; ++number) {
        struct stat facts {};
        if (::fstatat(run_.get(), concat({"slot.", std::to_string(number)}).c_str(), &facts,
                      AT_SYMLINK_NOFOLLOW) == 0)
            last = std::max<std::int64_t>(last, facts.st_mtime);
    }
    return last;
}

void QueueTree::fail(std::string_view what, int error) const {
    stop(ExitStatus::temp_fail, Fault::local,
         {"queue ", settings_.directory, ": ", what, ": ", std::strerror(error)}, "4.3.0");
}

} // namespace sallyport
