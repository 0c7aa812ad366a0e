// SPDX-License-Identifier: MIT
#include "bare_names.h"

#include <algorithm>
#include <string_view>

#include "address.h"
#include "ascii.h"
#include "concat.h"

namespace sallyport {

namespace {

/// A longer one may hold half a million names, each of which costs memory, or thousands of
/// addresses, which cost time and have a domain all the same.
constexpr std::size_t field_limit = 65536;

void qualify(Field& field, const std::string& domain) {
    const auto list = try_address_list(field.body());
    if (!list)
        return;
    const std::string& octets = field.octets();
    const auto before = octets.size() - field.body().size();
    std::size_t copied = 0;
    std::string changed;
    for (const Mailbox& mailbox : *list) {
        if (!mailbox.domain.empty() ||
            mailbox.local.size() + domain.size() >= address_limit)
            continue;
        const auto end = before + mailbox.end;
        changed.append(octets, copied, end - copied).append("@").append(domain);
        copied = end;
    }
    if (copied > 0)
        field = Field(changed.append(octets, copied));
}

/// RFC 6376 3.5: what stands between "=", ":" and ";" in signatures, with a colon on both
/// sides. The h= tag is the only one to hold names of fields.
std::string signed_names(const Header& header) {
    std::string names;
    for (const Field& field : header.fields()) {
        if (!field.is("DKIM-Signature"))
            continue;
        for (const char c : field.octets()) {
            if (!is_control(c) && c != ' ')
                names += c == '=' || c == ';' ? ':' : to_lower(c);
        }
        names += ':';
    }
    return names;
}

} // namespace

void qualify_bare_names(Header& header, const std::string& domain) {
    std::string names = concat({":", address_fields, ":"});
    const std::string fixed = signed_names(header);
    for (std::size_t at = 0, next = 0; (next = names.find(':', at + 1)) != names.npos;) {
        if (fixed.find(names.substr(at, next - at + 1)) != fixed.npos)
            names.erase(at, next - at);
        else
            at = next;
    }
    for (Field& field : header.fields()) {
        if (field.is_one_of(names) && field.octets().size() <= field_limit)
            qualify(field, domain);
    }
}

} // namespace sallyport
