// SPDX-License-Identifier: MIT
//
// What the system says of itself depends on the machine; where the test may change its root
// directory, it shows it a machine of its own.
#define BOOST_TEST_MODULE identity
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdlib>
#include <ctime>

#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include "child.h"
#include "folder.h"
#include "message/identity.h"
#include "text/ascii.h"

using namespace sallyport;

namespace {

/// A root directory with nothing but what the test puts into etc.
struct Fixture {
    Fixture() {
        ::chmod(folder.path("").c_str(), 0755);
        ::mkdir(folder.path("etc").c_str(), 0755);
    }

    void has(const std::string& name, const std::string& octets) const {
        static_cast<void>(folder.write("etc/" + name, octets, 0644));
    }

    /// 0 if `check` is true of the identity that uid 1234 has there.
    template<class Check>
    int look_up(Check&& check) const {
        return in_child([&] {
            if (::chroot(folder.path("").c_str()) != 0 || ::chdir("/") != 0 ||
                ::setuid(1234) != 0)
                return 77;
            return check(look_up_identity()) ? 0 : 1;
        });
    }

    [[nodiscard]] bool skipped() const {
        if (look_up([](const Identity&) { return true; }) != 77)
            return false;
        BOOST_TEST_MESSAGE("skipped: the root directory cannot be changed");
        return true;
    }

    Folder folder;
};

} // namespace

BOOST_AUTO_TEST_CASE(an_id_is_eleven_hexadecimal_digits_and_never_the_same) {
    const std::string first = look_up_identity().id;
    const std::string second = look_up_identity().id;
    for (const std::string& id : {first, second}) {
        BOOST_TEST(id.size() == 11U);
        BOOST_TEST((id.find_first_not_of("0123456789ABCDEF") == id.npos));
    }
    BOOST_TEST(first != second);
}

BOOST_AUTO_TEST_CASE(everything_has_a_value) {
    const Identity identity = look_up_identity();
    BOOST_TEST(identity.uid == ::getuid());
    BOOST_TEST(!identity.login.empty());
    BOOST_TEST(!identity.host_name.empty());
    BOOST_TEST(!identity.domain({}).empty());
    const auto now = std::chrono::system_clock::now();
    BOOST_TEST((identity.now <= now && identity.now > now - std::chrono::hours(1)));
}

BOOST_AUTO_TEST_CASE(the_time_zone) {
    for (const auto& [zone, offset] : std::initializer_list<std::pair<const char*, long>>{
             {"UTC0", 0}, {"AAA-5:45", 20700}, {"BBB3:30", -12600}, {"CCC-14", 50400}}) {
        BOOST_TEST(in_child([zone = zone, offset = offset] {
                       ::setenv("TZ", zone, 1);
                       ::tzset();
                       return look_up_identity().utc_offset == offset ? 0 : 1;
                   }) == 0,
                   zone);
    }
}

BOOST_FIXTURE_TEST_CASE(without_any_file, Fixture) {
    if (skipped())
        return;
    BOOST_TEST(look_up([](const Identity& identity) {
                   return identity.uid == 1234 && identity.login == "uid1234" &&
                          identity.full_name.empty() && identity.mail_name.empty();
               }) == 0);
}

BOOST_FIXTURE_TEST_CASE(the_entry_of_the_passwd_file, Fixture) {
    if (skipped())
        return;
    has("passwd", "root:x:0:0:root:/:/\nme:x:1234:1:Jane Doe,Room 1,,:/:/bin/sh\n");
    BOOST_TEST(look_up([](const Identity& identity) {
                   return identity.login == "me" && identity.full_name == "Jane Doe";
               }) == 0);
    has("passwd", "me:x:1234:1::/:/bin/sh\n");
    BOOST_TEST(look_up([](const Identity& identity) {
                   return identity.login == "me" && identity.full_name.empty();
               }) == 0);
}

