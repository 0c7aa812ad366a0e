// SPDX-License-Identifier: MIT
//
// `setup` as somebody at a terminal has it: the program itself, asked and answered.
#define BOOST_TEST_MODULE setup_dialogue
#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <filesystem>

#include "terminal.h"
#include "unit/failing.h"
#include "unit/folder.h"

using namespace sallyport;

namespace {

const std::string secret = "SG.Tr0ub4dor.correct-horse";

std::string program() {
    const char* const named = std::getenv("SALLYPORTCTL");
    const char* const built = std::getenv("builddir");
    return named != nullptr ? named
                            : std::string(built != nullptr ? built : ".") + "/sallyportctl";
}

struct Fixture {
    Fixture() {
        if (::access(program().c_str(), X_OK) != 0)
            throw std::runtime_error(program() + " is not there: run it by make");
    }

    Terminal setup(std::vector<std::string> options = {"sendgrid"}) {
        std::vector<std::string> arguments{program(), "setup", "--no-check", "--output",
                                           path};
        arguments.insert(arguments.end(), options.begin(), options.end());
        return {arguments, {"HOME=" + folder.path(""), "LC_ALL=C", "TERM=dumb"}};
    }
    static void wants_no_queue(Terminal& terminal) {
        BOOST_TEST(terminal.shows("where the server cannot be reached? [y/N] "));
        terminal.type("\n");
    }

    Folder folder;
    std::string path = folder.path("sallyport.conf");
};

} // namespace

BOOST_FIXTURE_TEST_CASE(from_the_first_question_to_the_file, Fixture) {
    Terminal terminal = setup({"--root", "admin@example.org"});
    BOOST_TEST(terminal.shows("Provider, mail address or host: "));
    terminal.type("sendgrid\n");
    BOOST_TEST(terminal.shows("API key (not shown): "));
    BOOST_TEST(!terminal.echoes());
    terminal.type(secret + "\n");
    BOOST_TEST(terminal.shows("Sender that the server accepts: "));
    BOOST_TEST(terminal.echoes());
    terminal.type("me@example.org\n");
    wants_no_queue(terminal);
    BOOST_TEST(terminal.shows("password = \"(secret)\""));
    BOOST_TEST(terminal.shows("Write " + path + "? [Y/n] "));
    BOOST_TEST(!std::filesystem::exists(path));
    terminal.type("y\n");
    BOOST_TEST(terminal.shows("Try it: "));
    BOOST_TEST(terminal.status() == 0);
    BOOST_TEST(!holds(terminal.all(), "Tr0ub4dor"));
    BOOST_TEST(holds(folder.read("sallyport.conf"), "password = \"" + secret + "\""));
}

BOOST_FIXTURE_TEST_CASE(a_secret_that_looks_wrong_is_asked_for_again, Fixture) {
    Terminal terminal =
        setup({"sendgrid", "--root", "admin@example.org", "--from", "me@example.org"});
    BOOST_TEST(terminal.shows("(not shown): "));
    terminal.type("Wr0ng\n");
    BOOST_TEST(terminal.shows("an API key of SendGrid begins with SG."));
    BOOST_TEST(terminal.shows("Use it nevertheless? [y/N] "));
    terminal.type("\n");
    BOOST_TEST(terminal.shows("(not shown): "));
    terminal.type(secret + "\n");
    wants_no_queue(terminal);
    BOOST_TEST(terminal.shows("[Y/n] "));
    terminal.type("n\n");
    BOOST_TEST(terminal.status() == 73);
    BOOST_TEST(!std::filesystem::exists(path));
    BOOST_TEST(!holds(terminal.all(), "Wr0ng"));
    BOOST_TEST(!holds(terminal.all(), "Tr0ub4dor"));
}

BOOST_FIXTURE_TEST_CASE(quotation_marks_that_were_pasted_along_go_with_a_yes, Fixture) {
    for (const auto& [answer, kept] : {std::pair("y\n", ""), {"\n", "\\\""}}) {
        Terminal terminal = setup({"--host", "mail.example.org", "--user", "me", "--root",
                                   "admin@example.org", "--from", "me@example.org"});
        BOOST_TEST(terminal.shows("(not shown): "));
        terminal.type("\"Tr0ub4dor\"\n");
        BOOST_TEST(terminal.shows("the secret stands in quotation marks"));
        BOOST_TEST(terminal.shows("Take that off? [y/N] "));
        terminal.type(answer);
        wants_no_queue(terminal);
        BOOST_TEST(terminal.shows("? [Y/n] "));
        terminal.type("y\n");
        BOOST_TEST(terminal.status() == 0);
        BOOST_TEST(!holds(terminal.all(), "Tr0ub4dor"));
        BOOST_TEST(holds(folder.read("sallyport.conf"),
                         std::string("\"") + kept + "Tr0ub4dor" + kept + "\""));
    }
}

