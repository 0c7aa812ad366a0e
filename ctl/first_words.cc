// SPDX-License-Identifier: MIT
#include "ctl/first_words.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>
#include <vector>

#include <poll.h>
#include <sys/socket.h>

#include "base/unique_fd.h"
#include "ctl/unverified.h"
#include "net/connect.h"
#include "text/ascii.h"
#include "text/printable.h"

namespace sallyport::ctl {

namespace {

constexpr std::size_t most_of_a_line = 200;
constexpr std::size_t most_heard = 512;

/// A connection that is listened to.
struct Ear {
    UniqueFd fd;
    bool after_hello = false;
    std::string heard;
    bool closed = false;

    /// What there is to hear is known: a line, a TLS record, more than a line may have, or
    /// the end.
    [[nodiscard]] bool done() const {
        return closed || heard.size() >= most_heard ||
               heard.find('\n') != std::string::npos || speaker_of(heard) == Speaker::tls;
    }

    void listen() {
        std::array<char, most_heard> octets{};
        const ssize_t got = ::recv(fd.get(), octets.data(), octets.size(), MSG_DONTWAIT);
        if (got > 0)
            heard.append(octets.data(), static_cast<std::size_t>(got));
        else
            closed = got == 0 || (errno != EAGAIN && errno != EINTR);
    }
};

bool has_spoken(const Ear& ear) {
    return !ear.heard.empty();
}

/// Those that go on listening.
std::vector<pollfd> still_open(const std::vector<Ear>& ears) {
    std::vector<pollfd> watched;
    watched.reserve(ears.size());
    for (const Ear& ear : ears) // poll() passes over a negative one
        watched.push_back({ear.closed ? -1 : ear.fd.get(), POLLIN, 0});
    return watched;
}

/// Until one of them has said what there is to hear, or all are closed, or `deadline`.
void listen(std::vector<Ear>& ears, Deadline deadline) {
    const auto told = [](const Ear& ear) { return has_spoken(ear) && ear.done(); };
    while (std::ranges::none_of(ears, told) && !std::ranges::all_of(ears, &Ear::closed)) {
        std::vector<pollfd> watched = still_open(ears);
        const int ready = ::poll(watched.data(), watched.size(), poll_timeout(deadline));
        for (std::size_t i = 0; i < ears.size() && ready > 0; ++i) {
            if (watched[i].revents != 0)
                ears[i].listen();
        }
        if (ready == 0 && Clock::now() >= deadline)
            return;
    }
}

Ear connected(const Address& address, std::uint16_t port,
              const std::optional<Address>& source, Deadline deadline) {
    Connector connector({address}, {port}, source);
    auto candidate = connector.connect(deadline);
    Ear ear;
    ear.closed = !candidate;
    if (candidate)
        ear.fd = std::move(candidate->fd);
    return ear;
}

/// Not where it has spoken already: then the ClientHello changes nothing.
void say_hello(Ear& ear, const std::string& host) {
    if (ear.closed)
        return;
    ear.listen();
    if (has_spoken(ear) || ear.closed)
        return;
    const std::string hello = UnverifiedHandshake(host).advance({});
    // A new connection takes so little at once. Where it does not, it is about to end.
    ear.after_hello = ::send(ear.fd.get(), hello.data(), hello.size(), MSG_NOSIGNAL) ==
                      static_cast<ssize_t>(hello.size());
}

/// Whether nothing but the code is left of a greeting: "220 *********".
bool is_masked(std::string_view line) {
    const auto masked = std::ranges::count(line, '*');
    return masked > 3 && static_cast<std::size_t>(masked) * 2 > line.size();
}

FirstWords told_by(const std::vector<Ear>& ears) {
    FirstWords words;
    const auto speaker = std::ranges::find_if(ears, has_spoken);
    if (speaker == ears.end()) {
        if (std::ranges::all_of(ears, &Ear::closed))
            words.speaker = Speaker::closed;
        words.after_hello = words.speaker == Speaker::closed && ears.back().after_hello;
        return words;
    }
    words.speaker = speaker_of(speaker->heard);
    words.after_hello = speaker->after_hello;
    if (words.speaker == Speaker::tls)
        return words;
    std::string_view line = speaker->heard;
    line = line.substr(0, line.find_first_of("\r\n"));
    words.masked = is_masked(line);
    words.line = printable(line, most_of_a_line);
    return words;
}

} // namespace

Speaker speaker_of(std::string_view octets) {
    struct Sign {
        std::string_view begin;
        Speaker speaker;
    };
    constexpr Sign signs[] = {
        {"\x16", Speaker::tls}, {"\x15", Speaker::tls}, {"HTTP/", Speaker::http},
        {"<", Speaker::http},   {"* ", Speaker::imap},  {"+", Speaker::pop},
        {"-ERR", Speaker::pop}, {"SSH-", Speaker::ssh},
    };
    if (octets.empty())
        return Speaker::mute;
    if (is_digit(octets.front()))
        return Speaker::smtp;
    const auto* const sign = std::ranges::find_if(
        signs, [octets](const Sign& each) { return octets.starts_with(each.begin); });
    return sign != std::end(signs) ? sign->speaker : Speaker::other;
}

FirstWords who_speaks_first(const Address& address, std::uint16_t port, TlsMode expected,
                            const std::string& host, const FirstWaits& waits,
                            const std::optional<Address>& source) {
    const auto begun = Clock::now();
    const bool hello_first = expected == TlsMode::implicit;
    const auto within = [&waits](Milliseconds span) {
        return std::min(Clock::now() + span, waits.deadline);
    };
    std::vector<Ear> ears;
    ears.push_back(connected(address, port, source, within(waits.hello)));
    if (hello_first)
        say_hello(ears.front(), host);
    listen(ears, within(hello_first ? waits.hello : waits.greeting));
    if (!hello_first && !has_spoken(ears.front()) && !ears.front().closed) {
        const Deadline deadline = within(waits.hello);
        ears.push_back(connected(address, port, source, deadline));
        say_hello(ears.back(), host);
        listen(ears, deadline);
    }
    FirstWords words = told_by(ears);
    words.took = std::chrono::duration_cast<Milliseconds>(Clock::now() - begun);
    return words;
}

} // namespace sallyport::ctl
