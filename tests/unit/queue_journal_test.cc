// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE queue_journal
#include <boost/test/unit_test.hpp>

#include "queue/file.h"
#include "queue/journal.h"
#include "text/printable.h"

using namespace sallyport;

namespace {

using State = Progress::State;

/// With the check of a line, and its end.
std::string checked(const std::string& rest) {
    return check_of(rest) + " " + rest + "\n";
}

std::string journal(std::initializer_list<const char*> lines) {
    std::string text;
    for (const char* line : lines)
        text += checked(line);
    return text;
}

std::string_view without_end(const std::string& line) {
    return std::string_view(line).substr(0, line.size() - 1);
}

/// Of ten recipients.
std::optional<JournalLine> read(const std::string& rest) {
    return read_journal_line(without_end(checked(rest)), 10);
}

void accepted(const std::string& rest) {
    const auto line = read(rest);
    BOOST_TEST_REQUIRE(line.has_value(), rest);
    BOOST_TEST(to_text(*line) == checked(rest));
}

/// Although the check is right.
void refused(const std::string& rest) {
    BOOST_TEST(!read(rest), rest);
}

Progress after(std::initializer_list<const char*> lines) {
    const std::string text = journal(lines);
    Progress progress = read_journal(text, 3);
    BOOST_TEST_REQUIRE(progress.whole == text.size());
    return progress;
}

/// One letter for each recipient.
std::string states(const Progress& progress) {
    std::string letters;
    for (const auto& fate : progress.recipients)
        letters += "odsrt"[static_cast<int>(fate.state)];
    return letters;
}

std::string states(std::initializer_list<const char*> lines) {
    return states(after(lines));
}

/// One of each event, and every state at the end.
const std::initializer_list<const char*> eventful = {
    "1764380031 try 1",
    "1764380032 begin 0-2",
    "1764380033 sent 0 250 2.0.0 Ok: queued as X",
    "1764380033 defer 1 451 4.7.1 x: RCPT TO: 451 4.7.1 later",
    "1764380033 doubt 2 0 - x: end of data: timed out",
    "1764380034 next 1764380331 1",
    "1764380331 try 2",
    "1764380332 refuse 1 550 5.1.1 x: RCPT TO: 550 5.1.1 no",
    "1764380332 told 1",
    "1764380333 hold in doubt",
    "1764380334 free",
    "1764380335 begin 2",
};

} // namespace

BOOST_AUTO_TEST_CASE(lines_are_written_in_one_way) {
    JournalLine line;
    line.time = 1764380031;
    line.number = 3;
    BOOST_TEST(to_text(line) == checked("1764380031 try 3"));
    line.event = Event::next;
    line.number = 1764380331;
    line.raised = 1;
    BOOST_TEST(to_text(line) == checked("1764380031 next 1764380331 1"));
    line.event = Event::begin;
    line.recipients = {0, 1, 4};
    BOOST_TEST(to_text(line) == checked("1764380031 begin 0-1,4"));
    line.event = Event::sent;
    line.code = 250;
    line.enhanced = "2.0.0";
    line.text = "Ok: queued as X";
    BOOST_TEST(to_text(line) == checked("1764380031 sent 0-1,4 250 2.0.0 Ok: queued as X"));
    line.event = Event::doubt;
    line.code = 0;
    line.enhanced.clear();
    line.text.clear();
    BOOST_TEST(to_text(line) == checked("1764380031 doubt 0-1,4 0 - "));
    line.event = Event::told;
    BOOST_TEST(to_text(line) == checked("1764380031 told 0-1,4"));
    line.event = Event::hold;
    line.text = "who knows";
    BOOST_TEST(to_text(line) == checked("1764380031 hold who knows"));
    line.event = Event::free;
    BOOST_TEST(to_text(line) == checked("1764380031 free"));
}

