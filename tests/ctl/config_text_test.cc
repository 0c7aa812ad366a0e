// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE config_text
#include <boost/test/unit_test.hpp>

#include <random>

#include "config/strict_ini.h"
#include "ctl/config_text.h"
#include "ctl/draft.h"
#include "ctl/masked.h"
#include "system/secret.h"
#include "text/ascii.h"
#include "unit/configuring.h"

using namespace sallyport;
using namespace sallyport::ctl;

namespace {

const std::vector<std::string> hostile = {
    "plain",
    "S3cret ;#=pass",
    "; all of it",
    "# all of it",
    "a;b#c",
    "a ; b",
    "\"",
    "\"quoted\"",
    "\"half",
    "half\"",
    "back\\slash",
    "ends with \\",
    "\\\"",
    " blank before",
    "blank after ",
    "  ",
    "[section]",
    "= sign",
    "key = value",
    "'single'",
    "%41 %% $HOME `id`",
    "caf\xc3\xa9 \xe2\x80\x9cquoted\xe2\x80\x9d",
    "\xff\xfe not UTF-8",
    std::string(16000, '"'),
};

Plan some_plan() {
    Plan plan;
    plan.host = "mail.example.org";
    plan.user = "me";
    plan.password = "pass";
    plan.from = "me@example.org";
    plan.root = "admin@example.org";
    return plan;
}

std::string revealed(const SecretSource& source) {
    const LoadedSecret loaded = load_secret(source, Deadline::max());
    return std::string(loaded.secret->reveal(Permit(PlaintextConsent("a test"))));
}

Relay relay_of(const std::string& text) {
    const Configuring file;
    static_cast<void>(file.has_system_file(text));
    return file.relay();
}

std::size_t lines(const std::string& text) {
    return static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

} // namespace

BOOST_AUTO_TEST_CASE(the_file_of_a_server_word_for_word) {
    BOOST_TEST(
        config_text(some_plan(), true) ==
        "; Written by sallyportctl setup; see sallyport.conf(5).\n"
        "[relay]\n"
        "host = \"mail.example.org\"                 ; the submission server\n"
        "user = \"me\"                               ; who logs in\n"
        "password = \"(secret)\"                     ; whoever reads this file has it\n"
        "\n"
        "[sender]\n"
        "envelope_from = \"me@example.org\"          ; who sends, for the server\n"
        "header_from = \"me@example.org\"            ; and for those who read it\n"
        "force = \"both\"                            ; whoever calls: most servers "
        "refuse root@host\n"
        "\n"
        "[recipients]\n"
        "root = \"admin@example.org\"                ; who reads root's mail\n");
}

BOOST_AUTO_TEST_CASE(hostile_users_and_passwords_are_read_as_they_were_meant) {
    for (const std::string& text : hostile) {
        Plan plan = some_plan();
        plan.user = text;
        plan.password = text;
        const Relay relay = relay_of(config_text(plan, false));
        BOOST_TEST((relay.user == text), text.substr(0, 80));
        BOOST_TEST((revealed(relay.secret) == text), text.substr(0, 80));
        BOOST_TEST(relay.host == "mail.example.org");
    }
}

BOOST_AUTO_TEST_CASE(a_value_without_a_comment_is_read_as_it_was_meant) {
    for (const std::string& text : hostile) {
        const auto entries =
            parse_ini("[relay]\nuser = " + ini_value(text, "user") + "\n", "file");
        BOOST_REQUIRE(entries.size() == 1U);
        BOOST_TEST((entries.front().value == text), text.substr(0, 80));
    }
}

BOOST_AUTO_TEST_CASE(random_values_are_read_as_they_were_meant_or_refused) {
    std::mt19937 random(1); // NOLINT(cert-msc32-c,cert-msc51-cpp): the same each time
    constexpr std::string_view letters = "a \t\"\\;#=[]\n\r\x01\xc3\xa9";
    for (int round = 0; round < 20000; ++round) {
        std::string text;
        for (auto size = 1 + random() % 8; size > 0; --size)
            text += letters[random() % letters.size()];
        for (const char* const why : {"", "a comment"}) {
            const ConfigEntry entry{"relay", "user", text, why, false};
            std::string written;
            try {
                written = text_of({&entry, 1}, false);
            } catch (const Failure&) {
                BOOST_TEST(text.find_first_of("\n\r\x01") != text.npos);
                continue;
            }
            const auto entries = parse_ini(written, "file");
            BOOST_REQUIRE(entries.size() == 1U);
            BOOST_REQUIRE(entries.front().key == "user");
            BOOST_REQUIRE((entries.front().value == text));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_line_end_opens_no_section) {
    for (const char* const text : {"x\n[sender]\nforce = no", "x\r", "x\x1b[2J", "x\x7f"}) {
        Plan plan = some_plan();
        plan.user = text;
        const Failure failure = failure_of([&] { return config_text(plan, false); });
        BOOST_TEST(status_of(failure) == 78);
        BOOST_TEST(failure.what() ==
                   std::string("[relay] user: it holds a line end or another control "
                               "character"));
    }
}

BOOST_AUTO_TEST_CASE(it_has_fifteen_lines_at_most) {
    Plan plan = some_plan();
    BOOST_TEST(lines(config_text(plan, false)) == 13U);
    plan.ports = {2525, 587};
    plan.tls = "starttls";
    plan.aliases = "/etc/aliases";
    plan.force = "envelope";
    const std::string text = config_text(plan, false);
    BOOST_TEST(lines(text) <= 15U);
    const Relay relay = relay_of(text);
    BOOST_TEST((relay.port == std::vector<std::uint16_t>{2525, 587}));
    BOOST_TEST((relay.tls == TlsMode::starttls));
}

BOOST_AUTO_TEST_CASE(each_line_says_why_it_is_there) {
    std::string text = config_text(some_plan(), false);
    std::string_view rest = text;
    while (!rest.empty()) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(line.size() + 1);
        BOOST_TEST((line.empty() || line.front() == '[' || line.find("; ") != line.npos),
                   line);
    }
}

BOOST_AUTO_TEST_CASE(a_sender_with_a_name) {
    Plan plan = some_plan();
    plan.from = "\"Web; #1\" <me@example.org>";
    const Configuring file;
    static_cast<void>(file.has_system_file(config_text(plan, false)));
    const Settings settings = file.load();
    BOOST_TEST(settings.sender.envelope_from.address() == "me@example.org");
    BOOST_TEST(settings.sender.header_from.address() == "me@example.org");
    BOOST_TEST(settings.sender.header_from.display_name == "Web; #1");
    BOOST_TEST(settings.sender.force_envelope);
    BOOST_TEST(settings.sender.force_header);
    BOOST_TEST(settings.recipients.root == "admin@example.org");
}

BOOST_AUTO_TEST_CASE(masked_text_has_no_secret_in_it) {
    Plan plan = some_plan();
    plan.password = "Tr0ub4dor";
    BOOST_TEST(!holds(config_text(plan, true), "Tr0ub4dor"));
    BOOST_TEST(!holds(relay_text(plan, "backup", true), "Tr0ub4dor"));
}

BOOST_AUTO_TEST_CASE(a_relay_alone) {
    const std::string text = relay_text(some_plan(), "backup", false);
    BOOST_TEST(text.starts_with("[relay backup]\nhost = "));
    BOOST_TEST(!holds(text, "[sender]"));
    BOOST_TEST(relay_of(text).name == "backup");
}

BOOST_AUTO_TEST_CASE(a_draft_is_judged_as_the_file_would_be) {
    Plan plan = some_plan();
    plan.tls = "none";
    const auto why = [&] {
        return std::string(
            failure_of([&] { return settings_of(entries_of(plan)); }).what());
    };
    BOOST_TEST(why().starts_with("[relay] tls: the password would go in clear"));
    plan.tls = "";
    plan.host = "mail.example.org/x";
    BOOST_TEST(why() == "[relay] host: a host name or an address is expected");
}

BOOST_AUTO_TEST_CASE(masking_shows_what_is_known_and_no_secret) {
    const MaskedText masked = masked_text("; a note\n"
                                          "; password was Old1\n"
                                          "[relay]\n"
                                          "host = mail.example.org\n"
                                          "password = \"Secret1\" ; not Secret2\n"
                                          "pasword = Secret3\n"
                                          "proxy = socks5://u:Secret4@proxy.example:1080\n"
                                          "password Secret5\n"
                                          "\x1b[2J\n"
                                          "[sender]\n"
                                          "password = Secret6\n"
                                          "force = both");
    BOOST_TEST(masked.text == "; (a comment that is not shown)\n"
                              "; (a comment that is not shown)\n"
                              "[relay]\n"
                              "host = mail.example.org\n"
                              "password = (secret)\n"
                              "(a line that is not shown)\n"
                              "proxy = (secret)\n"
                              "(a line that is not shown)\n"
                              "(a line that is not shown)\n"
                              "[sender]\n"
                              "(a line that is not shown)\n"
                              "force = both");
}

BOOST_AUTO_TEST_CASE(masking_hides_what_may_hold_a_secret) {
    const auto hidden = [](const std::string& line) {
        const std::string text = masked_text("[relay]\n" + line + "\n").text;
        return !holds(lower_case(text), "hunter2");
    };
    for (const char* const line :
         {"host = smtps://alice:hunter2@smtp.example.com:465", "helo = password=hunter2",
          "helo = PASS hunter2", "token_command = curl -H 'Authorization: Bearer hunter2'",
          "password_command = echo hunter2", "helo = Bearer hunter2", ";hunter2",
          "# generated; old one: hunter2", "host = \"a.example\" ; hunter2",
          "host = a.example ; hunter2", "host = a.example\rpassword = hunter2",
          "[relay]\rpassword = hunter2\r[log]", "[relay] ; hunter2 ]",
          "[relay password=hunter2]", "[relay]\npassword = hunter2 [x]", "[\thunter2]"})
        BOOST_TEST(hidden(line), line);
    BOOST_TEST(masked_text("[log] ;\nhost = x\n").text ==
               "(a line that is not shown)\n(a line that is not shown)\n");
    BOOST_TEST(masked_text(config_text(some_plan(), false)).text ==
               "; Written by sallyportctl setup; see sallyport.conf(5).\n[relay]\n"
               "host = mail.example.org\nuser = me\npassword = (secret)\n\n[sender]\n"
               "envelope_from = me@example.org\nheader_from = me@example.org\n"
               "force = both\n\n[recipients]\nroot = admin@example.org\n");
}

BOOST_AUTO_TEST_CASE(a_changed_secret_is_said_to_be_changed) {
    const MaskedText before = masked_text("[relay]\npassword = one\n");
    const auto after = [&](const std::string& text) {
        return masked_text(text, before.secrets).text;
    };
    BOOST_TEST(after("[relay]\npassword = two\n") == "[relay]\npassword = (changed)\n");
    BOOST_TEST(after("[relay]\npassword = \"one\" ; why\n") ==
               "[relay]\npassword = (secret)\n");
    BOOST_TEST(after("[relay b]\npassword = two\n") == "[relay b]\npassword = (secret)\n");
}

BOOST_AUTO_TEST_CASE(the_environment_is_written_as_sallyport_would_read_it) {
    const std::vector<std::string> environment = {
        "SALLYPORT_URL=smtps://me%40example.org@mail.example.org:2465?helo=www.example.org",
        "SALLYPORT_PASSWORD_FILE=/run/secrets/smtp",
        "SALLYPORT_FROM=me@example.org",
        "SALLYPORT_SENDER_FORCE=both",
        "SALLYPORT_SERVICE_HOST=10.0.0.1",
        "SALLYPORT_SENDR_FORCE=no",
        "PATH=/bin"};
    std::vector<std::string> notes;
    const std::string text = text_of(entries_of_environment(environment, notes), false);
    BOOST_TEST(text == "; Written by sallyportctl setup; see sallyport.conf(5).\n"
                       "[relay]\n"
                       "host = mail.example.org\n"
                       "port = 2465\n"
                       "helo = www.example.org\n"
                       "tls = implicit\n"
                       "user = me@example.org\n"
                       "password_file = /run/secrets/smtp\n"
                       "\n"
                       "[sender]\n"
                       "envelope_from = me@example.org\n"
                       "force = both\n");
    BOOST_REQUIRE(notes.size() == 1U);
    BOOST_TEST(holds(notes.front(), "SALLYPORT_SENDR_FORCE is not known"));
    Configuring by_file;
    static_cast<void>(by_file.has_system_file(text));
    Configuring by_variables;
    by_variables.sources.environment = environment;
    const Relay one = by_file.relay();
    const Relay other = by_variables.relay();
    BOOST_TEST((one.port == other.port && one.host == other.host &&
                one.user == other.user && one.tls == other.tls && one.helo == other.helo));
}

BOOST_AUTO_TEST_CASE(a_password_in_a_variable_goes_into_the_file_and_is_masked) {
    for (const std::string& secret : hostile) {
        std::vector<std::string> notes;
        const auto entries = entries_of_environment(
            {"SALLYPORT_RELAY_HOST=mail.example.org", "SALLYPORT_RELAY_USER=me",
             "SALLYPORT_PASSWORD=" + secret},
            notes);
        BOOST_TEST((revealed(relay_of(text_of(entries, false)).secret) == secret));
        BOOST_TEST(holds(text_of(entries, true), "password = (secret)\n"));
    }
}

BOOST_AUTO_TEST_CASE(what_a_variable_may_not_say_is_not_written_for_it) {
    const auto why = [](const std::vector<std::string>& environment) {
        std::vector<std::string> notes;
        return std::string(
            failure_of([&] { return entries_of_environment(environment, notes); }).what());
    };
    const std::string host = "SALLYPORT_RELAY_HOST=mail.example.org";
    BOOST_TEST(holds(why({host, "SALLYPORT_RELAY_ALLOW_PLAINTEXT_AUTH=yes"}),
                     "SALLYPORT_RELAY_ALLOW_PLAINTEXT_AUTH: "));
    BOOST_TEST(why({host, "SALLYPORT_RELAY_HELO=x\n[sender]\nforce = no"})
                   .starts_with("SALLYPORT_RELAY_HELO: "));
    BOOST_TEST(why({host, "SALLYPORT_RELAY_USER=x\n[sender]\nforce = no"})
                   .starts_with("SALLYPORT_RELAY_USER: "));
    BOOST_TEST(why({"SALLYPORT_FROM=me@example.org"}) ==
               "SALLYPORT_URL: it is not set, and no other variable names a server");
}
