// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE diff
#include <boost/test/unit_test.hpp>

#include <cstdio>
#include <cstdlib>
#include <random>

#include "ctl/diff.h"
#include "unit/folder.h"

using namespace sallyport;
using namespace sallyport::ctl;

namespace {

std::string diff(std::string_view before, std::string_view after) {
    return unified_diff(before, after, "old", "new");
}

/// Lines of few kinds, so that many are alike.
std::string random_text(std::mt19937& random) {
    std::string text;
    for (auto lines = random() % 12; lines > 0; --lines)
        text.append(1, static_cast<char>('a' + random() % 4)).append("\n");
    if (!text.empty() && random() % 4 == 0)
        text.pop_back();
    return text;
}

} // namespace

BOOST_AUTO_TEST_CASE(the_same_text_has_no_difference) {
    BOOST_TEST(diff("", "") == "");
    BOOST_TEST(diff("a\nb\n", "a\nb\n") == "");
}

BOOST_AUTO_TEST_CASE(a_changed_line_stands_between_three_lines_of_each_side) {
    BOOST_TEST(diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n") ==
               "--- old\n+++ new\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
}

BOOST_AUTO_TEST_CASE(changes_far_apart_have_hunks_of_their_own) {
    const std::string text =
        diff("a\n1\n2\n3\n4\n5\n6\n7\n8\nb\n", "A\n1\n2\n3\n4\n5\n6\n7\n8\nB\n");
    BOOST_TEST(text == "--- old\n+++ new\n@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n"
                       "@@ -7,4 +7,4 @@\n 6\n 7\n 8\n-b\n+B\n");
}

BOOST_AUTO_TEST_CASE(nothing_before_or_nothing_after) {
    BOOST_TEST(diff("", "a\nb\n") == "--- old\n+++ new\n@@ -0,0 +1,2 @@\n+a\n+b\n");
    BOOST_TEST(diff("a\n", "") == "--- old\n+++ new\n@@ -1 +0,0 @@\n-a\n");
}

BOOST_AUTO_TEST_CASE(a_missing_line_feed_at_the_end_is_said) {
    BOOST_TEST(diff("a", "a\n") ==
               "--- old\n+++ new\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n");
}

BOOST_AUTO_TEST_CASE(what_is_too_long_to_compare_is_shown_whole) {
    std::string before = "first\n";
    std::string after;
    for (int line = 0; line < 3000; ++line) {
        before += "b" + std::to_string(line) + "\n";
        after += "a" + std::to_string(line) + "\n";
    }
    const std::string text = diff(before, after);
    BOOST_TEST(std::ranges::count(text, '\n') == 6004);
}

BOOST_AUTO_TEST_CASE(patch_makes_the_one_text_of_the_other) {
    if (std::system("command -v patch >/dev/null") != 0) { // NOLINT(*-env33-c)
        BOOST_TEST_MESSAGE("skipped: there is no patch(1)");
        return;
    }
    const Folder folder;
    std::mt19937 random(1); // NOLINT(cert-msc32-c,cert-msc51-cpp): the same each time
    for (int round = 0; round < 100; ++round) {
        const std::string before = random_text(random);
        const std::string after = random_text(random);
        if (before == after)
            continue;
        static_cast<void>(folder.write("text", before));
        static_cast<void>(folder.write("patch", diff(before, after)));
        const std::string command = "cd " + folder.path("") +
                                    " && patch -s --no-backup-if-mismatch -F0 text patch "
                                    ">/dev/null && touch -a text";
        BOOST_REQUIRE(std::system(command.c_str()) == 0); // NOLINT(*-env33-c)
        BOOST_TEST(folder.read("text") == after);
    }
}