BOOST_AUTO_TEST_CASE(what_was_written_comes_back) {
    for (const char* line : eventful)
        accepted(line);
    const auto sent = read("5 sent 0-1,4 250 2.0.0  Ok: queued as X ");
    BOOST_TEST_REQUIRE(sent.has_value());
    BOOST_TEST(sent->time == 5);
    BOOST_TEST((sent->event == Event::sent));
    BOOST_TEST((sent->recipients == std::vector<std::size_t>{0, 1, 4}));
    BOOST_TEST(sent->code == 250);
    BOOST_TEST(sent->enhanced == "2.0.0");
    BOOST_TEST(sent->text == " Ok: queued as X ");
    const auto doubt = read("5 doubt 9 0 - ");
    BOOST_TEST_REQUIRE(doubt.has_value());
    BOOST_TEST((doubt->code == 0 && doubt->enhanced.empty() && doubt->text.empty()));
    const auto next = read("5 next 7 8");
    BOOST_TEST_REQUIRE(next.has_value());
    BOOST_TEST((next->number == 7 && next->raised == 8));
    BOOST_TEST(read("5 try 7").value().number == 7);
    BOOST_TEST(read("5 hold  x").value().text == " x");
    BOOST_TEST((read("5 free").value().event == Event::free));
}

BOOST_AUTO_TEST_CASE(ranges_have_one_form) {
    for (const char* good : {"0", "9", "0-1", "0-9", "0-1,3", "0,2,4-6,8"})
        accepted(std::string("1 begin ") + good);
    for (const char* odd : {"",
                            "-",
                            ",",
                            "0,1",
                            "0-0",
                            "1,0",
                            "0,0",
                            "0-2,2",
                            "0-2,3",
                            "0-2,3-4",
                            "2-0",
                            "0-",
                            "-1",
                            "0,",
                            ",0",
                            "0,,2",
                            "0--2",
                            "0-1-2",
                            "00",
                            "+0",
                            "10",
                            "0-10",
                            "18446744073709551616",
                            "x",
                            "0 ",
                            " 0",
                            "0 1",
                            "0, 2"})
        refused(std::string("1 begin ") + odd);
    for (const char* event : {"sent", "defer", "refuse", "doubt"}) {
        accepted(std::string("1 ") + event + " 0-9 200 2.0.0 x");
        refused(std::string("1 ") + event + " 10 200 2.0.0 x");
    }
    refused("1 told 10");
    BOOST_TEST(!read_journal_line(without_end(checked("1 begin 0")), 0));
    BOOST_TEST(!read_journal_line(without_end(checked("1 begin 0-99999999999")), 0));
}

BOOST_AUTO_TEST_CASE(codes_and_numbers_are_bounded) {
    for (const char* good : {"0", "200", "599"})
        accepted(std::string("1 sent 0 ") + good + " 2.0.0 x");
    for (const char* odd : {"", "1", "199", "600", "0250", "+250", "-1", "x"})
        refused(std::string("1 sent 0 ") + odd + " 2.0.0 x");
    for (const char* good : {"-", "2.0.0", "5.123.456", "4.7.10"})
        accepted(std::string("1 sent 0 250 ") + good + " x");
    for (const char* odd : {"", "2", "2.0", "2.0.0.0", "2..0", ".0.0", "2.0.", "x.0.0",
                            "25.0.0", "2.0.-1", "5.1234.5678", "--"})
        refused(std::string("1 sent 0 250 ") + odd + " x");
    for (const char* good : {"0", "9007199254740992"}) {
        accepted(std::string(good) + " free");
        accepted(std::string("1 next ") + good + " 0");
    }
    for (const char* odd :
         {"", "-1", "+1", "01", "9007199254740993", "18446744073709551616", "x", " 1"}) {
        refused(std::string(odd) + " free");
        refused(std::string("1 next ") + odd + " 0");
        refused(std::string("1 next 1 ") + odd);
        refused(std::string("1 try ") + odd);
    }
    accepted("1 try 1000000000");
    accepted("1 next 1 1000000000");
    refused("1 try 1000000001");
    refused("1 next 1 1000000001");
}

BOOST_AUTO_TEST_CASE(other_lines) {
    for (const char* odd : {"",
                            " ",
                            "1",
                            "1 ",
                            "1 sent",
                            "1 sent 0",
                            "1 sent 0 250",
                            "1 sent 0 250 2.0.0",
                            "1 hold",
                            "1 free ",
                            "1 free x",
                            "1 try 1 ",
                            "1 try 1 2",
                            "1 begin 0 x",
                            "1 told 0 x",
                            "1 next 1",
                            "1 next 1 2 ",
                            "1 next 1 2 3",
                            "1 SENT 0 250 2.0.0 x",
                            "1 attempt 1",
                            "1 sen 0 250 2.0.0 x",
                            "1  free",
                            "1\tfree",
                            "x free",
                            "free",
                            "1 expire 0"})
        refused(odd);
}

