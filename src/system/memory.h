// SPDX-License-Identifier: MIT
//
// Want of memory within OpenSSL and libsasl2: they report it as something else, such as a
// certificate that is too weak, or go on without. Whoever is about to believe such a report
// asks here first.
#pragma once

namespace sallyport {

/// From here on their allocations are watched. Before they have made any.
void watch_library_memory();

/// One of ours has failed where no exception may pass, within a function that they call.
void note_want_of_memory() noexcept;

/// std::bad_alloc if an allocation has failed since the last call that threw.
void expect_memory();

/// std::bad_alloc if `made` is null and errno says that the C library had no memory for it.
/// errno was 0 before it was made.
void expect_memory_for(const void* made);

} // namespace sallyport