BOOST_FIXTURE_TEST_CASE(control_characters_in_the_passwd_file, Fixture) {
    if (skipped())
        return;
    has("passwd", "me:x:1234:1:Jane\x1b[2J:/:/bin/sh\n");
    BOOST_TEST(look_up([](const Identity& identity) {
                   return identity.login == "me" && identity.full_name.empty();
               }) == 0);
    has("passwd", "m\re:x:1234:1:Jane:/:/bin/sh\n");
    BOOST_TEST(look_up([](const Identity& identity) {
                   return identity.login == "uid1234" && identity.full_name.empty();
               }) == 0);
}

BOOST_FIXTURE_TEST_CASE(the_name_for_mail, Fixture) {
    if (skipped())
        return;
    for (const char* octets :
         {"mail.example", "mail.example\n", "mail.example\r\n",
          " mail.example \nother.example\n", "mail.example.\n", "mail.example. \r\n"}) {
        has("mailname", octets);
        BOOST_TEST(look_up([](const Identity& identity) {
                       return identity.mail_name == "mail.example" &&
                              identity.domain({}) == "mail.example";
                   }) == 0,
                   octets);
    }
}

BOOST_FIXTURE_TEST_CASE(what_is_no_name_for_mail, Fixture) {
    if (skipped())
        return;
    const std::string long_name(256, 'm');
    for (const char* octets :
         {"", "\n", ".\n", "\nmail.example\n", "mail.example # ours\n",
          "mail\x1b.example\n", "mail>.example\n", "a@mail.example\n", "mail..example\n",
          "-mail.example\n", "m\xfcller.example\n", long_name.c_str()}) {
        has("mailname", octets);
        BOOST_TEST(look_up([](const Identity& identity) {
                       return identity.mail_name.empty() &&
                              identity.domain({}) == identity.host_name;
                   }) == 0,
                   octets);
    }
}

BOOST_FIXTURE_TEST_CASE(no_file_of_that_name_stops_the_run, Fixture) {
    if (skipped())
        return;
    ::mkfifo(folder.path("etc/mailname").c_str(), 0644);
    BOOST_TEST(
        look_up([](const Identity& identity) { return identity.mail_name.empty(); }) == 0);
    ::unlink(folder.path("etc/mailname").c_str());
    ::mkdir(folder.path("etc/mailname").c_str(), 0755);
    BOOST_TEST(
        look_up([](const Identity& identity) { return identity.mail_name.empty(); }) == 0);
}

BOOST_AUTO_TEST_CASE(settings_of_a_caller_and_a_machine) {
    Settings loaded;
    loaded.sender.domain = "all.example";
    loaded.user_senders["me"].domain = "me.example";
    loaded.recipients.local = {"a.lan"};
    Identity identity;
    identity.login = "you";
    identity.host_name = "host.example";
    const Settings yours = suit(loaded, identity);
    BOOST_TEST(yours.sender.domain == "all.example");
    BOOST_TEST(!yours.recipients.is_local("host.example"));
    identity.login = "me";
    identity.host_name = "vm";
    const Settings mine = suit(loaded, identity);
    BOOST_TEST(mine.sender.domain == "me.example");
    for (const char* domain : {"VM", "a.lan", "localhost", "LOCALHOST.localdomain"})
        BOOST_TEST(mine.recipients.is_local(domain), domain);
    for (const char* domain : {"", "lan", "localdomain"})
        BOOST_TEST(!mine.recipients.is_local(domain), domain);
}

BOOST_AUTO_TEST_CASE(the_name_of_the_host) {
    const auto name_when = [](const std::string& name, const std::string& expected) {
        return in_child([&] {
            if (::unshare(CLONE_NEWUTS) != 0 ||
                ::sethostname(name.data(), name.size()) != 0)
                return 77;
            return look_up_identity().host_name == expected ? 0 : 1;
        });
    };
    if (name_when("x", "x") == 77) {
        BOOST_TEST_MESSAGE("skipped: the host cannot be given another name");
        return;
    }
    for (const char* name : {"host", "host.example"})
        BOOST_TEST(name_when(name, name) == 0);
    BOOST_TEST(name_when("host.example.", "host.example") == 0);
    for (const char* odd : {"", ".", "a b", "a\r\nBcc: x", "a>b", "\x1b[2J", "a..b", "-a"})
        BOOST_TEST(name_when(odd, "localhost") == 0, odd);
}
