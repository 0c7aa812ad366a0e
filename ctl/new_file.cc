// SPDX-License-Identifier: MIT
#include "ctl/new_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/concat.h"
#include "base/failure.h"
#include "ctl/interrupt.h"
#include "ctl/words.h"
#include "system/permission.h"
#include "system/wipe.h"
#include "text/ascii.h"
#include "text/printable.h"

namespace sallyport::ctl {

namespace {

constexpr std::size_t file_limit = 1024 * 1024;

[[noreturn]] void refuse(const std::string& path,
                         std::initializer_list<std::string_view> why) {
    stop(ExitStatus::cannot_create, Fault::local, {printable(path), ": ", concat(why)});
}

[[noreturn]] void fail(const std::string& path, const char* what) {
    const int error = errno;
    refuse(path, {what, ": ", std::strerror(error)});
}

/// Whether nobody but root and the caller is in this group: root's, or one of the caller's
/// own, which has his name and no other member.
bool is_private(gid_t number) {
    if (number == 0)
        return true;
    const passwd* const caller = ::getpwuid(::geteuid());
    if (caller == nullptr || caller->pw_gid != number)
        return false;
    const std::string_view name = caller->pw_name;
    const group* const found = ::getgrgid(number);
    if (found == nullptr || found->gr_name != name)
        return false;
    char** member = found->gr_mem;
    while (*member != nullptr && *member == name)
        ++member;
    return *member == nullptr;
}

/// The old file, which has two names now. Until here others may have to read it.
void hide_backup(const Place& place, const std::string& name) {
    struct stat facts {};
    if (::fstatat(place.fd(), name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) != 0 ||
        ::fchmodat(place.fd(), name.c_str(), facts.st_mode & 07770U, 0) != 0)
        fail(place.path(), tr("its .bak cannot be kept from others"));
}

/// A name beside the file that nobody has taken, gone with this unless it was renamed.
class Temporary {
  public:
    explicit Temporary(const Place& place) : place_(place), name_(new_name(place)) {}
    Temporary(const Temporary&) = delete;
    Temporary& operator=(const Temporary&) = delete;
    ~Temporary() {
        if (there_)
            ::unlinkat(place_.fd(), name_.c_str(), 0);
    }

    UniqueFd create() {
        UniqueFd file(::openat(place_.fd(), name_.c_str(),
                               O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
        if (!file)
            fail(place_.path(), tr("no new file can be made beside it"));
        there_ = true;
        return file;
    }

    /// A further name of the file that is there.
    void link() {
        if (::linkat(place_.fd(), place_.name().c_str(), place_.fd(), name_.c_str(), 0) !=
            0)
            fail(place_.path(), tr("it cannot be kept as .bak"));
        there_ = true;
    }

    void become(const std::string& name) {
        if (::renameat(place_.fd(), name_.c_str(), place_.fd(), name.c_str()) != 0)
            fail(place_.path(), tr("it cannot be replaced"));
        // Two names of one file are both left there: the destructor takes this one away.
    }

  private:
    static std::string new_name(const Place& place) {
        std::string octets(8, '\0');
        if (::getrandom(octets.data(), octets.size(), 0) !=
            static_cast<ssize_t>(octets.size()))
            fail(place.path(), tr("no random name can be made"));
        std::string name = concat({".", place.name(), "."});
        for (const char octet : octets) {
            std::string digits;
            append_hex(digits, '.', octet);
            name.append(digits, 1);
        }
        return name;
    }

    const Place& place_;
    std::string name_;
    bool there_ = false;
};

void write_all(const UniqueFd& file, std::string_view text, const std::string& path) {
    while (!text.empty()) {
        const ssize_t written = ::write(file.get(), text.data(), text.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            fail(path, tr("the new file cannot be written"));
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

void fill(const UniqueFd& file, std::string_view text, const Ownership& ownership,
          const std::string& path) {
    write_all(file, text, path);
    struct stat facts {};
    if (::fstat(file.get(), &facts) != 0)
        fail(path, tr("the new file cannot be looked at"));
    if ((facts.st_uid != ownership.user || facts.st_gid != ownership.group) &&
        ::fchown(file.get(), ownership.user, ownership.group) != 0)
        fail(path, tr("the new file cannot be given to its owner and group"));
    if (::fchmod(file.get(), ownership.mode) != 0)
        fail(path, tr("the new file does not take its mode"));
    if (::fsync(file.get()) != 0)
        fail(path, tr("the new file is not on the disk for sure"));
}

} // namespace

Place::Place(std::string path)
    : path_(std::move(path)), name_(path_.substr(path_.rfind('/') + 1)) {
    const auto slash = path_.rfind('/');
    const std::string directory = slash == path_.npos ? "."
                                  : slash == 0        ? "/"
                                                      : path_.substr(0, slash);
    if (name_.empty() || name_ == "." || name_ == "..")
        refuse(path_, {tr("it is no name of a file")});
    fd_ = UniqueFd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    struct stat facts {};
    if (!fd_ || ::fstat(fd_.get(), &facts) != 0)
        fail(directory, tr("the directory cannot be opened"));
    if ((facts.st_mode & S_IWOTH) != 0 ||
        ((facts.st_mode & S_IWGRP) != 0 && !is_private(facts.st_gid)))
        refuse(directory, {tr("others may write to this directory, and could put their "
                              "file in the place of ours")});
    if (facts.st_uid != 0 && facts.st_uid != ::geteuid())
        refuse(directory, {tr("somebody else owns this directory, and could put his file "
                              "in the place of ours")});
}

bool Place::is_taken() const {
    struct stat facts {};
    if (::fstatat(fd(), name_.c_str(), &facts, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno == ENOENT)
            return false;
        fail(path_, tr("it cannot be looked at"));
    }
    if (S_ISLNK(facts.st_mode))
        refuse(path_, {tr("it is a symbolic link: name the file that it leads to by "
                          "--output")});
    if (!S_ISREG(facts.st_mode))
        refuse(path_, {tr("it is no regular file")});
    return true;
}

std::string Place::read(struct stat& facts) const {
    const UniqueFd file(::openat(
        fd(), name_.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!file || ::fstat(file.get(), &facts) != 0)
        refuse(path_, {why_unreadable(path_, errno)});
    std::string text(file_limit + 1, '\0'); // growing would leave copies of a secret
    std::size_t size = 0;
    ssize_t got = 0;
    do {
        got = ::read(file.get(), text.data() + size, text.size() - size);
        size += static_cast<std::size_t>(std::max<ssize_t>(got, 0));
    } while ((got > 0 && size < text.size()) || (got < 0 && errno == EINTR));
    if (got < 0)
        fail(path_, tr("it cannot be read"));
    text.resize(size);
    if (size > file_limit) {
        wipe(text);
        refuse(path_, {tr("it has more than 1 MiB")});
    }
    return text;
}

void replace_file(const Place& place, std::string_view text, const Ownership& ownership) {
    const Uninterrupted whole;
    const bool is_taken = place.is_taken();
    Temporary fresh(place);
    fill(fresh.create(), text, ownership, place.path());
    if (is_taken) {
        const std::string name = concat({place.name(), ".bak"});
        Temporary backup(place);
        backup.link();
        backup.become(name);
        hide_backup(place, name);
    }
    fresh.become(place.name());
    if (::fsync(place.fd()) != 0)
        fail(place.path(), tr("its directory is not on the disk for sure"));
}

} // namespace sallyport::ctl
