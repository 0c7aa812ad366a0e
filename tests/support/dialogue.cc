// SPDX-License-Identifier: MIT
#include "support/dialogue.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace sallyport {

namespace {

constexpr std::string_view usual_header = "From: a@client.example\r\n"
                                          "Date: Thu, 1 Jan 2026 00:00:00 +0000\r\n"
                                          "Message-ID: <1@client.example>";
constexpr std::string_view usual_rest =
    "\r\nTo: b@example.net\r\nSubject: hello\r\n\r\nhello\r\n";

void replace_all(std::string& text, std::string_view what, std::string_view with) {
    for (auto at = text.find(what); at != std::string::npos;
         at = text.find(what, at + with.size()))
        text.replace(at, what.size(), with);
}

std::vector<std::string> split(std::string_view text, std::string_view separator) {
    std::vector<std::string> pieces;
    while (!text.empty()) {
        const auto end = text.find(separator);
        pieces.emplace_back(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size()
                                                         : end + separator.size());
    }
    return pieces;
}

/// Words between blanks; double quotes keep blanks in a word, or make an empty one.
std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    bool in_word = false;
    bool in_quotes = false;
    for (const char c : text) {
        const bool parts = c == ' ' && !in_quotes;
        if (!parts && !in_word)
            words.emplace_back();
        in_word = !parts;
        if (c == '"')
            in_quotes = !in_quotes;
        else if (!parts)
            words.back() += c;
    }
    return words;
}

/// \r \n \t \\ and \xHH.
std::string unescape(std::string_view text) {
    std::string octets;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '\\' || at + 1 == text.size()) {
            octets += text[at];
            continue;
        }
        const char c = text[++at];
        constexpr std::string_view letters = "rnt\\";
        constexpr std::string_view meanings = "\r\n\t\\";
        unsigned value = 0;
        if (c == 'x') {
            const std::string digits(text.substr(at + 1, 2));
            std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
            at += 2;
            octets += static_cast<char>(value);
        } else if (const auto known = letters.find(c); known != std::string_view::npos) {
            octets += meanings[known];
        }
    }
    return octets;
}

/// {3*text} is text three times; a # in it is a number, from 100 on.
void repeat(std::string& text) {
    for (auto at = text.find('{'); at != std::string::npos; at = text.find('{', at + 1)) {
        const auto star = text.find_first_not_of("0123456789", at + 1);
        const auto end = text.find('}', at);
        if (star == at + 1 || star == std::string::npos || text[star] != '*' ||
            end == std::string::npos)
            continue;
        const std::string piece = text.substr(star + 1, end - star - 1);
        std::string repeated;
        const auto count = std::stoul(text.substr(at + 1, star - at - 1));
        for (unsigned long i = 0; i < count; ++i) {
            repeated += piece;
            replace_all(repeated, "#", std::to_string(100 + i));
        }
        text.replace(at, end - at + 1, repeated);
        at += repeated.size();
    }
}

/// One file, line by line. A line's first word says what it is.
class Parser {
  public:
    explicit Parser(const std::string& name) { dialogue_.name = name; }

    Dialogue parse(std::string_view text) {
        for (const auto& line : split(text, "\n")) {
            ++number_;
            take(line);
        }
        if (dialogue_.status < 0)
            fail("no exit status is given");
        if (dialogue_.input.empty())
            take_input("{header}" + std::string(usual_rest));
        return std::move(dialogue_);
    }

  private:
    using Action = void (Parser::*)(std::string_view);
    struct Word {
        std::string_view word;
        Action action;
    };

