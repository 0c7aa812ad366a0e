// SPDX-License-Identifier: MIT
//
// One mailbox: its address in the form of RFC 5321, its display name in those of RFC 5322
// and RFC 2047.
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "base/concat.h"
#include "base/failure.h"
#include "text/address.h"
#include "text/address_lexer.h"
#include "text/ascii.h"
#include "text/encoded_word.h"
#include "text/printable.h"
#include "text/utf8.h"

namespace sallyport {

std::string make_local_part(std::string_view text) {
    const bool dot_string =
        splits_at_dots(text) && std::ranges::all_of(text, is_dot_atom_text);
    return dot_string ? std::string(text) : quote(text);
}

std::string Mailbox::address() const {
    return concat({local, domain.empty() ? "" : "@", domain});
}

std::string qualify(Mailbox mailbox, const std::string& domain) {
    if (mailbox.domain.empty())
        mailbox.domain = domain;
    std::string address = mailbox.address();
    if (address.size() > address_limit)
        stop(ExitStatus::data_error, Fault::local,
             {"address \"", printable(address, 80), "\": it has more than 985 octets"},
             "5.1.3", 553);
    return address;
}

Mailbox parse_reverse_path(std::string_view text) {
    const auto trimmed = trim(text);
    if (trimmed.empty() || trimmed == "<>")
        return {};
    auto found = parse_address_list(trimmed, "sender");
    if (found.size() != 1)
        stop(ExitStatus::data_error, Fault::local,
             {"sender \"", printable(text, 80), "\": not one address"}, "5.1.7", 553);
    return std::move(found.front());
}

std::string make_phrase(std::string_view name) {
    std::string clean(name);
    std::erase_if(clean, is_control);
    const std::string_view text = trim(clean);
    if (text.empty())
        return {};
    const bool ascii = !has_eight_bit(text);
    if (is_well_formed(text) && (!ascii || text.find("=?") != std::string_view::npos))
        return encode_words(text, "UTF-8", 1);
    const bool atoms = ascii && text.find_first_of(specials) == text.npos;
    return atoms ? std::string(text) : quote(text);
}

} // namespace sallyport
