// SPDX-License-Identifier: MIT
//
// Settings as they come together: first from the file, then from the environment.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "keys.h"
#include "settings.h"

namespace sallyport {

class Builder {
  public:
    /// `notes`, which outlive it, are for the log.
    explicit Builder(std::vector<std::string>& notes) : notes_(notes) {}

    void begin_relay(std::string name, std::string origin);

    /// [sender] keys that follow are those of `user`, who has the general ones where he has
    /// none of his own.
    void begin_user(std::string user);

    /// From here on values replace those that came before, but not each other, and are for
    /// everybody.
    void begin_environment();

    void remove_relays() { settings_.relays.clear(); }

    /// The only relay is to be reached otherwise than the file says: the consent that
    /// stands there was not given for that, nor, if it is another host, the password; and
    /// the POP server of the file's host is not told the password for another.
    void redirect_relay(bool to_another_host);

    /// [relay] keys go to the relay begun last. Failure (78, local) if the value is not
    /// what the key takes, or no stranger's to give, or the key is set already.
    void set(const Key& key, Value& value);

    [[nodiscard]] std::size_t relay_count() const { return settings_.relays.size(); }

    void note(std::string text) { notes_.push_back(std::move(text)); }

    /// All that was set. Failure (78, local) if it does not go together.
    Settings finish();

  private:
    void apply(const Key& key, Value& value);

    std::vector<std::string>& notes_;
    Settings settings_;
    std::map<std::string, std::string> set_by_; ///< key to the origin of its value
    std::string user_;                          ///< whose [sender] keys follow
    bool in_environment_ = false;
};

} // namespace sallyport
