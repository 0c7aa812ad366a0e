// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE resolve
#include <boost/test/unit_test.hpp>

#include <cstring>
#include <future>

#include <arpa/inet.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/unique_fd.h"
#include "child.h"
#include "failing.h"
#include "folder.h"
#include "net/resolve.h"

using namespace sallyport;

namespace {

Deadline soon() {
    return Clock::now() + std::chrono::seconds(20);
}

Address parse(const char* text) {
    return resolve(text, IpFamily::any, soon()).or_throw().front();
}

std::string shown(const std::vector<Address>& addresses) {
    std::string text;
    for (const auto& address : addresses)
        text += address.text() + " ";
    return text;
}

/// Gives the loopback interface this one.
bool has_address(const char* text) {
    const UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ifreq request{};
    std::strcpy(request.ifr_name, "lo");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    ::inet_pton(AF_INET, text, &address.sin_addr);
    std::memcpy(&request.ifr_addr, &address, sizeof address);
    if (::ioctl(socket.get(), SIOCSIFADDR, &request) != 0)
        return false;
    request.ifr_flags = IFF_UP;
    return ::ioctl(socket.get(), SIOCSIFFLAGS, &request) == 0;
}

} // namespace

BOOST_AUTO_TEST_CASE(numeric_hosts_need_no_resolver) {
    BOOST_TEST(parse("192.0.2.7").text() == "192.0.2.7");
    BOOST_TEST(parse("2001:db8::7").text() == "2001:db8::7");
    BOOST_CHECK_THROW(resolve("192.0.2.7", IpFamily::ipv6, soon()).or_throw(), Failure);
}

/// On a machine of its own, with an IPv4 address and none of IPv6 but that of loopback.
BOOST_AUTO_TEST_CASE(a_name_of_the_other_family_is_a_name) {
    const Folder folder;
    ::chmod(folder.path("").c_str(), 0755);
    ::mkdir(folder.path("etc").c_str(), 0755);
    static_cast<void>(folder.write("etc/nsswitch.conf", "hosts: files\n", 0644));
    static_cast<void>(folder.write(
        "etc/hosts", "2001:db8::25 v6.example\n192.0.2.25 v4.example\n", 0644));
    const auto status_and_text = [&](const std::string& host, const std::string& expected) {
        return in_child([&] {
            if (::unshare(CLONE_NEWNET) != 0 || !has_address("192.0.2.1") ||
                ::chroot(folder.path("").c_str()) != 0 || ::chdir("/") != 0)
                return 77;
            const Resolution found = resolve(host, IpFamily::any, soon());
            const std::string text = found.failure
                                         ? std::to_string(status_of(*found.failure)) + " " +
                                               found.failure->what()
                                         : shown(found.addresses);
            return text == expected ? 0 : 1;
        });
    };
    if (status_and_text("v4.example", "") == 77) {
        BOOST_TEST_MESSAGE("skipped: no network or root directory of its own is to be had");
        return;
    }
    BOOST_TEST(status_and_text("v4.example", "192.0.2.25 ") == 0);
    BOOST_TEST(status_and_text("v6.example",
                               "75 v6.example has only an IPv6 address, and this machine "
                               "has none") == 0);
    BOOST_TEST(status_and_text("none.example",
                               "68 none.example: looking up the name: Name "
                               "or service not known; is it spelled right?") == 0);
}

BOOST_AUTO_TEST_CASE(families_take_turns) {
    BOOST_TEST(shown(interleave({parse("2001:db8::1"), parse("2001:db8::2"),
                                 parse("2001:db8::3"), parse("192.0.2.1")})) ==
               "2001:db8::1 192.0.2.1 2001:db8::2 2001:db8::3 ");
}

BOOST_AUTO_TEST_CASE(four_of_each_family_are_enough) {
    std::vector<Address> many;
    for (const char* text : {"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4",
                             "192.0.2.5", "2001:db8::1", "2001:db8::2"})
        many.push_back(parse(text));
    BOOST_TEST(shown(interleave(many)) ==
               "192.0.2.1 2001:db8::1 192.0.2.2 2001:db8::2 192.0.2.3 192.0.2.4 ");
    for (const char* text : {"2001:db8::3", "2001:db8::4", "2001:db8::5"})
        many.push_back(parse(text));
    BOOST_TEST(shown(interleave(many)) ==
               "192.0.2.1 2001:db8::1 192.0.2.2 2001:db8::2 192.0.2.3 2001:db8::3 "
               "192.0.2.4 2001:db8::4 ");
    BOOST_TEST(interleave(std::vector<Address>(100, parse("192.0.2.1"))).size() == 4U);
}

BOOST_AUTO_TEST_CASE(what_is_done_in_time) {
    struct Done : Errand {
        void run() override { done = true; }
        bool done = false;
    };
    const auto errand = std::make_shared<Done>();
    run_aside(errand, soon(), "host", Step::look_up);
    BOOST_TEST(errand->done);
}

BOOST_AUTO_TEST_CASE(what_never_ends_is_left_behind) {
    struct Never : Errand {
        void run() override { never.get_future().wait(); }
        std::promise<void> never;
    };
    const auto errand = std::make_shared<Never>();
    const Failure failure = failure_of([&] {
        run_aside(errand, Clock::now(), "host", Step::look_up);
        return 0;
    });
    BOOST_TEST(std::string(failure.what()) == "host: looking up the name: timed out");
    BOOST_TEST(status_of(failure) == 75);
    BOOST_TEST((failure.fault() == Fault::relay));
    errand->never.set_value();
}

BOOST_AUTO_TEST_CASE(what_wants_memory_has_failed) {
    struct Wanting : Errand {
        void run() override { throw std::bad_alloc(); }
    };
    const Failure failure = failure_of([&] {
        run_aside(std::make_shared<Wanting>(), soon(), "host", Step::look_up);
        return 0;
    });
    BOOST_TEST(std::string(failure.what()) == "host: looking up the name: no memory");
}
