// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE check
#include <boost/test/unit_test.hpp>

#include <functional>

#include "climbing.h"
#include "ctl/check.h"
#include "ctl/test_message.h"
#include "unit/failing.h"
#include "unit/folder.h"

using namespace sallyport;
using namespace sallyport::ctl;

namespace {

/// A server, a configuration that leads to it, and the checks of it.
class Site {
  public:
    explicit Site(const std::function<void(Manners&)>& change = [](Manners&) {})
        : server_(changed(change)) {
        sources.system_file = folder_.path("system.conf");
        configure("");
    }

    /// The caller's own file: only that may name authorities, whoever he is.
    void configure(const std::string& more, const std::string& relay = "") {
        const std::string file = folder_.write(
            "sallyport.conf",
            relay_text(relay) + "[sender]\nenvelope_from = me@example.org\n" + more);
        sources.environment = {"XDG_CONFIG_HOME=" + file.substr(0, file.rfind('/'))};
    }

    [[nodiscard]] std::string relay_text(const std::string& name) const {
        return "[relay" + (name.empty() ? "" : " " + name) +
               "]\nhost = localhost\nport = " + std::to_string(server_.port()) +
               "\ntls = implicit\nip = 4\ntls_ca = " + server_.identity().ca_file() +
               "\nuser = me@example.org\npassword = S3cretS3cret\n";
    }

    CheckReport check(CheckWishes wishes = {}) {
        Console console(Look{}, true);
        return run_check(sources, wishes, console);
    }

    std::string heard() { return server_.heard(); }

    ConfigurationSources sources;

  private:
    static Manners changed(const std::function<void(Manners&)>& change) {
        Manners manners;
        change(manners);
        return manners;
    }

    Folder folder_{};
    LoopbackServer server_;
};

CheckWishes to(const char* address) {
    CheckWishes wishes;
    wishes.to = address;
    return wishes;
}

} // namespace

BOOST_AUTO_TEST_CASE(without_a_configuration_it_is_78_and_says_what_to_do) {
    Site site;
    site.sources.environment.clear();
    const CheckReport report = site.check();
    BOOST_TEST(report.status == 78);
    BOOST_TEST(advices(report.steps) == "machine no-config");
    BOOST_TEST(report.relays.empty());
}

BOOST_AUTO_TEST_CASE(an_error_of_the_configuration_is_quoted) {
    Site site;
    site.configure("nonsense = 1\n");
    const CheckReport report = site.check();
    BOOST_TEST(report.status == 78);
    BOOST_TEST(advices(report.steps) == "machine config-error");
    BOOST_TEST(holds(report.steps.front().text, "nonsense"));
}

BOOST_AUTO_TEST_CASE(the_sender_is_that_of_a_cron_job_and_the_recipient_roots_reader) {
    Site site;
    site.configure("[recipients]\nroot = admin@example.net\n");
    const CheckReport report = site.check();
    BOOST_TEST_REQUIRE(report.relays.size() == 1U);
    BOOST_TEST(report.relays.front().status == 0);
    BOOST_TEST(holds(site.heard(), "MAIL FROM:<me@example.org>"));
    BOOST_TEST(holds(site.heard(), "RCPT TO:<admin@example.net>\nRSET\n"));
    BOOST_TEST(!report.sent);
}

BOOST_AUTO_TEST_CASE(without_a_reader_of_roots_mail_the_sender_is_the_recipient) {
    Site site;
    site.check();
    BOOST_TEST(holds(site.heard(), "RCPT TO:<me@example.org>"));
}

BOOST_AUTO_TEST_CASE(a_sender_whose_domain_has_no_dot_is_warned_of) {
    Site site;
    for (const auto& [from, expected] : {std::pair("root@localhost", true),
                                         {"root@myhost", true},
                                         {"root@example.org", false},
                                         {"<>", false}}) {
        CheckWishes wishes;
        wishes.from = from;
        const CheckReport report = site.check(wishes);
        BOOST_TEST(report.status == 0);
        BOOST_TEST(holds(advices(report.steps), "sender-domain") == expected);
    }
}

BOOST_AUTO_TEST_CASE(a_relay_that_there_is_not_is_a_mistake_of_the_call) {
    Site site;
    site.configure("", "first");
    CheckWishes wishes;
    wishes.relay = "second";
    const Failure failure = failure_of([&] { return site.check(wishes); });
    BOOST_TEST(status_of(failure) == 64);
    BOOST_TEST(holds(failure.what(), "first"));
}

