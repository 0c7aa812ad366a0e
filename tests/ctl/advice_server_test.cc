// SPDX-License-Identifier: MIT
//
// Each reply that leads to advice, said by a server on the loopback interface to the
// ladder: the id, what a delivery would exit with, and no secret anywhere in the report.
#define BOOST_TEST_MODULE advice_server
#include <boost/test/unit_test.hpp>

#include <csignal>

#include "ctl/ladder.h"
#include "loopback.h"
#include "message/identity.h"
#include "smtp/refusal.h"
#include "station.h"
#include "symptoms.h"
#include "text/base64.h"
#include "unit/child.h"

using namespace sallyport;
using namespace sallyport::ctl;

namespace {

/// Those rungs that a server's reply can end before there is a message.
Step step_of(Rung rung) {
    return rung == Rung::greeting ? Step::greeting
           : rung == Rung::ehlo   ? Step::ehlo
           : rung == Rung::auth   ? Step::auth
           : rung == Rung::mail   ? Step::mail
           : rung == Rung::rcpt   ? Step::rcpt
                                  : Step::none;
}

bool can_be_said(const AdviceCase& given) {
    return step_of(given.rung) != Step::none && reply_of(given.reply).code != 0;
}

Manners manners_of(const AdviceCase& given) {
    Manners manners;
    manners.mechanisms = !given.auth_offered           ? ""
                         : given.login == Login::token ? "XOAUTH2"
                                                       : "PLAIN LOGIN";
    std::string& place = given.rung == Rung::greeting ? manners.greeting
                         : given.rung == Rung::ehlo   ? manners.ehlo
                         : given.rung == Rung::auth   ? manners.auth
                         : given.rung == Rung::mail   ? manners.mail
                                                      : manners.rcpt;
    place = given.reply;
    return manners;
}

std::string secret_of(const AdviceCase& given) {
    return given.is_iam_key ? std::string(40, 'k') : "S3cretS3cret";
}

/// The mail path's own.
int status_for(const AdviceCase& given) {
    const Step step = step_of(given.rung);
    const ExitStatus status = status_of(step, reply_of(given.reply));
    const bool is_recipients = step == Step::rcpt && status == ExitStatus::unavailable;
    return static_cast<int>(is_recipients ? ExitStatus::no_user : status);
}

/// Everything in a report that somebody may read.
std::string texts_of(const RelayReport& report) {
    std::string all = report.name + report.provider + report.host + report.user;
    for (const StepReport& step : report.steps) {
        all += step.text + "\n" + step.peer + "\n" + step.reply + "\n";
        for (const Advice& advice : step.advice) {
            all += advice.id + ": " + advice.text + "\n";
            for (const Remedy& remedy : advice.set)
                all += remedy.key + "=" + remedy.value + "\n";
        }
    }
    for (const std::string& line : report.capabilities)
        all += line + "\n";
    return all;
}

/// The id of the step that failed, and its rung.
std::string failed_with(const RelayReport& report) {
    for (const StepReport& step : report.steps) {
        if (step.result == Result::fail)
            return std::string(word_for(step.rung)) + " " +
                   (step.advice.empty() ? "nothing" : step.advice.front().id);
    }
    return "nothing failed";
}

RelayReport climb_to(const LoopbackServer& server, const AdviceCase& given,
                     std::vector<std::uint16_t> other_ports = {}) {
    Settings settings;
    Relay relay =
        server.relay(given.login == Login::none ? "" : given.user, secret_of(given));
    relay.is_token = given.login == Login::token;
    relay.provider = given.provider;
    settings.relays.push_back(relay);
    LadderOptions options;
    options.other_ports = std::move(other_ports);
    options.others_wait = {};
    options.from = given.from;
    options.to = given.to;
    options.started = Clock::now();
    options.deadline = options.started + std::chrono::seconds(50);
    return climb(settings.relays.front(), settings, Identity{}, options);
}

void check(std::span<const AdviceCase> cases) {
    for (const AdviceCase& given : cases) {
        if (!can_be_said(given))
            continue;
        BOOST_TEST_CONTEXT(given.provider << " " << given.reply) {
            LoopbackServer server(manners_of(given));
            const RelayReport report = climb_to(server, given);
            BOOST_TEST(failed_with(report) ==
                       std::string(word_for(given.rung)) + " " + given.id);
            BOOST_TEST(report.status == status_for(given));
            const std::string all = texts_of(report);
            const std::string secret = secret_of(given);
            BOOST_TEST(all.find(secret) == std::string::npos);
            BOOST_TEST(all.find(encode_base64(secret).substr(0, 12)) == std::string::npos);
        }
    }
}

} // namespace

