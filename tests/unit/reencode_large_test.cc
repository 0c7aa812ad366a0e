// SPDX-License-Identifier: MIT
//
// Messages of every size and shape: what is decoded again is what there was before.
#define BOOST_TEST_MODULE reencode_large
#include <boost/test/unit_test.hpp>

#include "message/reencode.h"
#include "reencoding.h"

using namespace sallyport;

namespace {

/// `text` holds something that has to be encoded, and decodes to the same again.
Message check(const std::string& text, bool seven_bit) {
    std::vector<std::string> notes;
    const Message message = message_of(text);
    auto encoded = reencode(message, seven_bit, notes);
    BOOST_REQUIRE(encoded);
    const Reading before(message);
    const Reading after(*encoded);
    BOOST_TEST((before.frame == after.frame));
    BOOST_REQUIRE(before.leaves.size() == after.leaves.size());
    for (std::size_t i = 0; i < before.leaves.size(); ++i)
        BOOST_TEST((before.leaves[i] == after.leaves[i]), i);
    const BodyFacts& facts = encoded->body_facts();
    BOOST_TEST(!facts.nul);
    BOOST_TEST(!(seven_bit && facts.eight_bit));
    BOOST_TEST(facts.longest_line <= 998U);
    BOOST_TEST(!reencode(*encoded, seven_bit, notes));
    BOOST_TEST(notes.empty());
    return std::move(*encoded);
}

std::string head(const std::string& type) {
    return "Content-Type: " + type + "\nMIME-Version: 1.0\n\n";
}

} // namespace

BOOST_AUTO_TEST_CASE(bodies_beyond_what_is_kept_in_memory) {
    std::string text;
    while (text.size() < 600'000)
        text += "Gr\xc3\xbc\xc3\x9f"
                "e = viele \t\n und mehr\n\n";
    check(text, true);
    check(head("application/octet-stream") + text, true);
    const Message parts = check(head("multipart/mixed; boundary=b") + "--b\n\n" + text +
                                    "--b\nContent-Type: image/x\n\n" + text + "--b--\n",
                                true);
    BOOST_TEST(parts.size() > 1'200'000U);
}

BOOST_AUTO_TEST_CASE(a_line_of_a_megabyte) {
    const std::string line(1'000'000, 'x');
    check(line, false);
    check("A: 1\n\n" + line + "\n.\n" + line + "=\n", false);
    check(head("image/x") + line, false);
    check(head("multipart/mixed; boundary=b") + "--b\n\n" + line + "\n--b\n\n" + line +
              "\n\n--b--\n",
          false);
}

BOOST_AUTO_TEST_CASE(all_octets_in_lines_of_every_length) {
    std::string text;
    for (std::size_t size = 0; size < 300; ++size) {
        for (std::size_t i = 0; i < size; ++i)
            text += static_cast<char>(i * 7 + size);
        text += '\n';
    }
    check(head("application/x") + text, true);
    check(head("application/x") + text, false);
    check(head("text/x") + text + std::string(20000, 'x'), true);
}

BOOST_AUTO_TEST_CASE(sizes_about_a_block) {
    for (std::size_t size = 65400; size < 65560; size += 3) {
        const std::string text(size, 'x');
        check(head("text/plain") + text + "\nand\n" + text + "\n", false);
        check(head("image/x") + text + "\n", false);
    }
}

BOOST_AUTO_TEST_CASE(ends_of_lines_that_belong_to_delimiters) {
    for (const char* end : {"", "\n", "\n\n", " \n", "\n \n"}) {
        for (const char* type : {"text/plain", "image/x"})
            check(head("multipart/mixed; boundary=b") + "--b\nContent-Type: " + type +
                      "\n\n\xc3\xbc and some more text" + end + "\n--b--\n",
                  true);
    }
}

BOOST_AUTO_TEST_CASE(a_new_line_is_no_delimiter) {
    for (std::size_t size = 60; size < 80; ++size) {
        for (const char* delimiter : {"--b", "--b--", "--b \t"})
            check(head("multipart/mixed; boundary=b") + "--b\n\n" + std::string(size, 'x') +
                      delimiter + "\n\xc3\xbc" + std::string(30, 'y') + "\n--b--\n",
                  true);
    }
}
