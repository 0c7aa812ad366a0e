// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE wire
#include <boost/test/unit_test.hpp>

#include <array>
#include <deque>

#include <unistd.h>

#include "base/unique_fd.h"
#include "smtp/wire.h"
#include "support/talker.h"

using namespace sallyport;

namespace {

struct Fixture {
    Wire wire(std::deque<std::string> pieces) {
        talk.says = std::move(pieces);
        return {std::make_unique<Talker>(talk), "peer", transcript, std::chrono::seconds(5),
                Deadline::max()};
    }

    Failure failure_of(std::deque<std::string> pieces, bool in_doubt = false) {
        Wire line = wire(std::move(pieces));
        line.set_in_doubt(in_doubt);
        try {
            line.receive(Step::data);
        } catch (const Failure& failure) {
            return failure;
        }
        throw std::logic_error("no failure");
    }

    Transcript transcript;
    Talk talk;
};

} // namespace

BOOST_AUTO_TEST_CASE(reply_lines) {
    BOOST_TEST(parse_reply_line("250")->code == 250);
    BOOST_TEST(parse_reply_line("250")->last);
    BOOST_TEST(parse_reply_line("250 ")->text.empty());
    BOOST_TEST(!parse_reply_line("250-x")->last);
    BOOST_TEST(parse_reply_line("250-x")->text == "x");
    BOOST_TEST(parse_reply_line("559 a b")->code == 559);
    for (const char* bad :
         {"", "2", "25", "2500", "2500 x", "150 x", "650 x", "260 x", "-25 x", "+50 x",
          "25O x", " 250 x", "250\tx", "250_x", "\xb2\x35\x30 x"})
        BOOST_TEST(!parse_reply_line(bad), bad);
}

BOOST_AUTO_TEST_CASE(enhanced_status_codes) {
    const auto enhanced = [](int code, std::string text) {
        return Reply{code, {std::move(text)}}.enhanced();
    };
    BOOST_TEST(enhanced(250, "2.1.5 ok") == "2.1.5");
    BOOST_TEST(enhanced(250, "2.1.5") == "2.1.5");
    BOOST_TEST(enhanced(550, "5.7.139 no") == "5.7.139");
    BOOST_TEST(enhanced(550, "2.1.5 no") == ""); // classes must agree
    BOOST_TEST(enhanced(550, "no 5.1.1") == ""); // only in front
    BOOST_TEST(enhanced(550, "5.1 no") == "");
    BOOST_TEST(enhanced(550, "5.1.1000 no") == "");
    BOOST_TEST(enhanced(550, "5.1.1.1 no") == "");
    BOOST_TEST(enhanced(550, "55.1.1 no") == "");
    BOOST_TEST(enhanced(550, "5..1 no") == "");
    BOOST_TEST((Reply{550, {}}.enhanced()) == "");
}

BOOST_AUTO_TEST_CASE(reply_text_is_fit_for_a_log) {
    BOOST_TEST((Reply{550, {"a\x1b[31m", "", "b\r\nc"}}.text()) == "550 a?[31m b??c");
}

BOOST_FIXTURE_TEST_CASE(one_reply_in_any_pieces, Fixture) {
    Wire line = wire({"25", "0-a", "\r", "\n250", " b\r\n220 next\n"});
    const Reply reply = line.receive(Step::data);
    BOOST_TEST(reply.code == 250);
    BOOST_TEST(reply.lines == (std::vector<std::string>{"a", "b"}),
               boost::test_tools::per_element());
    BOOST_TEST(line.input_waiting());
    BOOST_TEST(line.receive(Step::data).code == 220);
    BOOST_TEST(!line.input_waiting());
}

