// SPDX-License-Identifier: MIT
//
// Domains in A-labels. Where libidn2 is not installed there is only its absence to test,
// and that is said.
#define BOOST_TEST_MODULE idn
#include <boost/test/unit_test.hpp>

#include <dlfcn.h>

#include "net/idn.h"
#include "text/ascii.h"

using namespace sallyport;
namespace utf = boost::unit_test;

namespace {

bool library_is_there() {
    void* const handle = ::dlopen("libidn2.so.0", RTLD_NOW | RTLD_LOCAL);
    if (handle != nullptr)
        ::dlclose(handle);
    return handle != nullptr;
}

/// As a precondition: a test that did not run is not counted as passed.
struct Library {
    bool wanted;

    boost::test_tools::assertion_result operator()(utf::test_unit_id /*id*/) const {
        boost::test_tools::assertion_result result(library_is_there() == wanted);
        result.message() << "libidn2.so.0 is " << (wanted ? "not " : "") << "installed";
        return result;
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(a_local_part_cannot_be_helped) {
    for (const char* address : {"j\xc3\xb6rg@example.org",
                                "j\xc3\xb6rg@b\xc3\xbc"
                                "cher.example",
                                "\"\xc3\xb6@x\"@b\xc3\xbc"
                                "cher.example",
                                "\xc3\xb6"}) {
        const AsciiAddress ascii = to_ascii(address);
        BOOST_TEST(ascii.address == "", address);
        BOOST_TEST(ascii.trouble == "its local part is not ASCII", address);
    }
}

BOOST_AUTO_TEST_CASE(without_the_library, *utf::precondition(Library{false})) {
    const AsciiAddress ascii = to_ascii("me@b\xc3\xbc"
                                        "cher.example");
    BOOST_TEST(ascii.address == "");
    BOOST_TEST(ascii.trouble ==
               "its domain is not ASCII, and libidn2 (Debian: libidn2-0) is not installed");
}

BOOST_AUTO_TEST_CASE(domains_in_a_labels, *utf::precondition(Library{true})) {
    const auto ascii = [](const std::string& address) {
        const AsciiAddress result = to_ascii(address);
        BOOST_TEST(result.trouble == "", address);
        return result.address;
    };
    BOOST_TEST(ascii("me@b\xc3\xbc"
                     "cher.example") == "me@xn--bcher-kva.example");
    BOOST_TEST(ascii("\"a@b\"@b\xc3\xbc"
                     "cher.example") == "\"a@b\"@xn--bcher-kva.example");
    BOOST_TEST(ascii("A.B+c@\xe6\x97\xa5\xe6\x9c\xac.example") ==
               "A.B+c@xn--wgv71a.example");
    BOOST_TEST(ascii("me@sub.stra\xc3\x9f"
                     "e.example") == "me@sub.xn--strae-oqa.example");
}

BOOST_AUTO_TEST_CASE(what_is_no_domain, *utf::precondition(Library{true})) {
    const std::string long_label(70, 'x');
    for (const std::string& address :
         {std::string("me@\xff.example"), std::string("me@\xc3"),
          "me@\xc3\xbc" + long_label, std::string("me@-\xc3\xbc-.\xe2\x80\x8b")}) {
        const AsciiAddress ascii = to_ascii(address);
        BOOST_TEST(ascii.address == "", address);
        BOOST_TEST(ascii.trouble != "", address);
        BOOST_TEST(!has_control(ascii.trouble));
    }
}

/// Compatibility characters: a mapping of them to ASCII would end the path.
BOOST_AUTO_TEST_CASE(nothing_but_names_comes_out, *utf::precondition(Library{true})) {
    for (const char* domain :
         {"\xef\xbc\xa0x.example", "x\xef\xbc\x9e.example", "x\xef\xbc\x9c",
          "a\xe3\x80\x80x.example",
          "x\xef\xbc\x9e\xe3\x80\x80SIZE\xef\xbc\x9d"
          "5",
          "\xef\xbc\xbb"
          "1\xef\xbc\xbd",
          "\xe2\x80\xa8x", "\xe2\x84\x80.example", "x\xef\xbc\x9e\xc3\xbc"}) {
        const AsciiAddress ascii = to_ascii(std::string("me@") + domain);
        BOOST_TEST(ascii.address == "", domain);
        BOOST_TEST(ascii.trouble != "", domain);
    }
}
