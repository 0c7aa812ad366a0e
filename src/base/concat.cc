// SPDX-License-Identifier: MIT
#include "base/concat.h"

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

std::string joined(const std::vector<std::string>& texts, std::string_view between) {
    std::string text;
    for (const auto& piece : texts)
        text.append(text.empty() ? "" : between).append(piece);
    return text;
}

} // namespace sallyport
