// SPDX-License-Identifier: MIT
//
// Octets of any number in bounded memory: up to 256 KiB in memory, the rest in a temporary
// file that has no name (so nothing is left behind, even after SIGKILL).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/unique_fd.h"

namespace sallyport {

/// How much of a message is read or written at once.
constexpr std::size_t block_size = 65536;

class Store {
  public:
    static constexpr std::size_t memory_limit = 256 * 1024;
    /// Where no file can be made or grown: this much in memory, then Failure (75, local).
    static constexpr std::size_t memory_limit_without_file = 64 * 1024 * 1024;

    Store() = default;
    /// What stands in an open file, which is not changed and nothing is appended to.
    Store(UniqueFd file, std::uint64_t begin, std::uint64_t size)
        : file_(std::move(file)), begin_(begin), size_(size) {}

    void append(std::string_view octets);

    [[nodiscard]] std::uint64_t size() const { return size_; }

    /// Fills `buffer` from `offset`; returns how many octets, fewer only at the end.
    /// Failure (74, local) if the file cannot be read back.
    std::size_t read(std::uint64_t offset, std::span<char> buffer) const;

  private:
    void spill();
    void keep_in_memory();

    std::string memory_;      ///< the first octets, all of them while there is no file
    UniqueFd file_;           ///< what follows those in memory_
    std::uint64_t begin_ = 0; ///< of what is the store's in the file
    bool file_refused_ = false;
    std::uint64_t size_ = 0;
};

} // namespace sallyport
