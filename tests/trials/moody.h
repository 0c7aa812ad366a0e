// SPDX-License-Identifier: MIT
//
// Servers in a mood: each connection may meet one trouble. What they refuse for good is
// kept, so that nobody is told of a refusal that never was.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "support/server_session.h"
#include "trials/plan.h"
#include "trials/random.h"

namespace sallyport::trials {

/// What the servers of one trial share.
class Moods {
  public:
    explicit Moods(std::uint64_t seed) : random_(seed) {}

    void set(const Mood& mood);
    /// "step:what", or empty, for a new connection; and a seed for what else it chooses.
    std::string trouble(std::uint64_t& seed);

    /// A message was put down since the mood was set.
    void stored() { stored_ = true; }
    [[nodiscard]] bool has_stored() const { return stored_; }

    /// An address, or a sender with all that he sends.
    void refused(std::string_view address);
    [[nodiscard]] bool has_refused(const std::string& address) const;

  private:
    std::atomic<bool> stored_{false};
    mutable std::mutex mutex_; ///< of what follows
    Random random_;
    Mood mood_;
    std::set<std::string> refused_;
};

/// One connection.
class Moody final : public Meddler {
  public:
    explicit Moody(Moods& moods) : moods_(moods), trouble_(moods.trouble(seed_)) {}

    Deed deed_at(std::string_view step, std::string_view argument) override;

  private:
    [[nodiscard]] Deed deed(std::string_view what);
    void remember(std::string_view step, std::string_view argument);

    Moods& moods_;
    std::uint64_t seed_ = 0;
    std::string trouble_;
    std::string sender_;
    std::set<std::string> recipients_;
};

} // namespace sallyport::trials
