// SPDX-License-Identifier: MIT
//
// Memory that is not to be had, at a moment of the test's choice. For one source of a
// program: it has the operators in it.
#pragma once

#include <cstdlib>
#include <new>

namespace {

long until_failure = -1; ///< allocations; below 0: none fails
bool goes_on_failing = false;
bool has_failed = false;

bool fails() {
    if (until_failure < 0 || (until_failure > 0 && --until_failure > 0))
        return false;
    has_failed = true;
    if (!goes_on_failing)
        until_failure = -1;
    return true;
}

} // namespace

[[gnu::noinline]] void* operator new(std::size_t size) {
    void* const block =
        fails() ? nullptr : std::malloc(size); // NOLINT(*-owning-memory,*-no-malloc)
    if (block == nullptr)
        throw std::bad_alloc();
    return block;
}

[[gnu::noinline]] void operator delete(void* block) noexcept {
    std::free(block); // NOLINT(*-owning-memory,*-no-malloc)
}

[[gnu::noinline]] void operator delete(void* block, std::size_t /*size*/) noexcept {
    std::free(block); // NOLINT(*-owning-memory,*-no-malloc)
}

namespace sallyport {

/// Lets the `at`th allocation fail while it lives.
struct Failing {
    Failing(long at, bool goes_on) {
        has_failed = false;
        goes_on_failing = goes_on;
        until_failure = at;
    }
    Failing(const Failing&) = delete;
    Failing& operator=(const Failing&) = delete;
    ~Failing() { until_failure = -1; }
};

} // namespace sallyport
