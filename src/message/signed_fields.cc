// SPDX-License-Identifier: MIT
#include "message/signed_fields.h"

#include <algorithm>

#include "text/ascii.h"

namespace sallyport {

namespace {

constexpr std::size_t names_limit = 1000; // each costs memory

bool is_name_character(char c) {
    return !is_control(c) && !is_eight_bit(c) && c != ' ';
}

} // namespace

void SignedFields::add(std::string_view tags) {
    take_names("from:dkim-signature:arc-message-signature");
    std::string text(tags);
    std::ranges::replace_if(text, is_control, ' '); // folding is white space
    std::size_t lists = 0;
    for (std::string_view left = text; !left.empty();) {
        std::string_view tag = take_until(left, ';');
        if (trim(take_until(tag, '=')) == "h" && ++lists == 1)
            take_names(tag);
    }
    all_ = all_ || lists != 1;
}

bool SignedFields::cover(std::string_view field_name) const {
    return all_ || (!names_.empty() && names_.contains(lower_case(field_name)));
}

void SignedFields::take_names(std::string_view list) {
    for (std::size_t end = 0; end != list.npos && !all_;) {
        end = list.find(':');
        const std::string_view name = trim(list.substr(0, end));
        all_ = name.empty() || !std::ranges::all_of(name, is_name_character) ||
               names_.size() >= names_limit;
        names_.insert(lower_case(name));
        list.remove_prefix(end == list.npos ? list.size() : end + 1);
    }
}

} // namespace sallyport
