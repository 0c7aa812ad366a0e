// SPDX-License-Identifier: MIT
//
// The queue on disk: what is promised is there, what is not promised is not.
#define BOOST_TEST_MODULE queue
#include <boost/test/unit_test.hpp>

#include <filesystem>

#include <csignal>
#include <ctime>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>

#include "base/failure.h"
#include "queue/queue.h"
#include "text/ascii.h"
#include "unit/folder.h"

using namespace sallyport;
namespace fs = std::filesystem;
using Texts = std::vector<std::string>;

namespace {

unsigned syncs = 0;

const std::string head = "From: me@x\r\nSubject: s\r\n";

struct Fixture {
    Fixture() {
        settings.directory = folder.path("spool");
        settings.reserve = 0;
    }

    static QueueHeader header_for(const std::string& id) {
        QueueHeader header;
        header.id = id;
        header.arrived = 1764380000;
        header.envelope.reverse_path = "me@x";
        header.recipients.emplace_back("a@x");
        header.recipients.emplace_back("b@x");
        return header;
    }

    static Message message_of(const std::string& body) {
        Store store;
        store.append(body);
        BodyFacts facts;
        facts.add(body);
        return {*parse_header(head), std::move(store), facts};
    }

    void has(const std::string& id, const std::string& body = "hello\r\n") {
        const QueueTree tree(settings);
        const Queue queue(tree, ::getuid());
        queue.add(header_for(id), message_of(body), {});
    }

    [[nodiscard]] std::string mine(const std::string& name) const {
        return "spool/queue/" + std::to_string(::getuid()) + "/" + name;
    }

    [[nodiscard]] Texts files() const {
        Texts names;
        for (const auto& entry : fs::directory_iterator(folder.path(mine(""))))
            names.push_back(entry.path().filename());
        std::ranges::sort(names);
        return names;
    }

    template<class Act>
    static std::string failure_of(Act act) {
        try {
            act();
        } catch (const Failure& failure) {
            return std::to_string(static_cast<int>(failure.status())) + " " +
                   failure.what();
        }
        return "none";
    }

    static std::string octets_of(const Message& message) {
        std::string octets(message.size(), '\0');
        octets.resize(message.read(0, octets));
        return octets;
    }

    Folder folder;
    QueueSettings settings;
};

const std::string one = "00000000001";
const std::string two = "00000000002";

} // namespace

/// The C library's, as the queue calls it here: counted.
extern "C" int fdatasync(int file) {
    ++syncs;
    return ::fsync(file);
}

