// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE pop
#include <boost/test/unit_test.hpp>

#include <algorithm>

#include "deliver/visit.h"
#include "failing.h"
#include "relays.h"
#include "shown.h"
#include "smtp/pop.h"
#include "support/talker.h"
#include "text/ascii.h"

using namespace sallyport;
using Texts = std::vector<std::string>;

namespace {

/// Shakes hands with a server that said nothing more in clear.
class StandIn : public Securer {
  public:
    StandIn(Talk& talk, std::string says) : talk_(talk), says_(std::move(says)) {}
    std::unique_ptr<VerifiedStream> secure(std::unique_ptr<Stream> /*plain*/,
                                           const std::string& peer,
                                           Deadline deadline) override {
        talk_.reads.push_back(deadline);
        if (!talk_.says.empty())
            throw Failure(ExitStatus::protocol, Fault::relay, peer + ": TLS: no TLS");
        talk_.heard += "<TLS>";
        talk_.says = at_once(says_);
        return std::make_unique<Talker>(talk_);
    }

  private:
    Talk& talk_;
    std::string says_;
};

struct Fixture {
    void log_in(TlsMode mode, const std::string& clear, const std::string& under_tls) {
        talk.says = at_once(clear);
        talk.heard.clear();
        kept.clear();
        StandIn securer(talk, under_tls);
        std::string text = "pass word";
        log_in_by_pop({std::make_unique<Talker>(talk), "peer", 995, {}}, securer, mode,
                      "me", Secret(text), until, Transcript(-1, &kept));
    }
    std::string why(TlsMode mode, const std::string& clear, const std::string& under_tls) {
        const Failure failure = failure_of([&] {
            log_in(mode, clear, under_tls);
            return 0;
        });
        const std::string text = failure.what();
        BOOST_TEST(text.starts_with("peer: POP: "));
        BOOST_TEST(!has_control(text));
        BOOST_TEST(text.size() < 300U);
        // A refused log-in must not be tried again by another message of the same run.
        BOOST_TEST(failure.credentials_refused() == (status_of(failure) == 77));
        return std::to_string(status_of(failure)) +
               (failure.fault() == Fault::relay ? " relay" : " address") + text.substr(9);
    }

    Talk talk;
    std::vector<Transcript::Entry> kept;
    PopDeadlines until{Deadline::max(), Deadline::max()};
};

const std::string ok = "+OK\r\n";

} // namespace

BOOST_FIXTURE_TEST_CASE(tls_at_once, Fixture) {
    log_in(TlsMode::implicit, "", "+OK hello\r\n" + ok + "+OK 1 message\r\n+OK bye\r\n");
    BOOST_TEST(talk.heard == "<TLS>USER me\r\nPASS pass word\r\nQUIT\r\n");
}

BOOST_FIXTURE_TEST_CASE(a_person_sees_what_is_said_and_no_log_in, Fixture) {
    log_in(TlsMode::starttls, "+OK hello\r\n+OK go\r\n",
           "+OK\r\n+OK pass word!\r\n+OK bye\r\n");
    BOOST_TEST(shown_of(kept) == "< +OK hello\n> STLS\n< +OK go\n"
                                 "* peer: POP: TLSv1.3, server verified\n"
                                 "> USER (credentials)\n< +OK\n"
                                 "> PASS (credentials)\n< +OK (text withheld)\n> QUIT\n");
}

BOOST_FIXTURE_TEST_CASE(tls_by_stls, Fixture) {
    log_in(TlsMode::starttls, "+OK hello\r\n+OK go\r\n", ok + "+OK\n" + ok);
    BOOST_TEST(talk.heard == "STLS\r\n<TLS>USER me\r\nPASS pass word\r\nQUIT\r\n");
}

BOOST_FIXTURE_TEST_CASE(what_comes_first_has_its_own_limit, Fixture) {
    const auto now = Clock::now();
    until = {now + std::chrono::seconds(1), now + std::chrono::seconds(5)};
    for (const TlsMode mode : {TlsMode::implicit, TlsMode::starttls}) {
        talk.reads.clear();
        const bool at_once = mode == TlsMode::implicit;
        log_in(mode, at_once ? "" : ok + ok, (at_once ? ok : "") + ok + ok + ok);
        // Each octet is read by itself.
        std::vector<Deadline> expected(ok.size() + (at_once ? 1 : 0), until.greeting);
        expected.resize(talk.reads.size(), until.end);
        BOOST_TEST((talk.reads == expected));
        BOOST_TEST(expected.size() > 3 * ok.size());
    }
}

