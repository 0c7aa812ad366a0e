// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE secret
#include <boost/test/unit_test.hpp>

#include <type_traits>

#include <sys/stat.h>
#include <unistd.h>

#include "failing.h"
#include "folder.h"
#include "support/talker.h"
#include "system/secret.h"

using namespace sallyport;
using namespace std::string_literals;

static_assert(!std::is_copy_constructible_v<Secret> &&
              !std::is_move_constructible_v<Secret>);
static_assert(!std::is_default_constructible_v<PlaintextConsent>);
static_assert(!std::is_constructible_v<Permit, const Stream&>);

namespace {

std::string shown(const LoadedSecret& loaded) {
    Talk talk;
    const Talker peer(talk);
    return std::string(loaded.secret->reveal(Permit(peer)));
}

struct Fixture {
    LoadedSecret load(const std::string& octets, mode_t mode = 0600) {
        return load_path(folder.write("secret", octets, mode));
    }
    static LoadedSecret load_path(const std::string& path) {
        return load_secret(SecretFile{{path}, "conf:7: password_file"}, Deadline::max());
    }
    Failure refusal(const std::string& octets) {
        return failure_of([&] { return load(octets); });
    }

    Folder folder;
};

} // namespace

BOOST_AUTO_TEST_CASE(a_value_as_it_is) {
    std::string text = "p ;\"\\\xc3\xa4";
    const auto secret = std::make_shared<const Secret>(text);
    BOOST_TEST(text.empty());
    const LoadedSecret loaded = load_secret(secret, Deadline::max());
    BOOST_TEST(loaded.secret == secret);
    BOOST_TEST(shown(loaded) == "p ;\"\\\xc3\xa4");
    BOOST_TEST(loaded.note == "");
}

BOOST_AUTO_TEST_CASE(none) {
    BOOST_TEST(load_secret(std::monostate(), Deadline::max()).secret == nullptr);
}

BOOST_AUTO_TEST_CASE(wiping_leaves_nothing) {
    std::string text = "secret";
    const char* const octets = text.data();
    wipe(text);
    BOOST_TEST(text.empty());
    BOOST_TEST(std::string(octets, 6) == std::string(6, '\0'));
}

BOOST_FIXTURE_TEST_CASE(one_line_end_is_dropped, Fixture) {
    BOOST_TEST(shown(load("secret")) == "secret");
    BOOST_TEST(shown(load("secret\n")) == "secret");
    BOOST_TEST(shown(load("secret\r\n")) == "secret");
    BOOST_TEST(shown(load(" s e \t\n")) == " s e \t");
    BOOST_TEST(shown(load("\xff\x01\n")) == "\xff\x01");
}

BOOST_FIXTURE_TEST_CASE(what_is_no_single_line, Fixture) {
    for (const auto& octets : {"secret\n\n"s, "secret\r\n\r\n"s, "secret\n\r\n"s,
                               "se\ncret"s, "\nsecret"s, "se\rcret"s, "secret\r\r\n"s,
                               "secret\r"s, "se\0cret"s, "secret\0"s, "secret\0\n"s}) {
        const Failure failure = refusal(octets);
        BOOST_TEST(status_of(failure) == 78);
        BOOST_TEST((failure.fault() == Fault::local));
        BOOST_TEST(failure.enhanced() == "4.3.5");
        BOOST_TEST(failure.what() == "conf:7: password_file: the secret has more than one "
                                     "line, or holds a NUL");
    }
}

BOOST_FIXTURE_TEST_CASE(an_empty_secret, Fixture) {
    for (const char* octets : {"", "\n", "\r\n"}) {
        const Failure failure = refusal(octets);
        BOOST_TEST(status_of(failure) == 78);
        BOOST_TEST(failure.what() == "conf:7: password_file: the secret is empty"s);
    }
}

