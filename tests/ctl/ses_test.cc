// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE ses
#include <boost/test/unit_test.hpp>

#include "ctl/ses.h"

using namespace sallyport::ctl;

// Those that Terraform's provider for AWS has published.
BOOST_AUTO_TEST_CASE(the_published_vectors) {
    BOOST_TEST(ses_password("some+secret+key", "eu-central-1") ==
               "BMXhUYlu5Z3gSXVQORxlVa7XPaz91aGWdfHxvkOZdWZ2");
    BOOST_TEST(ses_password("another+secret+key", "eu-central-1") ==
               "BBbphbrQmrKMx42d1N6+C7VINYEBGI5v9VsZeTxwskfh");
    BOOST_TEST(ses_password("some+secret+key", "us-west-1") ==
               "BH+jbMzper5WwlwUar9E1ySBqHa9whi0GPo+sJ0mVYJj");
    BOOST_TEST(ses_password("another+secret+key", "us-west-1") ==
               "BKVmjjMDFk/qqw8EROW99bjCS65PF8WKvK5bSr4Y6EqF");
}

BOOST_AUTO_TEST_CASE(it_has_44_characters_whatever_the_key) {
    for (const std::size_t size : {1U, 40U, 64U, 65U, 5000U})
        BOOST_TEST(ses_password(std::string(size, 'k'), "eu-west-1").size() == 44);
}
