// SPDX-License-Identifier: MIT
//
// What a person sees of the queue, word for word, and the facts that it is made of.
#define BOOST_TEST_MODULE queue_text
#include <boost/test/unit_test.hpp>

#include <cstdlib>

#include "ctl/looks.h"
#include "ctl/queue_text.h"
#include "ctl/queued.h"

using namespace sallyport;
using namespace sallyport::ctl;

namespace {

struct Fixture : Queued {
    Fixture() { ::setenv("TZ", "UTC0", 1); }
};

std::string ids(const std::vector<QueueEntry>& entries) {
    std::string text;
    for (const QueueEntry& entry : entries)
        text += entry.id.back();
    return text;
}

} // namespace

BOOST_FIXTURE_TEST_CASE(golden_list, Fixture) {
    expect_golden("queue_list",
                  [this](const Look& look) { return text_of(waiting(), look); });
}

BOOST_FIXTURE_TEST_CASE(golden_list_of_failed, Fixture) {
    expect_golden("queue_failed",
                  [this](const Look& look) { return text_of(failed(), look); });
}

BOOST_FIXTURE_TEST_CASE(golden_show, Fixture) {
    expect_golden("queue_show", [this](const Look& look) {
        return details_of(details("00000000002"), look);
    });
}

BOOST_AUTO_TEST_CASE(an_empty_queue_is_a_line) {
    BOOST_TEST(text_of(std::vector<QueueEntry>(), Look()) == "no messages\n");
}

BOOST_FIXTURE_TEST_CASE(what_is_due_comes_first_and_what_is_held_last, Fixture) {
    BOOST_TEST(ids(waiting()) == "1235");
    BOOST_TEST(ids(listed(queue(), false, now + 301)) == "2135");
}

BOOST_FIXTURE_TEST_CASE(doubt_has_a_time_and_a_mark, Fixture) {
    const auto entries = waiting();
    BOOST_TEST(!entries[1].in_doubt);
    BOOST_TEST(entries[1].doubted == 0);
    BOOST_TEST(entries[2].in_doubt);
    BOOST_TEST(entries[2].doubted == now);
    BOOST_TEST((entries[2].state == QueueEntry::State::hold));
}

BOOST_FIXTURE_TEST_CASE(what_is_worked_on_is_active, Fixture) {
    auto message = queue().lock("00000000001");
    message->read();
    JournalLine line;
    line.time = now;
    line.number = 1;
    message->append(line);
    BOOST_TEST((waiting()[0].state == QueueEntry::State::active));
    message.reset();
    BOOST_TEST((waiting()[0].state == QueueEntry::State::deferred));
}

BOOST_FIXTURE_TEST_CASE(what_cannot_be_read_says_why, Fixture) {
    const QueueEntry entry = waiting().back();
    BOOST_TEST(entry.id == "00000000005");
    BOOST_TEST(entry.trouble.find("damaged") != entry.trouble.npos, entry.trouble);
}
