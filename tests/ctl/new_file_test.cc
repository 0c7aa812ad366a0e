// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE new_file
#include <boost/test/unit_test.hpp>

#include <cstring>
#include <filesystem>

#include <sys/stat.h>
#include <unistd.h>

#include "ctl/new_file.h"
#include "unit/child.h"
#include "unit/failing.h"
#include "unit/folder.h"

using namespace sallyport;
using namespace sallyport::ctl;

namespace {

struct stat facts_of(const std::string& path) {
    struct stat facts {};
    if (::lstat(path.c_str(), &facts) != 0)
        throw std::runtime_error(path + ": " + std::strerror(errno));
    return facts;
}

unsigned mode_of(const std::string& path) {
    return facts_of(path).st_mode & 07777U;
}

Ownership mine(mode_t mode = 0600) {
    return {::geteuid(), ::getegid(), mode};
}

/// How replacing it fails; it must not change what is there.
std::string why(const std::string& path) {
    const Failure failure = failure_of([&] {
        replace_file(Place(path), "new\n", mine());
        return 0;
    });
    BOOST_TEST(status_of(failure) == 73);
    BOOST_TEST((failure.fault() == Fault::local));
    const Failure early = failure_of([&] { return Place(path).is_taken(); });
    BOOST_TEST(std::string(early.what()) == failure.what());
    const std::string text = failure.what();
    return text.substr(text.find(": ") + 2);
}

std::size_t count(const std::string& directory) {
    const std::filesystem::directory_iterator entries(directory);
    return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

} // namespace

BOOST_AUTO_TEST_CASE(a_file_that_was_not_there) {
    const Folder folder;
    const std::string path = folder.path("conf");
    replace_file(Place(path), "text\n", mine(0640));
    BOOST_TEST(folder.read("conf") == "text\n");
    BOOST_TEST(mode_of(path) == 0640U);
    BOOST_TEST(count(folder.path("")) == 1U);
}

BOOST_AUTO_TEST_CASE(the_one_before_is_kept_from_others_as_bak) {
    const Folder folder;
    const std::string path = folder.write("conf", "old\n", 0644);
    const auto old = facts_of(path).st_ino;
    replace_file(Place(path), "new\n", mine());
    BOOST_TEST(folder.read("conf") == "new\n");
    BOOST_TEST(mode_of(path) == 0600U);
    BOOST_TEST(folder.read("conf.bak") == "old\n");
    BOOST_TEST(mode_of(path + ".bak") == 0640U);
    BOOST_TEST(facts_of(path + ".bak").st_ino == old);
    replace_file(Place(path), "newer\n", mine());
    BOOST_TEST(folder.read("conf.bak") == "new\n");
    BOOST_TEST(count(folder.path("")) == 2U);
}

BOOST_AUTO_TEST_CASE(a_backup_that_is_the_same_file_already) {
    const Folder folder;
    const std::string path = folder.write("conf", "old\n");
    BOOST_REQUIRE(::link(path.c_str(), (path + ".bak").c_str()) == 0);
    replace_file(Place(path), "new\n", mine());
    BOOST_TEST(folder.read("conf.bak") == "old\n");
    BOOST_TEST(count(folder.path("")) == 2U);
}

BOOST_AUTO_TEST_CASE(a_symbolic_link_is_not_followed) {
    const Folder folder;
    const std::string target = folder.write("target", "old\n");
    const std::string path = folder.path("conf");
    BOOST_REQUIRE(::symlink(target.c_str(), path.c_str()) == 0);
    BOOST_TEST(why(path) == "it is a symbolic link: name the file that it leads to by "
                            "--output");
    BOOST_REQUIRE(::unlink(target.c_str()) == 0);
    BOOST_TEST(why(path).starts_with("it is a symbolic link"));
    BOOST_TEST(count(folder.path("")) == 1U);
}

BOOST_AUTO_TEST_CASE(a_backup_that_is_a_symbolic_link_is_not_followed) {
    const Folder folder;
    const std::string victim = folder.write("victim", "precious\n");
    const std::string path = folder.write("conf", "old\n");
    BOOST_REQUIRE(::symlink(victim.c_str(), (path + ".bak").c_str()) == 0);
    replace_file(Place(path), "new\n", mine());
    BOOST_TEST(folder.read("victim") == "precious\n");
    BOOST_TEST(S_ISREG(facts_of(path + ".bak").st_mode));
}

BOOST_AUTO_TEST_CASE(what_is_there_is_read_where_it_is_replaced) {
    const Folder folder;
    const std::string path = folder.path("a/conf");
    BOOST_REQUIRE(::mkdir(folder.path("a").c_str(), 0700) == 0);
    static_cast<void>(folder.write("a/conf", "old\n", 0640));
    const Place place(path);
    std::filesystem::rename(folder.path("a"), folder.path("b"));
    BOOST_REQUIRE(::mkdir(folder.path("a").c_str(), 0700) == 0);
    static_cast<void>(folder.write("a/conf", "another\n"));
    struct stat facts {};
    BOOST_TEST(place.read(facts) == "old\n");
    BOOST_TEST((facts.st_mode & 07777U) == 0640U);
    replace_file(place, "new\n", mine());
    BOOST_TEST(folder.read("b/conf") == "new\n");
    BOOST_TEST(folder.read("a/conf") == "another\n");
}

BOOST_AUTO_TEST_CASE(what_is_read_is_no_link_and_has_its_limit) {
    const Folder folder;
    struct stat facts {};
    const auto why_not = [&](const std::string& path) {
        return std::string(failure_of([&] { return Place(path).read(facts); }).what());
    };
    const std::string large = folder.write("large", std::string(1024 * 1024 + 1, 'x'));
    BOOST_TEST(why_not(large) == large + ": it has more than 1 MiB");
    const std::string link = folder.path("link");
    BOOST_REQUIRE(::symlink(large.c_str(), link.c_str()) == 0);
    BOOST_TEST(why_not(link).starts_with(link + ": "));
}

BOOST_AUTO_TEST_CASE(neither_a_directory_nor_a_pipe_is_replaced) {
    const Folder folder;
    const std::string path = folder.path("conf");
    BOOST_REQUIRE(::mkdir(path.c_str(), 0700) == 0);
    BOOST_TEST(why(path) == "it is no regular file");
    BOOST_REQUIRE(::rmdir(path.c_str()) == 0);
    BOOST_REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    BOOST_TEST(why(path) == "it is no regular file");
    BOOST_TEST(why(folder.path("")) == "it is no name of a file");
}

BOOST_AUTO_TEST_CASE(a_directory_that_others_may_write_to) {
    const Folder folder;
    const std::string path = folder.write("conf", "old\n");
    for (const mode_t mode : {0777U, 01777U, 0702U}) {
        BOOST_REQUIRE(::chmod(folder.path("").c_str(), mode) == 0);
        BOOST_TEST(why(path) == "others may write to this directory, and could put their "
                                "file in the place of ours");
    }
    BOOST_TEST(folder.read("conf") == "old\n");
}

BOOST_AUTO_TEST_CASE(a_directory_that_a_group_may_write_to) {
    if (::geteuid() != 0) {
        BOOST_TEST_MESSAGE("skipped: only root gives directories away");
        return;
    }
    const Folder folder;
    const std::string path = folder.write("conf", "old\n");
    BOOST_REQUIRE(::chown(folder.path("").c_str(), 0, 12345) == 0);
    for (const mode_t mode : {0775U, 01775U}) {
        BOOST_REQUIRE(::chmod(folder.path("").c_str(), mode) == 0);
        BOOST_TEST(why(path).starts_with("others may write to this directory"));
    }
    BOOST_REQUIRE(::chown(folder.path("").c_str(), 0, 0) == 0);
    BOOST_REQUIRE(::chmod(folder.path("").c_str(), 0775) == 0);
    replace_file(Place(path), "new\n", mine());
    BOOST_TEST(folder.read("conf") == "new\n");
}

BOOST_AUTO_TEST_CASE(a_directory_of_somebody_else) {
    if (::geteuid() != 0) {
        BOOST_TEST_MESSAGE("skipped: only root has other people's directories");
        return;
    }
    const Folder folder;
    BOOST_REQUIRE(::chown(folder.path("").c_str(), 12345, 12345) == 0);
    BOOST_TEST(why(folder.path("conf")) ==
               "somebody else owns this directory, and could put his file in the place of "
               "ours");
}

BOOST_AUTO_TEST_CASE(a_directory_that_is_not_there) {
    const Folder folder;
    BOOST_TEST(why(folder.path("none/conf")) ==
               "the directory cannot be opened: No such file or directory");
}

BOOST_AUTO_TEST_CASE(owner_and_group_are_given) {
    if (::geteuid() != 0) {
        BOOST_TEST_MESSAGE("skipped: only root gives files away");
        return;
    }
    const Folder folder;
    const std::string path = folder.path("conf");
    replace_file(Place(path), "text\n", {0, 12345, 0640});
    BOOST_TEST(facts_of(path).st_uid == 0U);
    BOOST_TEST(facts_of(path).st_gid == 12345U);
    BOOST_TEST(mode_of(path) == 0640U);
}

BOOST_AUTO_TEST_CASE(a_group_that_is_not_ours_leaves_everything_as_it_was) {
    const Folder folder;
    BOOST_REQUIRE(::chmod(folder.path("").c_str(), 0755) == 0);
    check_or_skip(in_child([&] {
        if (::geteuid() == 0 && (::chown(folder.path("").c_str(), 12345, 12345) != 0 ||
                                 ::setgid(12345) != 0 || ::setuid(12345) != 0))
            return cannot;
        const std::string path = folder.write("conf", "old\n");
        const Failure failure = failure_of([&] {
            replace_file(Place(path), "new\n", {::geteuid(), 1, 0640});
            return 0;
        });
        return status_of(failure) == 73 && folder.read("conf") == "old\n" &&
                       count(folder.path("")) == 1
                   ? 0
                   : 1;
    }));
}

BOOST_AUTO_TEST_CASE(a_backup_that_cannot_be_made_leaves_the_old_file) {
    const Folder folder;
    const std::string path = folder.write("conf", "old\n", 0644);
    BOOST_REQUIRE(::mkdir((path + ".bak").c_str(), 0700) == 0);
    const Failure failure = failure_of([&] {
        replace_file(Place(path), "new\n", mine());
        return 0;
    });
    BOOST_TEST(status_of(failure) == 73);
    BOOST_TEST(folder.read("conf") == "old\n");
    BOOST_TEST(mode_of(path) == 0644U);
    BOOST_TEST(count(folder.path("")) == 2U);
}
