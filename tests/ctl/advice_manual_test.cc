// SPDX-License-Identifier: MIT
//
// sallyport-advice(7) against the tables: what is made from them is what they say now, and
// every error of a configuration has an entry. With "-- write" it makes that part anew.
#define BOOST_TEST_MODULE advice_manual
#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

#include "ctl/advice_rows.h"
#include "hint_ids.h"
#include "net/hint.h"
#include "symptoms.h"
#include "text/ascii.h"

using namespace sallyport;
using namespace sallyport::ctl;

namespace {

constexpr const char* begins = ".\\\" What follows is made by: make advice-manual\n";
constexpr const char* ends = ".\\\" What is made ends here.\n";

std::string path_of(const std::string& name) {
    const char* const top = std::getenv("srcdir");
    return (top != nullptr ? top : ".") + ("/" + name);
}

std::string contents_of(const std::string& name) {
    std::ostringstream text;
    text << std::ifstream(path_of(name), std::ios::binary).rdbuf();
    BOOST_REQUIRE(!text.str().empty());
    return text.str();
}

// ---- what is made ----

/// Whether a line ends between `before` and a blank: after a sentence, or where it is full.
bool breaks_after(char before, unsigned column) {
    return before == '.' || before == '?' || column > 70;
}

/// In lines of the source, with words in capitals in place of braces.
std::string shown(std::string_view text) {
    std::string result;
    unsigned column = 0;
    bool inside = false;
    for (const char c : text) {
        inside = c == '{' || (inside && c != '}');
        if (c == '{' || c == '}')
            continue;
        const bool breaks =
            c == ' ' && !result.empty() && breaks_after(result.back(), column);
        result += breaks ? '\n' : inside ? to_upper(c) : c;
        column = breaks ? 0 : column + 1;
    }
    return result + "\n";
}

std::string remedies(const AdviceRow& row) {
    std::string text;
    for (const RemedyText& remedy : row.set) {
        if (remedy.section == nullptr)
            continue;
        text += text.empty() ? ".br\n" : ",\n";
        text += std::string("[") + remedy.section + "] " + remedy.key;
        if (*remedy.value != '\0')
            text += " = " + shown(remedy.value).substr(0, shown(remedy.value).size() - 1);
    }
    return text.empty() ? text : text + "\n";
}

std::string entries() {
    std::string text = ".Sh ADVICE\nIn the order of the steps of\n.Nm sallyportctl Cm "
                       "check ;\nwhat is true of one provider "
                       "comes last.\n.Bl -tag -width Ds\n";
    for (const AdviceRow& row : advice_table())
        text += std::string(".It Li ") + row.id + "\n" + shown(row.seen) + ".Pp\n" +
                shown(row.text) + remedies(row);
    return text + ".El\n";
}

std::string hints() {
    std::string text = ".Sh HINTS\nThey end a failure's line, after a semicolon.\nIn place "
                       "of % the line itself has the user, and where the password or token "
                       "is set.\n.Bl -tag -width Ds\n";
    for (const HintId& hint : hint_ids)
        text += std::string(".It Li \"") + hint.hint + "\"\nSee\n.Li " + hint.id + " .\n";
    return text + ".El\n";
}

struct Fall {
    const char* what; ///< as the manual has it
    const char* text; ///< as a failure has it
    int code;
};

constexpr Fall falls[] = {
    {"timed out", "timed out", 0},
    {"connection closed", "connection closed by the server", 0},
    {"not an SMTP reply", "not an SMTP reply: hello", 0},
    {"a reply that begins with 4", "451 no", 451},
    {"a reply that begins with 5", "550 no", 550},
};

/// What can come back at a step: before there is a connection nothing but trouble, and a
/// reply only where somebody speaks SMTP.
std::span<const Fall> falls_at(Step step) {
    const std::span<const Fall> all(falls);
    return step <= Step::connect                          ? all.first(1)
           : step >= Step::greeting && step != Step::text ? all
                                                          : all.first(2);
}

/// The id for a fall at this step, of a relay with a log-in and without a provider.
std::string id_for(Step step, const Fall& fall) {
    Relay relay;
    relay.auth_wanted = true;
    const Failure failure(ExitStatus::unavailable, Fault::relay, "peer", step, {fall.text},
                          {}, fall.code);
    const auto advice = advise(symptom_of(failure, relay, "peer"));
    return advice ? advice->id : std::string();
}

std::string steps() {
    std::string text =
        ".Sh STEPS\nA failure names the step.\nThese are the ids for what may "
        "come back, where\nthe text of a reply says no more.\n"
        ".Bl -tag -width Ds\n";
    for (auto i = static_cast<unsigned>(Step::look_up);
         i <= static_cast<unsigned>(Step::end_of_data); ++i) {
        const auto step = static_cast<Step>(i);
        text += ".It Li \"" + Where(step).text() + "\"\n";
        std::string line;
        for (const Fall& fall : falls_at(step))
            line += (line.empty() ? "" : ";\n") + std::string(fall.what) + ": " +
                    id_for(step, fall);
        text += line + "\n";
    }
    return text + ".El\n";
}

std::string made() {
    return entries() + hints() + steps();
}

/// The manual with `part` in place of what is made.
std::string with(const std::string& manual, const std::string& part) {
    const auto begin = manual.find(begins);
    const auto end = manual.find(ends);
    BOOST_REQUIRE(begin != std::string::npos);
    BOOST_REQUIRE(end != std::string::npos);
    return manual.substr(0, begin) + begins + part + manual.substr(end);
}

// ---- what the source says ----

/// The string literals of C++, those that stand side by side as one.
std::vector<std::string> literals_of(const std::string& source) {
    std::vector<std::string> found;
    bool joins = false;
    for (std::size_t at = 0; at < source.size(); ++at) {
        if (source.compare(at, 2, "//") == 0) {
            at = source.find('\n', at);
        } else if (source[at] == '\'' && at > 0 && is_digit(source[at - 1])) {
            continue; // 10'000
        } else if (source[at] == '\'') {
            at = source.find('\'', at + (source[at + 1] == '\\' ? 3 : 2));
        } else if (source[at] == '"') {
            if (!joins)
                found.emplace_back();
            for (++at; source[at] != '"'; ++at) {
                if (source[at] == '\\')
                    ++at;
                found.back() += source[at];
            }
            joins = true;
        } else if (source[at] != ' ' && source[at] != '\n') {
            joins = false;
        }
    }
    return found;
}

/// The parts of a text of printf() that stand between what is filled in.
std::vector<std::string> parts_of(const std::string& text) {
    std::vector<std::string> parts;
    std::size_t at = 0;
    for (auto gap = text.find('%'); gap != text.npos; gap = text.find('%', gap + 1)) {
        if (text[gap + 1] != 's' && text[gap + 1] != 'u')
            continue;
        parts.push_back(text.substr(at, gap - at));
        at = gap + 2;
    }
    parts.push_back(text.substr(at));
    return parts;
}

/// What is a sentence, or a part of one.
bool is_said(std::string_view text) {
    return std::ranges::count(text, ' ') >= 2 && text.size() >= 12;
}

/// Without what mdoc needs, so that texts can be found in it.
std::string plain(std::string text) {
    for (const auto& [mark, meaning] : {std::pair{"\\(dq", "\""}, {"\\e", "\\"}}) {
        for (auto at = text.find(mark); at != text.npos; at = text.find(mark))
            text.replace(at, std::string_view(mark).size(), meaning);
    }
    return text;
}

constexpr const char* sources[] = {
    "src/config/builder.cc",    "src/config/configuration.cc", "src/config/key_names.cc",
    "src/config/keys.cc",       "src/config/strict_ini.cc",    "src/config/url.cc",
    "src/config/values.cc",     "src/config/ways.cc",          "src/net/trust.cc",
    "src/system/secret.cc",     "src/config/presets.cc",       "src/system/permission.cc",
    "src/system/small_file.cc",
};

/// Such that the hint may be given.
Login login_of(const hints::Hint& row) {
    return (row.when & hints::token) != 0      ? Login::token
           : (row.when & hints::no_login) != 0 ? Login::none
                                               : Login::password;
}

/// Lists of words for the parser, which nobody is shown.
constexpr const char* unsaid[] = {"implicit starttls none", "no header envelope both",
                                  "syslog stderr file: none",
                                  "temporary background always never"};

} // namespace