BOOST_FIXTURE_TEST_CASE(what_becomes_of_quit_is_no_matter, Fixture) {
    for (const char* end : {"", "-ERR\r\n", "nonsense"})
        BOOST_CHECK_NO_THROW(log_in(TlsMode::implicit, "", ok + ok + ok + end));
}

BOOST_FIXTURE_TEST_CASE(no_secret_without_tls, Fixture) {
    BOOST_TEST(why(TlsMode::starttls, "+OK\r\n-ERR what?\r\n", "") ==
               "76 relay: STLS: -ERR what?");
    BOOST_TEST(talk.heard == "STLS\r\n");
    BOOST_TEST(why(TlsMode::starttls, "-ERR go\r\n", "") == "75 relay: greeting: -ERR go");
    BOOST_TEST(talk.heard == "");
    // What is injected after the reply to STLS.
    BOOST_TEST(why(TlsMode::starttls, ok + ok + "+OK\r\n+OK\r\n", "") ==
               "76 relay: TLS: no TLS");
    BOOST_TEST(talk.heard == "STLS\r\n");
}

BOOST_FIXTURE_TEST_CASE(refusals, Fixture) {
    const auto refused = [&](const std::string& says) {
        return why(TlsMode::implicit, "", ok + ok + says);
    };
    BOOST_TEST(refused("-ERR [AUTH] wrong\x1b[2J\r\n") ==
               "77 relay: PASS: -ERR [AUTH] wrong?[2J");
    BOOST_TEST(refused("-ERR\r\n") == "77 relay: PASS: -ERR");
    for (const char* code : {"[SYS/TEMP]", "[IN-USE]", "[LOGIN-DELAY]"})
        BOOST_TEST(refused(std::string("-ERR ") + code + " later\r\n")
                       .starts_with("75 relay: PASS: -ERR ["));
    BOOST_TEST(refused("-ERR " + std::string(5000, 'x') + "\r\n").ends_with("..."));
    BOOST_TEST(why(TlsMode::implicit, "", ok + "-ERR who?\r\n") ==
               "77 relay: USER: -ERR who?");
}

BOOST_FIXTURE_TEST_CASE(a_refusal_that_gives_the_password_away, Fixture) {
    const auto refused = [&](const std::string& says) {
        return why(TlsMode::implicit, "", ok + ok + says);
    };
    BOOST_TEST(refused("-ERR not PASS pass word\r\n") ==
               "77 relay: PASS: -ERR (text withheld)");
    BOOST_TEST(refused("-ERR [SYS/TEMP] PASSWORD?\r\n") ==
               "75 relay: PASS: -ERR (text withheld)");
    BOOST_TEST(refused("-ERR " + std::string(500, 'x') + " ass word\r\n") ==
               "77 relay: PASS: -ERR (text withheld)");
    BOOST_TEST(refused("what is pass word?\r\n") ==
               "76 relay: PASS: not a reply of POP: (text withheld)");
    BOOST_TEST(refused("-ERR not pass wor\r\n") == "77 relay: PASS: -ERR (text withheld)");
    BOOST_TEST(refused("-ERR not ass wor\r\n") == "77 relay: PASS: -ERR not ass wor");
    // Nothing is compared before it has been sent.
    BOOST_TEST(why(TlsMode::implicit, "", ok + "-ERR no pass word\r\n") ==
               "77 relay: USER: -ERR no pass word");
}

BOOST_FIXTURE_TEST_CASE(what_is_no_pop, Fixture) {
    for (const char* odd : {"220 mail.example ESMTP\r\n", "+OKAY\r\n", "+ok\r\n", "\r\n",
                            "-ERROR\r\n", "* OK IMAP\r\n"})
        BOOST_TEST(why(TlsMode::implicit, "", odd)
                       .starts_with("76 relay: greeting: not a reply of POP: "));
    const std::string all = ok + ok + ok;
    for (std::size_t size = 0; size < all.size(); ++size)
        BOOST_TEST(why(TlsMode::implicit, "", all.substr(0, size))
                       .ends_with(": connection closed by the server"));
    talk.endless = true;
    BOOST_TEST(why(TlsMode::starttls, "x", "") ==
               "76 relay: greeting: the reply is too long");
}

