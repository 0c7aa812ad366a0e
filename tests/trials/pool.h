// SPDX-License-Identifier: MIT
//
// Trials in processes of their own, several at once, and the sum of what came of them.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <sys/types.h>

#include "trials/trial.h"

namespace sallyport::trials {

/// In memory that all processes share.
struct Sums {
    using Count = std::atomic<std::uint64_t>;
    Count messages{0};
    Count promises{0};
    Count received{0};
    Count copies{0};
    Count reports{0};
    Count clients{0};
    Count killed{0};
    Count failed_calls{0};
    Count cuts{0};
    Count bad{0}; ///< trials
    std::array<Count, names_of_wrongs.size()> wrongs{};

    void add(const Plan& plan, const Outcome& outcome);
    /// One line for each kind of thing.
    void print(std::uint64_t trials) const;
};

class Pool {
  public:
    /// Directories of trials are made in `directory`, and kept if anything was wrong.
    /// `told`: what is done in each is printed.
    Pool(std::string directory, const Surroundings& surroundings, unsigned at_once,
         bool told);

    /// `repeat`: the arguments that have this trial made once more.
    void start(const Plan& plan, const std::string& repeat);
    void finish();
    [[nodiscard]] const Sums& sums() const { return *sums_; }

  private:
    void wait_for_one();
    [[nodiscard]] int play(const Plan& plan, const std::string& directory,
                           const std::string& repeat) const;

    std::string directory_;
    const Surroundings& surroundings_;
    unsigned at_once_;
    bool told_;
    unsigned number_ = 0;
    Sums* sums_;
    std::map<pid_t, std::string> running_; ///< how each is repeated
};

} // namespace sallyport::trials
