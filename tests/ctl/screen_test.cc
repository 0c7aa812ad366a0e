// SPDX-License-Identifier: MIT
//
// What a person sees, word for word: tests/ctl/golden/. To write these files anew, after a
// change that is meant: GOLDEN=write srcdir=... tests/ctl/screen_test, and read the diff.
#define BOOST_TEST_MODULE screen
#include <boost/test/unit_test.hpp>

#include <clocale>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "ctl/reports.h"
#include "ctl/screen.h"

using namespace sallyport;
using namespace sallyport::ctl;

namespace {

std::string golden_path(const std::string& name) {
    const char* const top = std::getenv("srcdir");
    return (top != nullptr ? top : ".") + ("/tests/ctl/golden/" + name + ".txt");
}

std::string content_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// Escapes are shown, so that a file is text.
std::string shown_escapes(const std::string& text) {
    std::string result;
    for (const char c : text) {
        if (c == '\x1b')
            result += "^[";
        else
            result += c;
    }
    return result;
}

std::string without_colours(const std::string& text) {
    std::string result;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\x1b')
            at = text.find('m', at);
        else
            result += text[at];
    }
    return result;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        lines.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return lines;
}

/// Every look that differs.
std::vector<std::pair<std::string, Look>> looks() {
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
void expect_fitting(const std::string& text, const Look& look) {
    for (const std::string& line : lines_of(without_colours(text))) {
        const bool copied = line.find("tls_pin = ") != line.npos;
        BOOST_TEST((copied || columns(line) <= look.width), "too wide: " << line);
        BOOST_TEST(!line.ends_with(' '), "ends with a blank: '" << line << "'");
    }
}

void expect_golden(const std::string& name, const CheckReport& report, bool pins = false) {
    BOOST_REQUIRE(std::setlocale(LC_CTYPE, "C.UTF-8") != nullptr);
    std::string all;
    for (const auto& [title, look] : looks()) {
        const std::string text = shown(report, look, pins);
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

} // namespace

BOOST_AUTO_TEST_CASE(golden_success) {
    expect_golden("success", success());
}

BOOST_AUTO_TEST_CASE(golden_success_with_pins) {
    expect_golden("pins", success(), true);
}

BOOST_AUTO_TEST_CASE(golden_warnings) {
    expect_golden("warnings", warnings());
}

BOOST_AUTO_TEST_CASE(golden_port_25_shut) {
    expect_golden("port_25_shut", port_25_shut());
}

BOOST_AUTO_TEST_CASE(golden_log_in_switched_off) {
    expect_golden("log_in_switched_off", log_in_switched_off());
}

BOOST_AUTO_TEST_CASE(golden_wrong_certificate) {
    expect_golden("wrong_certificate", wrong_certificate());
}

BOOST_AUTO_TEST_CASE(golden_several_relays) {
    expect_golden("several_relays", several_relays());
}

BOOST_AUTO_TEST_CASE(golden_no_configuration) {
    expect_golden("no_configuration", no_configuration());
}

BOOST_AUTO_TEST_CASE(colours_add_nothing_but_escapes) {
    for (const CheckReport& report : {success(), warnings(), several_relays()}) {
        const std::string plain = shown(report, {80, false, false, false}, false);
        const std::string coloured = shown(report, {80, false, true, true}, false);
        BOOST_TEST(coloured != plain);
        BOOST_TEST(without_colours(coloured) == plain);
    }
}

BOOST_AUTO_TEST_CASE(ascii_has_no_other_octets) {
    for (const char c : shown(warnings(), {80, false, true, true}, true))
        BOOST_TEST(static_cast<unsigned char>(c) < 0x80);
}

/// No-break spaces fill the line, so that the terminal would break it at column 0.
BOOST_AUTO_TEST_CASE(a_server_cannot_forge_a_line) {
    BOOST_REQUIRE(std::setlocale(LC_CTYPE, "C.UTF-8") != nullptr);
    std::string row = std::string(62, 'x') + "  ok\u00a0\u00a0log-in\u00a0";
    for (int i = 0; i < 66; ++i)
        row += "\u00a0";
    CheckReport report = success();
    StepReport& greeting = report.relays.front().steps[3];
    greeting.text = "220 " + row + "It\u00a0works.";
    greeting.reply = "535 " + row + "It\u00a0works.";
    for (const auto& [title, look] : looks())
        expect_fitting(shown(report, look, false), look);
}

BOOST_AUTO_TEST_CASE(a_variable_is_no_file_to_write_in) {
    CheckReport report = port_25_shut();
    report.file = "SALLYPORT_URL";
    const std::string text = shown(report, {80, false, false, false}, false);
    BOOST_TEST(text.find("To be set in [relay]:   port = 587\n") != text.npos);
    BOOST_TEST(text.find("Write in") == text.npos);
}

BOOST_AUTO_TEST_CASE(the_end_says_whether_mail_goes_out) {
    const auto end_of = [](const CheckReport& report) {
        const std::string text = shown(report, {200, false, false, false}, false);
        return text.substr(text.rfind("1 of 3"));
    };
    CheckReport report = several_relays();
    BOOST_TEST(end_of(report).starts_with("1 of 3 relays works. Mail does not go out. "));
    report.relays.front().serves = false;
    BOOST_TEST(end_of(report).find("over [relay backup]") != std::string::npos);
    report.relays.front() = report.relays.back(); // which was not reached
    BOOST_TEST(end_of(report).starts_with(
        "1 of 3 relays works. Mail goes out over [relay backup]. Status 69."));
    report.relays[1].serves = false;
    BOOST_TEST(end_of(report).find("Mail does not go out.") != std::string::npos);
    report.relays[1].serves = true;
    report.relays[1].steps.resize(5); // --no-auth
    BOOST_TEST(end_of(report).starts_with("1 of 3 relays works. Status 69."));
}

BOOST_AUTO_TEST_CASE(keys_of_a_named_relay_go_to_its_section) {
    const std::string text = shown(several_relays(), {80, false, false, false}, false);
    BOOST_TEST(text.find("[relay primary]:\n") != text.npos);
    BOOST_TEST(text.find("Change in /etc/sallyport.conf, [sender]:   header_from\n") !=
               text.npos);
}
