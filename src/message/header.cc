// SPDX-License-Identifier: MIT
#include "message/header.h"

#include <algorithm>
#include <utility>

#include "base/concat.h"
#include "text/ascii.h"

namespace sallyport {

namespace {

/// Where `line`, which is too long, can be split: at a blank that has text on both sides,
/// the last one that leaves at most `limit` octets before it, else the first; or npos.
/// `end` is that of its last text.
std::size_t find_fold(std::string_view line, std::size_t limit, std::size_t end) {
    const auto body = is_blank(line.front()) ? 0 : line.find(':') + 1;
    const auto text = line.find_first_not_of(" \t", body);
    if (text == std::string_view::npos || text > end)
        return std::string_view::npos;
    const std::string_view fit = line.substr(0, std::min(limit + 1, end + 1));
    auto fold = fit.find_last_of(" \t");
    if (fold == std::string_view::npos || fold <= text)
        return line.find_first_of(" \t", text);
    while (is_blank(line[fold - 1])) // a run of blanks goes to the next line whole
        --fold;
    return fold;
}

/// Takes the first line, which ends in CRLF, from `octets`, and returns it without.
std::string_view take_line(std::string_view& octets) {
    const auto end = octets.find("\r\n");
    const auto line = octets.substr(0, end);
    octets.remove_prefix(end + 2);
    return line;
}

/// With a blank after each comma that separates.
std::string space_out(std::string_view octets) {
    std::string spaced;
    Nesting nesting;
    for (const char c : octets) {
        if (spaced.ends_with(',') && nesting.closer() == '\0' && !is_blank(c) && c != '\r')
            spaced += ' ';
        spaced += c;
        nesting.take(c);
    }
    return spaced;
}

} // namespace

void Nesting::take(char c) {
    const bool escaped = escapes_;
    const bool backslash = c == '\\' && !escaped && (inner_ == '"' || inner_ == ')');
    const bool trails = half_;
    quotes_ = backslash && !trails;
    escapes_ = quotes_ && !trail_;
    trail_ = backslash && trails;
    half_ = ascii_trails_ && !trails && is_eight_bit(c);
    if (inner_ == '\0')
        open(c);
    else if (c == '(' && inner_ == ')' && !escaped)
        ++depth_;
    else if (c == inner_ && !escaped && --depth_ == 0)
        inner_ = '\0';
    before_ = c;
}

void Nesting::open(char c) {
    if (c == '<' || c == '>')
        outer_ = c == '<' ? '>' : '\0';
    else if (c == '"' || c == '(')
        inner_ = c == '"' ? '"' : ')';
    else if (c == '[' && before_ == '@')
        inner_ = ']';
    depth_ = 1;
}

Field::Field(std::string octets) : octets_(std::move(octets)) {}

Field::Field(std::string_view name, std::string_view body)
    : octets_(concat({name, ": ", body, "\r\n"})) {}

std::string_view Field::name() const {
    return trim(std::string_view(octets_).substr(0, octets_.find(':')));
}

std::string_view Field::body() const {
    return std::string_view(octets_).substr(octets_.find(':') + 1);
}

bool Field::is(std::string_view field_name) const {
    return equals_ignoring_case(name(), field_name);
}

bool Field::is_one_of(std::string_view names) const {
    return sallyport::is_one_of(name(), names);
}

std::size_t Field::longest_line() const {
    std::size_t longest = 0;
    for (std::string_view left = octets_; !left.empty();)
        longest = std::max(longest, take_line(left).size());
    return longest;
}

void Field::fold_lines(std::size_t limit) {
    if (longest_line() <= limit)
        return;
    if (is_one_of(address_fields))
        octets_ = space_out(octets_);
    std::string folded;
    for (std::string_view left = octets_; !left.empty();) {
        std::string_view line = take_line(left);
        const auto blanks = line.size() - (line.find_last_not_of(" \t") + 1);
        while (line.size() > limit) {
            const auto at = find_fold(line, limit, line.size() - blanks - 1);
            if (at >= line.size() - blanks)
                break;
            folded.append(line.substr(0, at)).append("\r\n");
            line.remove_prefix(at);
        }
        folded.append(line).append("\r\n");
    }
    octets_ = std::move(folded);
}

bool begins_field(std::string_view line) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos)
        return false;
    line = line.substr(0, colon);
    const auto name = line.substr(0, line.find_last_not_of(" \t\r") + 1);
    return !name.empty() &&
           std::ranges::all_of(name, [](char c) { return c > ' ' && c < 0x7f; });
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

void Header::replace(Field field) {
    const std::string_view name = field.name();
    const auto first =
        std::ranges::find_if(fields_, [&](const Field& other) { return other.is(name); });
    const auto place = first - fields_.begin();
    remove(name);
    fields_.insert(fields_.begin() + place, std::move(field));
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

std::size_t Header::room() const {
    return size_limit - std::min(size(), size_limit);
}

std::size_t Header::longest_line() const {
    std::size_t longest = 0;
    for (const Field& field : fields_)
        longest = std::max(longest, field.longest_line());
    return longest;
}

SignedFields Header::signed_fields() const {
    SignedFields found;
    for (const Field& field : fields_) {
        if (field.is_one_of("dkim-signature:arc-message-signature"))
            found.add(field.body());
    }
    return found;
}

void Header::fold_lines(std::size_t limit) {
    if (longest_line() <= limit)
        return;
    const SignedFields fixed = signed_fields();
    for (Field& field : fields_) {
        if (!fixed.cover(field.name()))
            field.fold_lines(limit);
    }
}

std::string Header::octets() const {
    std::string all;
    all.reserve(size());
    for (const Field& field : fields_)
        all += field.octets();
    return all;
}

std::optional<Header> parse_header(std::string_view octets) {
    if (!octets.empty() && !octets.ends_with("\r\n"))
        return std::nullopt;
    Header header;
    for (std::string_view left = octets; !left.empty(); octets = left) {
        if (!begins_field(take_line(left)))
            return std::nullopt;
        while (!left.empty() && is_blank(left.front()))
            take_line(left);
        header.append(Field(std::string(octets.substr(0, octets.size() - left.size()))));
    }
    return header;
}

} // namespace sallyport
