// SPDX-License-Identifier: MIT
//
// Chance that a seed repeats: the same numbers with every standard library.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>

namespace sallyport::trials {

class Random {
  public:
    explicit Random(std::uint64_t seed) : engine_(seed) {}

    /// From 0 to one below `limit`.
    unsigned below(unsigned limit) { return static_cast<unsigned>(engine_() % limit); }
    unsigned between(unsigned least, unsigned most) {
        return least + below(most - least + 1);
    }
    /// So many times of a hundred.
    bool chance(unsigned percent) { return below(100) < percent; }
    template<class Value, std::size_t count>
    const Value& one_of(const std::array<Value, count>& values) {
        return values[below(count)];
    }
    /// For a chance of its own.
    std::uint64_t seed() { return engine_(); }

  private:
    std::mt19937_64 engine_;
};

} // namespace sallyport::trials
