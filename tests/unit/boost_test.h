// SPDX-License-Identifier: MIT
//
// What nearly every test includes, compiled once: see Makefile.am. A test's
// BOOST_TEST_MODULE comes too late to ask for main(): it is asked for here, and defined
// where the test includes all of Boost.Test.
#define BOOST_TEST_MAIN
#include <boost/test/test_tools.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>
