// SPDX-License-Identifier: MIT
//
// Settings as they come together: first from the file, then from the environment. Where
// each key was set is kept beside what it set.
#pragma once

#include <cstddef>
#include <limits>
#include <string>

#include "config/findings.h"
#include "config/keys.h"
#include "config/settings.h"

namespace sallyport {

/// Where a value stands, and so what it may ask for.
enum class Source {
    file,            ///< the system's, root's or the caller's own
    privileged_file, ///< the system's, in a set-id run: a command would run as the caller
    strangers_file,  ///< perhaps: neither commands nor files of ours
    environment,
};

class Builder {
  public:
    void begin_relay(std::string name, std::string origin);

    /// [sender] keys that follow are those of `user`, who has the general ones where he has
    /// none of his own.
    void begin_user(std::string user);

    /// From here on values replace those that came before, but not each other, and are for
    /// everybody.
    void begin_environment();

    void remove_relays() { settings_.relays.clear(); }

    /// [relay] keys go to the relay begun last. Failure (78, local) if the value is not
    /// what the key takes, or not for this source to give, or the key is set already.
    void set(const Key& key, Value value, Source source);

    [[nodiscard]] std::size_t relay_count() const { return settings_.relays.size(); }

    /// All that was set. Failure (78, local) if it does not go together.
    Settings finish();
    /// The same, and what does not go together is kept. That is not asked of a section with
    /// an error, nor where the one of its kind without a name, to which variables go, has
    /// some.
    Settings finish(Findings& findings);

  private:
    void redirect(Relay& relay, bool to_another_host) const;
    void forget_server(Relay& relay) const;
    void check_queue();
    void leave_queue();
    void put(const Key& key, Value& value, SetKeys& keys, SenderSettings& sender);

    Settings settings_;
    std::string user_;   ///< whose [sender] keys follow
    unsigned round_ = 0; ///< a value replaces those of earlier ones
    unsigned environment_ = std::numeric_limits<unsigned>::max(); ///< its round
};

} // namespace sallyport
