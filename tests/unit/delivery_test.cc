// SPDX-License-Identifier: MIT
//
// Who is asked next, after what.
#define BOOST_TEST_MODULE delivery
#include <boost/test/unit_test.hpp>

#include "configuring.h"
#include "deliver/delivery.h"
#include "failing.h"
#include "folder.h"
#include "relays.h"
#include "shown.h"

using namespace sallyport;
using Texts = std::vector<std::string>;

namespace {

struct Fixture {
    Fixture() {
        has_relay("one");
        has_relay("two");
        envelope.reverse_path = "me@x";
        envelope.recipients = {"a@x"};
    }

    Relay& has_relay(const std::string& host) {
        return settings.relays.emplace_back(plain_relay(host));
    }

    const Report& deliver_to(std::vector<Script> one,
                             std::vector<Script> two = {takes_all}) {
        network.servers = {{"one", std::move(one)}, {"two", std::move(two)}};
        network.asked.clear();
        network.heard.clear();
        Header header;
        header.append(Field("A: 1\r\n"));
        const Message message(header, Store(), {});
        Failover failover(settings, network, {"host", {}, transcript});
        report = deliver(failover, settings.message, envelope, recipients_of(envelope),
                         message, started);
        return report;
    }

    [[nodiscard]] int status() const { return static_cast<int>(report.status()); }
    [[nodiscard]] long copies() const {
        const std::string text = "A: 1\r\n";
        long count = 0;
        for (auto at = network.heard.find(text); at != std::string::npos;
             at = network.heard.find(text, at + 1))
            ++count;
        return count;
    }
    [[nodiscard]] Texts texts() const { return texts_of(report); }

    Settings settings;
    Envelope envelope;
    ScriptedNetwork network;
    Transcript transcript;
    Clock::time_point started = Clock::now();
    Report report;
};

} // namespace

BOOST_FIXTURE_TEST_CASE(the_first_relay_takes_it, Fixture) {
    const Recipient& outcome = deliver_to({takes_all}).recipients.front();
    BOOST_TEST(status() == 0);
    BOOST_TEST(outcome.address == "a@x");
    BOOST_TEST(outcome.decided());
    BOOST_TEST(outcome.relay == "one1");
    BOOST_TEST(outcome.text == "250 2.0.0 Ok");
    BOOST_TEST(outcome.enhanced == "2.0.0");
    BOOST_TEST(report.size == std::string_view("A: 1\r\n\r\n").size());
    BOOST_TEST(network.asked == (Texts{"one"}), boost::test_tools::per_element());
    BOOST_TEST(network.heard == "EHLO [192.0.2.9]\r\nMAIL FROM:<me@x>\r\nRCPT TO:<a@x>\r\n"
                                "DATA\r\nA: 1\r\n\r\n.\r\nQUIT\r\n");
}

BOOST_FIXTURE_TEST_CASE(how_long_the_message_was_read_is_told, Fixture) {
    started = Clock::now() - std::chrono::seconds(7);
    const auto reading = deliver_to({takes_all}).recipients.front().delays.message;
    BOOST_TEST(reading.count() >= 7000);
    envelope.recipients = {"a@x", "b@x"};
    deliver_to({hello + Script{"250 s", "550 no", "250 r", "451 later"}});
    BOOST_TEST(report.recipients.front().delays.message.count() >= 7000);
    deliver_to({Script{"421 busy"}}, {Script{"421 busy"}});
    BOOST_TEST(report.recipients.front().delays.message.count() >= 7000);
}

BOOST_FIXTURE_TEST_CASE(its_size_is_that_of_what_the_server_gets, Fixture) {
    Intake intake(false, 0);
    intake.add("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
               "Content-Transfer-Encoding: 8bit\r\n\r\nK\xc3\xa4se\r\n");
    Draft draft = intake.finish();
    const Message message(draft.header, std::move(draft.body), draft.facts);
    network.servers["one"] = {takes_all};
    Failover failover(settings, network, {"host", {}, transcript});
    report = deliver(failover, settings.message, envelope, recipients_of(envelope), message,
                     started);
    const auto begin = network.heard.find("MIME-Version");
    BOOST_TEST(network.heard.find("K\xc3\xa4se") == std::string::npos);
    BOOST_TEST(report.size == network.heard.find("\r\n.\r\n", begin) + 2 - begin);
}

