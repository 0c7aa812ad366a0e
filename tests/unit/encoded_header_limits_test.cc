// SPDX-License-Identifier: MIT
//
// 8-bit text in a header: how long lines get that it is encoded in, and the header.
#define BOOST_TEST_MODULE encoded_header_limits
#include <boost/test/unit_test.hpp>

#include "decoding.h"
#include "encoding.h"
#include "text/ascii.h"

using namespace sallyport;

namespace {

std::string repeat(int count, const std::string& text) {
    std::string all;
    for (int i = 0; i < count; ++i)
        all += text;
    return all;
}

/// RFC 2047 2.
void check_lines(const std::string& octets) {
    std::size_t longest = 0;
    for (std::size_t at = 0; at < octets.size();) {
        const auto end = std::min(octets.find("\r\n", at), octets.size());
        if (octets.substr(at, end - at).find("=?") != std::string::npos)
            longest = std::max(longest, end - at);
        at = end + 2;
    }
    BOOST_TEST(longest <= 76U);
    BOOST_TEST(!has_eight_bit(octets));
}

} // namespace

BOOST_FIXTURE_TEST_CASE(long_text, Encoding) {
    std::string text;
    for (int i = 0; i < 40; ++i)
        text += " Stra\xc3\x9f"
                "e plain " +
                std::string(static_cast<std::size_t>(i) * 3, 'x');
    const std::string encoded = field("Subject:" + text);
    BOOST_TEST(decode_field(encoded) == "Subject:" + text);
    std::string words;
    for (int i = 0; i < 500; ++i)
        words += "\xe6\x97\xa5\xe6\x9c\xac";
    const std::string one = field("Subject: " + words);
    BOOST_TEST((decode_field(one) == "Subject: " + words));
    check_lines(encoded);
    check_lines(one);
}

BOOST_FIXTURE_TEST_CASE(a_word_far_from_the_start_begins_a_line, Encoding) {
    BOOST_TEST(field("Subject: " + std::string(60, 'x') + "  \xc3\xb6 y") ==
               "Subject: " + std::string(60, 'x') + "\r\n  =?UTF-8?Q?=C3=B6?= y");
    const std::string blanks(80, ' ');
    BOOST_TEST(field("Subject: a\r\n" + blanks + "\xc3\xb6") ==
               "Subject: a\r\n" + blanks + "=?UTF-8?Q?=C3=B6?=");
}

BOOST_FIXTURE_TEST_CASE(lines_that_get_too_long_are_folded, Encoding) {
    const std::string octets = "To: \xc3\xb6 <a@x>," + std::string(980, 'x') + "@x,b@x";
    const std::string encoded = field(octets);
    BOOST_TEST(encoded == "To: =?UTF-8?Q?=C3=B6?= <a@x>,\r\n " + std::string(980, 'x') +
                              "@x,\r\n b@x");
}

BOOST_FIXTURE_TEST_CASE(words_in_ascii_after_it_are_folded_too, Encoding) {
    check_lines(field("Subject: \xc3\xb6" + repeat(50, " plain")));
    check_lines(field("To: \xc3\xb6 <a@x>" + repeat(50, ", bob <b@example.org>")));
    check_lines(field("To: \xc3\xb6 <a@x>" + repeat(50, ",b@x")));
    check_lines(field("To: a@x (" + repeat(80, "\xc3\xb6") + ")"));
    BOOST_TEST(field("To: \xc3\xb6 <" + std::string(100, 'a') + "@x>") ==
               "To: =?UTF-8?Q?=C3=B6?=\r\n <" + std::string(100, 'a') + "@x>");
    const std::string subject =
        "Subject: \xc3\xb6 " + std::string(2, ' ') + repeat(20, "plain  \t ");
    BOOST_TEST(decode_field(field(subject)) == subject);
}

BOOST_FIXTURE_TEST_CASE(comments_without_blanks_between_them, Encoding) {
    for (const std::string comment : {"(\xc3\xa9)", "(\xc3\xa9)(a)", "(\xc3\xa9(b))(a)"})
        check_lines(field("From: a@x " + repeat(200, comment)));
    for (int i = 20; i < 40; ++i)
        check_lines(field("From: a@x (a (b (" + repeat(i, "\xc3\xa9") + ")))"));
    const std::string blanks(80, ' ');
    BOOST_TEST(field("To: a@x\r\n" + blanks + "(\xc3\xb6)") ==
               "To: a@x\r\n" + blanks + "(=?UTF-8?Q?=C3=B6?=\r\n )");
}

BOOST_FIXTURE_TEST_CASE(what_would_make_a_line_too_long_stays, Encoding) {
    const std::string word(980, 'x');
    check_noted("To: (\xc3\xb6)" + word + "@x");
    check_noted("To: \xc3\xb6 <" + std::string(999, 'x') + "@x>");
    check_stays("Subject: " + word);
}

BOOST_FIXTURE_TEST_CASE(many_names_take_time_in_proportion, Encoding) {
    check_lines(field("To:" + repeat(30'000, " \xc3\xb6 (\xc3\xbc) <a@x>,")));
    check_lines(field("Cc: " + repeat(131'072, "(\xc3\xa9)")));
    check_lines(field("Comments: \xc3\xa9" + repeat(500'000, " a")));
    check_noted("Cc: " + repeat(200'000, "(") + "\xc3\xb6");
    check_stays("To: " + std::string(200'000, '<') + "\xf6");
    const std::string fields = repeat(20'000, "Subject: \xf6\r\n");
    BOOST_TEST((header(fields) == fields));
    const std::string lists = repeat(20'000, "To: \xc3\xb6 <\r\n");
    BOOST_TEST((header(lists) == lists));
}

/// Each of them costs memory.
BOOST_FIXTURE_TEST_CASE(a_list_of_very_many_addresses_stays, Encoding) {
    check_noted("To: \xc3\xa9 <a@x>" + repeat(32'768, ",b"));
    check_noted("To: \xc3\xa9 <a@x>" + repeat(32'768, ";b"));
}

BOOST_FIXTURE_TEST_CASE(a_header_grows_to_4_mib, Encoding) {
    charset = "x-" + std::string(38, 'x');
    check_noted("Comments: " + repeat(100'000, "\xe9 a "));
    check_noted("Comments: " + repeat(400'000, "\xe9"));
    charset.clear();
    check_noted("Cc: " + repeat(262'144, "(\xc3\xa9)"));
    // field by field, as long as there is room
    const std::string subject = "Subject: " + repeat(30'000, "\xc3\xa9 a ") + "\r\n";
    const std::string result = header(repeat(20, subject));
    BOOST_TEST(result.size() <= Header::size_limit);
    BOOST_TEST(!result.starts_with(subject));
    BOOST_TEST(result.ends_with(subject));
    BOOST_TEST(notes.size() == 1U);
}
