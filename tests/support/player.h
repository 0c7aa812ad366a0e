// SPDX-License-Identifier: MIT
//
// The server's side of one scripted connection, whatever the octets travel through: it says
// what comes next, and holds what the client writes against the script.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "support/dialogue.h"

namespace sallyport {

/// `text` on one line that shows what it is made of, cut where it is long.
std::string visible(std::string_view text);

class Player {
  public:
    /// One TLS record (RFC 8446 5.1): what fits into it is to come in one write.
    static constexpr std::size_t flight_limit = 16384;

    /// `dialogue` must outlive the player.
    Player(const Dialogue& dialogue, const ScriptedConnection& connection);

    /// What comes next; null at the end of the script.
    [[nodiscard]] const Event* next() const;
    void pass() { ++at_; }

    /// The client wrote `octets`, in so many writes; 0: that cannot be told. Passes the
    /// step once its flight is complete.
    void hear(std::string_view octets, std::size_t writes);

    /// The client did `what` instead of what comes next. The first complaint is kept.
    void complain(const std::string& what);
    [[nodiscard]] const std::string& complaint() const { return complaint_; }

    /// The client has gone: complains unless nothing of the script is left for it to do.
    void end();

  private:
    void check_flight(std::size_t size);

    const Dialogue& dialogue_;
    const ScriptedConnection& connection_;
    std::string message_;
    std::size_t at_ = 0;
    std::size_t sent_ = 0; ///< octets of the message that came in chunks
    std::string heard_;    ///< of the flight under way
    std::size_t writes_ = 0;
    std::string complaint_;
};

} // namespace sallyport