BOOST_FIXTURE_TEST_CASE(sixteen_kib_and_no_more, Fixture) {
    const std::string most(16384, 'x');
    for (const char* end : {"", "\n", "\r\n"})
        BOOST_TEST(shown(load(most + end)) == most);
    for (const auto& octets : {most + "x", most + "x\n", most + "x\r\n", most + "\r\n\n",
                               std::string(1 << 20, 'x')}) {
        const Failure failure = refusal(octets);
        BOOST_TEST(status_of(failure) == 78);
        BOOST_TEST(failure.what() ==
                   "conf:7: password_file: the secret has more than 16384 octets"s);
    }
}

BOOST_FIXTURE_TEST_CASE(others_may_read_it, Fixture) {
    BOOST_TEST(load("x", 0600).note == "");
    BOOST_TEST(load("x", 0640).note == "");
    const LoadedSecret loaded = load("x", 0644);
    BOOST_TEST(shown(loaded) == "x");
    BOOST_TEST(loaded.note ==
               "conf:7: password_file: " + folder.path("secret") + ": others can read it");
}

BOOST_FIXTURE_TEST_CASE(a_link_will_do, Fixture) {
    BOOST_REQUIRE(::symlink(folder.write("a", "x\n").c_str(), folder.path("b").c_str()) ==
                  0);
    BOOST_TEST(shown(load_path(folder.path("b"))) == "x");
}

BOOST_FIXTURE_TEST_CASE(what_is_no_file, Fixture) {
    BOOST_REQUIRE(::mkfifo(folder.path("fifo").c_str(), 0600) == 0);
    for (const auto& path : {folder.path("fifo"), folder.path(""), "/dev/zero"s}) {
        const Failure failure = failure_of([&] { return load_path(path); });
        BOOST_TEST(status_of(failure) == 78);
        BOOST_TEST(failure.what() ==
                   "conf:7: password_file: " + path + ": not a regular file");
    }
}

BOOST_FIXTURE_TEST_CASE(a_file_that_cannot_be_read, Fixture) {
    const Failure missing = failure_of([&] { return load_path(folder.path("none\n")); });
    BOOST_TEST(status_of(missing) == 78);
    BOOST_TEST(missing.what() == "conf:7: password_file: " + folder.path("none") +
                                     "?: No such file or directory");
    if (::access("/proc/self/mem", R_OK) != 0)
        return;
    const Failure broken = failure_of([] { return load_path("/proc/self/mem"); });
    BOOST_TEST(status_of(broken) == 78);
    BOOST_TEST(broken.what() ==
               "conf:7: password_file: /proc/self/mem: Input/output error"s);
}

BOOST_FIXTURE_TEST_CASE(the_shape_of_a_secret, Fixture) {
    const auto shape = [this](const std::string& octets) {
        const SecretShape seen =
            shape_of(SecretFile{{folder.write("secret", octets)}, "conf:7: password_file"});
        return std::string(seen.blank_at_edge ? "b" : "") + (seen.quoted ? "q" : "") +
               (seen.line_end ? "l" : "") + (seen.placeholder ? "p" : "");
    };
    BOOST_TEST(shape("hunter2\r\n") == "");
    BOOST_TEST(shape("correct horse 'battery'x") == "");
    BOOST_TEST(shape(" hunter2") == "b");
    BOOST_TEST(shape("hunter2\t\n") == "b");
    BOOST_TEST(shape("\"hunter2\"") == "q");
    BOOST_TEST(shape("hunter2\n\n") == "l");
    BOOST_TEST(shape("secret") == "p");
    BOOST_TEST(shape("<YOUR_API-KEY>") == "p");
    BOOST_TEST(shape("secrets") == "");
    BOOST_TEST(shape("secret1") == "");
    BOOST_TEST(shape("") == "");
}

BOOST_FIXTURE_TEST_CASE(the_shape_of_what_is_not_looked_at, Fixture) {
    BOOST_TEST(!shape_of({}).placeholder);
    BOOST_TEST(!shape_of(SecretFile{{folder.path("none")}, "conf:7"}).placeholder);
    const std::string run = folder.path("run");
    BOOST_TEST(
        !shape_of(SecretCommand{"echo changeme; touch " + run, "conf:7"}).placeholder);
    BOOST_TEST(::access(run.c_str(), F_OK) != 0);
}