BOOST_AUTO_TEST_CASE(what_providers_say) {
    check(provider_cases);
}

BOOST_AUTO_TEST_CASE(what_anybody_says) {
    check(reply_cases);
}

BOOST_AUTO_TEST_CASE(at_most_one_log_in_is_refused) {
    Manners manners;
    manners.auth = "535 5.7.8 Error: authentication failed";
    LoopbackServer server(manners);
    const RelayReport report = climb_to(server, reply_cases[0]);
    const std::string heard = server.heard();
    const auto first = heard.find("AUTH ");
    BOOST_TEST(first != std::string::npos);
    BOOST_TEST(heard.find("AUTH ", first + 1) == std::string::npos);
    BOOST_TEST(report.status == 77);
}

BOOST_AUTO_TEST_CASE(a_secret_that_the_server_says_back_is_not_shown) {
    Manners manners;
    manners.auth = "535 5.7.8 no such user with S3cretS3cret";
    LoopbackServer server(manners);
    const RelayReport report = climb_to(server, reply_cases[0]);
    BOOST_TEST(failed_with(report) == "auth wrong-password");
    BOOST_TEST(texts_of(report).find("S3cretS3cret") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(certificates_and_what_is_known_of_them) {
    constexpr std::pair<Shown, const char*> cases[] = {
        {Shown::self_signed, "tls ca-unknown"}, {Shown::stranger, "tls ca-unknown"},
        {Shown::chain_gap, "tls chain-gap"},    {Shown::wrong_name, "tls wrong-name"},
        {Shown::expired, "tls expired"},        {Shown::not_yet, "tls clock"},
    };
    for (const auto& [shown, expected] : cases) {
        Manners manners;
        manners.shown = shown;
        LoopbackServer server(manners);
        const RelayReport report = climb_to(server, reply_cases[0]);
        BOOST_TEST(failed_with(report) == expected);
        if (shown == Shown::not_yet)
            BOOST_TEST(texts_of(report).find("which is good from 2") != std::string::npos);
        BOOST_TEST(server.heard().empty());
    }
}

BOOST_AUTO_TEST_CASE(servers_of_another_protocol) {
    constexpr std::pair<const char*, const char*> cases[] = {
        {"HTTP/1.1 400 Bad Request\r\n\r\n", "greeting captive"},
        {"* OK [CAPABILITY IMAP4rev1] ready\r\n", "greeting not-smtp"},
        {"+OK POP3 ready\r\n", "greeting not-smtp"},
        {"SSH-2.0-OpenSSH_9.2\r\n", "greeting not-smtp"},
    };
    for (const auto& [octets, expected] : cases) {
        Manners manners;
        manners.tls = TlsMode::starttls;
        manners.raw = octets;
        LoopbackServer server(manners);
        BOOST_TEST(failed_with(climb_to(server, reply_cases[0])) == expected);
    }
}

BOOST_AUTO_TEST_CASE(what_is_not_offered) {
    Manners manners;
    manners.mechanisms = "";
    {
        LoopbackServer server(manners);
        BOOST_TEST(failed_with(climb_to(server, reply_cases[0])) == "auth no-auth-offered");
    }
    manners.mechanisms = "XOAUTH2";
    {
        LoopbackServer server(manners);
        BOOST_TEST(failed_with(climb_to(server, reply_cases[0])) == "auth no-mechanism");
    }
    manners.tls = TlsMode::starttls;
    manners.hides_starttls = true;
    LoopbackServer server(manners);
    BOOST_TEST(failed_with(climb_to(server, reply_cases[0])) == "tls no-starttls");
}

BOOST_AUTO_TEST_CASE(a_port_with_tls_that_is_open_is_a_way_round) {
    check_or_skip(in_child([] {
        if (!leave_the_network())
            return cannot;
        const Manners hidden{.tls = TlsMode::starttls, .hides_starttls = true};
        const OpenPort open("127.0.0.1", 465);
        const LoopbackServer server(hidden);
        const auto text = texts_of(climb_to(server, reply_cases[0], {465}));
        return text.find(": 465 is open") != text.npos ? 0 : 1;
    }));
}