BOOST_AUTO_TEST_CASE(a_test_message_is_delivered) {
    Site site;
    const CheckReport report = site.check(to("you@example.net"));
    BOOST_TEST(report.sent);
    BOOST_TEST_REQUIRE(report.relays.size() == 1U);
    const RelayReport& relay = report.relays.front();
    BOOST_TEST(relay.status == 0);
    BOOST_TEST(holds(outline(relay.steps), "rcpt:ok data:ok"));
    BOOST_TEST(holds(relay.steps.back().text, "queued as 1"));
    BOOST_TEST(count(site.heard(), "AUTH ") == 2U);
    BOOST_TEST(count(site.heard(), "DATA") == 1U);
}

BOOST_AUTO_TEST_CASE(a_message_without_a_verdict_is_in_doubt) {
    Site site([](Manners& m) { m.end = hang_up; });
    const CheckReport report = site.check(to("you@example.net"));
    BOOST_TEST(!report.sent);
    BOOST_TEST(report.status == 75);
    const StepReport& step = report.relays.front().steps.back();
    BOOST_TEST(advices({step}) == "data in-doubt");
    BOOST_TEST(holds(step.text, "In doubt"));
}

BOOST_AUTO_TEST_CASE(what_is_in_doubt_is_not_sent_over_another_relay) {
    Site site([](Manners& m) { m.end = hang_up; });
    site.configure(site.relay_text("backup"), "first");
    const CheckReport report = site.check(to("you@example.net"));
    BOOST_TEST(report.relays.size() == 2U);
    BOOST_TEST(report.status == 75);
    BOOST_TEST(count(site.heard(), "DATA") == 1U);
}

BOOST_AUTO_TEST_CASE(a_refused_message_has_the_status_of_a_delivery) {
    Site site([](Manners& m) { m.end = "554 5.7.1 not verified, says somebody"; });
    const CheckReport report = site.check(to("you@example.net"));
    BOOST_TEST(report.status == 69);
    const StepReport& step = report.relays.front().steps.back();
    BOOST_TEST((step.rung == Rung::data));
    BOOST_TEST(step.code == 554);
    BOOST_TEST(holds(step.reply, "says somebody"));
}

BOOST_AUTO_TEST_CASE(after_a_refused_log_in_no_message_is_tried) {
    Site site([](Manners& m) { m.auth = "535 5.7.8 no"; });
    const CheckReport report = site.check(to("you@example.net"));
    BOOST_TEST(report.status == 77);
    BOOST_TEST(count(site.heard(), "AUTH ") == 1U);
}

BOOST_AUTO_TEST_CASE(a_message_logs_in_once_however_many_ways_there_are) {
    for (const char* reply : {"454 4.7.0 too many", "421 4.7.0 go away", hang_up}) {
        Manners manners;
        manners.auth = reply;
        LoopbackServer server(manners);
        Relay relay = server.relay();
        relay.port.push_back(server.port());
        const Settings settings = settings_with(relay);
        Envelope envelope;
        envelope.reverse_path = "me@example.org";
        envelope.recipients = {"you@example.net"};
        const LadderOptions options = climbing();
        const TestMessage told =
            send_test_message({settings.relays.front(), settings, test_identity(), envelope,
                               options.started, options.deadline});
        BOOST_TEST(told.status == 75);
        BOOST_TEST((told.step.rung == Rung::auth));
        BOOST_TEST(count(server.heard(), "AUTH ") == 1U);
    }
}

BOOST_AUTO_TEST_CASE(a_success_that_will_not_be_delivered_is_a_warning) {
    Site site([](Manners& m) { m.end = "254 4.7.1 recipient is in the Suppression list"; });
    const CheckReport report = site.check(to("you@example.net"));
    BOOST_TEST((report.relays.front().steps.back().result == Result::warn));
}

BOOST_AUTO_TEST_CASE(the_status_is_that_of_the_first_relay_that_failed) {
    Site good;
    Site bad([](Manners& m) { m.auth = "535 5.7.8 no"; });
    good.configure(bad.relay_text("second"), "first");
    const CheckReport report = good.check();
    BOOST_TEST_REQUIRE(report.relays.size() == 2U);
    BOOST_TEST(report.relays.front().status == 0);
    BOOST_TEST(report.relays.back().status == 77);
    BOOST_TEST(report.status == 77);
}

BOOST_AUTO_TEST_CASE(a_bad_recipient_is_said_and_the_server_is_looked_at_all_the_same) {
    Site site;
    const CheckReport report = site.check(to("nobody at all <"));
    BOOST_TEST(report.status == 65);
    BOOST_TEST(!report.sent);
    BOOST_TEST(count(site.heard(), "MAIL") == 0U);
    BOOST_TEST(holds(outline(report.relays.front().steps), "tls:ok"));
}
