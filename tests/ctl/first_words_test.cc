// SPDX-License-Identifier: MIT
//
// Twelve pairs of a server and a setting, told apart by who speaks first.
#define BOOST_TEST_MODULE first_words
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <condition_variable>

#include "ctl/first_words.h"
#include "station.h"

using namespace sallyport;
using namespace sallyport::ctl;
using namespace std::string_literals;

namespace {

constexpr std::chrono::seconds long_enough{20};
constexpr std::chrono::milliseconds moment{30};
constexpr FirstWaits patient{long_enough, long_enough};
constexpr FirstWaits for_a_greeting{moment, long_enough};
constexpr FirstWaits brief{moment, moment};

const char* word_for(Speaker speaker) {
    constexpr const char* words[] = {"tls", "smtp",  "http", "imap",  "pop",
                                     "ssh", "other", "mute", "closed"};
    return words[static_cast<std::size_t>(speaker)];
}

/// "smtp", or "smtp after hello".
std::string shown(const FirstWords& words) {
    return std::string(word_for(words.speaker)) + (words.after_hello ? " after hello" : "");
}

FirstWords ask(const Station& station, TlsMode expected, const FirstWaits& waits) {
    return who_speaks_first(parse("127.0.0.1"), station.number, expected, "mail.example",
                            waits);
}

/// Says `octets` at once.
Station::Serve says(std::string octets) {
    return [octets = std::move(octets)](int fd, std::size_t) {
        say(fd, octets);
        hear_all(fd);
    };
}

/// Says `octets` when it has heard a ClientHello.
Station::Serve answers(std::string octets) {
    return [octets = std::move(octets)](int fd, std::size_t) {
        if (hear(fd).starts_with("\x16\x03"))
            say(fd, octets);
        hear_all(fd);
    };
}

void mute(int fd, std::size_t) {
    hear_all(fd);
}

void closes(int, std::size_t) {}

const std::string server_hello = "\x16\x03\x03\x00\x7a\x02"s;
const std::string alert = "\x15\x03\x01\x00\x02\x02\x28"s;

} // namespace

BOOST_AUTO_TEST_CASE(tls_at_once_and_expected) {
    const Station station(answers(server_hello));
    BOOST_TEST(shown(ask(station, TlsMode::implicit, patient)) == "tls after hello");
}

BOOST_AUTO_TEST_CASE(tls_at_once_where_a_greeting_is_expected) {
    const Station station(answers(server_hello));
    const FirstWords words = ask(station, TlsMode::starttls, for_a_greeting);
    BOOST_TEST(shown(words) == "tls after hello");
    BOOST_TEST(words.line == "");
    BOOST_TEST((words.took >= moment));
}

BOOST_AUTO_TEST_CASE(a_greeting_that_was_waited_for_before) {
    const Station station(answers(server_hello));
    constexpr FirstWaits at_once{std::chrono::milliseconds{0}, long_enough};
    BOOST_TEST(shown(ask(station, TlsMode::starttls, at_once)) == "tls after hello");
}

BOOST_AUTO_TEST_CASE(a_greeting_that_is_expected) {
    const Station station(says("220 mail.example ESMTP\r\n"));
    const FirstWords words = ask(station, TlsMode::starttls, patient);
    BOOST_TEST(shown(words) == "smtp");
    BOOST_TEST(words.line == "220 mail.example ESMTP");
    BOOST_TEST(!words.masked);
}

BOOST_AUTO_TEST_CASE(a_greeting_where_tls_is_expected) {
    const Station station(says("220 mail.example ESMTP\r\n"));
    const FirstWords words = ask(station, TlsMode::implicit, patient);
    BOOST_TEST((words.speaker == Speaker::smtp));
    BOOST_TEST(words.line == "220 mail.example ESMTP");
}

BOOST_AUTO_TEST_CASE(a_late_greeting_is_told_from_tls) {
    std::atomic<int> first = -1;
    const Station station([&first](int fd, std::size_t number) {
        if (number == 0)
            first = fd;
        else if (hear(fd).starts_with("\x16\x03")) // it has been patient enough
            say(first, "220 late.example ESMTP\r\n");
        hear_all(fd);
    });
    const FirstWords words = ask(station, TlsMode::starttls, for_a_greeting);
    BOOST_TEST(shown(words) == "smtp");
    BOOST_TEST(words.line == "220 late.example ESMTP");
}

BOOST_AUTO_TEST_CASE(a_late_greeting_where_tls_is_expected) {
    const Station station(answers("220 late.example ESMTP\r\n"));
    BOOST_TEST(shown(ask(station, TlsMode::implicit, patient)) == "smtp after hello");
}

BOOST_AUTO_TEST_CASE(a_web_page) {
    const Station station(answers("HTTP/1.1 400 Bad Request\r\n\r\n"));
    BOOST_TEST(shown(ask(station, TlsMode::implicit, patient)) == "http after hello");
    const FirstWords words = ask(station, TlsMode::starttls, for_a_greeting);
    BOOST_TEST(shown(words) == "http after hello");
    BOOST_TEST(words.line == "HTTP/1.1 400 Bad Request");
}

BOOST_AUTO_TEST_CASE(silent_whoever_begins) {
    const Station station(mute);
    BOOST_TEST(shown(ask(station, TlsMode::implicit, brief)) == "mute");
    BOOST_TEST(shown(ask(station, TlsMode::starttls, brief)) == "mute");
}

