// SPDX-License-Identifier: MIT
//
// A header before and after its 8-bit text is encoded.
#pragma once

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

#include "message/encoded_header.h"

namespace sallyport {

struct Encoding {
    /// `octets` of fields, as they go out.
    std::string header(const std::string& octets) {
        notes.clear();
        const auto parsed = parse_header(octets);
        BOOST_REQUIRE(parsed);
        Header header = *parsed;
        encode_header(header, notes);
        Header again = header;
        auto more_notes = notes;
        encode_header(again, more_notes);
        BOOST_TEST(again.octets() == header.octets());
        return header.octets();
    }

    /// A field and, if there is one, the charset that Content-Type states.
    std::string field(const std::string& octets) {
        const std::string type =
            charset.empty() ? "" : "Content-Type: text/plain; charset=" + charset + "\r\n";
        std::string result = header(type + octets + "\r\n");
        BOOST_REQUIRE(result.starts_with(type));
        result.erase(0, type.size());
        BOOST_REQUIRE(result.ends_with("\r\n"));
        result.resize(result.size() - 2);
        return result;
    }

    void check_stays(const std::string& octets) { BOOST_TEST(field(octets) == octets); }

    void check_noted(const std::string& octets) {
        check_stays(octets);
        BOOST_REQUIRE(notes.size() == 1U);
        BOOST_TEST(notes.front() == "8-bit text in the header is sent as it is where its "
                                    "charset or the addresses beside it are not clear, or "
                                    "where it would be too long");
    }

    std::string charset;
    std::vector<std::string> notes;
};

} // namespace sallyport