BOOST_FIXTURE_TEST_CASE(an_interrupt_while_the_secret_is_typed, Fixture) {
    for (const auto& [key, status] : {std::pair("\x03", 130), std::pair("\x1c", 131)}) {
        Terminal terminal = setup({"sendgrid", "--root", "admin@example.org"});
        BOOST_TEST(terminal.shows("(not shown): "));
        terminal.type(std::string("SG.half") + key);
        BOOST_TEST(terminal.status() == status);
        BOOST_TEST(terminal.echoes());
        BOOST_TEST(!std::filesystem::exists(path));
        BOOST_TEST(!holds(terminal.all(), "half"));
    }
}

BOOST_FIXTURE_TEST_CASE(an_interrupt_at_the_last_question_changes_nothing, Fixture) {
    static_cast<void>(folder.write("sallyport.conf", "[relay]\nhost = old.example\n"));
    Terminal terminal = setup({"sendgrid", "--root", "admin@example.org", "--from",
                               "me@example.org", "--password-file", "/run/secret"});
    wants_no_queue(terminal);
    BOOST_TEST(terminal.shows("-host = old.example"));
    BOOST_TEST(terminal.shows("+provider = sendgrid"));
    BOOST_TEST(terminal.shows("[Y/n] "));
    terminal.type("\x03");
    BOOST_TEST(terminal.status() == 130);
    BOOST_TEST(folder.read("sallyport.conf") == "[relay]\nhost = old.example\n");
    BOOST_TEST(!std::filesystem::exists(path + ".bak"));
}

BOOST_FIXTURE_TEST_CASE(the_end_of_the_input_is_no_answer, Fixture) {
    Terminal terminal = setup({});
    BOOST_TEST(terminal.shows("Provider, mail address or host: "));
    terminal.type("\x04");
    BOOST_TEST(terminal.status() == 65);
    BOOST_TEST(!std::filesystem::exists(path));
}

BOOST_FIXTURE_TEST_CASE(a_secret_in_the_difference_is_masked_on_both_sides, Fixture) {
    static_cast<void>(folder.write(
        "sallyport.conf", "[relay]\nhost = old.example\nuser = u\npassword = OldSecret\n"));
    Terminal terminal =
        setup({"sendgrid", "--root", "admin@example.org", "--from", "me@example.org"});
    BOOST_TEST(terminal.shows("(not shown): "));
    terminal.type(secret + "\n");
    wants_no_queue(terminal);
    BOOST_TEST(terminal.shows("-password = (secret)"));
    BOOST_TEST(terminal.shows("+password = (changed)"));
    BOOST_TEST(terminal.shows("[Y/n] "));
    terminal.type("y\n");
    BOOST_TEST(terminal.status() == 0);
    BOOST_TEST(!holds(terminal.all(), "OldSecret"));
    BOOST_TEST(!holds(terminal.all(), "Tr0ub4dor"));
    BOOST_TEST(holds(folder.read("sallyport.conf.bak"), "OldSecret"));
}

BOOST_FIXTURE_TEST_CASE(a_queue_that_is_there_stays_unless_somebody_says_no, Fixture) {
    const std::string spool = folder.path("var/spool");
    for (const auto& [answer, stays] : {std::pair("\n", true), {"n\n", false}}) {
        static_cast<void>(folder.write("sallyport.conf", "[queue]\nwhen = background\n"
                                                         "directory = " +
                                                             spool + "\n"));
        Terminal terminal = setup({"sendgrid", "--root", "admin@example.org", "--from",
                                   "me@example.org", "--password-file", "/run/secret"});
        BOOST_TEST(terminal.shows("where the server cannot be reached? [Y/n] "));
        terminal.type(answer);
        BOOST_TEST(terminal.shows("Write " + path + "? [Y/n] "));
        BOOST_TEST(std::filesystem::exists(spool) == !stays); // not before the answer
        terminal.type("y\n");
        BOOST_TEST(terminal.status() == 0);
        const std::string text = folder.read("sallyport.conf");
        BOOST_TEST(holds(text, "directory = \"" + spool + "\"") == stays);
        BOOST_TEST(holds(text, "when = background") == stays);
        BOOST_TEST(std::filesystem::is_directory(spool));
        const std::string by = ::geteuid() == 0 ? "sallyport -C " : "SALLYPORT_CONFIG=";
        BOOST_TEST(holds(terminal.all(), by + path) == stays);
    }
}
