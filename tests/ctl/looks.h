// SPDX-License-Identifier: MIT
//
// What a person sees, word for word: tests/ctl/golden/. To write these files anew, after a
// change that is meant: GOLDEN=write srcdir=... tests/ctl/screen_test (or another that has
// them), and read the diff. After Boost.Test's header.
#pragma once

#include <clocale>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "ctl/console.h"

namespace sallyport::ctl {

inline std::string golden_path(const std::string& name) {
    const char* const top = std::getenv("srcdir");
    return (top != nullptr ? top : ".") + ("/tests/ctl/golden/" + name + ".txt");
}

inline std::string content_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// Escapes are shown, so that a file is text.
inline std::string shown_escapes(const std::string& text) {
    std::string result;
    for (const char c : text) {
        if (c == '\x1b')
            result += "^[";
        else
            result += c;
    }
    return result;
}

inline std::string without_colours(const std::string& text) {
    std::string result;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\x1b')
            at = text.find('m', at);
        else
            result += text[at];
    }
    return result;
}

inline std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        lines.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return lines;
}

/// Every look that differs.
inline std::vector<std::pair<std::string, Look>> looks() {
    std::vector<std::pair<std::string, Look>> result;
    for (const unsigned width : {40U, 80U, 200U}) {
        for (const bool utf8 : {true, false}) {
            for (const bool colour : {false, true}) {
                if (width != 200 || !colour)
                    result.push_back({std::to_string(width) + " columns, " +
                                          (utf8 ? "UTF-8" : "ASCII") +
                                          (colour ? ", colour" : ""),
                                      {width, utf8, colour, colour}});
            }
        }
    }
    return result;
}

/// A line may be too wide only where breaking it would spoil what is to be copied.
inline void expect_fitting(const std::string& text, const Look& look) {
    for (const std::string& line : lines_of(without_colours(text))) {
        const bool copied = line.find("tls_pin = ") != line.npos;
        BOOST_TEST((copied || columns(line) <= look.width), "too wide: " << line);
        BOOST_TEST(!line.ends_with(' '), "ends with a blank: '" << line << "'");
    }
}

/// What `show` makes for each look is what stands in the file.
template<class Show>
void expect_golden(const std::string& name, Show show) {
    BOOST_REQUIRE(std::setlocale(LC_CTYPE, "C.UTF-8") != nullptr);
    std::string all;
    for (const auto& [title, look] : looks()) {
        const std::string text = show(look);
        expect_fitting(text, look);
        all += "==== " + title + "\n" + shown_escapes(text);
    }
    const std::string path = golden_path(name);
    const char* const wish = std::getenv("GOLDEN");
    if (wish != nullptr && std::string_view(wish) == "write")
        std::ofstream(path, std::ios::binary) << all;
    const auto expected = lines_of(content_of(path));
    const auto seen = lines_of(all);
    BOOST_TEST(!expected.empty(), path << " is not there");
    BOOST_TEST(seen == expected, boost::test_tools::per_element());
}

} // namespace sallyport::ctl
