// SPDX-License-Identifier: MIT
#include "ctl/console.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <cwchar>

#include <fcntl.h>
#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/concat.h"
#include "base/failure.h"
#include "base/unique_fd.h"
#include "ctl/interrupt.h"
#include "ctl/words.h"
#include "system/wipe.h"
#include "text/ascii.h"
#include "text/printable.h"
#include "text/utf8.h"

namespace sallyport::ctl {

namespace {

constexpr unsigned usual_width = 80;
constexpr unsigned least_width = 40;
constexpr unsigned widest = 2; // columns of a character
constexpr std::size_t secret_limit = 16 * 1024;
constexpr std::size_t answer_limit = 4096;

unsigned width_of(int fd) {
    winsize size{};
    if (::ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return usual_width;
    return std::max<unsigned>(size.ws_col, least_width);
}

/// Empty, too, where it is not set.
std::string_view value_of(const char* variable) {
    const char* const value = std::getenv(variable);
    return value != nullptr ? value : "";
}

bool wants_colour(Colour colour, bool terminal) {
    if (colour != Colour::automatic)
        return colour == Colour::always;
    const std::string_view kind = value_of("TERM");
    return terminal && !kind.empty() && kind != "dumb" && value_of("NO_COLOR").empty();
}

/// Reads one octet; false at the end. Failure where nothing can be read.
bool read_octet(int fd, char& octet) {
    ssize_t got = ::read(fd, &octet, 1);
    while (got == -1 && errno == EINTR)
        got = ::read(fd, &octet, 1);
    if (got == -1)
        stop(ExitStatus::data_error, Fault::local,
             {tr("nothing can be read from standard input: "), std::strerror(errno)});
    return got == 1;
}

/// A line without its end, or the end of the input. It is read octet by octet, since what
/// comes after it is another question's. Nothing of it stays in memory that was given back.
std::string read_line(int fd, std::size_t limit) {
    std::string line;
    line.reserve(limit + 1);
    char octet = '\0';
    bool any = false;
    while (line.size() <= limit && read_octet(fd, octet) && octet != '\n') {
        any = true;
        line += octet;
    }
    if (!any && octet != '\n')
        stop(ExitStatus::data_error, Fault::local,
             {tr("the input ended where an answer was expected")});
    if (line.size() > limit) {
        wipe(line);
        stop(ExitStatus::data_error, Fault::local, {tr("the answer is too long")});
    }
    if (line.ends_with('\r'))
        line.pop_back();
    return line;
}

std::string_view without_blanks(std::string_view text) {
    while (!text.empty() && is_blank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back()))
        text.remove_suffix(1);
    return text;
}

/// What is wrong with a secret that was read, or null.
const char* objection(std::string_view secret, bool whole) {
    if (!whole)
        return tr("the secret on standard input is too long");
    if (secret.empty())
        return tr("there is no secret on standard input");
    if (secret.find('\n') != std::string_view::npos)
        return tr("there is more than one line on standard input");
    return nullptr;
}

} // namespace

Look look_of_output(Colour colour) {
    const bool terminal = ::isatty(STDOUT_FILENO) == 1;
    return {terminal ? width_of(STDOUT_FILENO) : usual_width,
            std::string_view(::nl_langinfo(CODESET)) == "UTF-8",
            wants_colour(colour, terminal), terminal};
}

unsigned columns(std::string_view text) {
    unsigned count = 0;
    while (!text.empty()) {
        const auto [size, code] = utf8_character(text);
        const int width = size == 0 ? 1 : ::wcwidth(static_cast<wchar_t>(code));
        // What the locale does not know, a terminal may show all the same.
        count += width < 0 ? widest : static_cast<unsigned>(width);
        text.remove_prefix(std::max<std::size_t>(size, 1));
    }
    return count;
}

namespace {

/// As much of the front of `text` as takes no more than `room` columns.
std::string_view fitted(std::string_view text, unsigned room) {
    std::size_t end = 0;
    while (end < text.size()) {
        const auto next =
            end + std::max<std::size_t>(utf8_character(text.substr(end)).size, 1);
        if (columns(text.substr(0, next)) > room)
            break;
        end = next;
    }
    return text.substr(0, end);
}

/// One word of a text and the blanks before it.
struct Piece {
    std::string_view blanks;
    std::string_view word;
};

/// `text` begins after it then. Of a word that is wider than `room`, as much as fits.
Piece take_piece(std::string_view& text, unsigned room) {
    const auto begin = std::min(text.find_first_not_of(' '), text.size());
    const auto end = std::min(text.find(' ', begin), text.size());
    const Piece piece{text.substr(0, begin), fitted(text.substr(begin, end - begin), room)};
    text.remove_prefix(begin + piece.word.size());
    return piece;
}

} // namespace

std::string wrapped(std::string_view text, unsigned width, std::string_view first,
                    unsigned indent) {
    std::string result(first);
    unsigned used = indent;
    bool begun = false; // the line has a word
    const unsigned room = std::max(width, indent + widest) - indent;
    for (auto piece = take_piece(text, room); !piece.word.empty();
         piece = take_piece(text, room)) {
        const unsigned size = columns(piece.word);
        if (begun && used + piece.blanks.size() + size > width) {
            result.append("\n").append(indent, ' ');
            used = indent;
            begun = false;
        }
        const std::string_view between = begun ? piece.blanks : std::string_view();
        result.append(between).append(piece.word);
        used += static_cast<unsigned>(between.size()) + size;
        begun = true;
    }
    while (result.ends_with(' '))
        result.pop_back();
    return result += '\n';
}

void Console::show(std::string_view text) const {
    erase_progress();
    while (!text.empty()) {
        const ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
        if (written == -1 && errno == EINTR)
            continue;
        if (written <= 0)
            stop(ExitStatus::io_error, Fault::local,
                 {tr("standard output cannot be written: "), std::strerror(errno)});
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

void Console::complain(std::string_view text) const {
    erase_progress();
    print(STDERR_FILENO, concat({"sallyportctl: ", text, "\n"}));
}

void Console::remark(std::string_view text) const {
    if (quiet_)
        return;
    erase_progress();
    print(STDERR_FILENO, concat({text, "\n"}));
}

void Console::erase_progress() const {
    if (shown_ == 0)
        return;
    print(STDERR_FILENO, concat({"\r", std::string(shown_, ' '), "\r"}));
    shown_ = 0;
}

void Console::progress(std::string_view text) {
    if (quiet_ || ::isatty(STDERR_FILENO) != 1)
        return;
    erase_progress();
    // A line that is as wide as the terminal could not be taken back.
    text = fitted(text, width_of(STDERR_FILENO) - 1);
    print(STDERR_FILENO, text);
    shown_ = columns(text);
}

bool Console::can_ask() {
    return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1;
}

std::string Console::ask(std::string_view question, std::string_view preset) const {
    erase_progress();
    print(STDERR_FILENO, preset.empty() ? concat({question, ": "})
                                        : concat({question, " [", preset, "]: "}));
    const std::string line = read_line(STDIN_FILENO, answer_limit);
    const std::string_view answer = without_blanks(line);
    return std::string(answer.empty() ? preset : answer);
}

std::string Console::ask_secret(std::string_view question) const {
    erase_progress();
    const UniqueFd terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
    if (!terminal)
        stop(ExitStatus::usage, Fault::local,
             {tr("there is no terminal to type a secret on (/dev/tty: "),
              std::strerror(errno), ")"});
    const EchoOff silence(terminal.get());
    // After that, so that nothing is typed too early.
    print(terminal.get(), concat({question, ": "}));
    return read_line(terminal.get(), secret_limit);
}

bool Console::confirm(std::string_view question, bool preset) const {
    for (;;) {
        erase_progress();
        print(STDERR_FILENO, concat({question, preset ? " [Y/n] " : " [y/N] "}));
        const std::string line = read_line(STDIN_FILENO, answer_limit);
        const std::string_view answer = without_blanks(line);
        if (answer.empty())
            return preset;
        if (is_one_of(answer, "y:yes"))
            return true;
        if (is_one_of(answer, "n:no"))
            return false;
    }
}

std::string Console::read_secret() {
    const EchoOff silence(STDIN_FILENO);
    if (::isatty(STDIN_FILENO) == 1)
        return read_line(STDIN_FILENO, secret_limit);
    std::string secret;
    constexpr std::size_t room = secret_limit + 3; // a line end, and one octet too many
    secret.reserve(room);
    char octet = '\0';
    while (secret.size() < room && read_octet(STDIN_FILENO, octet))
        secret += octet;
    if (secret.ends_with('\n'))
        secret.pop_back();
    if (secret.ends_with('\r'))
        secret.pop_back();
    const bool whole = secret.size() <= secret_limit;
    if (const char* const why = objection(secret, whole)) {
        wipe(secret);
        stop(ExitStatus::data_error, Fault::local, {why});
    }
    return secret;
}

} // namespace sallyport::ctl
