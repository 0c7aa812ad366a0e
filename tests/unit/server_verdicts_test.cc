// SPDX-License-Identifier: MIT
//
// -bs where there is a queue: each pair of what a server may say of two recipients, with
// each verdict on the message. The one reply to its end is true for all who were promised.
#define BOOST_TEST_MODULE server_verdicts
#include <boost/test/unit_test.hpp>

#include "queued_dialogue.h"

using namespace sallyport;

namespace {

/// What becomes of the message once a server is given it.
struct Verdict {
    const char* name;
    Script replies; ///< to DATA, and to the end of the text
    char is;        ///< '2', '4', '5', or '?': in doubt
};

const std::vector<Verdict> verdicts{
    {"accepted", {"354 go", "250 2.0.0 Ok"}, '2'},
    {"DATA put off", {"451 4.3.0 later"}, '4'},
    {"DATA refused", {"554 5.7.1 no"}, '5'},
    {"end put off", {"354 go", "451 4.3.0 later"}, '4'},
    {"end refused", {"354 go", "554 5.6.0 no"}, '5'},
    {"shut down", {"354 go", "421 4.3.2 down"}, '4'},
    {"out of place", {"250 what"}, '4'},
    {"lost before the text", {}, '4'},
    {"lost after it", {"354 go"}, '?'},
    {"malformed", {"354 go", "what?"}, '?'},
};

/// To RCPT: 2 accepted, 4 put off, 5 refused.
const std::map<char, std::string> replies_to_rcpt{
    {'2', "250 r"}, {'4', "450 4.2.0 grey"}, {'5', "550 5.1.1 no"}};

struct Fixture : QueuedClient {
    /// What the client hears of it all, after MAIL.
    std::string talk(const std::string& recipients, const Verdict& verdict,
                     const std::string& message) {
        forget();
        Script script = hello + Script{"250 s"};
        std::string said = mail;
        for (std::size_t i = 0; i < recipients.size(); ++i) {
            script.push_back(replies_to_rcpt.at(recipients[i]));
            said += std::string("RCPT TO:<") + static_cast<char>('a' + i) + "@x>\n";
        }
        const bool is_sent = recipients.find('2') != std::string::npos;
        has_servers({script + (is_sent ? verdict.replies : Script()), takes_all});
        const std::string told = without_ids(say(said + message));
        BOOST_TEST(told.starts_with(sender_ok));
        BOOST_TEST(network.asked.size() == 1U);
        return told.substr(std::min(sender_ok.size(), told.size()));
    }

    static std::string promises(const std::string& recipients) {
        std::string told;
        for (std::size_t i = 0; i < recipients.size(); ++i)
            told += recipients[i] == '5'
                        ? std::string("550 5.1.1 one1: RCPT TO:<") +
                              static_cast<char>('a' + i) + "@x>: 550 5.1.1 no\n"
                        : recipient_ok;
        return told;
    }

    /// The end of the dialogue, but for the text of a refusal.
    static std::string outcome(bool some_sent, bool some_wait, char verdict) {
        if (!some_sent || verdict == '4' || verdict == '?')
            return "250 2.0.0 queued as ID\n";
        if (verdict == '5')
            return "554 ";
        return some_wait ? "250 2.0.0 accepted: 250 2.0.0 Ok; for others queued as ID\n"
                         : "250 2.0.0 accepted: 250 2.0.0 Ok\n";
    }

    /// Of those who were promised it and have it not, or may have it: where they stand.
    static std::string left(const std::string& recipients, char verdict) {
        std::string all;
        for (std::size_t i = 0; i < recipients.size(); ++i) {
            if (recipients[i] == '5')
                continue;
            all += (all.empty() ? "" : ", ") + std::string(1, static_cast<char>('a' + i)) +
                   "@x " + (recipients[i] == '2' && verdict == '2' ? "sent" : "open") +
                   (recipients[i] == '2' && verdict == '?' ? " after a doubt" : "");
        }
        return all;
    }

    void check(const std::string& recipients, const Verdict& verdict,
               const std::string& message, const std::string& go_on) {
        const std::string told = talk(recipients, verdict, message);
        const bool some_sent = recipients.find('2') != std::string::npos;
        const bool some_wait = recipients.find('4') != std::string::npos;
        const std::string last = outcome(some_sent, some_wait, verdict.is);
        const std::string before = promises(recipients) + go_on + last;
        BOOST_TEST(told.starts_with(before), told);
        if (last.find("queued") == std::string::npos) {
            BOOST_TEST(is_empty());
            return;
        }
        BOOST_TEST(told == before);
        BOOST_TEST(names().size() == 1U);
        BOOST_TEST(fates() == left(recipients, some_sent ? verdict.is : '4'));
        const auto message_kept = read_lone();
        BOOST_TEST(message_kept.header().size == 48U);
        BOOST_TEST(message_kept.progress().attempts == 1U);
        BOOST_TEST(message_kept.progress().next > 0);
        BOOST_TEST(!message_kept.progress().held);
        for (const Progress::Fate& fate : message_kept.progress().recipients)
            BOOST_TEST(holds(fate.text, "grey") == (fate.code == 450)); // his own reason
        BOOST_TEST(std::ranges::count(message_kept.progress().recipients, 450,
                                      &Progress::Fate::code) ==
                   std::ranges::count(recipients, '4'));
    }

    void check_all(const std::string& message, const std::string& go_on) {
        for (const std::string recipients :
             {"2", "4", "22", "24", "25", "42", "44", "45", "52", "54", "242"}) {
            for (const Verdict& verdict : verdicts)
                BOOST_TEST_CONTEXT(recipients << ", " << verdict.name)
            check(recipients, verdict, message, go_on);
        }
    }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(each_pair_with_each_verdict, Fixture) {
    check_all(data, go);
}

BOOST_FIXTURE_TEST_CASE(the_same_by_bdat, Fixture) {
    const std::string text = "From: a@x\r\nDate: x\r\nMessage-ID: <i@x>\r\n\r\nhello\r\n";
    check_all("BDAT 11\n" + text.substr(0, 9) + "\nBDAT " +
                  std::to_string(text.size() - 11) +
                  " LAST\nDate: x\nMessage-ID: "
                  "<i@x>\n\nhello\n",
              "250 2.0.0 11 octets\n");
}

/// By LMTP a transaction has one recipient who was accepted, and his verdict is his own.
BOOST_FIXTURE_TEST_CASE(the_same_by_lmtp, Fixture) {
    settings.relays.front().lmtp = true;
    for (const std::string recipients : {"2", "4", "42", "44", "45", "52", "54", "442"}) {
        for (const Verdict& verdict : verdicts)
            BOOST_TEST_CONTEXT(recipients << ", " << verdict.name)
        check(recipients, verdict, data, go);
    }
}
