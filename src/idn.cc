// SPDX-License-Identifier: MIT
#include "idn.h"

#include <cerrno>
#include <memory>
#include <new>

#include <dlfcn.h>

#include "ascii.h"
#include "concat.h"
#include "host_name.h"
#include "memory.h"
#include "printable.h"

namespace sallyport {

namespace {

/// The three functions of libidn2 that are needed, by their documented C
/// interface.
class Libidn2 {
  public:
    Libidn2() : handle_(::dlopen("libidn2.so.0", RTLD_NOW | RTLD_LOCAL)) {
        expect_memory_for(handle_);
        if (handle_ == nullptr)
            return;
        to_ascii_ = find<ToAscii>("idn2_to_ascii_8z");
        free_ = find<Free>("idn2_free");
        strerror_ = find<Strerror>("idn2_strerror");
    }
    Libidn2(const Libidn2&) = delete;
    Libidn2& operator=(const Libidn2&) = delete;
    ~Libidn2() {
        if (handle_ != nullptr)
            ::dlclose(handle_);
    }

    [[nodiscard]] bool is_there() const {
        return to_ascii_ != nullptr && free_ != nullptr && strerror_ != nullptr;
    }

    [[nodiscard]] AsciiAddress convert(const std::string& domain) const {
        constexpr int nonstandard_off = 0;
        constexpr int out_of_memory = -100; // IDN2_MALLOC
        char* converted = nullptr;
        const int result = to_ascii_(domain.c_str(), &converted, nonstandard_off);
        if (result == out_of_memory)
            throw std::bad_alloc();
        if (result != 0)
            return {{}, concat({printable(domain), ": ", strerror_(result)})};
        const std::unique_ptr<char, Free> owner(converted, free_);
        return {converted, {}};
    }

  private:
    using ToAscii = int (*)(const char*, char**, int);
    using Free = void (*)(void*);
    using Strerror = const char* (*)(int);

    template<class Function>
    Function find(const char* name) {
        return reinterpret_cast<Function>(::dlsym(handle_, name));
    }

    void* handle_;
    ToAscii to_ascii_ = nullptr;
    Free free_ = nullptr;
    Strerror strerror_ = nullptr;
};

} // namespace

AsciiAddress to_ascii(std::string_view address) {
    const auto at = address.rfind('@');
    if (at == std::string_view::npos || has_eight_bit(address.substr(0, at)))
        return {{}, "its local part is not ASCII"};
    errno = 0;
    const Libidn2 library;
    if (!library.is_there())
        return {{},
                "its domain is not ASCII, and libidn2 (Debian: libidn2-0) is not "
                "installed"};
    AsciiAddress domain = library.convert(std::string(address.substr(at + 1)));
    // Compatibility characters turn into the specials of SMTP: U+FF1E into a '>'.
    if (domain.address.empty())
        return domain;
    if (!is_host_name(domain.address))
        return {{}, "its domain is no host name"};
    domain.address.insert(0, address.substr(0, at + 1));
    return domain;
}

} // namespace sallyport
