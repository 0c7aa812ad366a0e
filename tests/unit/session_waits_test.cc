// SPDX-License-Identifier: MIT
//
// How long a session waits for each thing the server has to say.
#define BOOST_TEST_MODULE session_waits
#include <boost/test/unit_test.hpp>

#include <deque>

#include "failing.h"
#include "smtp/session.h"
#include "support/talker.h"

using namespace sallyport;
using namespace std::chrono_literals;

namespace {

/// A server, and for how long it was waited for: "220 minute" is not more than one.
struct Line {
    Talk talk;
    std::string waits{};

    void waited_for(const std::string& what, Deadline deadline) {
        const bool is_short = deadline - Clock::now() <= 60s;
        waits += what + (is_short ? " minute, " : " timeout, ");
    }
};

class LineStream : public Talker {
  public:
    explicit LineStream(Line& line) : Talker(line.talk), line_(line) {}
    Transfer read(std::span<char> buffer, Deadline deadline) override {
        if (!line_.talk.says.empty())
            line_.waited_for(line_.talk.says.front().substr(0, 3), deadline);
        return Talker::read(buffer, deadline);
    }

  private:
    Line& line_;
};

class LineSecurer : public Securer {
  public:
    explicit LineSecurer(Line& line) : line_(line) {}
    std::unique_ptr<VerifiedStream> secure(std::unique_ptr<Stream> /*plain*/,
                                           const std::string& /*peer*/,
                                           Deadline deadline) override {
        line_.waited_for("TLS", deadline);
        return std::make_unique<LineStream>(line_);
    }

  private:
    Line& line_;
};

class LineRoute : public Route {
  public:
    explicit LineRoute(Line& line) : securer_(line) {}
    std::optional<Connection> connect() override { return std::nullopt; }
    Securer& securer() override { return securer_; }

  private:
    LineSecurer securer_;
};

struct Fixture {
    /// The waits of a session that begins so, in a run that may go on until `deadline`,
    /// and with `sends` those of one message.
    std::string waits(TlsMode tls, const std::deque<std::string>& said,
                      Deadline deadline = Deadline::max(), bool sends = false) {
        relay.tls = tls;
        line = {};
        line.talk.end = "timed out";
        for (const std::string& reply : said)
            line.talk.says.push_back(reply + "\r\n");
        Connection connection;
        connection.stream = std::make_unique<LineStream>(line);
        connection.peer = "peer";
        LineRoute route(line);
        const Transcript transcript(-1);
        std::vector<std::string> notes;
        const SessionContext context{"client.example", nullptr, transcript,
                                     deadline,         notes,   true};
        Session session(std::move(connection), relay, context, route);
        if (!sends)
            return line.waits;
        Header fields;
        fields.append(Field("Subject: x\r\n"));
        Recipient recipient("b@x");
        Recipient* const recipients[] = {&recipient};
        Envelope envelope;
        envelope.reverse_path = "a@x";
        session.transact(envelope, Message(fields, Store(), {}), recipients, false);
        return line.waits;
    }

    Relay relay;
    Line line;
};

} // namespace

BOOST_FIXTURE_TEST_CASE(what_a_server_begins_with_has_a_minute, Fixture) {
    BOOST_TEST(waits(TlsMode::none, {"220 hi", "250 mail"}) == "220 minute, 250 timeout, ");
    BOOST_TEST(waits(TlsMode::implicit, {"220 hi", "250 mail"}) ==
               "TLS minute, 220 minute, 250 timeout, ");
    BOOST_TEST(waits(TlsMode::starttls,
                     {"220 hi", "250-mail\r\n250 STARTTLS", "220 go", "250 mail"}) ==
               "220 minute, 250 timeout, 220 timeout, TLS timeout, 250 timeout, ");
}

BOOST_FIXTURE_TEST_CASE(with_a_queue_no_deadline_ends_a_doubt, Fixture) {
    const std::deque<std::string> said{"220 hi",   "250 mail", "250 sender",
                                       "250 rcpt", "354 go",   "250 ok"};
    const auto verdict = [&](bool awaits) {
        relay.awaits_verdict = awaits;
        return waits(TlsMode::none, said, Clock::now() + 30s, true);
    };
    BOOST_TEST(verdict(false).ends_with("354 minute, 250 minute, "));
    BOOST_TEST(verdict(true).ends_with("354 minute, 250 timeout, "));
}

BOOST_FIXTURE_TEST_CASE(or_what_the_configuration_says, Fixture) {
    relay.timeout = relay.greeting_timeout = 200s;
    BOOST_TEST(waits(TlsMode::implicit, {"220 hi", "250 mail"}) ==
               "TLS timeout, 220 timeout, 250 timeout, ");
}

BOOST_FIXTURE_TEST_CASE(who_says_nothing_is_an_address_that_fails, Fixture) {
    const Failure failure = failure_of([&] { return waits(TlsMode::none, {}); });
    BOOST_TEST(
        std::string(failure.what()) ==
        "peer: greeting: timed out; if TLS begins here, as on 465, set tls = implicit");
    BOOST_TEST((failure.fault() == Fault::address));
}
