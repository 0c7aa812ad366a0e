// SPDX-License-Identifier: MIT
#include "trials/disk.h"

#include <stdexcept>

#include <sched.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sallyport::trials {

namespace {

bool have_own_mounts() {
    return ::unshare(CLONE_NEWNS) == 0 &&
           ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

} // namespace

bool can_have_disks() {
    const pid_t child = ::fork();
    if (child == 0)
        ::_exit(have_own_mounts() && ::mount("none", "/tmp", "tmpfs", 0, "size=64k") == 0
                    ? 0
                    : 1);
    int status = 0;
    return ::waitpid(child, &status, 0) == child && status == 0;
}

void mount_disk(const std::string& directory) {
    if (!have_own_mounts() ||
        ::mount("none", directory.c_str(), "tmpfs", 0, "mode=700") != 0)
        throw std::runtime_error("no disk can be mounted");
}

void set_room(const std::string& directory, Room room) {
    constexpr unsigned long enough = 100'000;
    constexpr unsigned long pages_left = 2;
    struct statvfs facts {};
    if (::statvfs(directory.c_str(), &facts) != 0)
        throw std::runtime_error("the disk cannot be looked at");
    const auto blocks =
        room == Room::few_blocks ? facts.f_blocks - facts.f_bfree + pages_left : enough;
    const auto inodes = room == Room::few_inodes ? facts.f_files - facts.f_ffree : enough;
    const std::string options = "nr_blocks=" + std::to_string(blocks) +
                                ",nr_inodes=" + std::to_string(inodes) + ",mode=700";
    if (::mount("none", directory.c_str(), "tmpfs", MS_REMOUNT, options.c_str()) != 0)
        throw std::runtime_error("the disk cannot be made smaller or larger");
}

} // namespace sallyport::trials
