// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE small_file
#include <boost/test/unit_test.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"
#include "system/small_file.h"

using namespace sallyport;
using namespace std::string_literals;

BOOST_FIXTURE_TEST_CASE(file_is_read_to_its_end, Folder) {
    for (const std::size_t size : {0U, 1U, 99U, 100U, 70000U}) {
        const std::string octets(size, '\0');
        const SmallFile file(write("file", octets, 0640), 70000);
        BOOST_TEST((file.text == octets), size);
        BOOST_TEST(file.trouble == "");
        BOOST_TEST((file.facts.st_mode & 0777U) == 0640U);
    }
}

BOOST_FIXTURE_TEST_CASE(file_over_the_limit_is_read_one_octet_further, Folder) {
    for (const std::size_t size : {101U, 102U, 70000U}) {
        const SmallFile file(write("file", std::string(size, 'x')), 100);
        BOOST_TEST(file.text == std::string(101, 'x'));
        BOOST_TEST(file.trouble == "");
    }
}

BOOST_AUTO_TEST_CASE(file_without_a_size_is_read) {
    const SmallFile file("/proc/self/status", 32768);
    BOOST_TEST(file.facts.st_size == 0);
    BOOST_TEST(file.text.starts_with("Name:"));
    BOOST_TEST(file.trouble == "");
}

BOOST_FIXTURE_TEST_CASE(other_things_than_files_are_not_waited_for, Folder) {
    BOOST_REQUIRE(::mkfifo(path("fifo").c_str(), 0600) == 0);
    for (const std::string& name : {path("fifo"), path(""), "/dev/zero"s}) {
        const SmallFile file(name, 100);
        BOOST_TEST(file.text == "");
        BOOST_TEST(file.trouble == "not a regular file", name);
    }
}

BOOST_FIXTURE_TEST_CASE(why_a_file_cannot_be_read, Folder) {
    BOOST_TEST(SmallFile(path("none"), 100).trouble == "No such file or directory");
    if (::access("/proc/self/mem", R_OK) == 0)
        BOOST_TEST(SmallFile("/proc/self/mem", 100).trouble == "Input/output error");
}