BOOST_AUTO_TEST_CASE(what_is_made_is_what_the_tables_say) {
    const std::string manual = contents_of("man/sallyport-advice.7");
    const std::string anew = with(manual, made());
    const auto& suite = boost::unit_test::framework::master_test_suite();
    if (suite.argc > 1 && std::string_view(suite.argv[1]) == "write")
        std::ofstream(path_of("man/sallyport-advice.7"), std::ios::binary) << anew;
    else
        BOOST_TEST((manual == anew), "make advice-manual, and look at what has changed");
}

BOOST_AUTO_TEST_CASE(every_error_of_a_configuration_has_an_entry) {
    const std::string manual = plain(contents_of("man/sallyport-advice.7"));
    for (const char* const name : sources) {
        for (const std::string& literal : literals_of(contents_of(name))) {
            if (std::ranges::find(unsaid, std::string_view(literal)) != std::end(unsaid))
                continue;
            for (const std::string& text : parts_of(literal)) {
                if (is_said(text))
                    BOOST_TEST(manual.find(text) != manual.npos, name << ": " << text);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(every_step_and_fall_has_an_id) {
    for (auto i = static_cast<unsigned>(Step::look_up);
         i <= static_cast<unsigned>(Step::end_of_data); ++i) {
        for (const Fall& fall : falls_at(static_cast<Step>(i)))
            BOOST_TEST(!id_for(static_cast<Step>(i), fall).empty(),
                       Where(static_cast<Step>(i)).text() << ": " << fall.text);
    }
}

BOOST_AUTO_TEST_CASE(every_hint_of_the_mail_path_leads_to_an_id) {
    BOOST_TEST(std::size(hint_ids) == std::size(hints::rows));
    for (std::size_t i = 0; i < std::size(hint_ids); ++i) {
        const auto& [hint, id, provider, reply, unasked] = hint_ids[i];
        BOOST_TEST(hints::rows[i].text == hint);
        const AdviceCase given{id, provider, Rung::machine,    reply,
                               "", "",       "me@example.org", login_of(hints::rows[i])};
        Relay relay = relay_of(given);
        if ((hints::rows[i].when & hints::port_25) != 0)
            relay.port = {25};
        const Step step =
            hints::rows[i].step != Step::none ? hints::rows[i].step : Step::mail;
        const TlsMode mode = relay.tls_mode(587);
        // The reply earns this hint and no other, and the same reply the advice.
        const std::string said = sallyport::hint(relay, mode, step, reply);
        BOOST_TEST(said.starts_with("; " + std::string(hint, std::strcspn(hint, "%"))),
                   hint << said);
        const Failure failure(ExitStatus::no_perm, Fault::relay, "peer", step,
                              {reply, said}, reply_of(reply).enhanced(),
                              reply_of(reply).code);
        Symptom symptom = ctl::symptom_of(failure, relay, "peer");
        symptom.provider = provider;
        BOOST_TEST(symptom.reply == reply);
        BOOST_REQUIRE(advise(symptom).has_value());
        BOOST_TEST(advise(symptom)->id == (unasked != nullptr ? unasked : id));
    }
}

BOOST_AUTO_TEST_CASE(literals_are_found_and_joined) {
    const auto found =
        literals_of("a(\"one \"\n  \"two\", 'x', '\"', \"th\\\"ree\"); // \"no\"\n");
    BOOST_TEST(found.size() == 2U);
    BOOST_TEST(found.front() == "one two");
    BOOST_TEST(found.back() == "th\"ree");
}
