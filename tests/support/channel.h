// SPDX-License-Identifier: MIT
//
// One connection as a server has it: octets in and out, in clear or under TLS, and a count
// of what the client needed for them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/ssl.h>

#include "base/unique_fd.h"

namespace sallyport {

/// A flight: all that the client sends between two things that the server says.
struct Flight {
    std::string dialogue;     ///< what was in it: "MAIL+RCPT+BDAT+QUIT"
    std::uint64_t octets = 0; ///< as they came through the socket
    unsigned records = 0;     ///< of TLS, with text in them
    unsigned segments = 0;    ///< of TCP: under TCP_NODELAY one for each write up to 64 KiB
};

class Channel {
  public:
    explicit Channel(UniqueFd fd);

    /// False if the client does not shake hands.
    bool accept_tls(SSL_CTX* context);
    [[nodiscard]] std::string protocol() const; ///< "TLSv1.3", or "none"

    /// A reply that goes out, together with all others before it, when the client's turn
    /// comes.
    void queue(std::string_view reply) { outgoing_ += reply; }
    /// Sends what is queued in one write. False if nobody is there.
    bool flush();
    /// Flushes, then waits until some text has come; false at the end of the connection.
    bool read(std::string& to);
    /// The client has sent more than was read.
    [[nodiscard]] bool input_waiting();

    /// Names what the flight under way holds.
    void note(std::string_view event);
    /// The reply that is queued next is the verdict on a message: the count of round trips
    /// stands.
    void note_verdict() { round_trips_at_verdict_ = round_trips(); }

    [[nodiscard]] const std::vector<Flight>& flights() const { return flights_; }
    /// From the first packet to the last verdict, or to now: connecting is one, the wait
    /// for a server that speaks first another, each flight one more.
    [[nodiscard]] unsigned round_trips_to_verdict() const;
    void count_segments();

  private:
    struct SslDeleter {
        void operator()(SSL* ssl) const { SSL_free(ssl); }
    };

    [[nodiscard]] unsigned round_trips() const;
    bool receive();
    bool feed_record();
    bool read_records(std::string& to);
    bool send(std::string_view octets);
    bool send_tls();

    UniqueFd fd_;
    std::unique_ptr<SSL, SslDeleter> ssl_;
    std::string block_; ///< room for one recv
    std::string raw_;   ///< received, not yet taken apart
    std::string outgoing_;
    std::vector<Flight> flights_;
    bool spoken_first_ = false;
    bool spoken_ = true; ///< since the client last did
    unsigned segments_ = 0;
    unsigned round_trips_at_verdict_ = 0;
};

} // namespace sallyport