BOOST_AUTO_TEST_CASE(closed_without_a_word) {
    const Station station(closes);
    BOOST_TEST((ask(station, TlsMode::implicit, patient).speaker == Speaker::closed));
    BOOST_TEST(shown(ask(station, TlsMode::starttls, patient)) == "closed");
}

BOOST_AUTO_TEST_CASE(closed_because_of_the_hello) {
    const Station station([](int fd, std::size_t number) {
        if (number == 0)
            hear_all(fd);
        hear(fd);
    });
    // The first connection goes on: it may be greeted yet.
    BOOST_TEST(shown(ask(station, TlsMode::starttls, brief)) == "mute");
}

BOOST_AUTO_TEST_CASE(no_longer_there) {
    const Port refused;
    const FirstWords words = who_speaks_first(parse("127.0.0.1"), refused.number,
                                              TlsMode::starttls, "mail.example", patient);
    BOOST_TEST(shown(words) == "closed");
}

BOOST_AUTO_TEST_CASE(an_alert_is_tls) {
    const Station station(answers(alert));
    BOOST_TEST(shown(ask(station, TlsMode::implicit, patient)) == "tls after hello");
}

BOOST_AUTO_TEST_CASE(where_mail_is_fetched) {
    const Station imap(says("* OK IMAP4rev1 ready\r\n"));
    BOOST_TEST(shown(ask(imap, TlsMode::starttls, patient)) == "imap");
    const Station pop(says("+OK POP3 ready\r\n"));
    BOOST_TEST(shown(ask(pop, TlsMode::starttls, patient)) == "pop");
    const Station ssh(says("SSH-2.0-OpenSSH_9.2\r\n"));
    const FirstWords words = ask(ssh, TlsMode::starttls, patient);
    BOOST_TEST(shown(words) == "ssh");
    BOOST_TEST(words.line == "SSH-2.0-OpenSSH_9.2");
}

BOOST_AUTO_TEST_CASE(a_greeting_in_pieces) {
    const Station station([](int fd, std::size_t) {
        for (const char c : "220 mail.example\r\n"s)
            say(fd, {&c, 1});
        hear_all(fd);
    });
    BOOST_TEST(ask(station, TlsMode::starttls, patient).line == "220 mail.example");
}

BOOST_AUTO_TEST_CASE(a_greeting_that_a_firewall_has_masked) {
    const Station station(says("220 ****************2******0*\r\n"));
    const FirstWords words = ask(station, TlsMode::starttls, patient);
    BOOST_TEST(shown(words) == "smtp");
    BOOST_TEST(words.masked);
    const Station adorned(says("220 *** mail.example *** welcome to our server\r\n"));
    BOOST_TEST(!ask(adorned, TlsMode::starttls, patient).masked);
}

BOOST_AUTO_TEST_CASE(what_it_says_is_made_harmless_and_short) {
    const Station station(says("220 \x1b[2J" + std::string(100'000, 'x') + "\r\n"));
    const FirstWords words = ask(station, TlsMode::starttls, patient);
    BOOST_TEST(words.line.starts_with("220 ?[2Jxxx"));
    BOOST_TEST(words.line.size() <= 203U);
}

BOOST_AUTO_TEST_CASE(a_line_without_an_end) {
    const Station station(says("220 mail"));
    const FirstWords words = ask(station, TlsMode::starttls, brief);
    BOOST_TEST(shown(words) == "smtp");
    BOOST_TEST(words.line == "220 mail");
}

BOOST_AUTO_TEST_CASE(nothing_but_a_client_hello_is_written) {
    std::mutex mutex;
    std::condition_variable changed;
    std::string heard;
    int ended = 0;
    const Station station([&](int fd, std::size_t) {
        const std::string all = hear_all(fd);
        const std::lock_guard lock(mutex);
        heard += all;
        ++ended;
        changed.notify_one();
    });
    ask(station, TlsMode::starttls, brief);
    std::unique_lock lock(mutex);
    changed.wait(lock, [&ended] { return ended == 2; });
    BOOST_REQUIRE(heard.size() > 9U);
    const auto size = static_cast<std::size_t>(static_cast<unsigned char>(heard[3])) << 8U |
                      static_cast<unsigned char>(heard[4]);
    BOOST_TEST(heard.size() == size + 5);
    BOOST_TEST(heard[0] == '\x16');
    BOOST_TEST(heard[5] == '\x01');
    BOOST_TEST(heard.find("mail.example") != std::string::npos); // RFC 6066 3
}

BOOST_AUTO_TEST_CASE(by_the_first_octets) {
    BOOST_TEST((speaker_of("") == Speaker::mute));
    BOOST_TEST((speaker_of("\x16\x03") == Speaker::tls));
    BOOST_TEST((speaker_of("\x15") == Speaker::tls));
    BOOST_TEST((speaker_of("5") == Speaker::smtp));
    BOOST_TEST((speaker_of("HTTP/1.0 200") == Speaker::http));
    BOOST_TEST((speaker_of("<html>") == Speaker::http));
    BOOST_TEST((speaker_of("-ERR busy") == Speaker::pop));
    BOOST_TEST((speaker_of("*****") == Speaker::other));
    BOOST_TEST((speaker_of("hello") == Speaker::other));
}
