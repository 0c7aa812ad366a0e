// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE answers
#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <unistd.h>

#include "base/unique_fd.h"
#include "ctl/answers.h"
#include "ctl/arguments.h"
#include "unit/failing.h"
#include "unit/folder.h"

using namespace sallyport;
using namespace sallyport::ctl;

namespace {

/// While it lives, standard input is this text, and standard error is kept aside.
class Streams {
  public:
    Streams(const Folder& folder, const std::string& input)
        : folder_(folder), in_(::dup(STDIN_FILENO)), error_(::dup(STDERR_FILENO)) {
        const UniqueFd given(::open(folder.write("in", input).c_str(), O_RDONLY));
        const UniqueFd said(::open(folder.write("said", "").c_str(), O_WRONLY));
        ::dup2(given.get(), STDIN_FILENO);
        ::dup2(said.get(), STDERR_FILENO);
    }
    Streams(const Streams&) = delete;
    Streams& operator=(const Streams&) = delete;
    ~Streams() {
        ::dup2(in_.get(), STDIN_FILENO);
        ::dup2(error_.get(), STDERR_FILENO);
    }
    [[nodiscard]] std::string said() const { return folder_.read("said"); }

  private:
    const Folder& folder_;
    UniqueFd in_;
    UniqueFd error_;
};

struct Asked {
    Plan plan;
    std::string said;
};

struct Fixture {
    Fixture() { surroundings.aliases = folder.path("aliases"); }

    Asked ask(std::initializer_list<const char*> arguments, const std::string& input = {}) {
        surroundings.discover = [this](const std::string&) { return discovered; };
        const Options options = options_of(arguments);
        const Console console({}, false);
        const Streams streams(folder, input);
        Plan plan = answers(options, console, surroundings);
        return {std::move(plan), streams.said()};
    }
    Plan plan(std::initializer_list<const char*> arguments, const std::string& input = {}) {
        return ask(arguments, input).plan;
    }
    /// The status and the text of the failure.
    std::string why(std::initializer_list<const char*> arguments,
                    const std::string& input = {}) {
        const Failure failure = failure_of([&] { return ask(arguments, input); });
        return std::to_string(status_of(failure)) + " " + failure.what();
    }

    Folder folder;
    Surroundings surroundings;
    Discovered discovered;
};

const std::string sendgrid_key = "SG.abcdef.ghijkl";

} // namespace

BOOST_FIXTURE_TEST_CASE(options_alone, Fixture) {
    const Plan made = plan({"setup", "sendgrid", "--password-stdin", "--from",
                            "a@b.example", "--root", "r@b.example"},
                           sendgrid_key + "\n");
    BOOST_TEST(made.provider == "sendgrid");
    BOOST_TEST(made.host == "");
    BOOST_TEST(made.user == "apikey");
    BOOST_TEST(made.password == sendgrid_key);
    BOOST_TEST(made.from == "a@b.example");
    BOOST_TEST(made.root == "r@b.example");
    BOOST_TEST(made.aliases == "");
    BOOST_TEST(made.force == "");
}

BOOST_FIXTURE_TEST_CASE(what_is_missing_without_a_terminal_is_named, Fixture) {
    const auto lacks = [](const std::string& options) {
        return "64 " + options + " missing, and there is no terminal to ask questions on";
    };
    BOOST_TEST(why({"setup"}) == lacks("the options --host (or a provider, or an address), "
                                       "--user, --password-stdin, --from, --root are"));
    BOOST_TEST(why({"setup", "--from", "a@b.c", "--root", "a@b.c", "--user", ""}) ==
               lacks("option --host (or a provider, or an address) is"));
    BOOST_TEST(why({"setup", "brevo"}) ==
               lacks("the options --user, --password-stdin, --from, --root are"));
    BOOST_TEST(why({"setup", "brevo", "--password-stdin"}) ==
               lacks("the options --user, --from, --root are"));
    BOOST_TEST(why({"setup", "sendgrid", "--from", "a@b.c"}) ==
               lacks("the options --password-stdin, --root are"));
    BOOST_TEST(why({"setup", "sendgrid", "--password-file", "/s", "--from", "a@b.c"}) ==
               lacks("option --root is"));
    BOOST_TEST(why({"setup", "--host", "h.example"}) ==
               lacks("the options --from, --root are"));
    surroundings.wants_secret = false;
    BOOST_TEST(why({"setup", "brevo"}) == lacks("the options --user, --from, --root are"));
}