BOOST_AUTO_TEST_CASE(the_check_has_one_form) {
    const std::string line = checked("1 begin 7");
    BOOST_TEST_REQUIRE(line.starts_with("A"));
    BOOST_TEST(read_journal_line(without_end(line), 10).has_value());
    std::string lower = line;
    lower[0] = 'a';
    for (const std::string& odd : std::initializer_list<std::string>{
             lower, " " + line, "0" + line, line.substr(1), "00000000 1 begin 7\n",
             "1 begin 7\n", line.substr(0, 8) + line.substr(9), line.substr(0, 8) + "\n",
             line + "\n", std::string("\n")})
        BOOST_TEST(!read_journal_line(without_end(odd), 10), odd);
}

BOOST_AUTO_TEST_CASE(texts_are_printable_and_fit) {
    JournalLine line;
    line.event = Event::hold;
    const auto written = [&](const std::string& text) {
        line.text = text;
        const std::string all = to_text(line);
        const auto again = read_journal_line(without_end(all), 1);
        BOOST_TEST_REQUIRE(again.has_value());
        BOOST_TEST(to_text(*again) == all);
        return again->text;
    };
    BOOST_TEST(written("a\nb\r\x1b\x7f\xff\xc2\x85\xe2\x80\xae" + std::string("\0", 1)) ==
               "a?b???????");
    BOOST_TEST(written("\xc3\xb6 = \xf0\x9f\x93\xac") == "\xc3\xb6 = \xf0\x9f\x93\xac");
    const std::string most(400, 'x');
    BOOST_TEST(written(most) == most);
    BOOST_TEST(written(most + "x") == most.substr(3) + "...");
    accepted("1 hold " + most);
    refused("1 hold " + most + "x");
    for (std::size_t size = 390; size < 401; ++size) {
        const std::string shorter = written(most.substr(0, size) + "\xf0\x9f\x93\xac!");
        BOOST_TEST(shorter.size() <= 400U);
        BOOST_TEST(shorter.size() >= 394U);
    }
    for (const char* odd :
         {"a\x1b", "\r", "a\tb", "\x7f", "\xff", "\xc2\x85", "\xe2\x80\xae"}) {
        refused(std::string("1 hold ") + odd);
        refused(std::string("1 defer 0 0 - ") + odd);
    }
    refused(std::string("1 hold \0", 8));
}

BOOST_AUTO_TEST_CASE(a_status_code_that_is_none_is_not_written) {
    JournalLine line;
    line.event = Event::sent;
    line.recipients = {0};
    for (const char* odd : {"", "-", "?.3.0", "2.0", "2.0.0 x", "2.0.0\n"}) {
        line.enhanced = odd;
        BOOST_TEST(to_text(line) == checked("0 sent 0 0 - "), odd);
    }
}

BOOST_AUTO_TEST_CASE(the_last_line_counts) {
    BOOST_TEST(states({}) == "ooo");
    BOOST_TEST(states({"1 begin 0-1"}) == "ddo");
    BOOST_TEST(states({"1 begin 0-2", "2 sent 0 250 2.0.0 x"}) == "sdd");
    BOOST_TEST(states({"1 begin 0", "2 defer 0 450 4.0.0 x"}) == "ooo");
    BOOST_TEST(states({"1 begin 0", "2 doubt 0 0 - x"}) == "ooo");
    BOOST_TEST(states({"1 begin 0", "2 refuse 0 550 5.0.0 x"}) == "roo");
    BOOST_TEST(states({"1 defer 0 450 4.0.0 x", "2 begin 0"}) == "doo");
    BOOST_TEST(states({"1 refuse 0-1 550 5.0.0 x", "2 told 1"}) == "rto");
    BOOST_TEST(states({"1 refuse 2 0 4.4.7 expired"}) == "oor");
}

