// SPDX-License-Identifier: MIT
#include "bare_names.h"

#include "address.h"

namespace sallyport {

namespace {

/// A longer one may hold half a million names, each of which costs memory, or thousands of
/// addresses, which cost time and have a domain all the same.
constexpr std::size_t field_limit = 65536;

/// `room`: octets that may be added.
void qualify(Field& field, const std::string& domain, std::size_t& room) {
    const auto list = try_address_list(field.body());
    if (!list)
        return;
    const std::string& octets = field.octets();
    const auto before = octets.size() - field.body().size();
    std::size_t copied = 0;
    std::size_t left = room;
    std::string changed;
    for (const Mailbox& mailbox : *list) {
        if (!mailbox.domain.empty() ||
            mailbox.local.size() + domain.size() >= address_limit)
            continue;
        if (left <= domain.size())
            return;
        left -= domain.size() + 1;
        const auto end = before + mailbox.end;
        changed.append(octets, copied, end - copied).append("@").append(domain);
        copied = end;
    }
    if (copied == 0)
        return;
    field = Field(changed.append(octets, copied));
    room = left;
}

} // namespace

void qualify_bare_names(Header& header, const std::string& domain) {
    const SignedFields fixed = header.signed_fields();
    std::size_t room = header.room();
    for (Field& field : header.fields()) {
        if (field.is_one_of(address_fields) && !fixed.cover(field.name()) &&
            field.octets().size() <= field_limit)
            qualify(field, domain, room);
    }
}

} // namespace sallyport