BOOST_FIXTURE_TEST_CASE(a_message_has_a_size_where_no_server_has_seen_it, Fixture) {
    const Script busy{"421 busy"};
    deliver_to({busy}, {busy});
    BOOST_TEST(report.size == std::string_view("A: 1\r\n\r\n").size());
}

BOOST_FIXTURE_TEST_CASE(what_the_last_relay_said_counts_and_not_what_came_before, Fixture) {
    const auto& outcome =
        deliver_to({Script{"421 busy"}}, {hello + Script{"250 s", "450 full", "250 reset"}})
            .recipients.front();
    BOOST_TEST(outcome.text.find("busy") == std::string::npos, outcome.text);
}

BOOST_FIXTURE_TEST_CASE(trouble_of_an_address_means_the_next_one, Fixture) {
    for (const Script& trouble :
         {Script{"421 busy"}, Script{"220 hi"}, hello, hello + Script{"451 later"},
          hello + Script{"250 s", "250 r", "354 go", "451 later"},
          hello + Script{"250 s", "250 r", "354 go", "421 later"}}) {
        BOOST_TEST(deliver_to({trouble, takes_all}).recipients.front().relay == "one2");
        BOOST_TEST(status() == 0);
        BOOST_TEST(network.asked == (Texts{"one"}), boost::test_tools::per_element());
    }
}

