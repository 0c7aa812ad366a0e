// SPDX-License-Identifier: MIT
//
// What a person sees of a check, word for word: tests/ctl/golden/.
#define BOOST_TEST_MODULE screen
#include <boost/test/unit_test.hpp>

#include "ctl/looks.h"
#include "ctl/reports.h"
#include "ctl/screen.h"

using namespace sallyport;
using namespace sallyport::ctl;

namespace {

void expect_golden(const std::string& name, const CheckReport& report, bool pins = false) {
    ctl::expect_golden(name, [&](const Look& look) { return shown(report, look, pins); });
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
