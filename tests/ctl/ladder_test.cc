// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE ladder
#include <boost/test/unit_test.hpp>

#include <functional>

#include "climbing.h"
#include "unit/failing.h"

using namespace sallyport;
using namespace sallyport::ctl;

namespace {

Manners with(const std::function<void(Manners&)>& change) {
    Manners manners;
    change(manners);
    return manners;
}

/// A server, and what becomes of a climb over it.
struct Mishap {
    const char* name;
    std::function<void(Manners&)> server;
    std::function<void(Relay&)> relay;
    const char* advice; ///< of the step that fails
    int status;
};

void as_it_is(Relay& /*relay*/) {}

const StepReport* failed_step(const RelayReport& report) {
    const auto step = std::ranges::find(report.steps, Result::fail, &StepReport::result);
    return step != report.steps.end() ? &*step : nullptr;
}

/// Each of these servers makes somebody doubt who it is: nothing may be told to it.
const Mishap doubts[] = {
    {"self-signed", [](Manners& m) { m.shown = Shown::self_signed; }, as_it_is,
     "tls ca-unknown", 77},
    {"strange authority", [](Manners& m) { m.shown = Shown::stranger; }, as_it_is,
     "tls ca-unknown", 77},
    {"gap", [](Manners& m) { m.shown = Shown::chain_gap; }, as_it_is, "tls chain-gap", 77},
    {"name", [](Manners& m) { m.shown = Shown::wrong_name; }, as_it_is, "tls wrong-name",
     77},
    {"expired", [](Manners& m) { m.shown = Shown::expired; }, as_it_is, "tls expired", 77},
    {"early", [](Manners& m) { m.shown = Shown::not_yet; }, as_it_is, "tls clock", 75},
    {"pin", [](Manners&) {}, [](Relay& r) { r.tls_pin = {std::string(32, 'x')}; },
     "tls pin-changed", 77},
    {"old", [](Manners& m) { m.max_version = TLS1_1_VERSION; }, as_it_is, "tls tls-old",
     76},
};

const Mishap mishaps[] = {
    {"no STARTTLS",
     [](Manners& m) {
         m.tls = TlsMode::starttls;
         m.hides_starttls = true;
     },
     as_it_is, "tls no-starttls", 76},
    {"rewritten EHLO",
     [](Manners& m) {
         m.tls = TlsMode::starttls;
         m.ehlo = "250-loopback\r\n250-XXXXXXXA\r\n250 SIZE 1000";
     },
     as_it_is, "tls mangled", 76},
    {"web page", [](Manners& m) { m.raw = "HTTP/1.1 400 Bad Request\r\n\r\n"; }, as_it_is,
     "tls captive", 76},
    {"IMAP", [](Manners& m) { m.raw = "* OK IMAP4rev1 ready\r\n"; },
     [](Relay& r) { r.tls = TlsMode::starttls; }, "greeting not-smtp", 76},
    {"no TLS at once", [](Manners& m) { m.tls = TlsMode::starttls; },
     [](Relay& r) { r.tls = TlsMode::implicit; }, "tls wants-starttls", 76},
    {"refused host",
     [](Manners& m) { m.greeting = "554 5.7.1 your address is blocked by a list"; },
     as_it_is, "greeting listed", 69},
    {"no log-in offered", [](Manners& m) { m.mechanisms.clear(); }, as_it_is,
     "auth no-auth-offered", 77},
    {"no mechanism", [](Manners& m) { m.mechanisms = "X-NOBODY-HAS-IT"; }, as_it_is,
     "auth no-mechanism", 77},
    {"wrong password", [](Manners& m) { m.auth = "535 5.7.8 no"; }, as_it_is,
     "auth wrong-password", 77},
    {"sender", [](Manners& m) { m.mail = "550 5.7.0 not you, for reasons"; }, as_it_is,
     "mail other-refusal", 69},
    {"recipient", [](Manners& m) { m.rcpt = "550 5.1.1 no such user"; }, as_it_is,
     "rcpt no-mailbox", 67},
    {"later", [](Manners& m) { m.rcpt = "451 4.7.1 greylisted"; }, as_it_is, "rcpt later",
     75},
};

RelayReport meet(LoopbackServer& server, const Mishap& mishap) {
    Relay relay = server.relay();
    mishap.relay(relay);
    RelayReport report = climb_over(relay);
    BOOST_TEST(report.status == mishap.status);
    const StepReport* const step = failed_step(report);
    BOOST_TEST_REQUIRE(step != nullptr);
    BOOST_TEST(step == &report.steps.back());
    BOOST_TEST(advices({*step}) == mishap.advice);
    BOOST_TEST(all_of(report).find("S3cret") == std::string::npos);
    BOOST_TEST(report.ends_all == (step->rung >= Rung::mail && mishap.status != 75));
    return report;
}

} // namespace

