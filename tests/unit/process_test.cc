// SPDX-License-Identifier: MIT
//
// Each case prepares a child of its own; its status says what was wrong.
#define BOOST_TEST_MODULE process
#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/failure.h"
#include "child.h"
#include "folder.h"
#include "system/process.h"

using namespace sallyport;

namespace {

bool is_open(int fd) {
    return ::fcntl(fd, F_GETFD) != -1;
}

void close_standard_descriptors() {
    for (const int fd : {0, 1, 2})
        ::close(fd);
}

/// 0 if all three are there again, and 0 cannot be read: nobody must take it for an empty
/// message.
int check_standard_descriptors() {
    char octet = 0;
    if (!is_open(0) || !is_open(1) || !is_open(2))
        return 1;
    if (::read(0, &octet, 1) != -1)
        return 2;
    return ::dup(0) == 3 ? 0 : 3;
}

} // namespace

BOOST_AUTO_TEST_CASE(errors_within_the_output_are_silenced) {
    const Folder folder;
    const std::string name = folder.path("output");
    const auto write_both = [&](const char* errors) {
        BOOST_TEST(in_child([&] {
                       ::dup2(::open(name.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), 1);
                       if (errors == nullptr)
                           ::dup2(1, 2);
                       else
                           ::dup2(::open(errors, O_WRONLY | O_APPEND | O_CREAT, 0600), 2);
                       silence_errors_within_output();
                       return ::write(1, "250 ok\n", 7) == 7 && ::write(2, "log\n", 4) == 4
                                  ? 0
                                  : 1;
                   }) == 0);
        return folder.read("output");
    };
    BOOST_TEST(write_both(nullptr) == "250 ok\n");
    BOOST_TEST(write_both(name.c_str()) == "250 ok\n"); // opened twice
    BOOST_TEST(write_both(folder.path("errors").c_str()) == "250 ok\n");
    BOOST_TEST(folder.read("errors") == "log\n");
}

BOOST_AUTO_TEST_CASE(closed_standard_descriptors_are_filled) {
    BOOST_TEST(in_child([] {
                   close_standard_descriptors();
                   prepare_process();
                   return check_standard_descriptors();
               }) == 0);
}

BOOST_AUTO_TEST_CASE(each_of_them_alone_is_filled) {
    for (const int fd : {0, 1, 2})
        BOOST_TEST(in_child([fd] {
                       ::close(fd);
                       prepare_process();
                       return is_open(fd) ? 0 : 1;
                   }) == 0);
}

BOOST_AUTO_TEST_CASE(open_ones_are_left_alone) {
    BOOST_TEST(in_child([] {
                   int ends[2];
                   if (::pipe(ends) != 0 || ::write(ends[1], "x", 1) != 1)
                       return 1;
                   ::dup2(ends[0], 0);
                   prepare_process();
                   char octet = 0;
                   return ::read(0, &octet, 1) == 1 && octet == 'x' ? 0 : 2;
               }) == 0);
}

BOOST_AUTO_TEST_CASE(they_are_filled_without_dev_null_too) {
    const Folder folder;
    check_or_skip(in_child([&] {
        if (::chroot(folder.path("").c_str()) != 0)
            return cannot;
        close_standard_descriptors();
        prepare_process();
        return check_standard_descriptors();
    }));
}

BOOST_AUTO_TEST_CASE(where_nothing_can_be_opened_it_is_an_error) {
    BOOST_TEST(
        in_child([] {
            rlimit before{};
            ::getrlimit(RLIMIT_NOFILE, &before);
            const rlimit none{0, before.rlim_max};
            ::close(0);
            ::setrlimit(RLIMIT_NOFILE, &none);
            try {
                prepare_process();
            } catch (const Failure& failure) {
                ::setrlimit(RLIMIT_NOFILE, &before); // the sanitizers need descriptors, too
                const std::string text =
                    "descriptor 0 is closed, and nothing can be opened in its "
                    "place";
                return failure.status() == ExitStatus::os_error && failure.what() == text
                           ? 0
                           : 1;
            }
            return 2;
        }) == 0);
}

