// SPDX-License-Identifier: MIT
//
// Each allocation fails in turn, alone or with all that follow it: what callers and clients
// are told of a message stays true, by a server that knows what it accepted.
#define BOOST_TEST_MODULE want_of_memory
#include <array>
#include <boost/test/unit_test.hpp>

#include <set>

#include "dialogue.h"
#include "failing_new.h"

using namespace sallyport;

namespace {

/// Whose copies were accepted, by a server that takes the first recipient of each
/// transaction and every message.
std::set<std::string> accepted_of(const std::string& heard) {
    std::set<std::string> accepted;
    std::string recipient;
    for (std::size_t at = 0; at < heard.size();) {
        const auto end = std::min(heard.find("\r\n", at), heard.size());
        const std::string line = heard.substr(at, end - at);
        if (line.starts_with("MAIL"))
            recipient.clear();
        else if (line.starts_with("RCPT TO:<") && recipient.empty())
            recipient = line.substr(9, line.find('>') - 9);
        else if (line == ".")
            BOOST_TEST(accepted.insert(recipient).second, recipient << " has two copies");
        at = end + 2;
    }
    return accepted;
}

/// Tries with each allocation failing in turn, alone and then with all that follow; at
/// last none fails, and everybody has the message.
template<class Try>
void fail_each(const ScriptedNetwork& network, Try try_it) {
    for (const bool goes_on : {false, true}) {
        long at = 1;
        for (has_failed = true; has_failed; ++at)
            try_it(at, goes_on);
        BOOST_TEST(at > 50);
        BOOST_TEST(accepted_of(network.heard).size() == 3U);
    }
}

const std::vector<std::string> everybody{"a@x", "b@x", "c@x"};

struct Dialogue : Client {
    Dialogue() { settings.recipients.root = "a@x, b@x, c@x"; }

    void run(long at, bool goes_on) {
        network.heard.clear();
        network.next.clear();
        settings.log.path = folder.path("log" + std::to_string(at));
        const UniqueFd input = file_of(
            "EHLO me\r\nMAIL FROM:<me@x>\r\nRCPT TO:<root>\r\nDATA\r\n"
            "From: a@x\r\nDate: x\r\nMessage-ID: <i@x>\r\n\r\nhello\r\n.\r\nQUIT\r\n");
        const UniqueFd output = file_of("");
        Log log(settings.log, "sallyport");
        {
            const Failing failing(at, goes_on);
            try {
                Server({invocation, settings, identity, log, network, transcript,
                        Clock::now(), input.get(), output.get()})
                    .run();
            } catch (const std::bad_alloc&) { // the client has been told
            }
        }
        replies = written(output.get());
    }

    /// What the client was told of the message; it may have been told to go before.
    void check() const {
        const auto accepted = accepted_of(network.heard);
        const auto go = replies.find("354 ");
        const std::string verdict =
            go == replies.npos ? "" : replies.substr(replies.find('\n', go) + 1);
        if (!verdict.starts_with("250"))
            BOOST_TEST((accepted.empty() || holds(verdict, "may have been accepted")),
                       replies << network.heard);
        else
            BOOST_TEST(!accepted.empty(), replies << network.heard);
        const std::string log =
            folder.read(settings.log.path.substr(settings.log.path.rfind('/') + 1));
        for (const std::string& address : everybody) {
            if (verdict.starts_with("250") && !accepted.contains(address))
                BOOST_TEST((holds(verdict, address) || holds(log, address)),
                           address << ": " << replies << log);
        }
    }

    void sweep() {
        fail_each(network, [this](long at, bool goes_on) {
            run(at, goes_on);
            check();
        });
    }
};

/// So long that a copy of one wants memory.
constexpr std::array hosts{"the-first-relay.example.org", "the-second-relay.example.org"};

/// A message for everybody, one recipient a transaction, with a second relay for the rest.
struct Sending {
    Sending() {
        for (const char* host : hosts) {
            Relay relay;
            relay.host = host;
            relay.tls = TlsMode::none;
            relay.max_recipients = 1;
            settings.relays.push_back(std::move(relay));
        }
        envelope.reverse_path = "me@x";
        envelope.recipients = everybody;
        header.append(Field("A", "1"));
    }

    void check(long at, bool goes_on) {
        network.heard.clear();
        network.next.clear();
        const Message message(header, Store(), {});
        std::optional<Report> report;
        try {
            const Failing failing(at, goes_on);
            Failover failover(settings, network, {"host", {}, transcript});
            report = deliver(failover, settings.message, envelope, recipients_of(envelope),
                             message, Clock::now());
        } catch (const std::bad_alloc&) { // before anything was sent
        }
        const auto accepted = accepted_of(network.heard);
        BOOST_TEST((report || accepted.empty()), network.heard);
        for (const Recipient& outcome :
             report ? report->recipients : std::vector<Recipient>()) {
            const bool ok = outcome.status == ExitStatus::ok;
            const bool has_it = accepted.contains(outcome.address);
            BOOST_TEST((has_it ? ok || outcome.in_doubt() : !ok), outcome.text);
        }
    }

    Settings settings;
    Envelope envelope;
    Header header;
    Transcript transcript;
    ScriptedNetwork network;
};

} // namespace

BOOST_FIXTURE_TEST_CASE(a_message_by_several_transactions, Sending) {
    const Script third{"250 s", "250 r", "354 go", "250 ok"};
    network.goes_on = true;
    for (const char* host : hosts)
        network.servers[host] = {hello + third + third + third};
    fail_each(network, [this](long at, bool goes_on) { check(at, goes_on); });
}

BOOST_FIXTURE_TEST_CASE(an_alias_in_several_transactions, Dialogue) {
    has_servers({hello + Script{"250 s", "250 r", "452 4.5.3 full", "354 go", "250 first",
                                "250 s", "250 r", "452 4.5.3 full", "354 go", "250 second",
                                "250 s", "250 r", "354 go", "250 third"}});
    sweep();
}

BOOST_FIXTURE_TEST_CASE(an_alias_by_lmtp, Dialogue) {
    settings.relays.front().lmtp = true;
    has_servers(
        {hello + Script{"250 s", "250 r", "354 go", "250 first", "250 s", "250 r", "354 go",
                        "250 second", "250 s", "250 r", "354 go", "250 third"}});
    sweep();
}

BOOST_FIXTURE_TEST_CASE(a_verdict_that_is_lost, Dialogue) {
    has_servers({hello + Script{"250 s", "250 r", "250 r", "250 r", "354 go"}});
    for (const bool goes_on : {false, true}) {
        long at = 1;
        for (has_failed = true; has_failed; ++at) {
            run(at, goes_on);
            check();
        }
        BOOST_TEST(at > 50);
        BOOST_TEST(holds(replies, "451 4.4.2 "));
    }
}
