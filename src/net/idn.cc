// SPDX-License-Identifier: MIT
#include "net/idn.h"

#include <cerrno>
#include <memory>
#include <new>

#include <dlfcn.h>

#include "base/concat.h"
#include "base/owned.h"
#include "system/memory.h"
#include "text/ascii.h"
#include "text/host_name.h"
#include "text/printable.h"

namespace sallyport {

AsciiAddress to_ascii(std::string_view address) {
    const auto at = address.rfind('@');
    if (at == std::string_view::npos || has_eight_bit(address.substr(0, at)))
        return {{}, "its local part is not ASCII"};
    errno = 0;
    const Owned<void, ::dlclose> library(::dlopen("libidn2.so.0", RTLD_NOW | RTLD_LOCAL));
    expect_memory_for(library.get());
    const auto find = [&library](const char* name) {
        return library ? ::dlsym(library.get(), name) : nullptr;
    };
    // Their documented C interface.
    using Convert = int (*)(const char* domain, char** converted, int flags);
    using Release = void (*)(void* converted);
    using Describe = const char* (*)(int error);
    const auto convert = reinterpret_cast<Convert>(find("idn2_to_ascii_8z"));
    const auto release = reinterpret_cast<Release>(find("idn2_free"));
    const auto describe = reinterpret_cast<Describe>(find("idn2_strerror"));
    if (convert == nullptr || release == nullptr || describe == nullptr)
        return {{},
                "its domain is not ASCII, and libidn2 (Debian: libidn2-0) is not "
                "installed"};
    constexpr int out_of_memory = -100; // IDN2_MALLOC
    const std::string domain(address.substr(at + 1));
    char* converted = nullptr;
    const int error = convert(domain.c_str(), &converted, 0);
    if (error == out_of_memory)
        throw std::bad_alloc();
    if (error != 0)
        return {{}, concat({printable(domain), ": ", describe(error)})};
    const std::unique_ptr<char, Release> owner(converted, release);
    // Compatibility characters turn into the specials of SMTP: U+FF1E into a '>'.
    if (!is_host_name(converted))
        return {{}, "its domain is no host name"};
    return {concat({address.substr(0, at + 1), converted}), {}};
}

} // namespace sallyport