BOOST_AUTO_TEST_CASE(what_is_final_stays) {
    for (const char* later : {"3 begin 0", "3 defer 0 450 4.0.0 y", "3 doubt 0 0 - y",
                              "3 refuse 0 550 5.0.0 y", "3 sent 0 251 2.1.0 y"}) {
        for (const auto& [line, state] : {std::pair("1 sent 0 250 2.0.0 x", "soo"),
                                          std::pair("1 refuse 0 550 5.0.0 x", "roo")}) {
            const Progress progress = after({line, later});
            BOOST_TEST(states(progress) == state, later);
            BOOST_TEST(progress.recipients[0].text == "x");
            BOOST_TEST(progress.recipients[0].doubts == 0U);
        }
        BOOST_TEST(states({"1 refuse 0 550 5.0.0 x", "2 told 0", later}) == "too");
    }
    BOOST_TEST(states({"1 sent 0 250 2.0.0 x", "2 begin 1", "3 told 0-2"}) == "sdo");
}

BOOST_AUTO_TEST_CASE(the_last_word_is_kept) {
    const Progress progress =
        after({"1 defer 0-1 450 4.7.1 wait", "2 begin 0-1", "3 doubt 1 0 - gone"});
    BOOST_TEST(progress.recipients[0].code == 450);
    BOOST_TEST(progress.recipients[0].enhanced == "4.7.1");
    BOOST_TEST(progress.recipients[0].text == "wait");
    BOOST_TEST(progress.recipients[1].code == 0);
    BOOST_TEST(progress.recipients[1].enhanced == "");
    BOOST_TEST(progress.recipients[1].text == "gone");
    BOOST_TEST(progress.recipients[2].text == "");
    BOOST_TEST(after({"1 refuse 0 550 5.1.1 no", "2 told 0"}).recipients[0].text == "no");
}

BOOST_AUTO_TEST_CASE(doubts_are_counted_when_they_are_said) {
    BOOST_TEST(after({"1 begin 0"}).recipients[0].doubts == 0U);
    const Progress progress = after({"1 begin 0", "2 doubt 0 0 - x", "3 begin 0",
                                     "4 doubt 0-1 0 - x", "5 defer 0 450 4.0.0 x"});
    BOOST_TEST(progress.recipients[0].doubts == 2U);
    BOOST_TEST(progress.recipients[1].doubts == 1U);
    BOOST_TEST(progress.recipients[2].doubts == 0U);
}

BOOST_AUTO_TEST_CASE(attempts_that_came_to_nothing) {
    const auto counts = [](std::initializer_list<const char*> lines) {
        const Progress progress = after(lines);
        return std::pair(progress.attempts, progress.unfinished);
    };
    BOOST_TEST((counts({}) == std::pair(0U, 0U)));
    BOOST_TEST((counts({"1 try 1", "2 try 2"}) == std::pair(2U, 2U)));
    BOOST_TEST(
        (counts({"1 try 1", "2 begin 0", "3 next 4 0", "4 hold x"}) == std::pair(1U, 1U)));
    BOOST_TEST((counts({"1 try 1", "2 hold x", "3 free"}) == std::pair(1U, 0U)));
    for (const char* word : {"2 sent 0 250 - x", "2 defer 0 450 - x", "2 refuse 0 550 - x",
                             "2 doubt 0 0 - x"}) {
        BOOST_TEST((counts({"1 try 1", word}) == std::pair(1U, 0U)), word);
        BOOST_TEST((counts({"1 try 1", word, "3 try 2"}) == std::pair(2U, 1U)), word);
    }
}

BOOST_AUTO_TEST_CASE(when_it_is_tried_again) {
    BOOST_TEST(after({}).next == 0);
    const Progress progress = after({"1 next 300 1", "2 next 200 2"});
    BOOST_TEST(progress.next == 200);
    BOOST_TEST(progress.raised == 2U);
}

BOOST_AUTO_TEST_CASE(held_until_it_is_freed) {
    BOOST_TEST(!after({}).held);
    const Progress held = after({"1 hold why", "2 begin 0"});
    BOOST_TEST((held.held && held.why_held == "why"));
    const Progress freed = after({"1 hold why", "2 free"});
    BOOST_TEST((!freed.held && freed.why_held.empty()));
    BOOST_TEST(after({"1 free", "2 hold "}).held);
}

