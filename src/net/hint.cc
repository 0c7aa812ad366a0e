// SPDX-License-Identifier: MIT
#include "net/hint.h"

#include <cstring>

#include "base/concat.h"
#include "net/hint_rows.h"
#include "text/printable.h"

namespace sallyport {

namespace {

unsigned state_of(const Relay& relay, TlsMode mode) {
    using namespace hints;
    unsigned state = relay.auth_wanted ? login : no_login;
    if (mode != TlsMode::implicit)
        state |= in_clear;
    if (!relay.proxy)
        state |= direct;
    if (relay.port.size() == 1 && relay.port.front() == 25 && !relay.proxy)
        state |= port_25;
    if (relay.has_secret())
        state |= relay.is_token ? token : password;
    return state;
}

bool says_one_of(const char* what, const char* words) {
    do {
        if (::strcasestr(what, words) != nullptr)
            return true;
        words += std::strlen(words) + 1;
    } while (*words != '\0');
    return false;
}

} // namespace

std::string hint(const Relay& relay, TlsMode mode, Step step, const std::string& what) {
    const unsigned state = state_of(relay, mode);
    for (const hints::Hint& row : hints::rows) {
        if ((row.when & ~state) != 0 || (row.step != Step::none && row.step != step) ||
            (row.code != 0 && !what.starts_with(row.code)) ||
            !says_one_of(what.c_str(), row.words))
            continue;
        const std::string_view text = row.text;
        const auto at = text.find('%');
        if (at == text.npos)
            return concat({"; ", text});
        return concat({"; ", text.substr(0, at),
                       relay.is_token ? "" : printable(relay.user),
                       relay.is_token ? "" : " and ", relay.origin_of("password"),
                       text.substr(at + 1)});
    }
    return {};
}

} // namespace sallyport
