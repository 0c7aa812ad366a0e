// SPDX-License-Identifier: MIT
#include "text/utf8.h"

#include <algorithm>

namespace sallyport {

bool Utf8Reader::take(char c) {
    const auto octet = static_cast<unsigned char>(c);
    return left_ == 0 ? begin(octet) : go_on(octet);
}

bool Utf8Reader::begin(unsigned octet) {
    constexpr std::uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    left_ = octet < 0x80 ? 0 : octet < 0xe0 ? 1 : octet < 0xf0 ? 2 : 3;
    least_ = least[left_];
    code_ = octet & (left_ == 0 ? 0x7fU : 0x3fU >> left_);
    const bool begins = octet < 0x80 || (octet >= 0xc0 && octet < 0xf8);
    left_ = begins ? left_ : 0;
    return begins;
}

bool Utf8Reader::go_on(unsigned octet) {
    const bool continues = (octet & 0xc0U) == 0x80U;
    left_ = continues ? left_ - 1 : 0;
    code_ = code_ << 6U | (octet & 0x3fU);
    const bool surrogate = code_ >= 0xd800 && code_ <= 0xdfff;
    return continues && (left_ > 0 || (code_ >= least_ && !surrogate && code_ <= 0x10ffff));
}

Utf8Character utf8_character(std::string_view text) {
    Utf8Reader reader;
    std::size_t size = 0;
    do {
        if (size == text.size() || !reader.take(text[size++]))
            return {};
    } while (!reader.between());
    return {size, reader.code()};
}

bool is_well_formed(std::string_view text) {
    Utf8Reader reader;
    return std::ranges::all_of(text, [&](char c) { return reader.take(c); }) &&
           reader.between();
}

} // namespace sallyport
