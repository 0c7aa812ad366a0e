// SPDX-License-Identifier: MIT
#include "base/step.h"

#include <cstring>

#include "base/concat.h"

namespace sallyport {

namespace {

/// As the enumerators stand: one text, for a table of pointers has to be relocated at each
/// start.
constexpr char names[] =
    "\0looking up the name\0looking up its submission servers\0connecting\0"
    "SOCKS\0CONNECT\0POP: greeting\0POP: STLS\0POP: USER\0POP: PASS\0TLS\0"
    "greeting\0EHLO\0LHLO\0HELO\0STARTTLS\0AUTH\0"
    "MAIL\0RCPT\0DATA\0BDAT\0text of the message\0end of data";

std::string_view name_of(Step step) {
    const char* name = names;
    for (auto left = static_cast<unsigned>(step); left > 0; --left)
        name += std::strlen(name) + 1;
    return name;
}

} // namespace

std::string Where::text() const {
    const std::string_view name = name_of(step);
    if (!argument)
        return std::string(name);
    const std::string_view before = step == Step::auth   ? " "
                                    : step == Step::mail ? " FROM:<"
                                    : step == Step::rcpt ? " TO:<"
                                                         : " for <";
    return concat({name, before, *argument, step == Step::auth ? "" : ">"});
}

std::string Where::told(std::string_view peer,
                        std::initializer_list<std::string_view> what) const {
    return concat({peer, ": ", text(), ": ", concat(what)});
}

} // namespace sallyport
