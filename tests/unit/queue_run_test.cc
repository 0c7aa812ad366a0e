// SPDX-License-Identifier: MIT
//
// What a run sends, in what order, and what it leaves for the next.
#define BOOST_TEST_MODULE queue_run
#include <boost/test/unit_test.hpp>

#include <csignal>
#include <fstream>
#include <sys/resource.h>

#include "queue_runs.h"

using namespace sallyport;
using Texts = std::vector<std::string>;

namespace {

const Script defers_recipient = hello + Script{"250 s", "450 4.2.1 full", "250 ok", "221"};
const Script loses_verdict = hello + Script{"250 s", "250 r", "354 go"};

JournalLine line(Event event, std::vector<std::size_t> recipients = {}) {
    JournalLine made;
    made.time = QueueFixture::now();
    made.event = event;
    made.recipients = std::move(recipients);
    return made;
}

} // namespace

BOOST_FIXTURE_TEST_CASE(the_oldest_goes_first_and_all_by_one_connection, QueueFixture) {
    now() += 10;
    has(first);
    now() -= 5;
    has(second);
    has(third);
    const Ran tally = run_against({hello + one_more + one_more + one_more});
    BOOST_TEST(tally.gone == 3U);
    BOOST_TEST(subjects() == "231");
    BOOST_TEST(network.asked == Texts{"one"}, boost::test_tools::per_element());
    BOOST_TEST(waiting().empty());
    BOOST_TEST(!has_failed(first));
}

BOOST_FIXTURE_TEST_CASE(only_who_has_it_not_is_asked_again, QueueFixture) {
    has(first, {"a@x", "b@x"});
    run_against({hello + Script{"250 s", "250 a", "450 4.2.1 full", "354 go", "250 ok"}});
    auto message = read(first);
    BOOST_TEST((message.progress().recipients[0].state == Progress::State::sent));
    BOOST_TEST(message.progress().recipients[1].text.ends_with("450 4.2.1 full"));
    BOOST_TEST(message.progress().recipients[1].code == 450);
    BOOST_TEST(message.progress().raised == 1U);
    now() += 15 * 60 * 9 / 8;
    const auto logged = folder.read("log").size();
    BOOST_TEST(run_against({takes_all}).gone == 1U);
    BOOST_TEST(network.heard.find("<a@x>") == std::string::npos);
    BOOST_TEST(network.heard.find("<b@x>") != std::string::npos);
    BOOST_TEST(folder.read("log").find("<a@x>", logged) == std::string::npos);
    BOOST_TEST(waiting().empty());
}

BOOST_FIXTURE_TEST_CASE(what_is_put_off_waits_longer_each_time, QueueFixture) {
    has(first);
    std::int64_t least = 5 * 60;
    for (const unsigned raised : {1U, 2U, 3U, 4U}) {
        BOOST_TEST(run_against({defers_recipient}).deferred == 1U);
        const std::int64_t waits = read(first).progress().next - now();
        BOOST_TEST(read(first).progress().raised == raised);
        BOOST_TEST(waits >= least * 7 / 8);
        BOOST_TEST(waits <= least * 9 / 8);
        BOOST_TEST(run_against({takes_all}).waiting == 1U); // it is not due
        now() += waits;
        least = std::min<std::int64_t>(least == 300 ? 900 : least * 4, 4 * 3600);
    }
    BOOST_TEST(run_against({takes_all}).gone == 1U);
}

BOOST_FIXTURE_TEST_CASE(an_outage_costs_one_attempt_and_raises_no_back_off, QueueFixture) {
    has(first);
    has(second);
    for (int i = 0; i < 3; ++i) {
        const Ran tally = run_against({Script{"421 later"}});
        BOOST_TEST(tally.deferred + tally.waiting >= 2U);
        BOOST_TEST(network.asked == Texts{"one"}, boost::test_tools::per_element());
        BOOST_TEST(read(first).progress().raised == 0U);
        now() += 6 * 60;
    }
    BOOST_TEST(read(first).progress().attempts + read(second).progress().attempts == 3U);
    BOOST_TEST(run_against({hello + one_more + one_more}).gone == 2U);
}

