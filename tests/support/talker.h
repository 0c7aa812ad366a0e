// SPDX-License-Identifier: MIT
//
// The server of tests and fuzz targets that look at what the client does: it says what it
// was told to say, whatever it hears. (One that holds the client to a script is in
// player.h.)
#pragma once

#include <algorithm>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "base/stream.h"

namespace sallyport {

/// What the two ends of one connection say; it outlives the streams over it.
struct Talk {
    /// In front of a piece, where there are marks: the write, or a read, before it.
    static constexpr char write_fails = 2;
    static constexpr char times_out = 3;

    std::deque<std::string> says{}; ///< what the server has yet to say, a read a piece
    std::string heard{};            ///< what the client wrote
    std::string read{};             ///< what the client has read
    std::string end = "connection closed by the server"; ///< after all is said
    bool marks = false;                                  ///< pieces may begin with one
    bool endless = false; ///< what it says, it says again and again
    bool broken = false;  ///< a write has failed, and so does what follows
    std::vector<Deadline> reads{};
    std::vector<Deadline> writes{};
    std::string* all_heard = nullptr; ///< by the servers of a network
};

/// What is said in one piece.
inline std::deque<std::string> at_once(const std::string& text) {
    return text.empty() ? std::deque<std::string>() : std::deque{text};
}

class Talker : public VerifiedStream {
  public:
    explicit Talker(Talk& talk) : talk_(talk) {}

    Transfer read(std::span<char> buffer, Deadline deadline) override {
        talk_.reads.push_back(deadline);
        if (talk_.says.empty())
            return {0, talk_.end};
        std::string& piece = talk_.says.front();
        if (has_mark(Talk::write_fails) || has_mark(Talk::times_out)) {
            drop(1);
            return {0, "timed out"};
        }
        const std::string octets = piece.substr(0, buffer.size());
        if (talk_.endless)
            piece += octets;
        drop(octets.size());
        octets.copy(buffer.data(), buffer.size());
        talk_.read += octets;
        return {octets.size(), {}};
    }

    Transfer write(std::string_view octets, Deadline deadline) override {
        talk_.writes.push_back(deadline);
        if (has_mark(Talk::write_fails)) {
            drop(1);
            talk_.broken = true;
        }
        if (talk_.broken)
            return {0, "Broken pipe"};
        talk_.heard += octets;
        if (talk_.all_heard != nullptr)
            *talk_.all_heard += octets;
        return {octets.size(), {}};
    }

    [[nodiscard]] std::string protocol() const override { return "TLSv1.3"; }

  private:
    [[nodiscard]] bool has_mark(char mark) const {
        return talk_.marks && !talk_.says.empty() && talk_.says.front().starts_with(mark);
    }

    void drop(std::size_t size) {
        talk_.says.front().erase(0, size);
        if (talk_.says.front().empty())
            talk_.says.pop_front();
    }

    Talk& talk_;
};

} // namespace sallyport
