// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE extensions
#include <boost/test/unit_test.hpp>

#include "smtp/extensions.h"

using namespace sallyport;

namespace {

Extensions read(std::vector<std::string> lines,
                const std::vector<std::string>& ignore = {}) {
    lines.insert(lines.begin(), "mail.example PIPELINING is only a greeting here");
    return parse_extensions({250, std::move(lines)}, ignore);
}

} // namespace

BOOST_AUTO_TEST_CASE(keywords_in_any_case) {
    const auto offered = read(
        {"Pipelining", "CHUNKING", "8bitmime", "STARTTLS", "SMTPUTF8", "DSN", "XFOO bar"});
    BOOST_TEST(offered.pipelining);
    BOOST_TEST(offered.chunking);
    BOOST_TEST(offered.eight_bit_mime);
    BOOST_TEST(offered.starttls);
    BOOST_TEST(offered.smtputf8);
    BOOST_TEST(offered.dsn);
    BOOST_TEST(!offered.size);
}

BOOST_AUTO_TEST_CASE(the_first_line_offers_nothing) {
    BOOST_TEST(!read({}).pipelining);
    BOOST_TEST(!parse_extensions({250, {}}, {}).pipelining);
}

BOOST_AUTO_TEST_CASE(keywords_that_only_begin_alike) {
    BOOST_TEST(!read({"PIPELININGX", "STARTTLSY", "SIZEMATTERS 5"}).pipelining);
    BOOST_TEST(!read({"STARTTLSY"}).starttls);
    BOOST_TEST(!read({"SIZEMATTERS 5"}).size);
}

BOOST_AUTO_TEST_CASE(sizes) {
    BOOST_TEST(*read({"SIZE 1000"}).size == 1000U);
    BOOST_TEST(*read({"SIZE"}).size == 0U);
    BOOST_TEST(*read({"SIZE 0"}).size == 0U);
    BOOST_TEST(*read({"SIZE lots"}).size == 0U);
    BOOST_TEST(*read({"SIZE 99999999999999999999999"}).size == 0U);
}

BOOST_AUTO_TEST_CASE(mechanisms) {
    const std::vector<std::string> expected{"PLAIN", "LOGIN", "SCRAM-SHA-256"};
    BOOST_TEST(read({"AUTH plain LOGIN  SCRAM-SHA-256 "}).auth == expected,
               boost::test_tools::per_element());
    BOOST_TEST(read({"AUTH=PLAIN LOGIN SCRAM-SHA-256"}).auth == expected,
               boost::test_tools::per_element());
    BOOST_TEST(read({"AUTH"}).auth.empty());
}

BOOST_AUTO_TEST_CASE(limits) {
    BOOST_TEST(*read({"LIMITS MAILMAX=5 RCPTMAX=20"}).rcptmax == 20U);
    BOOST_TEST(!read({"LIMITS RCPTMAX=0"}).rcptmax);
    BOOST_TEST(!read({"LIMITS RCPTMAX=x"}).rcptmax);
    BOOST_TEST(!read({"LIMITS"}).rcptmax);
}

BOOST_AUTO_TEST_CASE(ignored_ones) {
    const auto offered = read({"CHUNKING", "PIPELINING"}, {"CHUNKING"});
    BOOST_TEST(!offered.chunking);
    BOOST_TEST(offered.pipelining);
}
