// SPDX-License-Identifier: MIT
//
// -bs where there is a queue, while each allocation fails in turn, or each write to the
// disk: the client is never told a refusal of what is accepted or waits, but as a doubt,
// nor 250 of what does neither.
#define BOOST_TEST_MODULE server_queue_memory
#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <map>
#include <set>

#include <sys/syscall.h>
#include <sys/wait.h>

#include "failing_new.h"
#include "queued_dialogue.h"

namespace {

long writes = 0;        ///< to the disk
long failing_write = 0; ///< 0: none
bool all_after_it = false;
bool dies_there = false; ///< by a signal, or for want of power

int write_to_disk(long call, int fd) {
    ++writes;
    if (failing_write == 0 || writes < failing_write ||
        (writes > failing_write && !all_after_it))
        return static_cast<int>(::syscall(call, fd));
    if (dies_there)
        ::_exit(0);
    errno = EIO;
    return -1;
}

} // namespace

extern "C" int
fsync(int fd) { // NOLINT(readability-inconsistent-declaration-parameter-name)
    return write_to_disk(SYS_fsync, fd);
}
extern "C" int
fdatasync(int fd) { // NOLINT(readability-inconsistent-declaration-parameter-name)
    return write_to_disk(SYS_fdatasync, fd);
}

using namespace sallyport;

namespace {

struct Fixture : QueuedClient {
    Fixture() { settings.recipients.root = "c@x, d@x"; }

    /// What the submission server says to RCPT, in order: 2 is accepted.
    std::string to_rcpt;
    bool has_verdict = true; ///< it says of the message that it has it
    std::set<std::string> promised;
    unsigned doubts = 0; ///< of which the client was told

    /// A dialogue in which the `at`th allocation fails; 0: none does.
    void talk(const std::string& said, long at, bool goes_on) {
        forget();
        queues.clear();
        network.heard.clear();
        network.next.clear();
        settings.log = {LogTarget::none, {}, LogFormat::text};
        const UniqueFd input = file_of("EHLO me\r\n" + with_crlf(said));
        const UniqueFd output = file_of("");
        Log log(settings.log, "sallyport");
        writes = 0;
        try {
            const Failing failing(at == 0 ? -1 : at, goes_on);
            Server({invocation, settings, identity, log, network, transcript, Clock::now(),
                    input.get(), output.get()})
                .run();
        } catch (const std::bad_alloc&) { // the client has been told
        }
        replies = written(output.get());
    }

    /// Who has it from the server; those who may have it are not among them.
    [[nodiscard]] std::map<std::string, int> given() const {
        std::map<std::string, int> all;
        std::vector<std::string> asked;
        std::size_t rcpt = 0;
        for (std::size_t at = 0; at < network.heard.size();) {
            const auto end = std::min(network.heard.find("\r\n", at), network.heard.size());
            const std::string line = network.heard.substr(at, end - at);
            if (line.starts_with("MAIL"))
                asked.clear();
            else if (line.starts_with("RCPT TO:<") && to_rcpt.at(rcpt++) == '2')
                asked.push_back(line.substr(9, 3));
            else if (line == ".")
                for (const std::string& address : asked)
                    ++all[address];
            at = end + 2;
        }
        return all;
    }

    /// Who waits; with a mark if he may have it.
    [[nodiscard]] std::map<std::string, bool> open() {
        std::map<std::string, bool> all;
        for (const std::string& id : waiting()) {
            const auto message = read(id);
            for (std::size_t i = 0; i < message.header().recipients.size(); ++i) {
                const Progress::Fate& fate = message.progress().recipients[i];
                if (fate.is_open())
                    all[message.header().recipients[i].address] =
                        fate.doubts > 0 || fate.state == Progress::State::in_doubt;
            }
        }
        return all;
    }

    void check() {
        const auto begin = replies.find("354 ");
        const std::string verdict =
            begin == replies.npos ? "" : replies.substr(replies.find('\n', begin) + 1);
        const auto given_to = given();
        const auto waits = open();
        for (const std::string& name : names())
            BOOST_TEST(!is_queue_id(name.substr(1)));
        const bool is_doubt = holds(verdict, "may have been accepted");
        doubts += is_doubt ? 1U : 0U;
        for (const std::string& address : promised) {
            const bool had = given_to.contains(address);
            const bool has = had && has_verdict;
            const bool kept = waits.contains(address);
            BOOST_TEST((!had || !kept || waits.at(address))); // it may come twice
            if (verdict.starts_with("250"))
                BOOST_TEST((has || kept), address);
            else
                BOOST_TEST((is_doubt || !(had || kept)), address);
        }
    }

    template<class Each>
    static void check_in(const std::string& what, long at, Each each) {
        BOOST_TEST_CONTEXT(what << " " << at)
        each();
    }

