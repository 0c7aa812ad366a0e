// SPDX-License-Identifier: MIT
#include "message/authors.h"

#include <algorithm>
#include <string_view>

#include "text/ascii.h"

namespace sallyport {

namespace {

/// Takes the address out of `name`, which is no list, and may leave it where it is.
void take_address(std::string& name, Mailbox& author) {
    constexpr std::string_view around = " ()<>\",:;";
    const auto at = name.rfind('@', name.rfind('>'));
    if (at == name.npos)
        return;
    const auto begin = name.find_last_of(around, at); // there is a blank on both sides
    const auto size = name.find_first_of(around, at) - begin;
    const bool only = name.find('@') == name.rfind('@');
    const auto list = try_address_list({&name[begin + 1], size - 1});
    if (!list || list->empty() || !(only || name[begin + size] == '>'))
        return;
    author.local = list->front().local;
    author.domain = list->front().domain;
    name.erase(begin, size);
}

} // namespace

std::vector<Mailbox> read_authors(const Header& header, std::vector<std::string>& notes) {
    std::string text;
    for (const Field& field : header.fields()) {
        if (field.is("From"))
            text.append(",").append(field.body());
    }
    if (auto list = try_address_list(text))
        return std::move(*list);
    const bool escapes = text.find('\x1b') != text.npos;
    text.front() = ' ';
    for (char& c : text)
        c = is_control(c) ? ' ' : c;
    std::vector<Mailbox> authors(1);
    Mailbox& author = authors.front();
    take_address(text += ' ', author);
    if (author.domain.empty())
        notes.push_back("no address to answer to can be read in the From field; its text "
                        "is kept as the name");
    std::erase_if(text, [](char c) { return c == '"' || c == '<' || c == '>'; });
    if (escapes)
        note_lost_name(notes);
    else
        author.display_name = trim(text);
    return authors;
}

void note_lost_name(std::vector<std::string>& notes) {
    constexpr std::string_view lost =
        "a name in the From field is left out: its charset is not clear";
    if (std::ranges::find(notes, lost) == notes.end())
        notes.emplace_back(lost);
}

} // namespace sallyport