BOOST_AUTO_TEST_CASE(every_rung_of_a_good_server_with_tls_at_once_is_climbed) {
    LoopbackServer server(Manners{});
    const RelayReport report = climb_over(server.relay());
    BOOST_TEST(report.status == 0);
    BOOST_TEST(outline(report.steps) ==
               "names:ok ports:ok tls:ok greeting:ok ehlo:ok auth:ok mail:ok rcpt:ok");
    BOOST_TEST(report.tls.version == "TLSv1.3");
    BOOST_TEST((report.tls.mode == TlsMode::implicit));
    BOOST_TEST((report.tls.days == 59 || report.tls.days == 60)); // as seconds go by
    BOOST_TEST(report.tls.pin.starts_with("sha256//"));
    BOOST_TEST(holds(all_of(report), "SIZE 31457280"));
    BOOST_TEST(report.user == "me@example.org");
    // To connect, TLS, the greeting, EHLO, AUTH; two of a message.
    BOOST_TEST(report.round_trips == 7U);
    BOOST_TEST(count(server.heard(), "AUTH ") == 1U);
    BOOST_TEST(holds(server.heard(), "RCPT TO:<you@example.net>\nRSET\n"));
}

BOOST_AUTO_TEST_CASE(a_good_server_with_starttls_greets_first) {
    LoopbackServer server(with([](Manners& m) { m.tls = TlsMode::starttls; }));
    const RelayReport report = climb_over(server.relay());
    BOOST_TEST(report.status == 0);
    BOOST_TEST(outline(report.steps) ==
               "names:ok ports:ok greeting:ok tls:ok ehlo:ok auth:ok mail:ok rcpt:ok");
    BOOST_TEST((report.tls.mode == TlsMode::starttls));
    BOOST_TEST(holds(all_of(report), "by STARTTLS"));
}

BOOST_AUTO_TEST_CASE(steps_have_times_in_their_order) {
    LoopbackServer server(Manners{});
    const RelayReport report = climb_over(server.relay());
    for (std::size_t at = 2; at < report.steps.size(); ++at) {
        BOOST_TEST(report.steps[at].start.count() >= report.steps[at - 1].start.count());
        BOOST_TEST(report.steps[at].took.count() >= 0);
        BOOST_TEST(holds(report.steps[at].peer, "localhost[127.0.0.1]:"));
    }
}

BOOST_AUTO_TEST_CASE(nothing_is_told_to_a_server_that_is_doubted) {
    for (const Mishap& mishap : doubts) {
        BOOST_TEST_CONTEXT(mishap.name) {
            LoopbackServer server(with(mishap.server));
            meet(server, mishap);
            BOOST_TEST(server.heard() == "");
        }
    }
}

BOOST_AUTO_TEST_CASE(nothing_but_greetings_goes_before_starttls) {
    for (const Mishap& mishap : doubts) {
        BOOST_TEST_CONTEXT(mishap.name) {
            LoopbackServer server(with([&](Manners& m) {
                mishap.server(m);
                m.tls = TlsMode::starttls;
            }));
            meet(server, mishap);
            BOOST_TEST(count(server.heard(), "AUTH") == 0U);
            BOOST_TEST(count(server.heard(), "MAIL") == 0U);
        }
    }
}