BOOST_FIXTURE_TEST_CASE(malformed_replies_are_protocol_errors, Fixture) {
    for (const char* bad : {"hello\r\n", "\r\n", "250-a\r\n251 b\r\n", "250-a\r\nx\r\n",
                            "\x16\x03\x01\r\n"}) {
        const Failure failure = failure_of({bad});
        BOOST_TEST(static_cast<int>(failure.status()) == 76, bad);
        BOOST_TEST((failure.fault() == Fault::relay), bad);
        BOOST_TEST(std::string(failure.what()).starts_with("peer: DATA: "));
    }
}

BOOST_FIXTURE_TEST_CASE(endless_replies_are_bounded, Fixture) {
    BOOST_TEST(static_cast<int>(failure_of({std::string(40000, 'x')}).status()) == 76);
    std::string lines;
    for (int i = 0; i < 1001; ++i)
        lines += "250-x\r\n";
    BOOST_TEST(static_cast<int>(failure_of({lines + "250 x\r\n"}).status()) == 76);
    std::string octets;
    for (int i = 0; i < 70; ++i)
        octets += "250-" + std::string(1000, 'x') + "\r\n";
    BOOST_TEST(static_cast<int>(failure_of({octets + "250 x\r\n"}).status()) == 76);
}

BOOST_FIXTURE_TEST_CASE(a_lost_line_is_temporary, Fixture) {
    const Failure failure = failure_of({"250-a\r\n"});
    BOOST_TEST(static_cast<int>(failure.status()) == 75);
    BOOST_TEST((failure.fault() == Fault::address));
    BOOST_TEST(failure.what() == "peer: DATA: connection closed by the server");
}

BOOST_FIXTURE_TEST_CASE(in_doubt_every_trouble_is_doubt, Fixture) {
    for (const char* pieces : {"250-a\r\n", "hello\r\n"}) {
        const Failure failure = failure_of({pieces}, true);
        BOOST_TEST(static_cast<int>(failure.status()) == 75);
        BOOST_TEST((failure.fault() == Fault::in_doubt));
        BOOST_TEST(std::string(failure.what()).ends_with("may have been accepted"));
    }
}

BOOST_FIXTURE_TEST_CASE(a_reply_before_the_command_is_out_of_step, Fixture) {
    Wire line = wire({"220 hello\r\n250 early\r\n"});
    line.receive(Step::greeting);
    BOOST_CHECK_THROW(line.send("EHLO x\r\n", 1, Step::ehlo), Failure);
    BOOST_TEST(talk.heard == "");
}

BOOST_FIXTURE_TEST_CASE(what_a_leaving_server_said_last_is_heard_in_its_place, Fixture) {
    talk.broken = true;
    Wire line = wire({"250 chunk\r\n552 5.3.4 too big\r\n"});
    line.send("text", 2, Step::bdat);
    BOOST_TEST(line.broken());
    BOOST_TEST(line.receive(Step::bdat).code == 250);
    BOOST_TEST(line.receive(Step::end_of_data).code == 552);
}

BOOST_FIXTURE_TEST_CASE(when_it_says_no_more_the_write_has_failed, Fixture) {
    talk.broken = true;
    Wire line = wire({"250 ok\r\n"});
    line.send("text", 2, Step::bdat);
    line.receive(Step::bdat);
    BOOST_CHECK_EXCEPTION(
        line.receive(Step::end_of_data), Failure, [](const Failure& failure) {
            return failure.what() == std::string("peer: BDAT: Broken pipe");
        });
    BOOST_TEST(!line.at_rest());
}

BOOST_FIXTURE_TEST_CASE(nothing_is_written_after_a_write_that_failed, Fixture) {
    talk.broken = true;
    Wire line = wire({"250 ok\r\n"});
    line.send("text", 1, Step::bdat);
    line.receive(Step::bdat);
    BOOST_CHECK_THROW(line.expect_silence(Step::rcpt), Failure);
}

BOOST_FIXTURE_TEST_CASE(what_was_not_written_has_no_reply, Fixture) {
    talk.broken = true;
    Wire line = wire({"250 ok\r\n"});
    line.send("text", 1, Step::bdat);
    BOOST_TEST(line.receive(Step::bdat).code == 250);
    BOOST_CHECK_THROW(line.expect_written(3), Failure);
    BOOST_CHECK_NO_THROW(line.expect_written(4));
}