BOOST_AUTO_TEST_CASE(whether_anybody_is) {
    const Progress progress = after({"1 begin 2", "2 refuse 0 550 - x"});
    BOOST_TEST(progress.is(State::open));
    BOOST_TEST(progress.is(State::in_doubt));
    BOOST_TEST(progress.is(State::refused));
    BOOST_TEST(!progress.is(State::sent));
    BOOST_TEST(!progress.is(State::told));
}

BOOST_AUTO_TEST_CASE(reading_stops_at_what_is_not_whole_or_not_right) {
    const std::string first = checked("1 try 1");
    const std::string sent = checked("2 sent 0 250 2.0.0 x");
    BOOST_TEST(read_journal("", 1).whole == 0U);
    BOOST_TEST(read_journal("\n" + sent, 1).whole == 0U);
    for (const std::string& odd :
         {std::string(sent).replace(sent.size() - 2, 1, "y"),
          checked("2 sent 1 250 2.0.0 x"), std::string("\n"), std::string("\0", 1),
          "0" + sent, std::string(without_end(sent)) + "\r\n"}) {
        const Progress progress = read_journal(first + odd + sent, 1);
        BOOST_TEST(progress.whole == first.size(), odd);
        BOOST_TEST((progress.attempts == 1U && states(progress) == "o"), odd);
    }
    BOOST_TEST(states(read_journal(first + sent, 1)) == "s");
}

BOOST_AUTO_TEST_CASE(every_cut_leaves_the_lines_before_it) {
    const std::string text = journal(eventful);
    BOOST_TEST_REQUIRE(states(read_journal(text, 3)) == "std");
    for (std::size_t size = 0; size <= text.size(); ++size) {
        const Progress cut = read_journal(std::string_view(text).substr(0, size), 3);
        const auto line = text.substr(0, size).rfind('\n') + 1;
        BOOST_TEST(cut.whole == line);
        BOOST_TEST(cut.is(State::sent) == (line > text.find("queued as X")));
    }
}

BOOST_AUTO_TEST_CASE(no_flipped_bit_makes_anybody_sent) {
    const std::string text = journal(eventful);
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto begin = text.substr(0, at).rfind('\n') + 1;
        const std::string before =
            states(read_journal(std::string_view(text).substr(0, begin), 3));
        for (unsigned bit = 0; bit < 8; ++bit) {
            std::string flipped = text;
            flipped[at] = static_cast<char>(flipped[at] ^ 1 << bit);
            const Progress progress = read_journal(flipped, 3);
            BOOST_TEST(progress.whole == begin, at);
            BOOST_TEST(states(progress) == before, at);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_journal_is_read_up_to_its_limit) {
    const std::string line = checked("1 hold " + std::string(50, 'x'));
    std::string text;
    while (text.size() + line.size() + 40 <= journal_limit) // so that another kind fits
        text += line;
    const std::string last =
        checked("1 hold " + std::string(journal_limit - text.size() - 17, 'y'));
    BOOST_TEST_REQUIRE((text + last).size() == journal_limit);
    BOOST_TEST(read_journal(text + last, 1).whole == journal_limit);
    BOOST_TEST(read_journal(text + last + checked("1 sent 0 250 - x"), 1).whole ==
               journal_limit);
    BOOST_TEST(states(read_journal(text + checked("1 sent 0 250 - x"), 1)) == "s");
    BOOST_TEST(states(read_journal(text + last + checked("1 sent 0 250 - x"), 1)) == "o");
}

BOOST_AUTO_TEST_CASE(many_recipients) {
    JournalLine line;
    line.event = Event::sent;
    for (std::size_t number = 0; number < 10'000; number += 2)
        line.recipients.push_back(number);
    const std::string text = to_text(line);
    const Progress progress = read_journal(text, 10'000);
    BOOST_TEST(progress.whole == text.size());
    BOOST_TEST(std::ranges::count(progress.recipients, State::sent,
                                  &Progress::Fate::state) == 5'000);
}
