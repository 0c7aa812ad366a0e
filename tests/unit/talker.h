// SPDX-License-Identifier: MIT
//
// A server that says what it says, whatever it hears.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/stream.h"

namespace sallyport {

/// What the two ends of one connection said; it outlives the streams over it.
struct Talk {
    std::string said;                                    ///< what the server has yet to say
    std::string heard{};                                 ///< what the client wrote
    std::string end = "connection closed by the server"; ///< after all is said
    bool endless = false;              ///< what it says, it says again and again
    std::vector<Deadline> deadlines{}; ///< of each read
};

class Talker : public Stream {
  public:
    explicit Talker(Talk& talk) : talk_(talk) {}

    Transfer read(std::span<char> buffer, Deadline deadline) override {
        talk_.deadlines.push_back(deadline);
        if (talk_.said.empty())
            return {0, talk_.end};
        const std::size_t size = std::min(buffer.size(), talk_.said.size());
        talk_.said.copy(buffer.data(), size);
        if (talk_.endless)
            std::rotate(talk_.said.begin(),
                        talk_.said.begin() + static_cast<std::ptrdiff_t>(size),
                        talk_.said.end());
        else
            talk_.said.erase(0, size);
        return {size, {}};
    }

    Transfer write(std::string_view octets, Deadline /*deadline*/) override {
        talk_.heard += octets;
        return {octets.size(), {}};
    }

  private:
    Talk& talk_;
};

} // namespace sallyport