namespace {

/// A POP server beside relays that need no TLS.
class BothNetwork : public ScriptedNetwork {
  public:
    struct PopRoute : Route {
        explicit PopRoute(BothNetwork& network) : network_(network) {}
        std::optional<Connection> connect() override {
            network_.heard += "(POP)";
            if (network_.pop.empty())
                return std::nullopt;
            network_.talk = {};
            securer_.emplace(network_.talk, network_.pop.front());
            network_.pop.pop_front();
            return Connection{std::make_unique<Talker>(network_.talk), "pop", 995, {}};
        }
        Securer& securer() override { return securer_.value(); }

      private:
        BothNetwork& network_;
        std::optional<StandIn> securer_;
    };

    std::unique_ptr<Route> route(const Relay& relay, Deadline run_deadline) override {
        if (relay.host != "pop.example")
            return ScriptedNetwork::route(relay, run_deadline);
        BOOST_TEST(relay.port == (std::vector<std::uint16_t>{995}),
                   boost::test_tools::per_element());
        BOOST_TEST((relay.tls == TlsMode::implicit));
        BOOST_TEST(relay.tls_name == "");
        return std::make_unique<PopRoute>(*this);
    }

    std::deque<std::string> pop; ///< what each of its addresses says
    Talk talk;
};

struct VisitFixture {
    VisitFixture() {
        relay.host = "one";
        relay.tls = TlsMode::none;
        relay.tls_name = "mail.example";
        relay.pop_before = PopServer{"pop.example", 995, TlsMode::implicit};
        relay.user = "me";
        std::string text = "secret";
        relay.secret = std::make_shared<const Secret>(text);
        network.servers["one"] = {hello, hello};
    }

    Relay relay;
    BothNetwork network;
    std::vector<Transcript::Entry> kept;
    Transcript transcript{-1, &kept};
    DeliveryContext context{"host", Clock::now(), transcript};
    SenderSettings sender;
    Texts notes;
    Visit visit{relay, network, context, sender, notes};
};

} // namespace

BOOST_FIXTURE_TEST_CASE(pop_comes_first_and_once, VisitFixture) {
    network.pop = {ok + ok + ok + ok};
    BOOST_TEST(visit.next_session() != nullptr);
    BOOST_TEST(network.talk.heard == "<TLS>USER me\r\nPASS secret\r\nQUIT\r\n");
    BOOST_TEST(network.heard.starts_with("(POP)EHLO "));
    BOOST_TEST(!holds(network.heard, "AUTH"));
    BOOST_TEST(holds(shown_of(kept),
                     "* pop: connected\n* pop: POP: TLSv1.3, server verified\n"
                     "< +OK\n> USER (credentials)\n"));
    network.heard.clear();
    BOOST_TEST(visit.next_session() != nullptr);
    BOOST_TEST(network.heard.starts_with("EHLO "));
}

BOOST_FIXTURE_TEST_CASE(a_lost_pop_server_is_tried_elsewhere, VisitFixture) {
    network.pop = {ok, ok + ok + ok + ok};
    const Failure lost = failure_of([&] { return visit.next_session(); });
    BOOST_TEST(std::string(lost.what()) ==
               "pop: POP: USER: connection closed by the server");
    BOOST_TEST((lost.fault() == Fault::address));
    BOOST_TEST(visit.peer() == "pop");
    BOOST_TEST(visit.next_session() != nullptr);
    BOOST_TEST(network.heard.starts_with("(POP)(POP)EHLO "));
}

BOOST_FIXTURE_TEST_CASE(no_session_without_pop, VisitFixture) {
    network.pop = {ok + ok + "-ERR no\r\n"};
    BOOST_TEST(status_of(failure_of([&] { return visit.next_session(); })) == 77);
    BOOST_TEST(visit.next_session() == nullptr);
    BOOST_TEST(!holds(network.heard, "EHLO"));
}
