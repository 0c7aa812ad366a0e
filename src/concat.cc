// SPDX-License-Identifier: MIT
#include "concat.h"

namespace sallyport {

std::string concat(std::initializer_list<std::string_view> pieces) {
    std::size_t size = 0;
    for (const auto piece : pieces)
        size += piece.size();
    std::string whole;
    whole.reserve(size);
    for (const auto piece : pieces)
        whole += piece;
    return whole;
}

} // namespace sallyport