BOOST_FIXTURE_TEST_CASE(where_one_relay_cannot_be_reached_the_next_takes_all,
                        QueueFixture) {
    has_relay("two");
    network.servers["two"] = {hello + one_more + one_more};
    has(first);
    has(second);
    BOOST_TEST(run_against({Script{"421 later"}}).gone == 2U);
    BOOST_TEST(network.asked == (Texts{"one", "two"}), boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(nor_is_one_asked_again_that_no_session_can_be_had_with,
                        QueueFixture) {
    has_relay("two");
    network.servers["two"] = {hello + one_more, hello + one_more};
    has(first);
    has(second);
    BOOST_TEST(run_against({Script{"554 5.7.1 not you"}}).gone == 2U);
    BOOST_TEST(std::ranges::count(network.asked, "one") == 1);
}

BOOST_FIXTURE_TEST_CASE(that_one_took_us_says_nothing_of_the_next, QueueFixture) {
    has_relay("two");
    network.servers["two"] = {Script{"554 5.7.1 not you"}};
    has(first);
    BOOST_TEST(run_against({defers_recipient}).deferred == 1U);
    BOOST_TEST(network.asked == (Texts{"one", "two"}), boost::test_tools::per_element());
    now() += 6 * 60;
    network.servers["two"] = {takes_all};
    BOOST_TEST(run_against({defers_recipient}).deferred == 1U);
    BOOST_TEST(network.asked == Texts{"one"}, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(the_journal_and_the_log_say_when_and_of_whom, QueueFixture) {
    has(first);
    run_against({Script{"421 later"}});
    BOOST_TEST(read(first).journal().find(" " + std::to_string(now()) + " next ") !=
               std::string::npos);
    BOOST_TEST(has_logged(first));
    BOOST_TEST(!has_logged(identity.id));
    now() += 6 * 60;
    run_against({Script{"421 later"}});
    BOOST_TEST(read(first).journal().find(" try 2\n") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(after_three_put_off_in_a_row_the_relay_is_left, QueueFixture) {
    for (const auto& id : {first, second, third, fourth})
        has(id);
    has_one_server();
    const Script later = hello + Script{"451 4.3.2 slow down"};
    const Ran tally = run_against({later, later, later, later});
    BOOST_TEST(tally.deferred == 3U);
    BOOST_TEST(read(fourth).progress().attempts == 0U);
}

BOOST_FIXTURE_TEST_CASE(one_that_is_put_off_stops_no_others, QueueFixture) {
    has(first);
    has(second);
    has_one_server();
    BOOST_TEST(run_against({defers_recipient, takes_all}).gone == 1U);
    BOOST_TEST(waiting() == Texts{first}, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(a_verdict_that_does_not_come_is_written_down, QueueFixture) {
    has(first);
    BOOST_TEST(run_against({loses_verdict}).deferred == 1U);
    BOOST_TEST(read(first).progress().recipients[0].doubts == 1U);
    BOOST_TEST(read(first).progress().next >= now() + 15 * 60);
    now() += 20 * 60;
    BOOST_TEST(run_against({takes_all}).gone == 1U);
}

BOOST_FIXTURE_TEST_CASE(what_is_refused_with_its_text_leaves_the_next_no_doubt,
                        QueueFixture) {
    has(first);
    Texts many; // so that more is asked before the text goes
    for (int i = 0; i < 900; ++i)
        many.push_back("recipient-" + std::to_string(i) + "@example.net");
    settings.relays.front().max_recipients = 900;
    has(second, many);
    has_one_server();
    const Ran tally =
        run_against({Script{"220 one", "250-one\r\n250-PIPELINING\r\n250 CHUNKING",
                            "550 5.7.1 not he", "503 r", "503 t", "250 reset"}});
    BOOST_TEST(tally.failed == 1U);
    BOOST_TEST(network.heard.find("BDAT") < network.heard.find("RSET"));
    BOOST_TEST(network.talks.size() == 1U);
    BOOST_TEST(read(second).progress().attempts == 1U);
    BOOST_TEST(read(second).progress().recipients[0].doubts == 0U);
}

BOOST_FIXTURE_TEST_CASE(what_is_in_doubt_three_times_is_held, QueueFixture) {
    has(first);
    for (const unsigned held : {0U, 0U, 1U}) {
        BOOST_TEST(run_against({loses_verdict}).held == held);
        now() += 5 * 3600;
    }
    BOOST_TEST(read(first).progress().held);
    BOOST_TEST(run_against({takes_all}).gone == 0U);
    BOOST_TEST(run_against({takes_all}, {QueueSelection::Kind::all}).gone == 0U);
    auto message = Queue(QueueTree(settings.queue), ::getuid()).lock(first);
    message->read();
    message->append(line(Event::free));
    message.reset();
    BOOST_TEST(run_against({takes_all}).gone == 1U);
}

BOOST_FIXTURE_TEST_CASE(or_at_once_where_the_administrator_says_so, QueueFixture) {
    settings.queue.hold_in_doubt = true;
    has(first);
    BOOST_TEST(run_against({loses_verdict}).held == 1U);
    BOOST_TEST(read(first).progress().held);
}

BOOST_FIXTURE_TEST_CASE(a_run_that_was_killed_leaves_a_doubt, QueueFixture) {
    has(first, {"a@x"}, {line(Event::attempt), line(Event::begin, {0})});
    BOOST_TEST(run_against({takes_all}).deferred == 1U);
    BOOST_TEST(network.heard.empty());
    BOOST_TEST(read(first).progress().recipients[0].doubts == 1U);
    now() += 15 * 60;
    BOOST_TEST(run_against({takes_all}).gone == 1U);
}

BOOST_FIXTURE_TEST_CASE(one_that_was_killed_after_it_wrote_that_still_waits, QueueFixture) {
    JournalLine doubt = line(Event::doubt, {0});
    doubt.text = "no verdict";
    has(first, {"a@x"}, {line(Event::attempt), line(Event::begin, {0}), doubt});
    BOOST_TEST(run_against({takes_all}).gone == 0U);
    BOOST_TEST(network.asked.empty());
    now() += 15 * 60;
    BOOST_TEST(run_against({takes_all}).gone == 1U);
}

BOOST_FIXTURE_TEST_CASE(so_do_runs_that_were_killed_three_times, QueueFixture) {
    JournalLine doubt = line(Event::doubt, {0});
    doubt.text = "no verdict";
    const JournalLine begun = line(Event::begin, {0});
    has(first, {"a@x"}, {begun, doubt, begun, doubt, begun});
    now() += 15 * 60;
    BOOST_TEST(run_against({takes_all}).held == 1U);
    BOOST_TEST(network.asked.empty());
    BOOST_TEST(read(first).progress().held);
    BOOST_TEST(run_against({takes_all}, {QueueSelection::Kind::id, first}).held == 1U);
    BOOST_TEST(network.asked.empty());
}

BOOST_FIXTURE_TEST_CASE(what_is_named_by_its_id_is_sent_at_once, QueueFixture) {
    has(first, {"a@x"}, {line(Event::attempt), line(Event::begin, {0})});
    BOOST_TEST(run_against({takes_all}, {QueueSelection::Kind::id, "0001"}).gone == 1U);
}

BOOST_FIXTURE_TEST_CASE(what_kills_its_run_comes_last_and_is_held_in_the_end,
                        QueueFixture) {
    const std::vector<JournalLine> attempts(9, line(Event::attempt));
    has(first, {"a@x"}, attempts);
    has(second);
    BOOST_TEST(run_against({hello + one_more + one_more}).gone == 2U);
    BOOST_TEST(subjects() == "21");
    has(third, {"a@x"}, std::vector<JournalLine>(10, line(Event::attempt)));
    BOOST_TEST(run_against({takes_all}).held == 1U);
    BOOST_TEST(read(third).progress().why_held.find("ten runs") == 0U);
}

BOOST_FIXTURE_TEST_CASE(selections, QueueFixture) {
    using Kind = QueueSelection::Kind;
    const auto left_by = [&](Kind kind, const std::string& text) {
        has(first, {"Ann@x"});
        has(second, {"bob@x"}, {}, "other@y");
        run_against({hello + one_more + one_more}, {kind, text});
        const auto left = waiting();
        run_against({hello + one_more + one_more}, {Kind::all});
        return left;
    };
    BOOST_TEST(left_by(Kind::recipient, "ANN@") == Texts{second},
               boost::test_tools::per_element());
    BOOST_TEST(left_by(Kind::sender, "other") == Texts{first},
               boost::test_tools::per_element());
    BOOST_TEST(left_by(Kind::id, first) == Texts{second}, boost::test_tools::per_element());
    BOOST_TEST(left_by(Kind::id, "none").size() == 2U);
    BOOST_TEST(left_by(Kind::due, "").empty());
}

BOOST_FIXTURE_TEST_CASE(a_clock_that_was_set_back_keeps_nothing_waiting, QueueFixture) {
    has(first);
    run_against({defers_recipient});
    now() -= 365 * 86400;
    BOOST_TEST(run_against({takes_all}).gone == 1U);
}

BOOST_FIXTURE_TEST_CASE(what_somebody_works_on_is_left_to_him, QueueFixture) {
    has(first);
    const QueueTree tree(settings.queue);
    const Queue queue(tree, ::getuid());
    const auto locked = queue.lock(first);
    BOOST_TEST(run_against({takes_all}).gone == 0U);
    BOOST_TEST(network.heard.empty());
}

BOOST_FIXTURE_TEST_CASE(damaged_files_are_set_aside_and_newer_ones_left, QueueFixture) {
    for (const auto& id : {first, second, third})
        has(id);
    const std::string folder_of_mine = "spool/queue/" + std::to_string(::getuid()) + "/";
    std::ofstream(folder.path(folder_of_mine + first)) << "nonsense\n\n";
    std::ofstream(folder.path(folder_of_mine + second)) << "sallyport-queue 2\n\n";
    const Ran tally = run_against({takes_all});
    BOOST_TEST(tally.damaged == 2U);
    BOOST_TEST(tally.gone == 1U);
    BOOST_TEST(has_failed(first));
    BOOST_TEST(waiting() == Texts{second}, boost::test_tools::per_element());
    BOOST_TEST(folder.read("log").find("damaged") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(what_cannot_be_written_down_is_not_sent, QueueFixture) {
    has(first);
    has(second);
    const auto size = std::filesystem::file_size(
        folder.path("spool/queue/" + std::to_string(::getuid()) + "/" + first));
    const rlimit limit{size + 40, RLIM_INFINITY}; // room for `try`
    ::signal(SIGXFSZ, SIG_IGN);
    BOOST_REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
    network.servers["one"] = {takes_all, takes_all};
    std::string failure;
    try {
        run();
    } catch (const Failure& thrown) {
        failure = thrown.what();
    }
    const rlimit none{RLIM_INFINITY, RLIM_INFINITY};
    ::setrlimit(RLIMIT_FSIZE, &none);
    BOOST_TEST(failure.find("writing its journal") != std::string::npos, failure);
    BOOST_TEST(subjects().empty());
    BOOST_TEST(waiting().size() == 2U);
}

BOOST_FIXTURE_TEST_CASE(a_sender_whom_no_relay_serves_keeps_no_other_waiting,
                        QueueFixture) {
    settings.relays.front().match = {"me@*"};
    has(first, {"a@x"}, {}, "you@x");
    has(second);
    const Ran tally = run_against({takes_all});
    BOOST_TEST(tally.gone == 1U);
    BOOST_TEST(tally.waiting == 1U);
    BOOST_TEST(read(first).progress().attempts == 0U);
    BOOST_TEST(folder.read("log").find("no [relay] has a match for the sender <you@x>") !=
               std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(a_server_that_says_slow_down_is_not_asked_a_thousand_times,
                        QueueFixture) {
    for (const auto& id : {first, second, third, fourth})
        has(id);
    const Script later = hello + Script{"450 4.7.1 too many messages"};
    BOOST_TEST(run_against({later, later, later, later}).deferred == 3U);
    BOOST_TEST(read(first).progress().raised == 0U);
    BOOST_TEST(read(fourth).progress().attempts == 0U);
}

BOOST_FIXTURE_TEST_CASE(full_mailboxes_are_no_throttling, QueueFixture) {
    for (const auto& id : {first, second, third, fourth})
        has(id);
    has_one_server();
    BOOST_TEST(
        run_against({defers_recipient, defers_recipient, defers_recipient, takes_all})
            .gone == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_relay_that_refused_us_is_left_alone_for_longer_each_time,
                        QueueFixture) {
    const Script refuses{"554 5.7.1 not you"};
    has(first);
    for (const std::int64_t rests : {15 * 60, 3600, 4 * 3600, 4 * 3600}) {
        run_against({refuses});
        BOOST_TEST(network.asked.size() == 1U, rests);
        now() += rests - 1;
        BOOST_TEST(run_against({takes_all}).waiting == 1U);
        BOOST_TEST(network.asked.empty(), rests);
        now() += 1;
    }
    BOOST_TEST(!has_logged("no [relay] has a match")); // there is one, and it rests
    BOOST_TEST(has_logged("status=deferred"));
    BOOST_TEST(!has_logged("status=bounced"));
    BOOST_TEST(read(first).progress().attempts == 4U);
    BOOST_TEST(run_against({takes_all}).gone == 1U);
    has(second);
    run_against({refuses});
    now() += 15 * 60; // what took us since then begins anew
    BOOST_TEST(run_against({takes_all}).gone == 1U);
}

BOOST_FIXTURE_TEST_CASE(what_stands_in_the_way_of_that_note_holds_no_run, QueueFixture) {
    has(first);
    const std::string note = folder.path("spool/run/.relays");
    BOOST_REQUIRE(::mkfifo(note.c_str(), 0600) == 0);
    run_against({Script{"554 not you"}});
    BOOST_TEST(!std::filesystem::exists(note));
}

BOOST_FIXTURE_TEST_CASE(who_asks_for_all_or_changes_the_password_does_not_wait,
                        QueueFixture) {
    const Script refuses{"554 5.7.1 not you"};
    const std::string password = folder.write("password", "old\n");
    settings.relays.front().secret = SecretFile{{password}, "conf:7"};
    has(first);
    run_against({refuses});
    BOOST_TEST(run_against({takes_all}).gone == 0U);
    BOOST_TEST(run_against({refuses}, {QueueSelection::Kind::all}).deferred == 1U);
    now() += 6 * 60; // the message is due, and the relay rests
    BOOST_TEST(run_against({takes_all}).gone == 0U);
    static_cast<void>(folder.write("password", "another\n"));
    BOOST_TEST(run_against({takes_all}).gone == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_relay_that_rests_leaves_all_to_the_next, QueueFixture) {
    has_relay("two");
    network.servers["two"] = {takes_all};
    has(first);
    BOOST_TEST(run_against({Script{"554 5.7.1 not you"}}).gone == 1U);
    has(second);
    BOOST_TEST(run_against({takes_all}).gone == 1U);
    BOOST_TEST(network.asked == Texts{"two"}, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(one_that_was_away_does_not_rest, QueueFixture) {
    has(first);
    BOOST_TEST(run_against({Script()}).deferred == 1U);
    now() += 400;
    BOOST_TEST(run_against({takes_all}).gone == 1U);
}

BOOST_FIXTURE_TEST_CASE(only_three_in_a_row_are_throttling, QueueFixture) {
    for (const auto& id : {first, second, third, fourth})
        has(id);
    has("00000000005");
    has_one_server();
    const Script later = hello + Script{"451 4.3.2 slow down"};
    BOOST_TEST(run_against({later, later, takes_all, later, later}).gone == 1U);
    BOOST_TEST(read("00000000005").progress().attempts == 1U);
}

BOOST_FIXTURE_TEST_CASE(so_is_a_server_that_hangs_up_at_rcpt, QueueFixture) {
    for (const char* last : {"421 4.7.0 too many", "250 s"}) {
        for (const auto& id : {first, second, third, fourth})
            has(id);
        has_one_server();
        network.next.clear();
        network.talks.clear();
        Script hangs_up = hello + Script{"250 s"};
        if (last[0] == '4')
            hangs_up.emplace_back(last);
        run_against({hangs_up, hangs_up, hangs_up, hangs_up});
        BOOST_TEST(network.talks.size() == 3U, last);
        network.next.clear();
        BOOST_TEST(run_against({hello + one_more + one_more + one_more + one_more},
                               {QueueSelection::Kind::all})
                       .gone == 4U);
    }
}

BOOST_FIXTURE_TEST_CASE(each_relay_is_given_up_for_itself, QueueFixture) {
    has_relay("two");
    for (const auto& id : {first, second, third, fourth})
        has(id);
    has_one_server();
    const Script later = hello + Script{"451 4.3.2 slow down"};
    network.servers["two"] = {takes_all, takes_all, hello + one_more + one_more};
    BOOST_TEST(run_against({later, later, later, later}).gone == 4U);
    BOOST_TEST(std::ranges::count(network.asked, "one") == 3);
}

BOOST_FIXTURE_TEST_CASE(after_a_refusal_the_connection_goes_on, QueueFixture) {
    for (const auto& refusal :
         {Script{"550 5.1.8 sender", "250 reset"}, Script{"450 4.1.8 sender", "250 reset"},
          Script{"250 s", "550 5.1.1 no", "250 reset"},
          Script{"250 s", "250 r", "451 4.3.0 no", "250 reset"},
          Script{"250 s", "250 r", "354 go", "554 5.6.0 no", "250 reset"}}) {
        settings.queue.bounce = false;
        std::filesystem::remove_all(settings.queue.directory);
        has(first);
        now() += 1;
        has(second);
        network.talks.clear();
        run_against({hello + refusal + one_more});
        BOOST_TEST(network.talks.size() == 1U, refusal[refusal.size() - 2]);
        BOOST_TEST(subjects().ends_with("2"), refusal[refusal.size() - 2]);
    }
}

BOOST_FIXTURE_TEST_CASE(one_that_cannot_be_set_aside_keeps_no_other_waiting, QueueFixture) {
    has(first);
    now() += 1;
    has(second);
    std::filesystem::create_directories(folder.path("spool/failed/" + first + "/x"));
    has_one_server();
    BOOST_TEST(run_against({hello + Script{"550 5.7.1 no"}, takes_all}).gone == 1U);
    BOOST_TEST(waiting().size() == 2U); // it, and the report on it
}

BOOST_FIXTURE_TEST_CASE(what_is_no_message_of_ours_is_not_met_again, QueueFixture) {
    has(first);
    const std::string mine = folder.path("spool/queue/" + std::to_string(::getuid()));
    std::filesystem::create_symlink("/etc/passwd", mine + "/" + second);
    std::filesystem::create_directory(mine + "/" + third);
    BOOST_TEST(run_against({takes_all}).damaged == 2U);
    BOOST_TEST(std::filesystem::is_symlink(folder.path("spool/failed/" + second)));
    BOOST_TEST(run_against({takes_all}).damaged == 0U);
}

BOOST_FIXTURE_TEST_CASE(a_second_name_is_no_damage_and_may_go, QueueFixture) {
    has(first);
    const std::string mine = folder.path("spool/queue/" + std::to_string(::getuid()));
    std::filesystem::create_hard_link(mine + "/" + first, folder.path("copy"));
    BOOST_TEST(run_against({takes_all}).damaged == 1U);
    BOOST_TEST(network.asked.empty());
    BOOST_TEST(has_logged("it has another name (a hard link), too"));
    std::filesystem::remove(folder.path("copy"));
    BOOST_TEST(run_against({takes_all}).gone == 1U);
}

BOOST_FIXTURE_TEST_CASE(what_has_been_due_longest_goes_first, QueueFixture) {
    for (const auto& id : {first, second, third, fourth})
        has(id, {"a@x"}, {}, "put-off@x");
    now() += 1;
    has("00000000005", {"a@x"}, {}, "other@x");
    const Script put_off{"451 4.7.1 slow down", "250 reset"};
    BOOST_TEST(run_against({hello + put_off + put_off + put_off}).deferred == 3U);
    now() += 400;
    BOOST_TEST(run_against({hello + put_off + one_more + put_off + put_off}).gone == 1U);
    BOOST_TEST(subjects() == "5");
}

BOOST_FIXTURE_TEST_CASE(a_run_ends_after_an_hour, QueueFixture) {
    has(first);
    has(second);
    static const ScriptedNetwork* servers = nullptr;
    servers = &network;
    const auto slow = [] { return now() + (servers->heard.empty() ? 0 : 3601); };
    BOOST_TEST(run_against({hello + one_more + one_more}, {}, slow).gone == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_run_sweeps, QueueFixture) {
    has(first);
    const std::string left = folder.write(
        "spool/queue/" + std::to_string(::getuid()) + "/.0000000000A", "sallyport-queue 1");
    now() = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now()) + 120;
    run_against({takes_all});
    BOOST_TEST(!std::filesystem::exists(left));
}

BOOST_FIXTURE_TEST_CASE(all_does_not_mean_what_was_in_doubt_a_moment_ago, QueueFixture) {
    has(first);
    run_against({loses_verdict});
    BOOST_TEST(run_against({takes_all}, {QueueSelection::Kind::all}).gone == 0U);
    BOOST_TEST(run_against({takes_all}, {QueueSelection::Kind::recipient, "x"}).gone == 0U);
    BOOST_TEST(run_against({takes_all}, {QueueSelection::Kind::sender, "x"}).gone == 0U);
    now() += 16 * 60; // it would wait for longer by itself
    BOOST_TEST(run_against({takes_all}, {QueueSelection::Kind::all}).gone == 1U);
}