BOOST_FIXTURE_TEST_CASE(replies_are_counted, Fixture) {
    Wire line = wire({"250 a\r\n250 b\r\n"});
    line.send("A\r\nB\r\n", 2, Step::mail);
    BOOST_TEST(line.outstanding() == 2U);
    BOOST_TEST(!line.at_rest());
    line.receive(Step::mail);
    line.receive(Step::rcpt);
    BOOST_TEST(line.at_rest());
    BOOST_TEST(!line.receive_if_any(std::chrono::seconds(1)));
    BOOST_TEST(!line.at_rest());
}

namespace {

/// A log-in is under way, and -v is given.
struct LogInFixture : Fixture {
    LogInFixture() {
        std::array<int, 2> ends{};
        BOOST_REQUIRE(::pipe(ends.data()) == 0);
        reader = UniqueFd(ends[0]);
        writer = UniqueFd(ends[1]);
        withheld.add("correct-horse");
    }

    /// What -v shows, then what the reply comes to.
    std::string seen(std::deque<std::string> pieces, bool challenges_too = false) {
        const Transcript to_pipe(writer.get());
        talk.says = std::move(pieces);
        Wire line(std::make_unique<Talker>(talk), "peer", to_pipe, std::chrono::seconds(5),
                  Deadline::max());
        line.set_withheld(&withheld, challenges_too);
        std::string text;
        try {
            const Reply reply = line.receive(Step::data);
            text = reply.text() + " (" + reply.enhanced() + ")";
        } catch (const Failure& failure) {
            text = failure.what();
        }
        std::array<char, 4096> octets{};
        to_pipe.remark(Step::none, "");
        const ssize_t size = ::read(reader.get(), octets.data(), octets.size());
        return std::string(octets.data(), static_cast<std::size_t>(size)) + text;
    }

    Withheld withheld;
    UniqueFd reader;
    UniqueFd writer;
};

} // namespace

BOOST_FIXTURE_TEST_CASE(what_is_no_secret_is_shown, LogInFixture) {
    BOOST_TEST(seen({"535-5.7.8 no\r\n535 bye\r\n"}) ==
               "< 535-5.7.8 no\n< 535 bye\n* \n535 5.7.8 no bye (5.7.8)");
    BOOST_TEST(seen({"535-no\r\n535-"}) ==
               "< 535-no\n* \npeer: DATA: connection closed by the server");
    BOOST_TEST(seen({"535-no\r\nwhat?\r\n"}) ==
               "< 535-no\n< what?\n* \npeer: DATA: not an SMTP reply: what?");
    BOOST_TEST(seen({"250-a\r\n250-b\r\n550 \x1bno\r\n"}) ==
               "< 250-a\n< 250-b\n< 550 ?no\n* \n"
               "peer: DATA: the code changes within one reply: 250-b / 550 ?no");
    BOOST_TEST(seen({"250-" + std::string(10000, 'a') + "\r\n550 " +
                     std::string(10000, 'b') + "\r\n"})
                   .size() < 1500U);
}