BOOST_AUTO_TEST_CASE(inherited_descriptors_are_closed) {
    check_or_skip(in_child([] {
        if (::syscall(SYS_close_range, ~0U, ~0U, 0) != 0 && errno == ENOSYS)
            return cannot;
        for (const int fd : {3, 9, 200})
            if (::dup2(1, fd) != fd)
                return 1;
        prepare_process();
        return is_open(3) || is_open(9) || is_open(200) ? 2 : 0;
    }));
}

BOOST_AUTO_TEST_CASE(inherited_signals_are_undone) {
    BOOST_TEST(in_child([] {
                   sigset_t all;
                   ::sigfillset(&all);
                   ::sigprocmask(SIG_SETMASK, &all, nullptr);
                   std::signal(SIGCHLD, SIG_IGN);
                   std::signal(SIGPIPE, SIG_DFL);
                   std::signal(SIGXFSZ, SIG_DFL);
                   prepare_process();
                   struct sigaction pipe {};
                   struct sigaction size {};
                   struct sigaction child {};
                   ::sigaction(SIGPIPE, nullptr, &pipe);
                   ::sigaction(SIGXFSZ, nullptr, &size);
                   ::sigaction(SIGCHLD, nullptr, &child);
                   sigset_t blocked;
                   ::sigprocmask(SIG_SETMASK, nullptr, &blocked);
                   if (pipe.sa_handler != SIG_IGN || size.sa_handler != SIG_IGN ||
                       child.sa_handler != SIG_DFL)
                       return 1;
                   return ::sigisemptyset(&blocked) == 1 ? 0 : 2;
               }) == 0);
}

BOOST_AUTO_TEST_CASE(nobody_sees_the_memory) {
    BOOST_TEST(in_child([] {
                   prepare_process();
                   rlimit core{1, 1};
                   ::getrlimit(RLIMIT_CORE, &core);
                   if (core.rlim_cur != 0 || core.rlim_max != 0)
                       return 1;
                   return ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 ? 0 : 2;
               }) == 0);
}

BOOST_AUTO_TEST_CASE(new_files_are_for_the_owner_alone) {
    BOOST_TEST(in_child([] {
                   ::umask(0);
                   prepare_process();
                   return static_cast<int>(::umask(0)) == 077 ? 0 : 1;
               }) == 0);
}

BOOST_AUTO_TEST_CASE(an_ordinary_run_keeps_its_environment) {
    BOOST_TEST(in_child([] {
                   ::setenv("SALLYPORT_URL", "x", 1);
                   prepare_process();
                   const char* const value = std::getenv("SALLYPORT_URL");
                   return value != nullptr && std::strcmp(value, "x") == 0 ? 0 : 1;
               }) == 0);
}

BOOST_AUTO_TEST_CASE(an_abort_ends_in_75_and_says_so) {
    const Folder folder;
    BOOST_TEST(in_child([&] {
                   prepare_process();
                   ::dup2(::open(folder.path("errors").c_str(), O_WRONLY | O_CREAT, 0600),
                          2);
                   std::abort();
                   return 0;
               }) == 75);
    BOOST_TEST(folder.read("errors") ==
               "sallyport: broken off by SIGABRT, for want of memory or by a bug; the "
               "message may have been accepted\n");
}

BOOST_AUTO_TEST_CASE(a_crash_within_a_fragile_call_is_want_of_memory) {
    for (const int signal : {SIGABRT, SIGSEGV}) {
        const Folder folder;
        BOOST_TEST(
            in_child([&] {
                prepare_process();
                ::dup2(::open(folder.path("errors").c_str(), O_WRONLY | O_CREAT, 0600), 2);
                const FragileCall call("no memory\n");
                ::raise(signal);
                return 0;
            }) == 75);
        BOOST_TEST(folder.read("errors") == "no memory\n");
    }
}

BOOST_AUTO_TEST_CASE(an_abort_ends_in_the_status_that_was_set) {
    BOOST_TEST(in_child([] {
                   prepare_process();
                   break_off_with(ExitStatus::unavailable);
                   ::close(2);
                   std::abort();
                   return 0;
               }) == 69);
}

BOOST_AUTO_TEST_CASE(after_a_fragile_call_a_crash_is_a_crash) {
    BOOST_TEST(in_child([] {
                   std::signal(SIGSEGV, SIG_DFL);
                   { const FragileCall call("no memory\n"); }
                   ::raise(SIGSEGV);
                   return 0;
               }) == 300 + SIGSEGV);
}
