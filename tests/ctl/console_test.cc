// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE console
#include <boost/test/unit_test.hpp>

#include <clocale>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

#include "base/unique_fd.h"
#include "ctl/console.h"
#include "unit/failing.h"

using namespace sallyport;
using namespace sallyport::ctl;

namespace {

/// Columns of characters that are not ASCII are counted only where the locale knows them.
bool in_utf8() {
    return std::setlocale(LC_CTYPE, "C.UTF-8") != nullptr;
}

/// While it lives, the descriptor is another file.
class Replaced {
  public:
    Replaced(int fd, int other) : fd_(fd), before_(::dup(fd)) { ::dup2(other, fd); }
    Replaced(const Replaced&) = delete;
    Replaced& operator=(const Replaced&) = delete;
    ~Replaced() { ::dup2(before_.get(), fd_); }

  private:
    int fd_;
    UniqueFd before_;
};

struct Pipe {
    UniqueFd read;
    UniqueFd write;

    Pipe() {
        int ends[2];
        BOOST_REQUIRE(::pipe(ends) == 0);
        read = UniqueFd(ends[0]);
        write = UniqueFd(ends[1]);
    }
};

/// What `work` returns with this standard input.
template<class Work>
auto with_input(const std::string& text, Work work) {
    Pipe pipe;
    const std::size_t written = text.size();
    BOOST_REQUIRE(::write(pipe.write.get(), text.data(), written) ==
                  static_cast<ssize_t>(written));
    pipe.write = UniqueFd();
    const Replaced input(STDIN_FILENO, pipe.read.get());
    return work();
}

/// What `work` writes to the descriptor, a few lines at most.
template<class Work>
std::string output_of(int fd, Work work) {
    Pipe pipe;
    {
        const Replaced output(fd, pipe.write.get());
        work();
    }
    pipe.write = UniqueFd();
    char text[4096];
    const ssize_t got = ::read(pipe.read.get(), text, sizeof text);
    return {text, static_cast<std::size_t>(std::max<ssize_t>(got, 0))};
}

std::string secret_of(const std::string& text) {
    return with_input(text, [] { return Console::read_secret(); });
}

std::string refusal_of_secret(const std::string& text) {
    const Failure failure =
        with_input(text, [] { return failure_of([] { return Console::read_secret(); }); });
    BOOST_TEST(status_of(failure) == 65);
    return failure.what();
}

const Console console({}, false);

} // namespace

BOOST_AUTO_TEST_CASE(lines_are_at_most_as_wide_as_they_may_be) {
    BOOST_TEST(wrapped("one two three four", 9, "", 0) == "one two\nthree\nfour\n");
    BOOST_TEST(wrapped("one two three four", 13, "", 0) == "one two three\nfour\n");
    BOOST_TEST(wrapped("one two", 80, "", 0) == "one two\n");
    BOOST_TEST(wrapped("", 80, "", 0) == "\n");
}

BOOST_AUTO_TEST_CASE(the_first_line_begins_otherwise) {
    BOOST_TEST(wrapped("one two three", 12, "  - ", 4) == "  - one two\n    three\n");
    BOOST_TEST(wrapped("", 12, "  - ", 4) == "  -\n");
}

BOOST_AUTO_TEST_CASE(a_word_that_is_too_wide_is_broken_within_its_indent) {
    BOOST_TEST(wrapped("a /a/very/long/path b", 10, "  ", 2) ==
               "  a\n  /a/very/\n  long/pat\n  h b\n");
    BOOST_TEST(wrapped("12345678 9", 10, "  ", 2) == "  12345678\n  9\n");
    BOOST_TEST(wrapped("123456789", 10, "  ", 2) == "  12345678\n  9\n");
    BOOST_TEST(wrapped("123", 2, "  ", 2) == "  12\n  3\n");
}

BOOST_AUTO_TEST_CASE(blanks_stay_within_a_line_and_go_where_it_ends) {
    BOOST_TEST(wrapped("set:   port = 587", 40, "", 0) == "set:   port = 587\n");
    BOOST_TEST(wrapped("  set:   port", 7, "", 0) == "set:\nport\n");
    BOOST_TEST(wrapped("set   ", 40, "", 0) == "set\n");
}

BOOST_AUTO_TEST_CASE(columns_are_those_of_the_terminal) {
    if (!in_utf8()) {
        BOOST_TEST_MESSAGE("SKIP: there is no locale C.UTF-8");
        return;
    }
    BOOST_TEST(columns("ascii") == 5U);
    BOOST_TEST(columns("b\u00fccher") == 6U);
    BOOST_TEST(columns("\u90f5\u4fbf") == 4U);
    BOOST_TEST(columns("e\u0301") == 1U);
    BOOST_TEST(columns("\u2588\u2588") == 2U);
    BOOST_TEST(columns("\xff") == 1U);
    BOOST_TEST(wrapped("\u90f5\u4fbf\u90f5", 7, "  ", 2) == "  \u90f5\u4fbf\n  \u90f5\n");
    BOOST_TEST(wrapped("\u90f5\u4fbf \u90f5\u4fbf", 8, "", 0) ==
               "\u90f5\u4fbf\n\u90f5\u4fbf\n");
    BOOST_TEST(wrapped("\u90f5\u4fbf \u90f5\u4fbf", 9, "", 0) ==
               "\u90f5\u4fbf \u90f5\u4fbf\n");
    std::setlocale(LC_CTYPE, "C");
    BOOST_TEST(columns("\u90f5\u4fbf") == 4U);
}

