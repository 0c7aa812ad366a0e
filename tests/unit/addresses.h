// SPDX-License-Identifier: MIT
//
// Address lists and what must come of them, a row each.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "failing.h"
#include "text/address.h"

namespace sallyport {

using Addresses = std::vector<std::string>;

inline Addresses addresses_in(std::string_view text) {
    Addresses addresses;
    for (const Mailbox& mailbox : parse_address_list(text))
        addresses.push_back(mailbox.address());
    return addresses;
}

inline std::string display_name_in(std::string_view text) {
    const auto found = parse_address_list(text);
    BOOST_REQUIRE(found.size() == 1U);
    return found.front().display_name;
}

struct Row {
    std::string text;
    Addresses addresses;
};

inline void check(const std::vector<Row>& rows) {
    for (const Row& row : rows) {
        BOOST_TEST_CONTEXT(row.text)
        BOOST_TEST(addresses_in(row.text) == row.addresses,
                   boost::test_tools::per_element());
    }
}

inline void check_refused(std::string_view text, const std::string& why) {
    const Failure failure = failure_of([&] { return parse_address_list(text); });
    BOOST_TEST_CONTEXT(text) {
        BOOST_TEST(status_of(failure) == 65);
        BOOST_TEST((failure.fault() == Fault::local));
        BOOST_TEST(failure.enhanced() == "5.1.3");
        BOOST_TEST(std::string(failure.what()).starts_with("address \""));
        BOOST_TEST(std::string(failure.what()).ends_with("\": " + why), failure.what());
    }
}

} // namespace sallyport