    void fail_allocations(const std::string& said, bool goes_on) {
        long at = 1;
        doubts = 0;
        for (has_failed = true; has_failed; ++at)
            check_in(goes_on ? "allocations from" : "allocation", at, [&] {
                talk(said, at, goes_on);
                const bool did_fail = has_failed;
                check();
                has_failed = did_fail;
            });
        BOOST_TEST(at > 50);
        if (has_verdict)
            BOOST_TEST(doubts <= 4U); // while the verdict is read, and not after it
    }

    void fail_writes(const std::string& said, bool goes_on) {
        all_after_it = goes_on;
        failing_write = 1;
        for (writes = 1; writes >= failing_write; ++failing_write)
            check_in(goes_on ? "writes from" : "write", failing_write, [&] {
                talk(said, 0, false);
                const long all = writes;
                check();
                writes = all;
            });
        BOOST_TEST(failing_write > 3);
        failing_write = 0;
    }

    /// Then the client has no reply, and what is there is whole, or promised to nobody.
    void die_at_each_write(const std::string& said, const Script& script) {
        has_servers({script});
        dies_there = true;
        bool has_died = true;
        for (failing_write = 1; has_died; ++failing_write) {
            const pid_t child = ::fork();
            if (child == 0) {
                talk(said, 0, false);
                ::_exit(1);
            }
            int ended = 0;
            BOOST_REQUIRE(::waitpid(child, &ended, 0) == child);
            has_died = WEXITSTATUS(ended) == 0;
            for (const std::string& id : waiting())
                BOOST_TEST(fates_of(read(id)) == "a@x open, b@x sent");
        }
        BOOST_TEST(failing_write > 3);
        dies_there = false;
        failing_write = 0;
    }

    void fail_each(const std::string& said, const Script& script) {
        has_servers({script});
        for (const bool goes_on : {false, true}) {
            fail_allocations(said, goes_on);
            fail_writes(said, goes_on);
        }
        talk(said, 0, false);
        check();
    }
};

const std::string two = mail + to_a + to_b + data;

} // namespace

BOOST_FIXTURE_TEST_CASE(one_waits_and_another_is_accepted, Fixture) {
    to_rcpt = "42";
    promised = {"a@x", "b@x"};
    fail_each(two, hello + Script{"250 s", "450 4.2.0 grey", "250 r", "354 go", "250 ok"});
    BOOST_TEST(fates() == "a@x open, b@x sent");
}

BOOST_FIXTURE_TEST_CASE(the_process_dies, Fixture) {
    die_at_each_write(
        two, hello + Script{"250 s", "450 4.2.0 grey", "250 r", "354 go", "250 ok"});
    BOOST_TEST(fates() == "a@x open, b@x sent");
}

BOOST_FIXTURE_TEST_CASE(the_same_by_lmtp, Fixture) {
    settings.relays.front().lmtp = true;
    to_rcpt = "42";
    promised = {"a@x", "b@x"};
    fail_each(two, hello + Script{"250 s", "450 4.2.0 grey", "250 r", "354 go", "250 ok"});
    BOOST_TEST(fates() == "a@x open, b@x sent");
}

BOOST_FIXTURE_TEST_CASE(one_waits_and_the_verdict_is_lost, Fixture) {
    to_rcpt = "42";
    has_verdict = false;
    promised = {"a@x", "b@x"};
    fail_each(two, hello + Script{"250 s", "450 4.2.0 grey", "250 r", "354 go"});
    BOOST_TEST(fates() == "a@x open, b@x open after a doubt");
}

BOOST_FIXTURE_TEST_CASE(the_verdict_is_lost, Fixture) {
    to_rcpt = "22";
    has_verdict = false;
    promised = {"a@x", "b@x"};
    fail_each(two, hello + Script{"250 s", "250 r", "250 r", "354 go"});
    BOOST_TEST(fates() == "a@x open after a doubt, b@x open after a doubt");
    settings.queue.hold_in_doubt = true;
    fail_each(two, hello + Script{"250 s", "250 r", "250 r", "354 go"});
    BOOST_TEST(read_lone().progress().held);
}

BOOST_FIXTURE_TEST_CASE(an_alias_of_whom_one_waits, Fixture) {
    to_rcpt = "244";
    promised = {"c@x", "d@x"};
    fail_each(mail + "RCPT TO:<root>\n" + data,
              hello + Script{"250 s", "250 r", "452 4.5.3 full", "354 go", "250 first",
                             "250 s", "450 4.2.0 grey"});
    BOOST_TEST(fates() == "c@x sent, d@x open");
}

BOOST_FIXTURE_TEST_CASE(an_alias_in_two_transactions, Fixture) {
    to_rcpt = "242";
    promised = {"c@x", "d@x"};
    fail_each(mail + "RCPT TO:<root>\n" + data,
              hello + Script{"250 s", "250 r", "452 4.5.3 full", "354 go", "250 first",
                             "250 s", "250 r", "354 go", "250 second"});
    BOOST_TEST(is_empty());
}

BOOST_FIXTURE_TEST_CASE(no_relay_can_be_had, Fixture) {
    promised = {"a@x", "b@x"};
    fail_each(two, Script());
    BOOST_TEST(fates() == "a@x open, b@x open");
}