BOOST_FIXTURE_TEST_CASE(mistakes_in_options_are_mistakes_of_the_call, Fixture) {
    const auto wrong = [&](const char* option, const char* value) {
        const std::string name = std::string("--") + option;
        return why({"setup", "sendgrid", "--password-file", "/s", "--from", "a@b.example",
                    "--root", "r@b.example", name.c_str(), value});
    };
    BOOST_TEST(wrong("port", "0") ==
               "64 option --port: a number from 1 to 65535 is expected");
    BOOST_TEST(wrong("host", "a b") ==
               "64 option --host: a host name or an address is expected");
    BOOST_TEST(wrong("user", "a\nb") == "64 option --user: it holds a control character");
    BOOST_TEST(why({"setup", "sendgrid", "--password-file", "s"}) ==
               "64 option --password-file: a path that begins with / is expected");
    BOOST_TEST(why({"setup", "sendgrid", "--password-file", "/s", "--from", "root"}) ==
               "64 option --from: an address with its domain is expected");
    BOOST_TEST(why({"setup", "sendgrid", "--password-file", "/s", "--from", "a@b.c",
                    "--root", "me, a@b.c"}) ==
               "64 option --root: an address with its domain is expected");
    BOOST_TEST(why({"setup", "sendgrid", "--password-file", "/s", "--token-file", "/t"}) ==
               "64 the options --password-stdin, --password-file, --password-command, "
               "--token-file and --iam-secret-stdin exclude each other");
    BOOST_TEST(
        why({"setup", "sendgird"}) ==
        "66 sendgird is no provider that is known; the nearest is sendgrid: "
        "\"sallyportctl providers\" lists them, and another server is named by --host");
    BOOST_TEST(why({"setup", "nonesuch"})
                   .starts_with("66 nonesuch is no provider that is "
                                "known: "));
    BOOST_TEST(why({"setup", "ses"}).starts_with("78 provider: write ses:REGION"));
}

BOOST_FIXTURE_TEST_CASE(secrets_that_cannot_be_one_are_refused, Fixture) {
    const auto given = [&](const std::string& secret) {
        return why({"setup", "--host", "h.example", "--user", "u", "--password-stdin"},
                   secret);
    };
    BOOST_TEST(given("").starts_with("65 "));
    BOOST_TEST(given("one\ntwo\n").starts_with("65 "));
    BOOST_TEST(given("a\tb\n") ==
               "65 the secret holds a line end or another control character");
    BOOST_TEST(given(std::string(16385, 'x')).starts_with("65 "));
}

BOOST_FIXTURE_TEST_CASE(the_password_of_ses_is_derived_and_the_key_is_nowhere, Fixture) {
    const Asked asked =
        ask({"setup", "ses:eu-central-1", "--user", "AKIAEXAMPLE", "--iam-secret-stdin",
             "--from", "a@b.example", "--root", "r@b.example"},
            "some+secret+key\n");
    BOOST_TEST(asked.plan.password == "BMXhUYlu5Z3gSXVQORxlVa7XPaz91aGWdfHxvkOZdWZ2");
    BOOST_TEST(asked.said == "");
    BOOST_TEST(
        plan({"setup", "email-smtp.us-west-1.amazonaws.com", "--user", "AKIAEXAMPLE",
              "--iam-secret-stdin", "--from", "a@b.example", "--root", "r@b.example"},
             "some+secret+key\n")
            .password == "BH+jbMzper5WwlwUar9E1ySBqHa9whi0GPo+sJ0mVYJj");
    BOOST_TEST(why({"setup", "sendgrid", "--iam-secret-stdin"}, "key\n") ==
               "64 option --iam-secret-stdin: it is for Amazon SES: setup ses:REGION");
    BOOST_TEST(
        why({"setup", "ses:eu-central-1", "--user", "ASIAEXAMPLE", "--iam-secret-stdin"},
            "key\n")
            .starts_with("64 option --user: ASIA"));
}