BOOST_AUTO_TEST_CASE(the_rung_that_fails_is_the_last_and_has_its_advice) {
    for (const Mishap& mishap : mishaps) {
        BOOST_TEST_CONTEXT(mishap.name) {
            LoopbackServer server(with(mishap.server));
            meet(server, mishap);
            BOOST_TEST(count(server.heard(), "AUTH ") <= 1U);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_server_that_awaits_tls_is_told_from_a_silent_one) {
    LoopbackServer server(Manners{});
    Relay relay = server.relay();
    relay.tls = TlsMode::starttls;
    LadderOptions options = climbing();
    options.waits.greeting = Milliseconds{100};
    const RelayReport report = climb_over(relay, options);
    BOOST_TEST(advices(report.steps) == "greeting wants-implicit");
    BOOST_TEST(report.status == 75);
    BOOST_TEST(server.heard() == "");
}

BOOST_AUTO_TEST_CASE(a_server_that_never_speaks_is_mute) {
    for (const TlsMode mode : {TlsMode::implicit, TlsMode::starttls}) {
        LoopbackServer server(with([&](Manners& m) {
            m.tls = mode;
            m.waits_to_greet = true;
        }));
        const RelayReport report = climb_over(server.relay(), impatient());
        BOOST_TEST(report.status == 75);
        BOOST_TEST(holds(advices(report.steps), " mute"));
    }
}

BOOST_AUTO_TEST_CASE(a_late_greeting_is_waited_for_once_it_is_known_to_come) {
    LoopbackServer server(with([](Manners& m) {
        m.tls = TlsMode::starttls;
        m.waits_to_greet = true;
    }));
    // The port's probe, the session that found it silent, and who asks why.
    std::thread patience([&] {
        while (server.connections() < 3)
            std::this_thread::yield();
        server.let_greet();
    });
    LadderOptions options = climbing();
    options.waits.greeting = Milliseconds{100};
    const RelayReport report = climb_over(server.relay(), options);
    patience.join();
    BOOST_TEST(report.status == 0);
    BOOST_TEST(count(server.heard(), "AUTH ") == 1U);
}

BOOST_AUTO_TEST_CASE(a_refused_log_in_is_tried_on_no_other_port) {
    LoopbackServer refuses(with([](Manners& m) { m.auth = "535 5.7.8 no"; }));
    LoopbackServer other(Manners{});
    Relay relay = refuses.relay();
    relay.port.push_back(other.port());
    const RelayReport report = climb_over(relay);
    BOOST_TEST(report.status == 77);
    BOOST_TEST(count(refuses.heard(), "AUTH ") == 1U);
    BOOST_TEST(other.heard() == "");
}

BOOST_AUTO_TEST_CASE(a_log_in_that_is_put_off_is_tried_on_no_other_port) {
    LoopbackServer tired(with([](Manners& m) { m.auth = "454 4.7.0 too many"; }));
    LoopbackServer other(Manners{});
    Relay relay = tired.relay();
    relay.port.push_back(other.port());
    const RelayReport report = climb_over(relay);
    BOOST_TEST(report.status == 75);
    BOOST_TEST(advices(report.steps) == "auth too-many");
    BOOST_TEST(other.heard() == "");
}

BOOST_AUTO_TEST_CASE(the_next_port_is_climbed_where_a_delivery_would_take_it) {
    LoopbackServer hangs_up(with([](Manners& m) { m.greeting = "421 4.3.2 not now"; }));
    LoopbackServer good(Manners{});
    Relay relay = hangs_up.relay();
    relay.port.push_back(good.port());
    relay.tls_ca = good.relay().tls_ca;
    // Each has an authority of its own: the second is the one that is trusted.
    const RelayReport first = climb_over(relay);
    BOOST_TEST(first.status == 77);
    BOOST_TEST(good.heard() == "");
    LoopbackServer silent(with([](Manners& m) {
        m.tls = TlsMode::starttls;
        m.greeting = hang_up;
    }));
    relay.port = {silent.port(), good.port()};
    relay.tls.reset();
    const RelayReport second = climb_over(relay);
    BOOST_TEST(holds(outline(second.steps), "greeting:warn"));
}

BOOST_AUTO_TEST_CASE(a_certificate_that_ends_soon_is_a_warning) {
    LoopbackServer server(with([](Manners& m) { m.shown = Shown::soon; }));
    const RelayReport report = climb_over(server.relay());
    BOOST_TEST(report.status == 0);
    BOOST_TEST(holds(outline(report.steps), "tls:warn"));
    BOOST_TEST(advices(report.steps) == "tls expired");
}

BOOST_AUTO_TEST_CASE(without_a_log_in_it_ends_after_ehlo) {
    LoopbackServer server(Manners{});
    const Settings settings = settings_with(server.relay());
    const RelayReport report =
        probe_server(settings.relays.front(), settings, test_identity(), climbing());
    BOOST_TEST(report.status == 0);
    BOOST_TEST(outline(report.steps) ==
               "names:ok ports:ok tls:ok greeting:ok ehlo:ok auth:skip");
    BOOST_TEST(count(server.heard(), "AUTH") == 0U);
    BOOST_TEST(count(server.heard(), "MAIL") == 0U);
}

BOOST_AUTO_TEST_CASE(where_no_log_in_is_configured_the_rest_is_climbed) {
    LoopbackServer server(Manners{});
    const RelayReport report = climb_over(server.relay(""));
    BOOST_TEST(report.status == 0);
    BOOST_TEST(holds(outline(report.steps), "ehlo:ok auth:skip mail:ok rcpt:ok"));
}

BOOST_AUTO_TEST_CASE(lmtp_says_lhlo) {
    LoopbackServer server(with([](Manners& m) { m.tls = TlsMode::starttls; }));
    Relay relay = server.relay();
    relay.lmtp = true;
    BOOST_TEST(climb_over(relay).status == 0);
    BOOST_TEST(count(server.heard(), "LHLO ") == 2U);
    BOOST_TEST(count(server.heard(), "EHLO ") == 0U);
}

BOOST_AUTO_TEST_CASE(a_port_where_nobody_listens_is_refused) {
    Relay relay;
    {
        LoopbackServer gone(Manners{});
        relay = gone.relay();
    }
    const RelayReport report = climb_over(relay);
    BOOST_TEST(report.status == 75);
    BOOST_TEST(advices(report.steps) == "ports refused");
    BOOST_TEST_REQUIRE(report.ports.size() == 1U);
    BOOST_TEST((report.ports.front().state == PortState::refused));
}

BOOST_AUTO_TEST_CASE(an_address_of_the_other_family_is_none) {
    LoopbackServer server(Manners{});
    Relay relay = server.relay();
    relay.host = "127.0.0.1";
    relay.ip = IpFamily::ipv6;
    const RelayReport report = climb_over(relay);
    BOOST_TEST(outline(report.steps) == "names:fail");
    BOOST_TEST(server.connections() == 0U);
}

BOOST_AUTO_TEST_CASE(source_address_decides_the_family) {
    LoopbackServer server(Manners{});
    Relay relay = server.relay();
    relay.source_address = "::1";
    const RelayReport report = climb_over(relay);
    BOOST_TEST(outline(report.steps) == "names:fail");
    BOOST_TEST(holds(all_of(report), "source_address ::1"));
    relay.source_address = "127.0.0.1";
    BOOST_TEST(climb_over(relay).status == 0);
}

BOOST_AUTO_TEST_CASE(a_proxy_is_asked_for_no_port_in_vain) {
    LoopbackServer server(Manners{});
    Relay relay = server.relay();
    relay.proxy.emplace();
    relay.proxy->host = "127.0.0.1";
    relay.proxy->port = server.port(); // which is no proxy
    const RelayReport report = climb_over(relay);
    BOOST_TEST(outline(report.steps) == "names:skip ports:fail");
    BOOST_TEST(report.status != 0);
    BOOST_TEST(report.ports.empty());
}

BOOST_AUTO_TEST_CASE(a_socket_of_this_machine_has_no_ports) {
    Relay relay;
    relay.host = "unix:/nonexistent/socket";
    relay.tls = TlsMode::none;
    relay.port = {24};
    const RelayReport report = climb_over(relay);
    BOOST_TEST(report.status == 75);
    BOOST_TEST(outline(report.steps) == "names:skip ports:fail");
}

BOOST_AUTO_TEST_CASE(a_relay_that_was_not_reached_is_skipped) {
    LoopbackServer server(Manners{});
    LadderOptions options = climbing();
    options.deadline = options.started;
    const RelayReport report = climb_over(server.relay(), options);
    BOOST_TEST(outline(report.steps) == "names:skip");
    BOOST_TEST(report.status == 75);
    BOOST_TEST(server.connections() == 0U);
}

BOOST_AUTO_TEST_CASE(a_port_that_was_not_reached_is_skipped) {
    const Manners mute{.tls = TlsMode::starttls, .waits_to_greet = true};
    LoopbackServer first(mute);
    LoopbackServer second(mute);
    Relay relay = first.relay();
    relay.port.push_back(second.port());
    LadderOptions options = climbing();
    options.waits = {Milliseconds{100}, Milliseconds{60'000}};
    options.deadline = options.started + Milliseconds{500};
    const RelayReport report = climb_over(relay, options);
    BOOST_TEST(outline(report.steps) == "names:ok ports:ok greeting:warn greeting:skip");
    BOOST_TEST(report.status == 75);
    BOOST_TEST((Clock::now() - options.started < std::chrono::seconds{30}));
}

BOOST_AUTO_TEST_CASE(a_password_that_cannot_be_read_stops_at_the_log_in) {
    LoopbackServer server(Manners{});
    Relay relay = server.relay();
    relay.secret = SecretFile{{"/nonexistent/password"}, "conf:7: password_file"};
    relay.keys = {{"relay", "password_file", "password", "/nonexistent/password",
                   "conf:7: password_file"}};
    const RelayReport report = climb_over(relay);
    BOOST_TEST(report.status == 78);
    BOOST_TEST(outline(report.steps) == "names:ok ports:ok auth:fail");
    BOOST_TEST(server.heard() == "");
}

BOOST_AUTO_TEST_CASE(what_gives_the_password_away_is_told_nowhere) {
    for (const char* reply :
         {"535 5.7.8 not S3cretS3cret", "535 5.7.8 AG1l S3cretS3cret"}) {
        LoopbackServer server(with([&](Manners& m) { m.auth = reply; }));
        const RelayReport report = climb_over(server.relay());
        BOOST_TEST(report.status == 77);
        BOOST_TEST(!holds(all_of(report), "S3cret"));
    }
}