    void take(std::string_view line) {
        static constexpr std::array<Word, 28> words{{
            {"#", &Parser::take_nothing},
            {"only ", &Parser::take_only},
            {"needs ", &Parser::take_needs},
            {"$ ", &Parser::take_arguments},
            {">>", &Parser::take_raw_input},
            {">", &Parser::take_input_line},
            {"[", &Parser::take_section},
            {"refused", &Parser::take_refused},
            {"connection", &Parser::take_connection},
            {"open ", &Parser::take_open},
            {"S raw: ", &Parser::take_raw_speech},
            {"S:", &Parser::take_speech},
            {"C raw: ", &Parser::take_raw_command},
            {"C:", &Parser::take_command},
            {"C chunk", &Parser::take_part<Part::Kind::chunk>},
            {"C last chunk", &Parser::take_part<Part::Kind::last_chunk>},
            {"C block", &Parser::take_part<Part::Kind::block>},
            {"next write", &Parser::take_next_write},
            {"tls", &Parser::take_event<Event::Kind::tls>},
            {"close", &Parser::take_event<Event::Kind::close>},
            {"reset", &Parser::take_event<Event::Kind::reset>},
            {"stall", &Parser::take_event<Event::Kind::stall>},
            {"broken", &Parser::take_event<Event::Kind::broken>},
            {"exit ", &Parser::take_status},
            {"stderr: ", &Parser::take_line_of<&Dialogue::standard_error>},
            {"stdout: ", &Parser::take_line_of<&Dialogue::standard_output>},
            {"log: ", &Parser::take_line_of<&Dialogue::log>},
            {"", &Parser::take_unknown},
        }};
        if (line.empty() || take_setting(line))
            return;
        const auto* const found = std::ranges::find_if(
            words, [line](const Word& known) { return line.starts_with(known.word); });
        std::string_view rest = line.substr(found->word.size());
        rest.remove_prefix(rest.starts_with(' ') ? 1 : 0);
        (this->*found->action)(rest);
    }

    void take_nothing(std::string_view /*rest*/) {}
    void take_unknown(std::string_view /*rest*/) { fail("no such line"); }

    /// `key = value` of the section begun last.
    bool take_setting(std::string_view line) {
        const auto end = line.find_first_not_of("abcdefghijklmnopqrstuvwxyz_");
        if (end == 0 || end == std::string_view::npos ||
            !line.substr(end).starts_with(" ="))
            return false;
        if (dialogue_.configuration.empty())
            fail("a setting before any section");
        dialogue_.configuration.back().lines.push_back(expand(line));
        return true;
    }

    void take_section(std::string_view rest) {
        dialogue_.configuration.push_back({"[" + std::string(rest), {}});
    }

    void take_only(std::string_view rest) {
        const auto because = rest.find(" because ");
        if (because == std::string_view::npos)
            fail("only RUN ... because REASON");
        dialogue_.runs.clear();
        for (const auto& run : words_of(rest.substr(0, because))) {
            if (run == "memory")
                dialogue_.runs.insert(Run::memory);
            else if (run == "octets")
                dialogue_.runs.insert(Run::octets);
            else if (run == "program")
                dialogue_.runs.insert(Run::program);
            else
                fail("memory, octets or program");
        }
    }

    void take_needs(std::string_view rest) { dialogue_.needs = words_of(rest); }
    void take_arguments(std::string_view rest) {
        dialogue_.arguments = words_of(expand(rest));
    }

    void take_input_line(std::string_view rest) { take_input(expand(rest) + "\r\n"); }

    void take_raw_input(std::string_view rest) {
        const std::size_t before = dialogue_.input.size();
        take_input(expand(rest));
        dialogue_.input = dialogue_.input.substr(0, before) +
                          unescape(std::string_view(dialogue_.input).substr(before));
    }

    void take_input(std::string text) {
        replace_all(text, "{header}", usual_header);
        replace_all(text, "\r\n", "\n");
        dialogue_.input += text;
    }

    void take_refused(std::string_view rest) { dialogue_.refused.emplace(rest); }

    void take_connection(std::string_view rest) {
        dialogue_.connections.push_back({std::string(rest), number_, {}});
    }

    /// The usual beginning: `open clear`, `starttls` or `tls`, a colon, extensions.
    void take_open(std::string_view rest) {
        const auto colon = rest.find(':');
        const auto mode = rest.substr(0, colon);
        if (mode == "tls")
            take("tls");
        take("S: 220 mx.example ESMTP");
        take("C: EHLO client.example");
        if (mode == "starttls") {
            take("S: 250-mx.example");
            take("S: 250 STARTTLS");
            take("C: STARTTLS");
            take("S: 220 go ahead");
            take("tls");
            take("C: EHLO client.example");
        }
        const auto extensions = colon == std::string_view::npos
                                    ? std::vector<std::string>()
                                    : split(rest.substr(colon + 1), ",");
        take(extensions.empty() ? "S: 250 mx.example" : "S: 250-mx.example");
        for (const auto& extension : extensions) {
            const bool last = &extension == &extensions.back();
            take((last ? "S: 250 " : "S: 250-") + words_joined(extension));
        }
    }

