// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE memory
#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <new>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "system/memory.h"

using namespace sallyport;

namespace {

/// More than any system has, and no more than malloc can be asked for.
volatile std::size_t too_much = PTRDIFF_MAX / 2;

struct Watched {
    Watched() { watch_library_memory(); }
};

} // namespace

BOOST_TEST_GLOBAL_FIXTURE(Watched);

BOOST_AUTO_TEST_CASE(with_memory_nothing_is_thrown) {
    OPENSSL_free(OPENSSL_malloc(100));
    BOOST_CHECK_NO_THROW(expect_memory());
}

BOOST_AUTO_TEST_CASE(want_of_it_within_openssl_is_thrown_once) {
    BOOST_TEST(OPENSSL_malloc(too_much) == nullptr);
    BOOST_CHECK_THROW(expect_memory(), std::bad_alloc);
    BOOST_CHECK_NO_THROW(expect_memory());
}

BOOST_AUTO_TEST_CASE(so_it_is_when_a_block_cannot_grow) {
    void* const block = OPENSSL_malloc(100);
    BOOST_TEST(OPENSSL_realloc(block, too_much) == nullptr);
    OPENSSL_free(block);
    BOOST_CHECK_THROW(expect_memory(), std::bad_alloc);
}

BOOST_AUTO_TEST_CASE(a_block_of_no_size_is_no_want) {
    OPENSSL_free(OPENSSL_malloc(0));
    void* const block = OPENSSL_malloc(100);
    OPENSSL_free(OPENSSL_realloc(block, 0));
    BOOST_CHECK_NO_THROW(expect_memory());
}

BOOST_AUTO_TEST_CASE(what_a_callback_noted_is_thrown) {
    note_want_of_memory();
    BOOST_CHECK_THROW(expect_memory(), std::bad_alloc);
}