BOOST_FIXTURE_TEST_CASE(an_address_gives_server_user_and_sender, Fixture) {
    discovered.srv = "example.org";
    discovered.why = "its DNS names it";
    const Asked asked = ask(
        {"setup", "50%U@example.org", "--password-file", "/s", "--root", "r@b.example"});
    BOOST_TEST(asked.plan.srv == "example.org");
    BOOST_TEST(asked.plan.user == "50%U@example.org");
    BOOST_TEST(asked.plan.from == "50%%U@example.org");
    BOOST_TEST(asked.said == "example.org: its DNS names it\n");
}

BOOST_FIXTURE_TEST_CASE(a_server_that_dns_alone_names_needs_a_yes, Fixture) {
    discovered.host = "mail.evil.example";
    discovered.to_be_confirmed = true;
    const auto arguments = {"setup", "a@example.org", "--password-file",
                            "/s",    "--root",        "r@b.example"};
    BOOST_TEST(why(arguments) ==
               "78 mail.evil.example: DNS alone names this server, and anybody could have "
               "forged it: name it by --host if it is the right one");
    surroundings.can_ask = true;
    BOOST_TEST(why(arguments, "\n") == "78 mail.evil.example: it is not used");
    BOOST_TEST(plan(arguments, "y\n\n").host == "mail.evil.example");
    discovered.host = "";
    discovered.provider = "sakura:evil";
    BOOST_TEST(why(arguments, "\n") == "78 evil.sakura.ne.jp: it is not used");
    BOOST_TEST(plan(arguments, "y\n\n").provider == "sakura:evil");
}

BOOST_FIXTURE_TEST_CASE(a_server_is_taken_apart, Fixture) {
    const auto apart = [&](const char* word, const char* port = nullptr) {
        const Plan made = plan({"setup", word, "--user", "u", "--password-file", "/s",
                                "--from", "a@b.example", "--root", "r@b.example",
                                port != nullptr ? "--port" : "--no-check",
                                port != nullptr ? port : "--yes"});
        return made.provider + made.host + " " +
               (made.ports.empty() ? "" : std::to_string(made.ports.front())) + " " +
               made.tls;
    };
    BOOST_TEST(apart("mail.example.org:2465") == "mail.example.org 2465 ");
    BOOST_TEST(apart("smtps://mail.example.org") == "mail.example.org 465 implicit");
    BOOST_TEST(apart("smtps://mail.example.org", "2465") ==
               "mail.example.org 2465 implicit");
    BOOST_TEST(apart("smtp.gmail.com:587") == "gmail 587 ");
    BOOST_TEST(apart("ses:eu-west-1") == "ses:eu-west-1  ");
}

BOOST_FIXTURE_TEST_CASE(a_password_in_the_first_word_is_not_quoted, Fixture) {
    for (const char* word :
         {"smtps://alice:hunter2@smtp.example.com:465", "alice:hunter2@smtp.example.com",
          "smtp://hunter2@smtp.example.com?x=y", "hunter2:hunter2"}) {
        const std::string refusal = why({"setup", word});
        BOOST_TEST(refusal.starts_with("64 "), refusal);
        BOOST_TEST(!holds(refusal, "hunter2"), refusal);
    }
    BOOST_TEST(holds(why({"setup", "alice:hunter2@smtp.example.com"}), "asked for later"));
}

BOOST_FIXTURE_TEST_CASE(where_nobody_knows_the_server_it_is_asked, Fixture) {
    BOOST_TEST(why({"setup", "a@example.org"}) ==
               "64 the options --host (nothing tells the submission server of "
               "example.org), --password-stdin, --root are missing, and there is no "
               "terminal to ask questions on");
    surroundings.can_ask = true;
    const Asked asked =
        ask({"setup", "a@example.org", "--password-file", "/s", "--root", "r@b.example"},
            "not a host\nmail.example.org:2465\n\n");
    BOOST_TEST(asked.plan.host == "mail.example.org");
    BOOST_TEST((asked.plan.ports == std::vector<std::uint16_t>{2465}));
    BOOST_TEST(holds(asked.said, "sallyportctl: host: a host name or an address is"));
}

