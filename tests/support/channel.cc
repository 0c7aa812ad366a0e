// SPDX-License-Identifier: MIT
#include "channel.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <linux/tcp.h>
#include <netinet/in.h>
#include <openssl/bio.h>
#include <sys/socket.h>
#include <sys/time.h>

namespace sallyport {

namespace {

constexpr std::size_t block_size = 256 * 1024;
constexpr std::size_t record_header = 5; // RFC 8446 5.1: type, version, length
constexpr long patience = 60;            // seconds for a client that says nothing

void limit_waiting(int fd) {
    const timeval span{patience, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &span, sizeof span);
    ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &span, sizeof span);
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

/// Size of the first TLS record in `raw` with its header; 0 if it is not all there.
std::size_t first_record(std::string_view raw) {
    if (raw.size() < record_header)
        return 0;
    const auto octet = [raw](std::size_t at) {
        return static_cast<unsigned char>(raw[at]);
    };
    const std::size_t size = record_header + octet(3) * 256U + octet(4);
    return raw.size() < size ? 0 : size;
}

} // namespace

Channel::Channel(UniqueFd fd) : fd_(std::move(fd)), block_(block_size, '\0') {
    limit_waiting(fd_.get());
}

bool Channel::accept_tls(SSL_CTX* context) {
    ssl_.reset(SSL_new(context));
    SSL_set_accept_state(ssl_.get());
    SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    while (SSL_is_init_finished(ssl_.get()) == 0) {
        if (!feed_record()) {
            if (!receive())
                return false;
            continue;
        }
        const int done = SSL_do_handshake(ssl_.get());
        note("TLS");
        const bool failed =
            done != 1 && SSL_get_error(ssl_.get(), done) != SSL_ERROR_WANT_READ;
        if (!send_tls() || failed)
            return false;
    }
    return true;
}

std::string Channel::protocol() const {
    return ssl_ ? SSL_get_version(ssl_.get()) : "none";
}

bool Channel::flush() {
    const std::string octets = std::exchange(outgoing_, {});
    if (octets.empty())
        return true;
    if (!ssl_)
        return send(octets);
    std::size_t written = 0;
    return SSL_write_ex(ssl_.get(), octets.data(), octets.size(), &written) == 1 &&
           send_tls();
}

bool Channel::read(std::string& to) {
    if (!flush())
        return false;
    const std::size_t before = to.size();
    for (;;) {
        if (ssl_ && !read_records(to))
            return false;
        if (!ssl_)
            to += std::exchange(raw_, {});
        if (to.size() > before)
            return true;
        if (!receive())
            return false;
    }
}

bool Channel::input_waiting() {
    char octet = 0;
    return !raw_.empty() || ::recv(fd_.get(), &octet, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

void Channel::note(std::string_view event) {
    constexpr std::size_t long_enough = 200;
    if (flights_.empty())
        return;
    std::string& dialogue = flights_.back().dialogue;
    const bool repeated =
        event == "TLS" && dialogue.ends_with(event); // records of one step
    if (repeated || dialogue.size() > long_enough)
        return;
    dialogue += (dialogue.empty() ? "" : "+") + std::string(event);
}

unsigned Channel::round_trips() const {
    return 1 + (spoken_first_ ? 1 : 0) + static_cast<unsigned>(flights_.size());
}

unsigned Channel::round_trips_to_verdict() const {
    return round_trips_at_verdict_ > 0 ? round_trips_at_verdict_ : round_trips();
}

/// Gives the flight under way the segments that have come since it was last asked. Linux
/// counts only those that carry data.
void Channel::count_segments() {
    tcp_info facts{};
    socklen_t size = sizeof facts;
    if (flights_.empty() ||
        ::getsockopt(fd_.get(), IPPROTO_TCP, TCP_INFO, &facts, &size) != 0)
        return;
    flights_.back().segments += facts.tcpi_data_segs_in - segments_;
    segments_ = facts.tcpi_data_segs_in;
}

bool Channel::receive() {
    ssize_t got = 0;
    do
        got = ::recv(fd_.get(), block_.data(), block_.size(), 0);
    while (got < 0 && errno == EINTR);
    if (got <= 0)
        return false;
    raw_.append(block_.data(), static_cast<std::size_t>(got));
    if (std::exchange(spoken_, false))
        flights_.emplace_back();
    flights_.back().octets += static_cast<std::uint64_t>(got);
    return true;
}

/// Hands OpenSSL one record, and no more, so that records can be counted.
bool Channel::feed_record() {
    const std::size_t size = first_record(raw_);
    if (size == 0)
        return false;
    BIO_write(SSL_get_rbio(ssl_.get()), raw_.data(), static_cast<int>(size));
    raw_.erase(0, size);
    return true;
}

/// False when the client has closed the TLS session, or broken it.
bool Channel::read_records(std::string& to) {
    std::array<char, SSL3_RT_MAX_PLAIN_LENGTH> text{};
    std::size_t begin = 0;
    bool alive = true;
    while (alive) {
        const std::size_t size = first_record(std::string_view(raw_).substr(begin));
        if (size == 0)
            break;
        BIO_write(SSL_get_rbio(ssl_.get()), raw_.data() + begin, static_cast<int>(size));
        begin += size;
        std::size_t got = 0;
        const int done = SSL_read_ex(ssl_.get(), text.data(), text.size(), &got);
        to.append(text.data(), got);
        flights_.back().records += got > 0 ? 1 : 0;
        const int why = SSL_get_error(ssl_.get(), done);
        alive = done == 1 || why == SSL_ERROR_WANT_READ;
        if (!alive)
            note(why == SSL_ERROR_ZERO_RETURN ? "close" : "broken");
    }
    raw_.erase(0, begin);
    return alive;
}

bool Channel::send(std::string_view octets) {
    count_segments();
    spoken_first_ = spoken_first_ || flights_.empty();
    spoken_ = true;
    while (!octets.empty()) {
        const ssize_t sent = ::send(fd_.get(), octets.data(), octets.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return false;
        octets.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

/// What OpenSSL has to say, in one write.
bool Channel::send_tls() {
    BIO* const waiting = SSL_get_wbio(ssl_.get());
    const char* octets = nullptr;
    const long size = BIO_ctrl(waiting, BIO_CTRL_INFO, 0, &octets);
    if (size <= 0)
        return true;
    const bool sent = send({octets, static_cast<std::size_t>(size)});
    BIO_ctrl(waiting, BIO_CTRL_RESET, 0, nullptr);
    return sent;
}

} // namespace sallyport
