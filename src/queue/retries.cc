// SPDX-License-Identifier: MIT
#include "queue/retries.h"

#include <algorithm>
#include <span>

namespace sallyport {

namespace {

constexpr std::chrono::milliseconds usual_retries[] = {
    std::chrono::minutes(5), std::chrono::minutes(15), std::chrono::hours(1),
    std::chrono::hours(4)};
constexpr unsigned least_attempts = 5;

std::chrono::seconds in_seconds(std::chrono::milliseconds time) {
    return std::chrono::duration_cast<std::chrono::seconds>(time);
}

} // namespace

std::span<const std::chrono::milliseconds> Retries::steps() const {
    return settings_.retry.empty() ? std::span(usual_retries) : std::span(settings_.retry);
}

std::chrono::seconds Retries::longest() const {
    const auto step = in_seconds(*std::ranges::max_element(steps()));
    return std::max<std::chrono::seconds>(step, after_doubt) * 9 / 8;
}

std::chrono::seconds Retries::after(unsigned raised) {
    const std::size_t at = raised > 0 ? raised - 1 : 0;
    const auto step = in_seconds(steps()[std::min(at, steps().size() - 1)]);
    random_ = random_ * 1664525U + 1013904223U; // as good a one as this needs
    return step * (875 + (random_ >> 16U) % 251) / 1000;
}

bool Retries::expired(std::int64_t arrived, std::int64_t now, unsigned attempts) const {
    return now - arrived > in_seconds(settings_.lifetime).count() &&
           attempts >= least_attempts;
}

} // namespace sallyport