BOOST_FIXTURE_TEST_CASE(a_host_of_the_table_is_its_provider, Fixture) {
    const auto provider = [&](const char* word) {
        return plan({"setup", word, "--user", "u", "--password-file", "/s", "--from",
                     "a@b.example", "--root", "r@b.example"})
            .provider;
    };
    BOOST_TEST(provider("smtp.eu.mailgun.org") == "mailgun:eu");
    BOOST_TEST(provider("mail.example.org") == "");
    BOOST_TEST(provider("hotmail.com") == "outlook");
    BOOST_TEST(provider("office365") == "m365");
    BOOST_TEST(holds(why({"setup", "mail"}), "; there are ses, mailgun, "));
}

BOOST_FIXTURE_TEST_CASE(a_server_of_ones_own_without_a_log_in, Fixture) {
    const Plan made = plan(
        {"setup", "--host", "mail.lan", "--from", "a@b.example", "--root", "r@b.example"});
    BOOST_TEST(made.host == "mail.lan");
    BOOST_TEST(made.user == "");
    BOOST_TEST(made.password == "");
}

BOOST_FIXTURE_TEST_CASE(all_questions_in_their_order, Fixture) {
    surroundings.can_ask = true;
    const Asked asked = ask({"setup", "--password-file", "/s"},
                            "sendgird\nbrevo\nme@b.example\n\nadmin@b.example\n");
    BOOST_TEST(asked.plan.provider == "brevo");
    BOOST_TEST(asked.plan.user == "me@b.example");
    BOOST_TEST(asked.plan.from == "me@b.example");
    BOOST_TEST(asked.plan.root == "admin@b.example");
    BOOST_TEST(
        holds(asked.said, "Provider, mail address or host: sallyportctl: sendgird is"));
    BOOST_TEST(holds(asked.said, "User: Sender that the server accepts [me@b.example]: "
                                 "Who reads root's mail [me@b.example]: "));
}

BOOST_FIXTURE_TEST_CASE(answers_that_will_not_do_are_asked_for_again, Fixture) {
    surroundings.can_ask = true;
    const Plan made =
        plan({"setup", "sendgrid", "--password-file", "/s"}, "nobody\n<>\na@b.example\n\n");
    BOOST_TEST(made.from == "a@b.example");
    BOOST_TEST(made.root == "a@b.example");
    BOOST_TEST(why({"setup", "sendgrid", "--password-file", "/s"}, "a@b.example\n")
                   .starts_with("65 "));
}

BOOST_FIXTURE_TEST_CASE(a_user_of_another_form_is_asked_about, Fixture) {
    const auto arguments = {"setup", "gmail",  "--user",      "me",     "--password-file",
                            "/s",    "--from", "a@gmail.com", "--root", "r@b.example"};
    const Asked warned = ask(arguments);
    BOOST_TEST(warned.plan.user == "me");
    BOOST_TEST(holds(warned.said, "the user is the whole address there"));
    surroundings.can_ask = true;
    BOOST_TEST(plan(arguments, "y\n").user == "me");
    BOOST_TEST(plan(arguments, "n\nme@gmail.com\n").user == "me@gmail.com");
}

BOOST_FIXTURE_TEST_CASE(a_secret_of_another_form_is_warned_of_and_not_shown, Fixture) {
    const Asked asked = ask({"setup", "sendgrid", "--password-stdin", "--from",
                             "a@b.example", "--root", "r@b.example"},
                            "Tr0ub4dor\n");
    BOOST_TEST(asked.plan.password == "Tr0ub4dor");
    BOOST_TEST(asked.said == "sallyportctl: an API key of SendGrid begins with SG.\n");
}

BOOST_FIXTURE_TEST_CASE(blanks_of_google_go_with_a_yes_only, Fixture) {
    const std::string secret = "abcd efgh ijkl mnop";
    const auto password = [&](const char* last) {
        return plan({"setup", "me@gmail.com", "--host", "smtp.gmail.com",
                     "--password-stdin", "--root", "r@b.example", last},
                    secret + "\n")
            .password;
    };
    BOOST_TEST(password("--no-check") == secret);
    BOOST_TEST(password("--yes") == "abcdefghijklmnop");
}

