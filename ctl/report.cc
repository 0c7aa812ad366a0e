// SPDX-License-Identifier: MIT
#include "ctl/report.h"

#include <cstddef>
#include <iterator>

#include "ctl/words.h"

namespace sallyport::ctl {

namespace {

// In the order of the enumerators.
constexpr const char* rungs[] = {"machine", "names", "ports", "greeting", "tls",
                                 "ehlo",    "auth",  "mail",  "rcpt",     "data"};
constexpr const char* titles[] = {"machine", "names",  "ports",  "greeting",  "TLS",
                                  "EHLO",    "log-in", "sender", "recipient", "message"};
constexpr const char* results[] = {"ok", "warn", "fail", "skip"};
constexpr const char* port_states[] = {"open", "refused", "silent", "unreachable"};

static_assert(std::size(rungs) == static_cast<std::size_t>(Rung::data) + 1);
static_assert(std::size(titles) == std::size(rungs));
static_assert(std::size(results) == static_cast<std::size_t>(Result::skip) + 1);
static_assert(std::size(port_states) ==
              static_cast<std::size_t>(PortState::unreachable) + 1);

} // namespace

const char* word_for(Rung rung) {
    return rungs[static_cast<std::size_t>(rung)];
}

const char* title_of(Rung rung) {
    return tr(titles[static_cast<std::size_t>(rung)]);
}

const char* word_for(Result result) {
    return results[static_cast<std::size_t>(result)];
}

const char* word_for(PortState state) {
    return port_states[static_cast<std::size_t>(state)];
}

} // namespace sallyport::ctl
