// SPDX-License-Identifier: MIT
//
// Relays that are left alone for a while, since they refused our log-in or could not be
// trusted: a run every five minutes would be 288 refused log-ins a day, and accounts get
// locked that way. Kept from run to run in a file that may be lost, or believed or not.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/settings.h"

namespace sallyport {

class RestingRelays {
  public:
    /// What stands in `relays` there; nothing if that cannot be read. The descriptor stays
    /// whose it is.
    explicit RestingRelays(int directory);

    /// Not to be asked before then.
    [[nodiscard]] bool rests(const Relay& relay, std::int64_t now) const;
    /// It refused: for 15 minutes, the next time an hour, then four.
    void add(const Relay& relay, std::int64_t now);
    /// It took us.
    void remove(const Relay& relay);
    void forget() { all_.clear(); }

    /// Writes what has changed since it was read; that it cannot be written stops nothing.
    void save() const;

  private:
    struct Resting {
        std::string key;
        std::uint64_t refusals = 0;
        std::int64_t until = 0;
    };
    [[nodiscard]] std::string text() const;

    int directory_;
    std::vector<Resting> all_;
    std::string before_; ///< what stood in the file
};

} // namespace sallyport
