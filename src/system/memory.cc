// SPDX-License-Identifier: MIT
#include "system/memory.h"

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <new>

#include <openssl/crypto.h>
#include <sasl/sasl.h>

namespace sallyport {

namespace {

std::atomic<bool> wanting{false};

// NOLINTBEGIN(cppcoreguidelines-owning-memory): whoever calls these owns the blocks

void* noted(void* block, std::size_t size) {
    if (block == nullptr && size != 0)
        note_want_of_memory();
    return block;
}

void* take(std::size_t size) {
    return noted(std::malloc(size), size);
}

void* take_zeros(std::size_t count, std::size_t size) {
    return noted(std::calloc(count, size), count * size);
}

void* resize(void* block, std::size_t size) {
    return noted(std::realloc(block, size), size);
}

void* openssl_take(std::size_t size, const char* /*file*/, int /*line*/) {
    return take(size);
}

void* openssl_resize(void* block, std::size_t size, const char* /*file*/, int /*line*/) {
    return resize(block, size);
}

void openssl_free(void* block, const char* /*file*/, int /*line*/) {
    std::free(block);
}
// NOLINTEND(cppcoreguidelines-owning-memory)

} // namespace

void watch_library_memory() {
    CRYPTO_set_mem_functions(openssl_take, openssl_resize, openssl_free);
    sasl_set_alloc(take, take_zeros, resize, std::free);
}

void note_want_of_memory() noexcept {
    wanting = true;
}

void expect_memory() {
    if (wanting.exchange(false))
        throw std::bad_alloc();
}

void expect_memory_for(const void* made) {
    if (made == nullptr && errno == ENOMEM)
        throw std::bad_alloc();
}

} // namespace sallyport