BOOST_FIXTURE_TEST_CASE(what_may_be_a_part_of_the_secret_stays_with_a_warning, Fixture) {
    const auto asked = [&](const char* option, const char* value, const char* input) {
        return ask({"setup", "--host", "h.example", "--user", "u", option, value, "--from",
                    "a@b.example", "--root", "r@b.example"},
                   input);
    };
    for (const char* const secret : {"\"Tr0ub4dor\"", "Tr0ub4dor "}) {
        const Asked piped = asked("--password-stdin", "--yes", secret);
        BOOST_TEST(piped.plan.password == secret);
        BOOST_TEST(holds(piped.said, "; it is taken as it is"));
        const std::string file = folder.write("secret", secret);
        const Asked filed = asked("--password-file", file.c_str(), "");
        BOOST_TEST(holds(filed.said, ": a blank or a quotation mark at the edge"));
        BOOST_TEST(!holds(piped.said + filed.said, "Tr0ub4dor"));
    }
}

BOOST_FIXTURE_TEST_CASE(aliases_of_root_stand_in_for_a_reader, Fixture) {
    const auto arguments = {"setup", "sendgrid", "--password-file",
                            "/s",    "--from",   "a@b.example"};
    static_cast<void>(folder.write("aliases", "postmaster: root\nroot: me@b.example\n"));
    BOOST_TEST(plan(arguments).aliases == folder.path("aliases"));
    BOOST_TEST(plan(arguments).root == "");
    static_cast<void>(folder.write("aliases", "postmaster: root\n"));
    BOOST_TEST(why(arguments).starts_with("64 option --root"));
    static_cast<void>(folder.write("aliases", "root: alice\n"));
    BOOST_TEST(why(arguments).starts_with("64 option --root"));
    static_cast<void>(folder.write("aliases", "root: |/bin/cat\n"));
    BOOST_TEST(why(arguments).starts_with("64 option --root"));
}

BOOST_FIXTURE_TEST_CASE(aliases_are_offered_where_somebody_can_answer, Fixture) {
    surroundings.can_ask = true;
    const auto arguments = {"setup", "sendgrid", "--password-file", "/s"};
    static_cast<void>(folder.write("aliases", "root: me@b.example\n"));
    BOOST_TEST(plan(arguments, "a@b.example\n\n").aliases == folder.path("aliases"));
    const Plan without = plan(arguments, "a@b.example\nn\n\n");
    BOOST_TEST(without.aliases == "");
    BOOST_TEST(without.root == "a@b.example");
    static_cast<void>(folder.write("aliases", "postmaster: root\n"));
    const Plan both = plan(arguments, "a@b.example\ny\nr@b.example\n");
    BOOST_TEST(both.aliases == folder.path("aliases"));
    BOOST_TEST(both.root == "r@b.example");
}

BOOST_FIXTURE_TEST_CASE(a_relay_alone_has_neither_sender_nor_reader, Fixture) {
    const Plan made =
        plan({"setup", "sendgrid", "--password-file", "/s", "--add", "backup"});
    BOOST_TEST(made.from == "");
    BOOST_TEST(made.root == "");
}

BOOST_FIXTURE_TEST_CASE(whoever_only_looks_needs_no_secret, Fixture) {
    surroundings.wants_secret = false;
    BOOST_TEST(plan({"setup", "sendgrid", "--from", "a@b.example", "--root", "r@b.example",
                     "--password-stdin"})
                   .password == "(secret)");
    BOOST_TEST(plan({"setup", "ses:eu-west-1", "--user", "AKIAEXAMPLE", "--from",
                     "a@b.example", "--root", "r@b.example", "--iam-secret-stdin"})
                   .password == "(secret)");
    BOOST_TEST(plan({"setup", "sendgrid", "--from", "a@b.example", "--root", "r@b.example"})
                   .password == "(secret)");
}
