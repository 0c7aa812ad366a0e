// SPDX-License-Identifier: MIT
#include "system/withheld.h"

#include <algorithm>
#include <cstring>

#include "base/concat.h"
#include "text/ascii.h"

namespace sallyport {

namespace {

constexpr std::size_t longest_run = sizeof(std::uint64_t);

constexpr bool is_separator(char c) {
    return c == ' ' || is_control(c);
}

/// Whether `wanted` is true of any run of `size` octets, which it is given as one number,
/// in lower case. With `bare` separators do not count.
template<class Wanted>
bool any_run(std::string_view text, std::size_t size, bool bare, Wanted wanted) {
    const std::uint64_t mask = ~std::uint64_t{0} >> 8 * (longest_run - size);
    std::uint64_t run = 0;
    std::size_t seen = 0;
    for (const char c : text) {
        if (bare && is_separator(c))
            continue;
        run = run << 8U | static_cast<unsigned char>(to_lower(c));
        if (++seen >= size && wanted(run & mask))
            return true;
    }
    return false;
}

} // namespace

Withheld::~Withheld() {
    for (auto& runs : runs_)
        ::explicit_bzero(runs.octets.data(), runs.octets.size() * longest_run);
}

void Withheld::add(std::string_view octets) {
    const auto separators =
        static_cast<std::size_t>(std::ranges::count_if(octets, is_separator));
    for (const bool bare : {false, true}) {
        const std::size_t count = octets.size() - (bare ? separators : 0);
        if (count == 0 || (bare && separators == 0))
            continue;
        Runs& runs = runs_.emplace_front();
        runs.size = std::min(count, longest_run);
        runs.octets.reserve(count); // so that it leaves no copies behind
        any_run(octets, runs.size, bare, [&](std::uint64_t run) {
            runs.octets.push_back(run);
            return false;
        });
        std::ranges::sort(runs.octets);
    }
}

bool Withheld::is_in(std::string_view text) const {
    return std::ranges::any_of(runs_, [&](const Runs& runs) {
        const auto withheld = [&](std::uint64_t run) {
            return std::ranges::binary_search(runs.octets, run);
        };
        return any_run(text, runs.size, false, withheld) ||
               any_run(text, runs.size, true, withheld);
    });
}

bool Withheld::is_in(const std::vector<std::string>& lines) const {
    return is_in(joined(lines, "")) || is_in(joined(lines, " "));
}

} // namespace sallyport