    static std::string words_joined(std::string_view text) {
        std::string joined;
        for (const auto& word : words_of(text))
            joined += (joined.empty() ? "" : " ") + word;
        return joined;
    }

    void take_speech(std::string_view rest) { say(expand(rest) + "\r\n"); }
    void take_raw_speech(std::string_view rest) { say(unescape(expand(rest))); }

    void say(const std::string& octets) { step(Event::Kind::say).text += octets; }

    void take_command(std::string_view rest) { hear(expand(rest) + "\r\n"); }
    void take_raw_command(std::string_view rest) { hear(unescape(expand(rest))); }

    void hear(std::string_view octets) {
        Event& flight = step(Event::Kind::hear);
        const auto texts = split(octets, "{any}");
        for (const auto& text : texts) {
            if (&text != &texts.front())
                flight.parts.push_back({Part::Kind::anything});
            flight.parts.push_back({Part::Kind::text, text});
        }
    }

    template<Part::Kind kind>
    void take_part(std::string_view /*rest*/) {
        step(Event::Kind::hear).parts.push_back({kind});
    }
    void take_next_write(std::string_view /*rest*/) { new_step(Event::Kind::hear); }

    template<Event::Kind kind>
    void take_event(std::string_view rest) {
        new_step(kind).text = rest;
    }

    void take_status(std::string_view rest) {
        const auto parsed =
            std::from_chars(rest.data(), rest.data() + rest.size(), dialogue_.status);
        if (parsed.ec != std::errc())
            fail("exit NUMBER");
    }

    template<std::vector<std::string> Dialogue::*lines>
    void take_line_of(std::string_view rest) {
        (dialogue_.*lines).push_back(expand(rest));
    }

    /// The step under way if it is of this kind: neighbours belong together.
    Event& step(Event::Kind kind) {
        if (dialogue_.connections.empty())
            take_connection({});
        auto& steps = dialogue_.connections.back().steps;
        return steps.empty() || steps.back().kind != kind ? new_step(kind) : steps.back();
    }

    Event& new_step(Event::Kind kind) {
        if (dialogue_.connections.empty())
            take_connection({});
        return dialogue_.connections.back().steps.emplace_back(Event{kind, number_});
    }

    /// What stands for the message and its parts, and repetitions. {any} and what only the
    /// place of the run knows stay.
    std::string expand(std::string_view line) {
        std::string text(line);
        const bool about_message = text.find("{message}") != std::string::npos ||
                                   text.find("{size}") != std::string::npos ||
                                   text.find("{transaction}") != std::string::npos;
        if (about_message) {
            if (dialogue_.input.empty())
                take_input("{header}" + std::string(usual_rest));
            std::string message = dialogue_.message();
            replace_all(text, "{transaction}",
                        "MAIL FROM:<a@client.example>\r\nRCPT TO:<b@example.net>\r\n"
                        "BDAT {size} LAST\r\n{message}\r\nQUIT");
            replace_all(text, "{size}", std::to_string(message.size()));
            message.resize(message.size() - 2);
            replace_all(text, "{message}", message);
        } else {
            repeat(text);
        }
        replace_all(text, "{header}", usual_header);
        return text;
    }

    [[noreturn]] void fail(const std::string& what) const {
        throw std::runtime_error(dialogue_.name + ":" + std::to_string(number_) + ": " +
                                 what);
    }

    Dialogue dialogue_;
    unsigned number_ = 0;
};

} // namespace

std::string Dialogue::message() const {
    std::string wire = input;
    replace_all(wire, "\n", "\r\n");
    return wire;
}

Dialogue parse_dialogue(const std::string& name, std::string_view text) {
    return Parser(name).parse(text);
}

std::vector<Dialogue> load_dialogues() {
    namespace fs = std::filesystem;
    const char* const top = std::getenv("srcdir");
    const fs::path folder = fs::path(top != nullptr ? top : ".") / "tests" / "dialogues";
    std::vector<fs::path> files;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
        if (entry.path().extension() == ".txt")
            files.push_back(entry.path());
    }
    std::ranges::sort(files);
    std::vector<Dialogue> dialogues;
    for (const fs::path& file : files) {
        std::ifstream in(file, std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(in), {}};
        dialogues.push_back(parse_dialogue(file.stem().string(), text));
    }
    return dialogues;
}

} // namespace sallyport
