// SPDX-License-Identifier: MIT
//
// The person at the other end: what standard output can show, and questions. Standard
// output gets what was asked for and nothing else; errors, questions and progress go to
// standard error.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::ctl {

/// What text is fitted to. Plain data, so that tests can ask for any.
struct Look {
    unsigned width = 80;      ///< columns; at least 40
    bool utf8 = false;        ///< bars and marks that are not ASCII may be shown
    bool colour = false;      ///< so may colours
    bool interactive = false; ///< standard output is a terminal
};

enum class Colour { automatic, always, never };

/// Of standard output: width by TIOCGWINSZ, else 80; UTF-8 by nl_langinfo(CODESET); colour
/// where it is a terminal, TERM is neither empty nor dumb and NO_COLOR is empty, unless
/// `colour` says otherwise.
Look look_of_output(Colour colour);

/// `text`, which is printable, in lines of at most `width` columns that begin with `indent`
/// blanks, the first with `first` instead (which is as wide). A word that is wider is
/// broken: the terminal would break it at column 0, where a server could forge a line.
/// Blanks between words stay where both stand in one line. Ends with a line feed. Columns
/// are counted as wcwidth has them, two for what it does not know.
std::string wrapped(std::string_view text, unsigned width, std::string_view first,
                    unsigned indent);

/// How many columns `text` takes, which is UTF-8 and printable.
unsigned columns(std::string_view text);

class Console {
  public:
    /// `quiet`: progress is not shown.
    Console(Look look, bool quiet) : look_(look), quiet_(quiet) {}
    Console(const Console&) = delete;
    Console& operator=(const Console&) = delete;
    ~Console() = default;

    [[nodiscard]] const Look& look() const { return look_; }

    /// To standard output, as it is. Failure (74, local) where it cannot be written.
    void show(std::string_view text) const;
    /// "sallyportctl: TEXT" and a line feed, to standard error.
    void complain(std::string_view text) const;
    /// TEXT and a line feed, to standard error; not if quiet.
    void remark(std::string_view text) const;
    /// A line on standard error in place of the last such one, where that is a terminal;
    /// empty: none. Not if quiet.
    void progress(std::string_view text);

    /// Standard input and standard error are terminals.
    [[nodiscard]] static bool can_ask();
    /// One line of standard input, after "QUESTION [PRESET]: " on standard error; PRESET,
    /// which may be empty and is then not shown, where the line is empty. Failure (65,
    /// local) at its end.
    std::string ask(std::string_view question, std::string_view preset = {}) const;
    /// The same, from /dev/tty and without echo, which is switched on again whatever
    /// happens. Wiping it is the caller's.
    [[nodiscard]] std::string ask_secret(std::string_view question) const;
    /// "QUESTION [Y/n]" or "[y/N]".
    [[nodiscard]] bool confirm(std::string_view question, bool preset) const;
    /// A whole secret from standard input, its line end taken off; at most 16 KiB. Failure
    /// (65, local) where there is none, or more than a line.
    static std::string read_secret();

  private:
    void erase_progress() const;

    Look look_;
    bool quiet_;
    mutable unsigned shown_ = 0; ///< columns of the progress line
};

} // namespace sallyport::ctl
