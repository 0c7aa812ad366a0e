// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE store
#include <boost/test/unit_test.hpp>

#include <array>
#include <csignal>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "child.h"
#include "failing.h"
#include "message/store.h"

using namespace sallyport;

namespace {

constexpr std::size_t border = Store::memory_limit;
constexpr std::size_t mebibyte = 1024 * 1024;

/// Octets that tell where they stand.
std::string pattern(std::size_t size, std::size_t from = 0) {
    std::string octets(size, '\0');
    for (std::size_t i = 0; i < size; ++i)
        octets[i] = static_cast<char>(((from + i) * 2654435761U) >> 13U);
    return octets;
}

std::string read(const Store& store, std::uint64_t offset, std::size_t size) {
    std::string octets(size, '\0');
    octets.resize(store.read(offset, octets));
    return octets;
}

/// A store that was filled in pieces of `piece` octets.
Store filled(std::size_t size, std::size_t piece) {
    Store store;
    const std::string octets = pattern(size);
    for (std::size_t at = 0; at < size; at += piece)
        store.append(std::string_view(octets).substr(at, piece));
    return store;
}

/// Files without a name that this process has open.
int nameless_files() {
    int count = 0;
    for (int fd = 0; fd < 256; ++fd) {
        struct stat facts {};
        if (::fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode) && facts.st_nlink == 0)
            ++count;
    }
    return count;
}

void limit(__rlimit_resource_t resource, rlim_t most) {
    std::signal(SIGXFSZ, SIG_IGN); // as prepare_process leaves it
    const rlimit limits{most, most};
    ::setrlimit(resource, &limits);
}

bool is_whole(const Store& store, std::size_t size) {
    return store.size() == size && read(store, 0, size + 1) == pattern(size);
}

} // namespace

BOOST_AUTO_TEST_CASE(nothing) {
    Store store;
    BOOST_TEST(store.size() == 0U);
    BOOST_TEST(read(store, 0, 10).empty());
    store.append("");
    BOOST_TEST(store.size() == 0U);
    BOOST_TEST(read(store, 5, 10).empty());
}

BOOST_AUTO_TEST_CASE(a_little) {
    Store store;
    store.append("abc");
    store.append(std::string_view("d\0f", 3));
    BOOST_TEST(store.size() == 6U);
    BOOST_TEST(read(store, 0, 100) == std::string("abcd\0f", 6));
    BOOST_TEST(read(store, 2, 3) == std::string("cd\0", 3));
    BOOST_TEST(read(store, 6, 3).empty());
    BOOST_TEST(read(store, std::uint64_t{1} << 40U, 3).empty());
    BOOST_TEST(read(store, 0, 0).empty());
}

BOOST_AUTO_TEST_CASE(up_to_the_limit_there_is_no_file) {
    const int before = nameless_files();
    const Store store = filled(border, 1000);
    BOOST_TEST(nameless_files() == before);
    BOOST_TEST(is_whole(store, border));
}

BOOST_AUTO_TEST_CASE(beyond_it_the_file_has_no_name_and_goes_with_the_store) {
    const int before = nameless_files();
    {
        const Store store = filled(border + 1, 1000);
        BOOST_TEST(nameless_files() == before + 1);
        BOOST_TEST(is_whole(store, border + 1));
    }
    BOOST_TEST(nameless_files() == before);
}

BOOST_AUTO_TEST_CASE(whatever_the_pieces) {
    for (const std::size_t size : {border - 1, border, border + 1, 3 * border + 17}) {
        for (const std::size_t piece : {std::size_t{77}, std::size_t{65536}, border - 1,
                                        border, border + 1, 4 * border})
            BOOST_TEST(is_whole(filled(size, piece), size), size << " by " << piece);
    }
}

BOOST_AUTO_TEST_CASE(reading_across_the_border) {
    const Store store = filled(2 * border, 1000);
    for (std::size_t from = border - 2000; from < border + 100; from += 7) {
        for (const std::size_t size : {std::size_t{1}, std::size_t{2000}})
            BOOST_TEST((read(store, from, size) == pattern(size, from)), from);
    }
    BOOST_TEST(read(store, 2 * border - 5, 10) == pattern(5, 2 * border - 5));
    BOOST_TEST(read(store, 2 * border, 10).empty());
}

BOOST_AUTO_TEST_CASE(it_can_be_moved) {
    Store store = filled(2 * border, 1000);
    Store moved = std::move(store);
    moved.append(pattern(5, 2 * border));
    BOOST_TEST(is_whole(moved, 2 * border + 5));
}

BOOST_AUTO_TEST_CASE(without_descriptors_all_stays_in_memory) {
    BOOST_TEST(in_child([] {
                   limit(RLIMIT_NOFILE, 0);
                   return is_whole(filled(mebibyte, 65536), mebibyte) ? 0 : 1;
               }) == 0);
}

BOOST_AUTO_TEST_CASE(a_file_that_takes_nothing) {
    BOOST_TEST(in_child([] {
                   limit(RLIMIT_FSIZE, 0);
                   return is_whole(filled(mebibyte, 65536), mebibyte) ? 0 : 1;
               }) == 0);
}

BOOST_AUTO_TEST_CASE(a_file_that_stops_growing) {
    for (const rlim_t most : {1U, 1000U, 65535U, 65536U, 65537U, 500000U}) {
        BOOST_TEST(in_child([most] {
                       limit(RLIMIT_FSIZE, most);
                       return is_whole(filled(mebibyte, 65536), mebibyte) ? 0 : 1;
                   }) == 0,
                   most);
    }
}

BOOST_AUTO_TEST_CASE(without_a_file_memory_has_a_limit) {
    BOOST_TEST(in_child([] {
                   limit(RLIMIT_FSIZE, 0);
                   constexpr std::size_t most = Store::memory_limit_without_file;
                   Store store = filled(most, mebibyte);
                   const Failure failure = failure_of([&] {
                       store.append("x");
                       return 0;
                   });
                   if (status_of(failure) != 75 || failure.fault() != Fault::local ||
                       failure.enhanced() != "4.3.1")
                       return 1;
                   return is_whole(store, most) ? 0 : 2;
               }) == 0);
}

BOOST_AUTO_TEST_CASE(a_large_file_does_not_fit_into_memory) {
    BOOST_TEST(in_child([] {
                   limit(RLIMIT_FSIZE, Store::memory_limit_without_file + mebibyte);
                   Store store;
                   const std::string octets = pattern(mebibyte);
                   const Failure failure = failure_of([&] {
                       for (;;)
                           store.append(octets);
                   });
                   return status_of(failure) == 75 && failure.fault() == Fault::local ? 0
                                                                                      : 1;
               }) == 0);
}