BOOST_AUTO_TEST_CASE(what_is_no_terminal_has_80_columns_and_no_colour) {
    Pipe pipe;
    const Replaced output(STDOUT_FILENO, pipe.write.get());
    const Look look = look_of_output(Colour::automatic);
    BOOST_TEST(look.width == 80U);
    BOOST_TEST(!look.colour);
    BOOST_TEST(!look.interactive);
    BOOST_TEST(look_of_output(Colour::always).colour);
}

BOOST_AUTO_TEST_CASE(utf8_is_shown_where_the_locale_has_it) {
    std::setlocale(LC_CTYPE, "C");
    BOOST_TEST(!look_of_output(Colour::automatic).utf8);
    if (in_utf8())
        BOOST_TEST(look_of_output(Colour::automatic).utf8);
}

BOOST_AUTO_TEST_CASE(output_that_cannot_be_written_is_a_failure) {
    const UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
    if (!full) {
        BOOST_TEST_MESSAGE("SKIP: there is no /dev/full");
        return;
    }
    const Failure failure = [&] {
        const Replaced output(STDOUT_FILENO, full.get());
        return failure_of([] {
            console.show("text");
            return 0;
        });
    }();
    BOOST_TEST(status_of(failure) == 74);
    BOOST_TEST(failure.what() ==
               std::string("standard output cannot be written: ") + std::strerror(ENOSPC));
}

BOOST_AUTO_TEST_CASE(each_kind_of_text_goes_where_it_belongs) {
    const auto talk = [](bool quiet) {
        return [quiet] {
            Console some({}, quiet);
            some.remark("remark");
            some.progress("progress");
            some.complain("complaint");
        };
    };
    BOOST_TEST(output_of(STDERR_FILENO, talk(false)) ==
               "remark\nsallyportctl: complaint\n");
    BOOST_TEST(output_of(STDERR_FILENO, talk(true)) == "sallyportctl: complaint\n");
    BOOST_TEST(output_of(STDOUT_FILENO, talk(false)).empty());
    BOOST_TEST(output_of(STDOUT_FILENO, [] { console.show("asked for"); }) == "asked for");
}

BOOST_AUTO_TEST_CASE(an_answer_is_a_line_without_blanks_at_its_ends) {
    std::string answer;
    const std::string asked = output_of(STDERR_FILENO, [&] {
        answer =
            with_input("  me@example.org \r\nrest\n", [] { return console.ask("User"); });
    });
    BOOST_TEST(answer == "me@example.org");
    BOOST_TEST(asked == "User: ");
}

BOOST_AUTO_TEST_CASE(each_question_takes_one_line) {
    output_of(STDERR_FILENO, [] {
        with_input("one\ntwo\n", [] {
            BOOST_TEST(console.ask("1") == "one");
            BOOST_TEST(console.ask("2") == "two");
            const Failure failure = failure_of([] { return console.ask("3"); });
            BOOST_TEST(status_of(failure) == 65);
            return 0;
        });
    });
}

BOOST_AUTO_TEST_CASE(an_empty_line_means_what_is_offered) {
    output_of(STDERR_FILENO, [] {
        with_input("\n\n", [] {
            BOOST_TEST(console.ask("Port", "587") == "587");
            BOOST_TEST(console.ask("Port").empty());
            return 0;
        });
    });
}

BOOST_AUTO_TEST_CASE(a_question_is_asked_until_it_is_answered) {
    std::string asked = output_of(STDERR_FILENO, [] {
        with_input("perhaps\nYES\nn\n\n\n", [] {
            BOOST_TEST(console.confirm("Write it?", false));
            BOOST_TEST(!console.confirm("Write it?", true));
            BOOST_TEST(console.confirm("Write it?", true));
            BOOST_TEST(!console.confirm("Write it?", false));
            return 0;
        });
    });
    BOOST_TEST(asked == "Write it? [y/N] Write it? [y/N] Write it? [Y/n] Write it? [Y/n] "
                        "Write it? [y/N] ");
}

BOOST_AUTO_TEST_CASE(a_secret_is_one_line) {
    BOOST_TEST(secret_of("S3cret\n") == "S3cret");
    BOOST_TEST(secret_of("S3cret\r\n") == "S3cret");
    BOOST_TEST(secret_of(" S3cret ") == " S3cret ");
    BOOST_TEST(refusal_of_secret("") == "there is no secret on standard input");
    BOOST_TEST(refusal_of_secret("\n") == "there is no secret on standard input");
    BOOST_TEST(refusal_of_secret("S3cret\nmore\n") ==
               "there is more than one line on standard input");
}

BOOST_AUTO_TEST_CASE(a_secret_has_a_limit) {
    const std::size_t limit = std::size_t{16} * 1024;
    BOOST_TEST(secret_of(std::string(limit, 'x') + "\n").size() == limit);
    BOOST_TEST(refusal_of_secret(std::string(limit + 1, 'x') + "\n") ==
               "the secret on standard input is too long");
}

BOOST_AUTO_TEST_CASE(pipes_are_not_asked) {
    BOOST_TEST(!with_input("yes\n", [] { return Console::can_ask(); }));
}
