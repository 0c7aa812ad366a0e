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

/// A server's reply about the message rather than about us: RFC 3463 has 4.5.x and 4.7.x
/// for its own state and policy, RFC 4954 454 and 432.
bool is_about_message(const Recipient& recipient) {
    const int code = recipient.reply_code;
    const bool of_server =
        recipient.step == Step::mail &&
        (recipient.enhanced.starts_with("4.5.") || recipient.enhanced.starts_with("4.7.") ||
         code == 454 || code == 432);
    return recipient.step >= Step::mail && code / 100 == 4 && code != 421 && !of_server;
}

} // namespace

std::span<const std::chrono::milliseconds> Retries::steps() const {
    return settings_.retry.empty() ? std::span(usual_retries) : std::span(settings_.retry);
}

std::chrono::seconds Retries::longest() const {
    const auto step = in_seconds(*std::ranges::max_element(steps()));
    return std::max<std::chrono::seconds>(step, after_doubt) * 9 / 8;
}

Retries::Next Retries::next(std::span<const Recipient* const> open, unsigned raised,
                            bool forced) {
    const bool in_doubt =
        std::ranges::any_of(open, [](const auto* one) { return one->in_doubt(); });
    const bool raises = in_doubt || std::ranges::any_of(open, [](const auto* one) {
                            return is_about_message(*one);
                        });
    if (raises && !forced)
        ++raised;
    auto wait = after(raises ? raised : 0);
    if (in_doubt)
        wait = std::max<std::chrono::seconds>(wait, after_doubt);
    return {wait, raised};
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