BOOST_FIXTURE_TEST_CASE(what_is_added_is_there_as_it_was, Fixture) {
    const std::string body = "hello\r\n" + std::string(300'000, 'x') + "\r\n..\r\n";
    {
        const QueueTree tree(settings);
        const Queue queue(tree, ::getuid());
        const JournalLine deferred{1764380001, Event::defer, {1},
                                   450,        "4.2.0",      "450 later"};
        queue.add(header_for(one), message_of(body), {{deferred}});
    }
    const QueueTree tree(settings);
    const Queue queue(tree, ::getuid());
    BOOST_TEST(queue.ids() == Texts{one}, boost::test_tools::per_element());
    auto message = queue.lock(one);
    BOOST_REQUIRE(message.has_value());
    message->read();
    BOOST_TEST(message->header().envelope.reverse_path == "me@x");
    BOOST_TEST(message->header().recipients.size() == 2U);
    BOOST_TEST(message->progress().recipients[1].text == "450 later");
    BOOST_TEST((octets_of(message->message()) == head + "\r\n" + body));
    const BodyFacts facts = message->message().body_facts();
    BOOST_TEST(facts.longest_line == 300'000U);
    BOOST_TEST(!facts.eight_bit);
}

BOOST_FIXTURE_TEST_CASE(who_has_the_lock_has_the_message, Fixture) {
    const QueueTree tree(settings);
    const Queue queue(tree, ::getuid());
    {
        const auto held = queue.add(header_for(one), message_of("x\r\n"), {});
        BOOST_TEST(!queue.lock(one).has_value());
        BOOST_TEST(queue.look_at(one)->is_locked());
    }
    auto locked = queue.lock(one);
    BOOST_REQUIRE(locked.has_value());
    BOOST_TEST(!queue.lock(one).has_value());
    BOOST_TEST(locked->remove());
    locked.reset();
    BOOST_TEST(!queue.lock(one).has_value());
    BOOST_TEST(files().empty());
}

BOOST_FIXTURE_TEST_CASE(what_is_finished_while_one_waits_for_it_is_not_had, Fixture) {
    has(one);
    const QueueTree tree(settings);
    const Queue queue(tree, ::getuid());
    auto seen = queue.look_at(one);
    BOOST_TEST(queue.lock(one)->remove());
    BOOST_TEST(!queue.lock(one).has_value());
    seen->read(); // who looks has what was there
    BOOST_TEST(seen->header().id == one);
}

BOOST_FIXTURE_TEST_CASE(what_is_moved_while_one_waits_for_it_is_not_had, Fixture) {
    has(one);
    const QueueTree tree(settings);
    const Queue queue(tree, ::getuid());
    auto reader = queue.look_at(one);
    BOOST_TEST(queue.set_aside(one));
    has(one);
    auto message = queue.lock(one);
    BOOST_REQUIRE(message.has_value());
    BOOST_TEST(message->remove());
    BOOST_TEST(!message->remove()); // it is gone
}

BOOST_FIXTURE_TEST_CASE(lines_are_added_after_what_is_whole, Fixture) {
    has(one);
    const QueueTree tree(settings);
    const Queue queue(tree, ::getuid());
    const auto add = [&](Event event, std::vector<std::size_t> recipients) {
        auto message = queue.lock(one);
        message->read();
        JournalLine line;
        line.event = event;
        line.recipients = std::move(recipients);
        message->append(line);
        return message->progress();
    };
    add(Event::begin, {0, 1});
    const std::string path = folder.path(mine(one));
    const auto size = fs::file_size(path);
    add(Event::sent, {0});
    fs::resize_file(path, fs::file_size(path) - 1); // as a crash may leave it
    auto torn = queue.look_at(one);
    torn->read();
    BOOST_TEST(!torn->progress().is(Progress::State::sent));
    BOOST_TEST(torn->progress().is(Progress::State::in_doubt));
    BOOST_TEST(add(Event::sent, {1}).is(Progress::State::sent));
    BOOST_TEST(folder.read(mine(one)).find("sent 0") == std::string::npos);
    BOOST_TEST(fs::file_size(path) > size);
}

BOOST_FIXTURE_TEST_CASE(a_line_that_cannot_be_written_is_not_there, Fixture) {
    has(one);
    const QueueTree tree(settings);
    const Queue queue(tree, ::getuid());
    auto message = queue.lock(one);
    message->read();
    const auto size = fs::file_size(folder.path(mine(one)));
    const rlimit limit{size + 10, RLIM_INFINITY};
    ::signal(SIGXFSZ, SIG_IGN);
    BOOST_REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
    JournalLine line;
    line.event = Event::begin;
    line.recipients = {0};
    const std::string failure = failure_of([&] { message->append(line); });
    const rlimit none{RLIM_INFINITY, RLIM_INFINITY};
    ::setrlimit(RLIMIT_FSIZE, &none);
    BOOST_TEST(failure == "75 queue file 00000000001: writing its journal: File too large");
    BOOST_TEST(fs::file_size(folder.path(mine(one))) == size);
    BOOST_TEST(!message->progress().is(Progress::State::in_doubt));
}

BOOST_FIXTURE_TEST_CASE(what_must_not_be_forgotten_is_on_the_disk, Fixture) {
    const auto syncs_of = [&](Event event, std::vector<std::size_t> recipients) {
        has(one);
        const QueueTree tree(settings);
        const Queue queue(tree, ::getuid());
        auto message = queue.lock(one);
        message->read();
        JournalLine line;
        line.event = event;
        line.recipients = std::move(recipients);
        syncs = 0;
        message->append(line);
        const unsigned counted = std::exchange(syncs, 0);
        message->append(line, true);
        BOOST_TEST(syncs == 1U);
        BOOST_TEST(message->remove());
        return counted;
    };
    for (const Event event : {Event::refuse, Event::told, Event::hold, Event::free})
        BOOST_TEST(syncs_of(event, {0}) == 1U);
    BOOST_TEST(syncs_of(Event::sent, {1}) == 1U); // the other may get it twice
    BOOST_TEST(syncs_of(Event::sent, {0, 1}) == 0U);
    for (const Event event : {Event::attempt, Event::begin, Event::defer, Event::next})
        BOOST_TEST(syncs_of(event, {0}) == 0U);
}

BOOST_FIXTURE_TEST_CASE(the_last_verdict_of_several_costs_no_write_to_the_disk, Fixture) {
    has(one);
    const QueueTree tree(settings);
    const Queue queue(tree, ::getuid());
    auto message = queue.lock(one);
    message->read();
    JournalLine line{0, Event::sent, {0}, 250, "", "250 ok"};
    message->append(line);
    line.recipients = {1}; // the file goes at once
    syncs = 0;
    message->append(line);
    BOOST_TEST(syncs == 0U);
}

BOOST_FIXTURE_TEST_CASE(the_shortest_line_that_is_written_is_read, Fixture) {
    has(one);
    const QueueTree tree(settings);
    const Queue queue(tree, ::getuid());
    {
        auto message = queue.lock(one);
        message->read();
        BOOST_TEST(message->append_bare(Event::sent, 0, 1764380002));
        BOOST_TEST(message->append_bare(Event::doubt, 1, 1764380003));
    }
    auto message = queue.lock(one);
    message->read();
    BOOST_TEST(message->progress().is(Progress::State::sent));
    BOOST_TEST(message->progress().recipients[1].doubts == 1U);
}

BOOST_FIXTURE_TEST_CASE(nothing_is_left_of_what_cannot_be_written, Fixture) {
    has(two);
    const rlimit limit{100, RLIM_INFINITY};
    ::signal(SIGXFSZ, SIG_IGN);
    BOOST_REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
    const std::string failure = failure_of([&] { has(one); });
    const rlimit none{RLIM_INFINITY, RLIM_INFINITY};
    ::setrlimit(RLIMIT_FSIZE, &none);
    BOOST_TEST(failure == "75 queue " + settings.directory + ": writing: File too large");
    BOOST_TEST(files() == Texts{two}, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(an_id_that_somebody_has_is_not_taken_from_him, Fixture) {
    has(one, "first\r\n");
    BOOST_TEST(failure_of([&] { has(one, "second\r\n"); }) ==
               "75 queue " + settings.directory + ": giving a file its name: File exists");
    BOOST_TEST(folder.read(mine(one)).find("first") != std::string::npos);
    BOOST_TEST(files() == Texts{one}, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(more_than_ten_thousand_are_all_seen, Fixture) {
    constexpr unsigned many = 10'500;
    has(one);
    for (unsigned at = 16; at < many + 15; ++at)
        fs::create_hard_link(folder.path(mine(one)), folder.path(mine(to_hex(at, 11))));
    BOOST_TEST(Queue(QueueTree(settings), ::getuid()).ids().size() == many);
    settings.max_count = many;
    settings.max_size = std::uint64_t{1} << 40U;
    BOOST_TEST(failure_of([&] { has("FFFFFFFFFFF"); }) ==
               "75 queue " + settings.directory + ": it is full ([queue] max_count)");
}

BOOST_FIXTURE_TEST_CASE(limits, Fixture) {
    settings.max_count = 2;
    has(one);
    has(two);
    const std::string full = "75 queue " + settings.directory + ": it is full ([queue] ";
    BOOST_TEST(failure_of([&] { has("00000000003"); }) == full + "max_count)");
    settings.max_count = 3;
    const auto octets = 2 * fs::file_size(folder.path(mine(one)));
    settings.max_size = octets + 30;
    BOOST_TEST(failure_of([&] { has("00000000003"); }) == full + "max_size)");
    settings.max_size = octets + 1000;
    has("00000000003");
    settings.max_count = 4;
    settings.max_size = octets * 10;
    settings.reserve = std::uint64_t{1} << 60U;
    BOOST_TEST(failure_of([&] { has("00000000004"); }) == full + "reserve)");
    BOOST_TEST(files().size() == 3U);
}

BOOST_FIXTURE_TEST_CASE(where_others_could_write_there_is_no_queue, Fixture) {
    has(one);
    BOOST_REQUIRE(::chmod(settings.directory.c_str(), 0770) == 0);
    BOOST_TEST(
        failure_of([&] {
            has(two);
        }).starts_with("78 queue " + settings.directory + ": others may write there"));
    BOOST_REQUIRE(::chmod(settings.directory.c_str(), 0700) == 0);
    BOOST_REQUIRE(::chmod(folder.path("spool/failed").c_str(), 0777) == 0);
    BOOST_TEST(
        failure_of([&] {
            has(two);
        }).starts_with("78 queue " + settings.directory + "/failed: others may write"));
    settings.directory = folder.path("missing/spool");
    BOOST_TEST(failure_of([&] { has(two); }) ==
               "75 queue " + settings.directory +
                   ": opening it: No such file or directory");
    settings.directory = folder.write("file", "");
    BOOST_TEST(failure_of([&] { has(two); }) ==
               "75 queue " + settings.directory + ": opening it: Not a directory");
}

BOOST_FIXTURE_TEST_CASE(everything_is_its_owners_alone, Fixture) {
    ::umask(0);
    has(one);
    for (const auto& entry : fs::recursive_directory_iterator(settings.directory)) {
        const auto mode = fs::status(entry).permissions();
        BOOST_TEST(
            ((mode & (fs::perms::group_all | fs::perms::others_all)) == fs::perms::none),
            entry.path().string());
    }
    BOOST_TEST((fs::status(settings.directory).permissions() == fs::perms::owner_all));
    ::umask(022);
}

BOOST_FIXTURE_TEST_CASE(what_is_no_message_is_not_opened, Fixture) {
    has(one);
    const QueueTree tree(settings);
    const Queue queue(tree, ::getuid());
    const std::string no_message =
        "65 queue " + settings.directory + ": " + two + ": it is no message of ours";
    const std::string at = folder.path(mine(two));
    const auto lock = [&] {
        return failure_of([&] { static_cast<void>(queue.lock(two)); });
    };
    fs::create_directory(at);
    BOOST_TEST(!lock().ends_with("none"));
    fs::remove(at);
    BOOST_REQUIRE(::mkfifo(at.c_str(), 0600) == 0);
    BOOST_TEST(lock() == no_message);
    fs::remove(at);
    fs::create_hard_link(folder.path(mine(one)), at);
    BOOST_TEST(lock() == "75 queue " + settings.directory + ": " + two +
                             ": it has another name (a hard link), too");
    fs::remove(at);
    fs::create_symlink(folder.path(mine(one)), at);
    BOOST_TEST(lock() != "none");
    fs::remove(at);
    BOOST_TEST(lock() == "none"); // and nothing
}

BOOST_FIXTURE_TEST_CASE(a_damaged_file_is_said_to_be, Fixture) {
    has(one, "hello\r\nworld\r\n");
    const QueueTree tree(settings);
    const Queue queue(tree, ::getuid());
    const std::string good = folder.read(mine(one));
    const auto read = [&](const std::string& octets) {
        std::ofstream(folder.path(mine(one)), std::ios::binary) << octets;
        return failure_of([&] {
            auto message = queue.lock(one);
            message->read();
            octets_of(message->message());
        });
    };
    const auto changed = [&](std::string_view from, std::string_view to) {
        std::string octets = good;
        octets.replace(octets.find(from), from.size(), to);
        return read(octets);
    };
    BOOST_TEST(read(good) == "none");
    const std::string damaged = "65 queue file " + one + ": damaged: ";
    BOOST_TEST(read(good.substr(0, good.size() - 1)) == damaged + "it is too short");
    BOOST_TEST(read("") == damaged + "its header has no end");
    for (const auto& [from, to] : {std::pair("hello\r\n", "hello\n\n"),
                                   {"hello\r\n", "hell\r\r\n"},
                                   {"hello\r\n", "h\rllo\r\n"},
                                   {"world\r\n", "world.."}})
        BOOST_TEST(changed(from, to) == damaged + "its message is not in wire form", to);
    BOOST_TEST(changed("From: me", "From  me") == damaged + "its message has no header");
    BOOST_TEST(changed("From: me", std::string_view("From:\0me", 8)) ==
               damaged + "its message has no header");
    BOOST_TEST(
        changed("<a@x>", "<c@x>").starts_with("65 queue file 00000000001: damaged: line "));
}

BOOST_FIXTURE_TEST_CASE(what_has_anothers_name_is_not_his, Fixture) {
    has(one);
    fs::rename(folder.path(mine(one)), folder.path(mine(two)));
    auto message = Queue(QueueTree(settings), ::getuid()).lock(two);
    BOOST_TEST(failure_of([&] { message->read(); }) ==
               "65 queue file " + two + ": damaged: it is another's");
}

BOOST_FIXTURE_TEST_CASE(what_is_cut_off_meanwhile_is_no_message, Fixture) {
    has(one, std::string(100'000, 'x') + "\r\n");
    auto message = Queue(QueueTree(settings), ::getuid()).lock(one);
    message->read();
    fs::resize_file(folder.path(mine(one)), 80'000);
    BOOST_TEST(failure_of([&] { static_cast<void>(message->message()); }) ==
               "65 queue file " + one + ": damaged: its message is not in wire form");
}

BOOST_FIXTURE_TEST_CASE(a_message_header_may_fill_blocks_but_not_without_end, Fixture) {
    const auto seen = [&](std::size_t size) {
        std::string fields = head;
        while (fields.size() < size)
            fields += "X-More: " + std::string(900, 'x') + "\r\n";
        QueueHeader header = header_for(one);
        const std::string text = fields + "\r\nhello\r\n";
        header.size = text.size();
        const std::string path = folder.write(mine(one), write_queue_header(header) + text);
        fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
        auto message = Queue(QueueTree(settings), ::getuid()).lock(one);
        message->read();
        return failure_of([&] { BOOST_TEST((octets_of(message->message()) == text)); });
    };
    has(one);
    BOOST_TEST(seen(200'000) == "none");
    BOOST_TEST(seen(Header::size_limit + 100'000) ==
               "65 queue file " + one + ": damaged: its message has no header");
}

BOOST_FIXTURE_TEST_CASE(a_header_that_fills_more_than_a_block_is_found, Fixture) {
    QueueHeader header = header_for(one);
    for (int i = 0; i < 9000; ++i)
        header.recipients.emplace_back("recipient-" + std::to_string(i) + "@example.org");
    {
        const QueueTree tree(settings);
        const Queue queue(tree, ::getuid());
        queue.add(header, message_of("x\r\n"), {});
    }
    auto message = Queue(QueueTree(settings), ::getuid()).lock(one);
    message->read();
    BOOST_TEST(message->header().recipients.size() == 9002U);
    BOOST_TEST((octets_of(message->message()) == head + "\r\nx\r\n"));
}

BOOST_FIXTURE_TEST_CASE(what_killed_writers_left_is_swept_after_a_minute, Fixture) {
    has(one);
    const QueueTree tree(settings);
    const Queue queue(tree, ::getuid());
    const std::int64_t now = std::time(nullptr);
    for (const char* name : {".00000000003", ".00000000004", "note"})
        static_cast<void>(folder.write(mine(name), "sallyport-queue 1\n"));
    const UniqueFd writer(::open(folder.path(mine(".00000000004")).c_str(), O_RDWR));
    BOOST_REQUIRE(::flock(writer.get(), LOCK_EX | LOCK_NB) == 0);
    queue.sweep(now);
    BOOST_TEST(files().size() == 4U);
    queue.sweep(now + 62);
    BOOST_TEST(files() == (Texts{".00000000004", one, "note"}),
               boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(what_failed_is_kept_for_a_while, Fixture) {
    const auto failed = [&] {
        return std::distance(fs::directory_iterator(folder.path("spool/failed")), {});
    };
    const QueueTree tree(settings);
    const Queue queue(tree, ::getuid());
    for (const auto& id : {one, two}) {
        has(id);
        auto message = queue.lock(id);
        BOOST_TEST(queue.set_aside(message->name()));
    }
    BOOST_TEST(files().empty());
    BOOST_TEST(failed() == 2);
    const std::int64_t now = std::time(nullptr);
    Queue::failed(tree).sweep_failed(now);
    BOOST_TEST(failed() == 2);
    settings.max_count = 1;
    const QueueTree smaller(settings);
    Queue::failed(smaller).sweep_failed(now);
    BOOST_TEST(failed() == 1);
    constexpr std::int64_t week = 7 * 86400;
    Queue::failed(tree).sweep_failed(now + week + 1);
    BOOST_TEST(failed() == 0);
}

BOOST_FIXTURE_TEST_CASE(four_run_it_at_once_and_no_more, Fixture) {
    const QueueTree tree(settings);
    BOOST_TEST(tree.last_run() == 0);
    std::vector<UniqueFd> slots;
    for (int i = 0; i < 4; ++i) {
        slots.push_back(tree.take_slot());
        BOOST_TEST(static_cast<bool>(slots.back()));
    }
    BOOST_TEST(!tree.take_slot());
    slots.pop_back();
    BOOST_TEST(static_cast<bool>(tree.take_slot()));
    const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    BOOST_TEST(tree.last_run() <= now);
    BOOST_TEST(tree.last_run() > now - 60);
}

BOOST_FIXTURE_TEST_CASE(what_is_promised_to_nobody_goes_with_its_object, Fixture) {
    const QueueTree tree(settings);
    const Queue queue(tree, ::getuid());
    {
        auto written = queue.write(header_for(one), message_of("x\r\n"), {});
        BOOST_TEST(files() == Texts{"." + one}, boost::test_tools::per_element());
        JournalLine sent;
        sent.event = Event::sent;
        sent.recipients = {1};
        written.append(sent);
        BOOST_TEST(written.progress().is(Progress::State::sent));
        queue.sweep(std::time(nullptr) + 3600);
        BOOST_TEST(files().size() == 1U); // it is locked
    }
    BOOST_TEST(files().empty());
}

BOOST_FIXTURE_TEST_CASE(several_are_promised_together_or_none, Fixture) {
    const QueueTree tree(settings);
    const Queue queue(tree, ::getuid());
    const auto write = [&](const std::string& id) {
        return queue.write(header_for(id), message_of("x\r\n"), {});
    };
    {
        std::vector<QueuedMessage> both;
        both.push_back(write(one));
        both.push_back(write(two));
        queue.publish(both);
        BOOST_TEST(!queue.lock(one).has_value());
    }
    BOOST_TEST(files() == (Texts{one, two}), boost::test_tools::per_element());
    const std::string other = "00000000003";
    {
        std::vector<QueuedMessage> both;
        both.push_back(write(other));
        both.push_back(write(two));
        BOOST_TEST(failure_of([&] { queue.publish(both); }) ==
                   "75 queue " + settings.directory +
                       ": giving a file its name: File exists");
    }
    BOOST_TEST(files() == (Texts{one, two}), boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(what_was_just_written_is_known_without_being_read, Fixture) {
    const QueueTree tree(settings);
    const Queue queue(tree, ::getuid());
    const JournalLine deferred{1, Event::defer, {0, 1}, 450, "4.2.0", "450 later"};
    const auto added = queue.add(header_for(one), message_of("x\r\n"), {{deferred}});
    auto seen = queue.look_at(one);
    seen->read();
    BOOST_TEST(seen->header().size == added.header().size);
    BOOST_TEST(seen->progress().whole == added.progress().whole);
    BOOST_TEST(added.progress().recipients[1].text == "450 later");
    BOOST_TEST((octets_of(added.message()) == octets_of(seen->message())));
}

BOOST_FIXTURE_TEST_CASE(what_cannot_be_listed_is_not_taken_for_nothing, Fixture) {
    has(one);
    const QueueTree tree(settings);
    const Queue queue(tree, ::getuid());
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    const rlimit none{0, before.rlim_max};
    BOOST_REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
    const std::string failure = failure_of([&] { static_cast<void>(queue.ids()); });
    ::setrlimit(RLIMIT_NOFILE, &before);
    BOOST_TEST(failure ==
               "75 queue " + settings.directory + ": listing it: Too many open files");
}

BOOST_FIXTURE_TEST_CASE(what_has_failed_can_be_looked_at_and_removed, Fixture) {
    const QueueTree tree(settings);
    const Queue queue(tree, ::getuid());
    const JournalLine refused{1, Event::refuse, {0, 1}, 550, "5.1.1", "550 nobody"};
    BOOST_REQUIRE(queue.set_aside(
        queue.add(header_for(one), message_of("x\r\n"), {{refused}}).name()));
    has(two);
    const Queue failed = Queue::failed(tree);
    BOOST_TEST(failed.ids() == Texts{one}, boost::test_tools::per_element());
    BOOST_TEST(queue.ids() == Texts{two}, boost::test_tools::per_element());
    auto message = failed.lock(one);
    BOOST_REQUIRE(message.has_value());
    message->read();
    BOOST_TEST(message->progress().is(Progress::State::refused));
    BOOST_TEST(!failed.look_at(two).has_value());
    BOOST_TEST(message->remove());
    BOOST_TEST(failed.ids().empty());
    BOOST_TEST(queue.ids() == Texts{two}, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(the_journal_is_its_whole_lines, Fixture) {
    const QueueTree tree(settings);
    const Queue queue(tree, ::getuid());
    const JournalLine deferred{1, Event::defer, {0, 1}, 450, "4.2.0", "450 later"};
    static_cast<void>(queue.add(header_for(one), message_of("x\r\n"), {{deferred}}));
    std::ofstream(folder.path(mine(one)), std::ios::app) << "torn";
    auto message = queue.look_at(one);
    message->read();
    BOOST_TEST(message->journal() == to_text(deferred));
}

BOOST_FIXTURE_TEST_CASE(a_report_has_room_in_a_queue_that_is_full, Fixture) {
    settings.max_count = 1;
    has(one);
    QueueHeader report = header_for(two);
    report.is_report = true;
    Queue(QueueTree(settings), ::getuid()).add(report, message_of("x\r\n"), {});
    BOOST_TEST(files().size() == 2U);
}