BOOST_FIXTURE_TEST_CASE(after_the_last_address_the_next_relay, Fixture) {
    BOOST_TEST(deliver_to({{"421 busy"}, {"421 busy"}}).recipients.front().relay == "two1");
    BOOST_TEST(status() == 0);
    BOOST_TEST(network.asked == (Texts{"one", "two"}), boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(trouble_of_a_relay_means_the_next_relay, Fixture) {
    for (const Script& trouble :
         {Script{"hello"}, hello + Script{"530 log in"}, Script{}}) {
        BOOST_TEST(deliver_to({trouble, takes_all}).recipients.front().relay == "two1");
        BOOST_TEST(status() == 0);
    }
    BOOST_TEST(deliver_to({}).recipients.front().relay == "two1");
}

BOOST_FIXTURE_TEST_CASE(of_several_failures_the_last_counts_unless_one_was_transient,
                        Fixture) {
    deliver_to({}, {{"421 busy"}});
    BOOST_TEST(status() == 75);
    BOOST_TEST(texts().front() == "two1: greeting: 421 busy");
    deliver_to({{"554 no"}}, {});
    BOOST_TEST(status() == 68);
    BOOST_TEST(texts().front() == "two: no such host");
    BOOST_TEST(!report.recipients.front().decided());
    deliver_to({{"421 busy"}}, {{"554 5.7.1 no"}});
    BOOST_TEST(status() == 75);
    BOOST_TEST(texts().front() == "one1: greeting: 421 busy");
    BOOST_TEST(report.notes == (Texts{"two1: greeting: 554 5.7.1 no"}),
               boost::test_tools::per_element());
    deliver_to({hello + Script{"250 s", "450 later"}}, {{"554 5.7.1 no"}});
    BOOST_TEST(status() == 75);
    BOOST_TEST(texts().front() == "one1: RCPT TO:<a@x>: 450 later");
}

BOOST_FIXTURE_TEST_CASE(a_server_that_wants_nothing_from_here_has_not_seen_a_message,
                        Fixture) {
    for (const Script& refusal : {Script{"554 no"}, Script{"220 hi", "554 no", "554 no"}}) {
        BOOST_TEST(deliver_to({refusal, takes_all}).recipients.front().relay == "two1");
        BOOST_TEST(status() == 0);
    }
}

BOOST_FIXTURE_TEST_CASE(a_refused_message_is_shown_to_nobody_else, Fixture) {
    for (const Script& refusal :
         {hello + Script{"550 who"}, hello + Script{"250 s", "550 who"},
          hello + Script{"250 s", "250 r", "354 go", "554 spam"}}) {
        deliver_to({refusal, takes_all});
        BOOST_TEST(network.asked == (Texts{"one"}), boost::test_tools::per_element());
        BOOST_TEST(report.recipients.front().relay == "one1");
        BOOST_TEST(report.recipients.front().decided());
    }
    BOOST_TEST(status() == 69);
}

BOOST_FIXTURE_TEST_CASE(what_a_server_says_before_it_hangs_up_is_heard, Fixture) {
    deliver_to({}, {{"220 hi", "!554 5.7.1 go away"}});
    BOOST_TEST(status() == 69);
    BOOST_TEST(texts().front() == "two1: EHLO: 554 5.7.1 go away");
    BOOST_TEST(deliver_to({{"220 hi", "!421 busy"}, takes_all}).recipients.front().relay ==
               "one2");
}

BOOST_FIXTURE_TEST_CASE(what_wants_smtputf8_goes_to_no_server_without, Fixture) {
    envelope.smtputf8 = true;
    deliver_to({takes_all});
    BOOST_TEST(status() == 65);
    BOOST_TEST(report.recipients.front().text ==
               "one1: MAIL FROM:<me@x>: the server does not offer SMTPUTF8");
    BOOST_TEST(copies() == 0);
}

BOOST_FIXTURE_TEST_CASE(our_own_trouble_stops_all, Fixture) {
    settings.relays.front().auth_wanted = true;
    settings.relays.front().secret = SecretFile{{"/nonexistent"}, "conf:7: password_file"};
    deliver_to({takes_all});
    BOOST_TEST(status() == 78);
    BOOST_TEST(network.asked.empty());
}

BOOST_FIXTURE_TEST_CASE(in_doubt_nobody_else_is_asked, Fixture) {
    deliver_to({hello + Script{"250 s", "250 r", "354 go"}, takes_all});
    BOOST_TEST(status() == 75);
    BOOST_TEST(report.recipients.front().in_doubt());
    BOOST_TEST(report.recipients.front().decided());
    BOOST_TEST(texts().front() == "one1: end of data: connection closed by the server; the "
                                  "message may have been accepted");
    BOOST_TEST(copies() == 1);
    BOOST_TEST(network.asked == (Texts{"one"}), boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(doubt_is_about_one_transaction, Fixture) {
    envelope.recipients = {"a@x", "b@x"};
    settings.relays.front().max_recipients = 1;
    deliver_to({hello + Script{"250 s", "250 r", "354 go"}, takes_all});
    BOOST_TEST(report.recipients[0].in_doubt());
    BOOST_TEST(!report.recipients[1].in_doubt());
    BOOST_TEST(report.recipients[1].relay == "one2");
    BOOST_TEST((report.recipients[1].status == ExitStatus::ok));
    BOOST_TEST(status() == 75);
    BOOST_TEST(copies() == 2);
}

BOOST_FIXTURE_TEST_CASE(whoever_cannot_be_asked_after_a_doubt_is_told_why, Fixture) {
    settings.relays.pop_back();
    envelope.recipients = {"a@x", "b@x"};
    settings.relays.front().max_recipients = 1;
    deliver_to({hello + Script{"250 s", "250 r", "354 go"}}, {});
    BOOST_TEST(report.recipients[0].in_doubt());
    BOOST_TEST(texts()[1] == "one1: the session could not be used for all recipients");
    BOOST_TEST(!report.recipients[1].decided());
}

BOOST_FIXTURE_TEST_CASE(who_is_refused_does_not_stop_the_others, Fixture) {
    envelope.recipients = {"a@x", "b@x", "c@x"};
    deliver_to({hello + Script{"250 s", "250 r", "550 no", "250 r", "354 go", "250 ok"}});
    BOOST_TEST(status() == 67);
    BOOST_TEST(texts() == (Texts{"250 ok", "one1: RCPT TO:<b@x>: 550 no", "250 ok"}),
               boost::test_tools::per_element());
    BOOST_TEST(network.asked == (Texts{"one"}), boost::test_tools::per_element());
    BOOST_TEST(copies() == 1);
}

BOOST_FIXTURE_TEST_CASE(for_who_is_put_off_the_next_relay_is_asked, Fixture) {
    envelope.recipients = {"a@x", "b@x"};
    deliver_to(
        {hello + Script{"250 s", "450 later", "250 r", "354 go", "250 ok"}, takes_all});
    BOOST_TEST(status() == 0);
    BOOST_TEST(report.recipients[0].relay == "two1");
    BOOST_TEST(report.recipients[1].relay == "one1");
    BOOST_TEST(
        network.heard.ends_with("MAIL FROM:<me@x>\r\nRCPT TO:<a@x>\r\nDATA\r\nA: 1\r\n"
                                "\r\n.\r\nQUIT\r\n"));
}

BOOST_FIXTURE_TEST_CASE(many_recipients_take_several_transactions, Fixture) {
    envelope.recipients = {"a@x", "b@x", "c@x"};
    settings.relays.front().max_recipients = 2;
    deliver_to({hello + Script{"250 s", "250 r", "250 r", "354 go", "250 first", "250 s",
                               "250 r", "354 go", "250 second"}});
    BOOST_TEST(status() == 0);
    BOOST_TEST(texts() == (Texts{"250 first", "250 first", "250 second"}),
               boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(who_is_one_too_many_comes_next, Fixture) {
    envelope.recipients = {"a@x", "b@x"};
    deliver_to({hello + Script{"250 s", "250 r", "452 4.5.3 too many", "354 go",
                               "250 first", "250 s", "250 r", "354 go", "250 second"}});
    BOOST_TEST(status() == 0);
    BOOST_TEST(texts() == (Texts{"250 first", "250 second"}),
               boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(our_name, Fixture) {
    const auto name = [&](const std::string& host_name) {
        network.servers["one"] = {takes_all};
        network.heard.clear();
        Failover failover(settings, network, {host_name, {}, transcript});
        deliver(failover, settings.message, envelope, recipients_of(envelope),
                Message(Header(), Store(), {}), started);
        return network.heard.substr(0, network.heard.find("\r\n"));
    };
    BOOST_TEST(name("host") == "EHLO [192.0.2.9]");
    for (const char* odd : {"host.example\r\nRSET", "host..example", "-host.example",
                            ".example", "my_host.example"})
        BOOST_TEST(name(odd) == "EHLO [192.0.2.9]", odd);
    BOOST_TEST(name("host.example") == "EHLO host.example");
    settings.sender.domain = "example.org";
    BOOST_TEST(name("host.example") == "EHLO example.org");
    settings.relays.front().helo = "www";
    BOOST_TEST(name("host.example") == "EHLO www");
}

BOOST_FIXTURE_TEST_CASE(the_run_has_a_deadline_or_none, Fixture) {
    deliver_to({takes_all});
    BOOST_TEST((network.deadline == Deadline::max()));
    settings.relays.front().deadline = std::chrono::seconds(7);
    deliver_to({takes_all});
    BOOST_TEST((network.deadline == started + std::chrono::seconds(7)));
}

BOOST_FIXTURE_TEST_CASE(a_password_file_that_others_can_read_is_noted, Fixture) {
    const Folder folder;
    const std::string path = folder.write("p", "secret\n", 0644);
    settings.relays.front().auth_wanted = true;
    settings.relays.front().secret = SecretFile{{path}, "conf:7: password_file"};
    deliver_to({});
    BOOST_TEST(report.notes ==
                   (Texts{"conf:7: password_file: " + path + ": others can read it"}),
               boost::test_tools::per_element());
    BOOST_TEST(status() == 0); // by the second relay
}

/// As a queue would send them.
BOOST_FIXTURE_TEST_CASE(a_thousand_messages_over_one_connection, Fixture) {
    constexpr int messages = 1000;
    settings.relays.front().max_messages = messages;
    Script script = hello;
    for (int i = 0; i < messages; ++i)
        script = script + Script{"250 s", "250 r", "354 go", "250 ok"};
    network.servers = {{"one", {script}}, {"two", {takes_all}}};
    const Message message(Header(), Store(), {});
    {
        Failover failover(settings, network, {"host", {}, transcript});
        for (int i = 1; i <= messages; ++i) {
            report = deliver(failover, settings.message, envelope, recipients_of(envelope),
                             message, started, i == messages);
            BOOST_REQUIRE(status() == 0);
        }
    }
    BOOST_TEST(network.asked == (Texts{"one"}), boost::test_tools::per_element());
    BOOST_TEST(network.heard.ends_with("\r\n.\r\nQUIT\r\n"));
    BOOST_TEST(network.heard.find("QUIT") == network.heard.rfind("QUIT"));
}

BOOST_FIXTURE_TEST_CASE(a_refused_password_is_tried_once_for_all_messages, Fixture) {
    Configuring configuring;
    configuring.has_relay("tls = none\nuser = me\npassword = S3cret\n"
                          "allow_plaintext_auth = yes\n");
    settings.relays = {configuring.relay()};
    network.servers = {
        {"mail.example",
         {{"220 hi", "250-mail.example", "250 AUTH PLAIN", "535 5.7.8 no"}}}};
    Failover failover(settings, network, {"host", {}, transcript});
    const Message message(Header(), Store(), {});
    for (int i = 0; i < 1000; ++i) {
        report = deliver(failover, settings.message, envelope, recipients_of(envelope),
                         message, started);
        BOOST_REQUIRE(status() == 77);
    }
    BOOST_TEST(network.asked == (Texts{"mail.example"}), boost::test_tools::per_element());
    BOOST_TEST(network.heard.find("AUTH") == network.heard.rfind("AUTH"));
}

BOOST_FIXTURE_TEST_CASE(the_next_message_stays_with_the_relay_that_took_over, Fixture) {
    const Script more{"250 s", "250 r", "354 go", "250 ok"};
    network.servers = {{"one", {{"421 busy"}}}, {"two", {takes_all + more}}};
    Failover failover(settings, network, {"host", {}, transcript});
    const Message message(Header(), Store(), {});
    for (const bool last : {false, true}) {
        report = deliver(failover, settings.message, envelope, recipients_of(envelope),
                         message, started, last);
        BOOST_TEST(report.recipients.front().relay == "two1");
    }
    BOOST_TEST(network.asked == (Texts{"one", "two"}), boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(a_server_that_is_tired_of_waiting_is_asked_anew, Fixture) {
    network.servers = {{"one", {takes_all, takes_all}}, {"two", {takes_all}}};
    Failover failover(settings, network, {"host", {}, transcript});
    const Message message(Header(), Store(), {});
    network.goes_on = true;
    for (const char* relay : {"one1", "one2"}) {
        report = deliver(failover, settings.message, envelope, recipients_of(envelope),
                         message, started, false);
        BOOST_TEST(report.recipients.front().relay == relay);
        BOOST_TEST(status() == 0);
    }
}

/// For who looks at a session afterwards. QUIT is no step.
BOOST_FIXTURE_TEST_CASE(each_step_is_kept_where_it_begins_and_ends, Fixture) {
    network.servers = {{"one", {{"421 busy"}}}, {"two", {takes_all}}};
    std::vector<Transcript::Entry> kept;
    const Transcript watching(-1, &kept);
    Failover failover(settings, network, {"host", {}, watching});
    deliver(failover, settings.message, envelope, recipients_of(envelope),
            Message(Header(), Store(), {}), started);
    BOOST_TEST(
        steps_of(kept) ==
        "* ?connecting *connecting ?greeting <greeting > ?connecting * ?connecting "
        "*connecting ?greeting <greeting >EHLO <EHLO >MAIL <MAIL >RCPT <RCPT >DATA <DATA "
        ">end of data >end of data <end of data");
}

BOOST_AUTO_TEST_CASE(the_status_of_several_outcomes) {
    const auto status = [](std::initializer_list<ExitStatus> all) {
        Report report;
        for (const ExitStatus one : all)
            report.recipients.emplace_back("a@x").status = one;
        return static_cast<int>(report.status());
    };
    using enum ExitStatus;
    BOOST_TEST(status({ok, ok}) == 0);
    BOOST_TEST(status({ok, temp_fail}) == 75);
    BOOST_TEST(status({temp_fail, no_user, ok}) == 67);
    BOOST_TEST(status({no_user, temp_fail}) == 67);
    BOOST_TEST(status({ok, no_perm, temp_fail}) == 77);
}
