// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE waterfall
#include <boost/test/unit_test.hpp>

#include "ctl/reports.h"
#include "ctl/waterfall.h"

using namespace sallyport;
using namespace sallyport::ctl;

namespace {

constexpr Look ascii{40, false, false, false};

RelayReport relay_with(std::vector<StepReport> steps) {
    RelayReport relay;
    relay.steps = std::move(steps);
    return relay;
}

} // namespace

BOOST_AUTO_TEST_CASE(no_steps_no_bars) {
    BOOST_TEST(waterfall({}, ascii).empty());
}

BOOST_AUTO_TEST_CASE(rungs_without_time_are_left_out) {
    BOOST_TEST(
        waterfall(relay_with({step(Rung::mail, Result::ok, "", 5, 0)}), ascii).empty());
}

BOOST_AUTO_TEST_CASE(rungs_that_were_not_climbed_are_left_out) {
    BOOST_TEST(
        waterfall(relay_with({step(Rung::names, Result::skip, "", 0, 9)}), ascii).empty());
}

BOOST_AUTO_TEST_CASE(one_bar_fills_the_width) {
    BOOST_TEST(waterfall(relay_with({step(Rung::names, Result::ok, "", 3, 10)}), ascii) ==
               "  names  ========================  10 ms\n");
}

BOOST_AUTO_TEST_CASE(bars_follow_each_other_in_scale) {
    BOOST_TEST(waterfall(relay_with({step(Rung::names, Result::ok, "", 0, 50),
                                     step(Rung::tls, Result::ok, "", 50, 50)}),
                         ascii) == "  names  ============              50 ms\n"
                                   "  TLS                ============  50 ms\n");
}

BOOST_AUTO_TEST_CASE(the_shortest_bar_has_a_cell_and_none_leaves_the_width) {
    BOOST_TEST(waterfall(relay_with({step(Rung::names, Result::ok, "", 0, 9999),
                                     step(Rung::data, Result::ok, "", 9999, 1)}),
                         ascii) == "  names    ===================   9999 ms\n"
                                   "  message                     =     1 ms\n");
}

BOOST_AUTO_TEST_CASE(a_width_that_is_too_small_still_draws) {
    const Look narrow{10, false, false, false};
    BOOST_TEST(waterfall(relay_with({step(Rung::names, Result::ok, "", 0, 9)}), narrow) ==
               "  names  ====  9 ms\n");
}

BOOST_AUTO_TEST_CASE(bars_are_blocks_where_they_can_be_shown) {
    const std::string text = waterfall(
        relay_with({step(Rung::names, Result::ok, "", 0, 5)}), {40, true, false, false});
    BOOST_TEST(text.find("█") != text.npos);
    BOOST_TEST(text.find('=') == text.npos);
}

BOOST_AUTO_TEST_CASE(a_silent_port_has_a_bar_though_its_rung_failed) {
    RelayReport relay = relay_with({step(Rung::ports, Result::fail, "25 silent", 0, 5000)});
    relay.ports = {{25, PortState::silent, true, Milliseconds(5000)},
                   {465, PortState::silent, false, Milliseconds(5000)}};
    BOOST_TEST(waterfall(relay, ascii) == "  port 25  =========  5000 ms, no answer\n");
}

BOOST_AUTO_TEST_CASE(what_opened_is_told_from_what_was_waited_for) {
    RelayReport relay = relay_with({step(Rung::ports, Result::warn, "", 0, 5000)});
    relay.ports = {{465, PortState::silent, true, Milliseconds(5000)},
                   {587, PortState::open, true, Milliseconds(40)}};
    relay.round_trip = Milliseconds(40);
    const std::string text = waterfall(relay, ascii);
    BOOST_TEST(text.find("port 465") != text.npos);
    BOOST_TEST(text.find("  40 ms\n") != text.npos);
}
