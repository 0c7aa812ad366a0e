// SPDX-License-Identifier: MIT
//
// UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing beyond U+10FFFF.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sallyport {

/// Takes text octet by octet.
class Utf8Reader {
  public:
    /// False if `c` cannot come here. The next octet may begin a character then.
    bool take(char c);
    /// No character has begun that is not whole.
    [[nodiscard]] bool between() const { return left_ == 0; }
    /// The number of the character that is whole.
    [[nodiscard]] std::uint32_t code() const { return code_; }

  private:
    bool begin(unsigned octet);
    bool go_on(unsigned octet);

    unsigned left_ = 0;       ///< octets of the character
    std::uint32_t least_ = 0; ///< its number, if it is not overlong
    std::uint32_t code_ = 0;
};

struct Utf8Character {
    std::size_t size = 0; ///< octets; 0: there is none
    std::uint32_t code = 0;
};
/// What `text`, which is not empty, begins with.
Utf8Character utf8_character(std::string_view text);

/// All of it is UTF-8, whatever it may do to a terminal.
bool is_well_formed(std::string_view text);

} // namespace sallyport
