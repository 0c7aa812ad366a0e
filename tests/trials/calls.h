// SPDX-License-Identifier: MIT
//
// The system calls that a client reaches the queue and the network by, and the errors that
// each of them can have.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <sys/types.h>

namespace sallyport::trials {

/// A call as a tracer sees it.
struct Call {
    std::uint64_t number = 0;
    std::uint64_t arguments[6]{};
};

enum class Reach : unsigned char {
    elsewhere,
    queue,   ///< its directories, and what else stands in them
    message, ///< a file of one, or what holds a large one meanwhile
    network, ///< a socket, or a wait for one
};

/// Of all calls that may reach any of that.
std::vector<unsigned> numbers_of_calls();

/// What the call of that process is about, whose queue that is.
Reach reach_of(pid_t process, const Call& call, const std::string& queue);

/// Not an error: part of the octets is written or read.
constexpr int short_count = 0;

/// Those it can have; none: it is not made to fail.
std::span<const int> errors_of(const Call& call, Reach reach);

/// What goes when this call is made: the file's path, or nothing.
std::string removed_by(pid_t process, const Call& call);

/// It is made even if it is to fail: what it ends has ended.
bool is_made_anyway(const Call& call);

/// "fsync", or a number.
std::string name_of(const Call& call);

} // namespace sallyport::trials