BOOST_FIXTURE_TEST_CASE(what_gives_a_secret_away_is_not_shown, LogInFixture) {
    const std::string shown = "< 535 (text withheld)\n* \n";
    const std::string told = shown + "535 (text withheld) (";
    for (const char* reply : {
             "535 correct-horse\r\n",
             "535 <CORRECT-H\r\n",
             "535-no\r\n535 rect-horse\r\n",
             "535-co\r\n535-rrec\r\n535 t-ho\r\n",
             "535 c\to\tr\tr\te\tc\tt\t-\th\to\r\n",
         })
        BOOST_TEST(seen({reply}) == told + ")", reply);
    BOOST_TEST(seen({"535 5.7.8 correct-horse\r\n"}) == told + "5.7.8)");
    // The text is withheld before it is cut.
    BOOST_TEST(seen({"535 " + std::string(600, 'x') + " correct-horse\r\n"}) == told + ")");
    BOOST_TEST(seen({"535-correct-\r\n535-horse\r\n535 "}) ==
               shown + "peer: DATA: connection closed by the server");
    BOOST_TEST(seen({"535-correct-\r\nhorse\r\n"}) ==
               shown + "peer: DATA: not an SMTP reply: 535 (text withheld)");
    BOOST_TEST(seen({"what is correct-horse?\r\n"}) ==
               "< (text withheld)\n* \npeer: DATA: not an SMTP reply: (text withheld)");
    BOOST_TEST(seen({"535-correct-\r\n235 horse\r\n"}) ==
               shown +
                   "peer: DATA: the code changes within one reply: 535 (text withheld)");
    // "Password instead of correct-horse:"
    BOOST_TEST(seen({"334 UGFzc3dvcmQgaW5zdGVhZCBvZiBjb3JyZWN0LWhvcnNlOg==\r\n"}) ==
               "< 334 (text withheld)\n* \n334 (text withheld) ()");
}

BOOST_FIXTURE_TEST_CASE(a_secret_may_look_like_a_reply, LogInFixture) {
    withheld.add("535-abcd");
    BOOST_TEST(seen({"535-abcd\r\n535 no\r\n"}) ==
               "< 535 (text withheld)\n* \n535 (text withheld) ()");
    withheld.add("535 efgh");
    BOOST_TEST(seen({"535-efgh\r\n535 no\r\n"}) ==
               "< 535 (text withheld)\n* \n535 (text withheld) ()");
    withheld.add("5.7.139");
    BOOST_TEST(seen({"535 5.7.139 no\r\n"}) ==
               "< 535 (text withheld)\n* \n535 (text withheld) ()");
}

BOOST_FIXTURE_TEST_CASE(challenges_on_which_to_guess_are_not_shown, LogInFixture) {
    BOOST_TEST(seen({"334 cj14\r\n"}, true) == "< 334 (challenge)\n* \n334 cj14 ()");
    BOOST_TEST(seen({"334 \r\n"}, true) == "< 334 \n* \n334 ()");
    BOOST_TEST(seen({"535 cj14\r\n"}, true) == "< 535 cj14\n* \n535 cj14 ()");
    BOOST_TEST(seen({"334 correct-horse\r\n"}, true) ==
               "< 334 (text withheld)\n* \n334 (text withheld) ()");
    BOOST_TEST(seen({"334-cj14\r\n335 cj14\r\n"}, true) ==
               "< 334 (challenge)\n< 335 (challenge)\n* \npeer: DATA: the code changes "
               "within one reply: 334 (challenge) / 335 (challenge)");
}

BOOST_FIXTURE_TEST_CASE(nor_does_an_early_421_give_it_away, LogInFixture) {
    for (const bool echoes : {false, true}) {
        Wire line = wire({std::string("334 \r\n421 4.3.2 ") +
                          (echoes ? "correct-horse" : "down") + "\r\n"});
        line.set_withheld(&withheld);
        line.receive(Step::auth);
        try {
            line.send("x\r\n", 1, Step::auth);
            BOOST_ERROR("nothing was thrown");
        } catch (const Failure& failure) {
            BOOST_TEST(failure.what() == (echoes ? "peer: AUTH: 421 (text withheld)"
                                                 : "peer: AUTH: 421 4.3.2 down"));
        }
    }
}

BOOST_FIXTURE_TEST_CASE(after_the_verdict_nothing_is_withheld, LogInFixture) {
    Wire line = wire({"235 correct-horse\r\n550 correct-horse\r\n"});
    line.set_withheld(&withheld);
    BOOST_TEST(line.receive(Step::auth).text() == "235 (text withheld)");
    line.set_withheld(nullptr);
    BOOST_TEST(line.receive(Step::rcpt).text() == "550 correct-horse");
}
