// SPDX-License-Identifier: MIT
#include "header.h"

#include <algorithm>
#include <utility>

#include "ascii.h"

namespace sallyport {

Field::Field(std::string octets) : octets_(std::move(octets)) {}

std::string_view Field::name() const {
    return trim(std::string_view(octets_).substr(0, octets_.find(':')));
}

std::string_view Field::body() const {
    return std::string_view(octets_).substr(octets_.find(':') + 1);
}

bool Field::is(std::string_view field_name) const {
    return equals_ignoring_case(name(), field_name);
}

bool begins_field(std::string_view line) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0 || is_blank(line.front()))
        return false;
    return std::ranges::all_of(trim(line.substr(0, colon)),
                               [](char c) { return c > ' ' && c < 0x7f; });
}

void Header::append(Field field) {
    fields_.push_back(std::move(field));
}

void Header::prepend(Field field) {
    fields_.insert(fields_.begin(), std::move(field));
}

void Header::remove(std::string_view name) {
    std::erase_if(fields_, [name](const Field& field) { return field.is(name); });
}

bool Header::contains(std::string_view name) const {
    return std::ranges::any_of(fields_,
                               [name](const Field& field) { return field.is(name); });
}

std::size_t Header::size() const {
    std::size_t size = 0;
    for (const Field& field : fields_)
        size += field.octets().size();
    return size;
}

std::string Header::octets() const {
    std::string all;
    all.reserve(size());
    for (const Field& field : fields_)
        all += field.octets();
    return all;
}

} // namespace sallyport
